"""What the morning list is made of, and what its numbers mean."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, literal_column, select
from sqlmodel import col

from bot.core.care import CareState
from bot.core.selection import Node
from storage.columns import AnySelect
from storage.queries import selection
from storage.rows import CareRow, OrderRow, TodayRow


class Numbered(NamedTuple):
    """A line of the list of `day`; state: open, done, skipped or later."""

    day: date
    number: int
    kind: str
    ref: str
    customer_id: int | None
    state: str


_NUMBERED = tuple(getattr(TodayRow, name) for name in Numbered._fields)


def numbered(connection: Connection, day: date) -> list[Numbered]:
    """The list of that day, by number."""
    asked: AnySelect = select(*_NUMBERED).where(col(TodayRow.day) == day)
    return [Numbered(*row) for row in connection.execute(asked.order_by(col(TodayRow.number)))]


def let_be(connection: Connection, kind: str, refs: Collection[str]) -> set[str]:
    """Which of these the seller has settled on any day, so that they are not brought up again."""
    asked = select(col(TodayRow.ref)).where(
        col(TodayRow.kind) == kind, col(TodayRow.ref).in_(refs), col(TodayRow.state).in_(("done", "skipped"))
    )
    return set(connection.scalars(asked))


class UnderWay(NamedTuple):
    """An order that has been on its way for long."""

    number: str
    customer_id: int
    shipped_at: datetime


def long_under_way(connection: Connection, since: datetime, before: datetime, most: int) -> list[UnderWay]:
    """Orders that were shipped in that time and have not been signed for, oldest first."""
    under_way = col(OrderRow.status) == literal_column("'shipped'")  # in the words of the partial index
    asked: AnySelect = select(
        col(OrderRow.number), col(OrderRow.customer_id), col(OrderRow.shipped_at)
    ).where(under_way, col(OrderRow.shipped_at) > since, col(OrderRow.shipped_at) < before)
    return [
        UnderWay(*row) for row in connection.execute(asked.order_by(col(OrderRow.shipped_at)).limit(most))
    ]


def foreseen(connection: Connection, first: datetime, last: datetime, most: int) -> list[tuple[str, int]]:
    """(rule, customer) of what the bot means to say in that time, the soonest first."""
    planned = col(CareRow.state) == literal_column(f"'{CareState.PLANNED.value}'")
    asked = select(col(CareRow.rule), col(CareRow.customer_id)).where(
        planned, col(CareRow.due_at) >= first, col(CareRow.due_at) < last
    )
    rows = connection.execute(asked.order_by(col(CareRow.due_at), col(CareRow.id)).limit(most))
    return [(row.rule, row.customer_id) for row in rows]


def how_many(connection: Connection, node: Node, moment: selection.Moment) -> int:
    """How many customers the condition means."""
    people = selection.people(node, moment).subquery()
    return connection.scalar(select(func.count()).select_from(people)) or 0
