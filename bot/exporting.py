"""`huitouke export` and `export-person`: what is on record → files that people can open."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from bot.core.customer import Customer
from bot.core.settings import Settings
from storage.db import open_engine
from storage.exporting import Table, everything_about, table_of
from storage.sheets import SheetFault, SheetKind, write_sheet
from storage.sheets.columns import KIND_NAMES
from storage.sheets.xlsx_writing import Cell

ENDINGS = (".xlsx", ".csv")
_TOLD_EVERY = 200
Told = Callable[[float], None]
"""Hears the share that is done, from 0 to 1."""


@contextmanager
def reading(settings: Settings) -> Iterator[Connection]:
    """One moment of the database, for as long as reading takes; a running bot goes on writing."""
    engine = open_engine(settings.storage.url, writer=False)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def export_file(path: Path, settings: Settings, kind: SheetKind, told: Told = lambda _: None) -> int:
    """Write all of one kind to `path`; how many rows. SheetFault if that fails; then nothing has changed."""
    check_ending(path, ENDINGS)
    with reading(settings) as connection:
        table = table_of(connection, kind, settings.shop.zone)
        return write_sheet(path, table.headers, _telling(table, told), KIND_NAMES[kind])


def _telling(table: Table, told: Told) -> Iterator[Sequence[Cell]]:
    for count, row in enumerate(table.rows):
        if count % _TOLD_EVERY == 0:
            told(min(count / max(table.length, 1), 1.0))
        yield row
    told(1.0)


def check_ending(path: Path, endings: Iterable[str]) -> None:
    """SheetFault, unless the file's name says a form that we can write."""
    if path.suffix.lower() not in endings:
        able = "、".join(endings)
        raise SheetFault(f"只能导出 {able}，不能导出“{path.suffix or path.name}”。")


def export_person(path: Path, settings: Settings, person: Customer) -> int:
    """Write everything on record of one person; how many entries. As `export_file`; .json has it as it is."""
    check_ending(path, (*ENDINGS, ".json"))
    with reading(settings) as connection:
        found = everything_about(connection, person.id, settings.shop.zone)
    if path.suffix.lower() == ".json":
        _write_json(path, found)
    else:
        write_sheet(path, ("类别", "第几条", "项目", "内容"), _lines(found), person.called)
    return sum(map(len, found.values()))


def _lines(found: dict[str, list[dict[str, Any]]]) -> Iterator[Sequence[Cell]]:
    for title, rows in found.items():
        for number, row in enumerate(rows, 1):
            for name, value in row.items():
                if value not in (None, "", {}, []):
                    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
                    yield title, number, name, str(text)


def _write_json(path: Path, found: dict[str, Any]) -> None:
    """Whole or not at all."""
    try:
        handle, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as refused:
        raise SheetFault(f"写不了 {path}：{refused.strerror}。") from refused
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(found, file, ensure_ascii=False, indent=1)
        Path(beside).replace(path)
    except OSError as refused:
        raise SheetFault(f"写不了 {path}：{refused.strerror}。") from refused
    finally:
        with suppress(FileNotFoundError):
            Path(beside).unlink()
