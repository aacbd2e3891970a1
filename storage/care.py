"""Reads what care is planned from: by the days that come, never by how many customers there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Connection, and_, bindparam, exists, func, or_, select, update
from sqlmodel import col

from bot.core.care import CareRecord, CareState, Known, Standing
from bot.core.customer import OrderStatus
from bot.core.selection import Node
from storage.columns import AnySelect, Yuan
from storage.queries import selection
from storage.rows import CareRow, ComplaintRow, ContactRow, CustomerRow, OrderRow, ValueRow

_STANDING = (
    "orders",
    "spent",
    "last_on",
    "next_on",
    "next_goods",
    "tier",
    "tier_since",
    "tier_until",
    "tier_remind_on",
    "points",
    "points_until",
)
_COUNTS = (OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.SIGNED)
_VALUES: AnySelect = select(
    col(ValueRow.customer_id), *(getattr(ValueRow, name) for name in _STANDING)
).where(col(ValueRow.customer_id).in_(bindparam("ids", expanding=True)))
_KNOWN: AnySelect = (
    select(
        col(CareRow.customer_id),
        col(CareRow.rule),
        col(CareRow.occasion),
        col(CareRow.due_at),
        col(CareRow.state),
        col(CareRow.text),
        col(CareRow.ab),
        col(CareRow.settled_at),
    )
    .where(col(CareRow.customer_id).in_(bindparam("ids", expanding=True)))
    .order_by(col(CareRow.id))
)


def records(connection: Connection, customer_ids: Collection[int]) -> dict[int, CareRecord]:
    """What is on record of each of these for care."""
    known = plans(connection, customer_ids)
    standing = {
        row[0]: Standing(*row[1:]) for row in connection.execute(_VALUES, {"ids": list(customer_ids)})
    }
    return {id_: replace(known[id_], standing=standing.get(id_, Standing())) for id_ in customer_ids}


def plans(connection: Connection, customer_ids: Collection[int]) -> dict[int, CareRecord]:
    """The same without what they are worth, which occasions of the calendar need not be planned by."""
    known: defaultdict[int, list[Known]] = defaultdict(list)
    found = connection.execute(_KNOWN, {"ids": list(customer_ids)})
    for id_, rule, occasion, due_at, state, text, group, settled_at in found:
        known[id_].append(Known(rule, occasion, due_at, CareState(state), text, group, settled_at))
    return {id_: CareRecord(tuple(known[id_])) for id_ in customer_ids}


_MOMENTS = (OrderRow.created_at, OrderRow.paid_at, OrderRow.shipped_at, OrderRow.signed_at)


def with_something_ahead(
    connection: Connection, ids: Collection[int], since: datetime, first: date, last: date
) -> set[int]:
    """Who of these may be cared for: by an order that moved since then, a day in that time, or a plan."""
    moved = or_(*(col(moment) >= since for moment in _MOMENTS))
    runs_out = col(ValueRow.next_on).between(first, last)
    asked = (
        select(col(OrderRow.customer_id)).where(col(OrderRow.customer_id).in_(ids), moved),
        select(col(ValueRow.customer_id)).where(
            col(ValueRow.customer_id).in_(ids), or_(runs_out, col(ValueRow.tier_since) >= first)
        ),
        select(col(CareRow.customer_id)).where(
            col(CareRow.customer_id).in_(ids), col(CareRow.state) == CareState.PLANNED
        ),
    )
    return {id_ for one in asked for id_ in connection.scalars(one)}


def in_audience(
    connection: Connection, node: Node, moment: selection.Moment, ids: Collection[int]
) -> set[int]:
    """Which of these the condition means."""
    asked = selection.people(node, moment).where(col(CustomerRow.id).in_(ids))
    return set(connection.scalars(asked))


def spent_since(connection: Connection, customer_id: int, since: datetime) -> Decimal:
    """What somebody has spent since then."""
    asked = select(func.sum(col(OrderRow.total) - col(OrderRow.refunded), type_=Yuan())).where(
        col(OrderRow.customer_id) == customer_id,
        col(OrderRow.status).in_(_COUNTS),
        col(OrderRow.created_at) >= since,
    )
    return connection.scalar(asked) or Decimal(0)


def owners_of(connection: Connection, order_ids: Collection[int], complaint_ids: Collection[int]) -> set[int]:
    """Whose these orders and complaints are."""
    orders = select(col(OrderRow.customer_id)).where(col(OrderRow.id).in_(order_ids))
    complaints = select(col(ComplaintRow.customer_id)).where(col(ComplaintRow.id).in_(complaint_ids))
    return {*connection.scalars(orders), *connection.scalars(complaints)}


# --- birthdays --------------------------------------------------------------------------------------

_UNREAD = col(CustomerRow.birthday) != col(CustomerRow.birthday_read)
"""In the words of the partial index (<>)."""


class Born(NamedTuple):
    """A customer's birthday as it is written, and the next celebration that nothing is planned for."""

    customer_id: int
    birthday: str
    on: date | None


