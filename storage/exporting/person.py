"""One person: who is meant by a name, and everything that is on record of them, in whatever table."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, select, tuple_
from sqlmodel import SQLModel, col

from bot.core.customer import Customer
from storage.load import snapshots
from storage.queries.people import named
from storage.rows import ContactRow

MOST = 10
_TITLES = {
    "customer": "资料",
    "identity": "别的叫法",
    "contact": "聊天账号",
    "tag": "标签",
    "message": "来的消息",
    "outbox": "发的消息",
    "shop_order": "订单",
    "order_item": "订单商品",
    "parcel": "包裹",
    "consultation": "咨询",
    "complaint": "投诉",
    "complaint_move": "投诉经过",
    "remedy": "投诉处理",
    "buyer_question": "没答的问题",
    "promise": "答应的事",
    "timer": "到时候要做的事",
    "audit": "操作记录",
    "customer_value": "消费情况",
    "stage_move": "阶段变化",
    "points": "积分",
    "referral": "介绍",
    "merge": "合并",
}
"""Tables without a title stand by their own name."""
_NAMES_A_PERSON = ("customer_id", "merged_into")
"""Columns that do so even where they are no foreign key."""
_WHERE = 500


class Named(NamedTuple):
    """Customers who may be meant. exact: the name is theirs; else it only looks like it."""

    people: list[Customer]
    exact: bool


def people_named(connection: Connection, name: str) -> Named:
    """Who is meant by a name, nickname, phone, platform id or #number, as in commands."""
    spellings = list(dict.fromkeys((name.strip(), unicodedata.normalize("NFKC", name).strip())))
    ids = named(connection, spellings, MOST)
    homes = select(col(ContactRow.customer_id)).where(
        col(ContactRow.customer_id).in_(ids), col(ContactRow.external_id).in_(spellings)
    )
    at_home = set(connection.scalars(homes))
    people = list({one.id: one for one in snapshots(connection, ids).values()}.values())
    exact = [one for one in people if one.id in at_home or _is_called(one, spellings)]
    return Named(exact or people, bool(exact))


def _is_called(one: Customer, spellings: Collection[str]) -> bool:
    return bool({one.name, one.nickname, one.phone, f"#{one.id}"} & set(spellings))


def everything_about(
    connection: Connection, customer_id: int, zone: tzinfo
) -> dict[str, list[dict[str, Any]]]:
    """All rows that hang on this customer, by table; texts as they are, moments in the shop's time.

    Every table is looked through that names a customer, or something of theirs: a new one is in by itself.
    """
    ids: dict[str, set[Any]] = {"customer": {customer_id}}
    homes = _homes(connection, customer_id)
    found: dict[str, list[dict[str, Any]]] = {}
    for table in SQLModel.metadata.sorted_tables:
        links = list(_links(table, ids, homes))
        if table.name == "customer":
            links.append(table.c["id"] == customer_id)
        rows = list(_rows(connection, table, links))
        if not rows:
            continue
        if "id" in table.c:
            ids.setdefault(table.name, set()).update(row["id"] for row in rows)
        title = _TITLES.get(table.name, table.name)
        found[title] = [{name: _shown(value, zone) for name, value in row.items()} for row in rows]
    return found


def _homes(connection: Connection, customer_id: int) -> list[tuple[str, str]]:
    asked = select(col(ContactRow.account), col(ContactRow.external_id))
    rows = connection.execute(asked.where(col(ContactRow.customer_id) == customer_id))
    return [(account, external_id) for account, external_id in rows]


def _links(
    table: Table, ids: Mapping[str, set[Any]], homes: Sequence[tuple[str, str]]
) -> Iterator[ColumnElement[bool]]:
    """By what a table's rows may be this person's: what they hang on, or the correspondent they name."""
    for column in table.columns:
        targets = {key.column.table.name for key in column.foreign_keys} & ids.keys()
        if column.name in _NAMES_A_PERSON:
            targets.add("customer")
        for target in targets:
            listed = sorted(ids[target])
            for first in range(0, len(listed), _WHERE):
                yield column.in_(listed[first : first + _WHERE])
    if by_home(table) and homes:
        yield tuple_(table.c["account"], table.c["external_id"]).in_(homes)


def by_home(table: Table) -> bool:
    """Whether the table names correspondents."""
    return {"account", "external_id"} <= set(table.columns.keys())


def of_people(tables: Iterable[Table]) -> set[str]:
    """The names of those tables that hang on people, however indirectly; the others hold nothing of them."""
    listed = list(tables)
    reached = {one.name for one in listed if by_home(one) or "customer_id" in one.columns} | {"customer"}
    for _ in listed:
        reached |= {
            one.name for one in listed if {key.column.table.name for key in one.foreign_keys} & reached
        }
    return reached


def _rows(
    connection: Connection, table: Table, links: Sequence[ColumnElement[bool]]
) -> Iterator[dict[str, Any]]:
    """Each row once, by whatever it is theirs."""
    seen: set[tuple[Any, ...]] = set()
    for link in links:
        for row in connection.execute(select(table).where(link)):
            key = tuple(getattr(row, column.name) for column in table.primary_key)
            if key not in seen:
                seen.add(key)
                yield dict(row._mapping)


def _shown(value: Any, zone: tzinfo) -> Any:
    match value:
        case datetime():
            return value.astimezone(zone).isoformat(timespec="seconds")
        case Decimal():
            return str(value)
        case None | bool() | int() | float() | str() | dict() | list():
            return value
    return str(value)
