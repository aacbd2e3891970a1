"""A shop on a database: tables are taken in and written, and everything on record can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import SQLModel

from bot.core.settings import Settings, StorageSettings
from bot.exporting import export_file
from bot.importing import import_file
from storage.db import Database
from storage.importing import ImportResult
from storage.rows import CustomerRow, OrderRow, table
from storage.sheets import SheetKind
from tests.sheets.reading import csv_file

CUSTOMERS = ["姓名", "昵称", "电话", "地址", "生日", "渠道", "渠道ID", "标签", "等级", "阶段", "备注"]
ORDERS = [
    "订单号",
    "姓名",
    "电话",
    "商品",
    "数量",
    "金额",
    "下单时间",
    "付款时间",
    "状态",
    "快递公司",
    "快递单号",
]


@dataclass
class Shop:
    """`take` is `huitouke import`, `give` is `huitouke export`."""

    settings: Settings
    url: str
    folder: Path

    def take(self, path: Path, **options: Any) -> ImportResult:
        return import_file(path, self.settings, lambda: Database(self.url), **options)

    def take_rows(self, headers: Sequence[str], *rows: Sequence[str], **options: Any) -> ImportResult:
        path = csv_file(self.folder / "tabelle.csv", [headers, *rows])
        return self.take(path, **options)

    def give(self, path: Path, kind: SheetKind) -> int:
        return export_file(path, self.settings, kind)

    def rows(self, row: type[SQLModel]) -> list[dict[str, Any]]:
        with self.connection() as connection:
            return _rows(connection, row)

    def customers(self) -> list[dict[str, Any]]:
        return self.rows(CustomerRow)

    def orders(self) -> list[dict[str, Any]]:
        return self.rows(OrderRow)

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all tables."""
        with self.connection() as connection:
            return {
                name: sorted(map(tuple, connection.execute(select(one))), key=repr)
                for name, one in SQLModel.metadata.tables.items()
            }

    def connection(self) -> Any:
        return _Reading(self.url)


class _Reading:
    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self._open = self._database.transaction()

    def __enter__(self) -> Connection:
        return self._open.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._open.__exit__(*error)
        self._database.close()


def _rows(connection: Connection, row: type[SQLModel]) -> list[dict[str, Any]]:
    found = connection.execute(select(table(row)).order_by(*table(row).primary_key.columns))
    return [dict(one._mapping) for one in found]


def settings_at(settings: Settings, url: str) -> Settings:
    return settings.model_copy(update={"storage": StorageSettings(url=url)})