_BORN = (col(CustomerRow.id), col(CustomerRow.birthday), col(CustomerRow.birthday_on))


def unread_birthdays(connection: Connection, most: int) -> list[Born]:
    """Birthdays that have been written since they were last looked at.

    In the order of the partial index: PostgreSQL takes `<>` for true of nearly everybody, and would read all.
    """
    return [
        Born(*row)
        for row in connection.execute(select(*_BORN).where(_UNREAD).order_by(col(CustomerRow.id)).limit(most))
    ]


def birthdays_until(connection: Connection, day: date, most: int) -> list[Born]:
    """Those whose next celebration is on that day or before, the soonest first."""
    asked = select(*_BORN).where(col(CustomerRow.birthday_on) <= day, col(CustomerRow.merged_into).is_(None))
    return [
        Born(*row) for row in connection.execute(asked.order_by(col(CustomerRow.birthday_on)).limit(most))
    ]


def keep_birthdays(connection: Connection, next_ones: Sequence[tuple[int, str, date | None]]) -> None:
    """(customer, birthday as it was read, next celebration to plan for)."""
    rows = [{"who": id_, "read": read, "next": on} for id_, read, on in next_ones]
    if rows:
        row = update(CustomerRow).where(col(CustomerRow.id) == bindparam("who"))
        connection.execute(row.values(birthday_read=bindparam("read"), birthday_on=bindparam("next")), rows)


# --- days that a customer's figures name -------------------------------------------------------------

Cursor = tuple[date, int]
"""The last one that was read."""


def by_day(
    connection: Connection, column: str, first: date, last: date, after: Cursor | None, most: int
) -> list[tuple[int, date, str]]:
    """(customer, day, goods or tier) of those whose day `column` lies between, both included, in order."""
    day = col(getattr(ValueRow, column))
    what = {"next_on": ValueRow.next_goods, "tier_remind_on": ValueRow.tier}.get(column, ValueRow.segment)
    asked: AnySelect = select(col(ValueRow.customer_id), day, col(what)).where(day >= first, day <= last)
    if after is not None:
        beyond = and_(day == after[0], col(ValueRow.customer_id) > after[1])
        asked = asked.where(or_(day > after[0], beyond))
    rows = connection.execute(asked.order_by(day, col(ValueRow.customer_id)).limit(most))
    return [(row[0], row[1], row[2]) for row in rows]


def tier_ends(connection: Connection, ids: Collection[int]) -> dict[int, date | None]:
    """The last day of each one's tier."""
    asked = select(col(ValueRow.customer_id), col(ValueRow.tier_until))
    rows = connection.execute(asked.where(col(ValueRow.customer_id).in_(ids)))
    return {row[0]: row[1] for row in rows}


def audience(
    connection: Connection, node: Node | None, moment: selection.Moment, after: int, most: int
) -> list[int]:
    """The next ones that the condition means and who can be written to at all, by id."""
    asked = select(col(CustomerRow.id)).where(col(CustomerRow.merged_into).is_(None))
    if node is not None:
        asked = selection.people(node, moment)
    reached = exists(
        select(col(ContactRow.id)).where(
            col(ContactRow.customer_id) == col(CustomerRow.id), col(ContactRow.reachable)
        )
    )
    asked = asked.where(col(CustomerRow.id) > after, reached)
    return list(connection.scalars(asked.order_by(col(CustomerRow.id)).limit(most)))


def best_since(connection: Connection, since: datetime) -> int | None:
    """Who has spent most since then (PRACTICES 101)."""
    spent = func.sum(col(OrderRow.total) - col(OrderRow.refunded), type_=Yuan())
    asked = select(col(OrderRow.customer_id)).where(
        col(OrderRow.created_at) >= since, col(OrderRow.status).in_(_COUNTS)
    )
    grouped = asked.group_by(col(OrderRow.customer_id)).order_by(spent.desc(), col(OrderRow.customer_id))
    found: int | None = connection.scalar(grouped.limit(1))
    return found
