"""What customers are worth, as commands ask for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, exists, func, select
from sqlmodel import col

from storage.load import NOT_ENDED
from storage.rows import (
    ComplaintRow,
    ContactRow,
    CustomerRow,
    OutboxRow,
    StageMoveRow,
    TogetherRow,
    ValueRow,
    table,
)

Value = Row[Any]
"""A row of `customer_value`."""


class StageMove(NamedTuple):
    """A step between stages."""

    day: date
    before: str
    after: str
    reason: str


def value_of(connection: Connection, customer_id: int) -> Value | None:
    """The row of `customer_value`; None for somebody who was never valued."""
    return values_of(connection, [customer_id]).get(customer_id)


def values_of(connection: Connection, ids: Collection[int]) -> dict[int, Value]:
    """The same of many."""
    asked = select(table(ValueRow)).where(col(ValueRow.customer_id).in_(ids))
    return {row.customer_id: row for row in connection.execute(asked)}


def stage_moves(connection: Connection, customer_id: int, most: int) -> list[StageMove]:
    """The latest steps between stages, newest first."""
    asked = select(
        col(StageMoveRow.day), col(StageMoveRow.before), col(StageMoveRow.after), col(StageMoveRow.reason)
    ).where(col(StageMoveRow.customer_id) == customer_id)
    newest = asked.order_by(col(StageMoveRow.id).desc()).limit(most)
    return [StageMove(*row) for row in connection.execute(newest)]


class TierCount(NamedTuple):
    """How many are in a tier ("": none), what they have spent, and whose membership ends soon."""

    customers: int
    spent: Decimal
    ending: int


def tiers(connection: Connection, ending_by: date) -> dict[str, TierCount]:
    """Everybody who has bought, by tier."""
    soon = func.count().filter(col(ValueRow.tier_until) <= ending_by)
    asked = select(col(ValueRow.tier), func.count(), func.sum(col(ValueRow.spent)), soon)
    found = connection.execute(asked.where(col(ValueRow.orders) > 0).group_by(col(ValueRow.tier)))
    return {tier: TierCount(n, spent, ending) for tier, n, spent, ending in found}


def best(connection: Connection, most: int) -> list[Value]:
    """The rows of who spent most, most first."""
    asked = select(table(ValueRow)).where(col(ValueRow.spent) > Decimal(0))
    ordered = asked.order_by(col(ValueRow.spent).desc(), col(ValueRow.customer_id)).limit(most)
    return list(connection.execute(ordered))


def to_win_back(
    connection: Connection, least: int, today: date, quiet_since: datetime, most: int
) -> list[Value]:
    """Rows of who is late and worth winning back, best first.

    Never who opted out, was stopped, is in the seller's own hands or has a complaint open; and nobody who
    wrote or was written to since `quiet_since`.
    """
    complains = exists(
        select(col(ComplaintRow.id)).where(col(ComplaintRow.customer_id) == col(CustomerRow.id), NOT_ENDED)
    )
    theirs = col(ContactRow.customer_id) == col(CustomerRow.id)
    wrote = exists(select(col(ContactRow.id)).where(theirs, col(ContactRow.message_at) > quiet_since))
    was_sent = exists(
        select(col(OutboxRow.id))
        .join(ContactRow, col(ContactRow.id) == col(OutboxRow.contact_id))
        .where(theirs, col(OutboxRow.sent_at) > quiet_since)
    )
    asked = (
        select(table(ValueRow))
        .join(CustomerRow, col(CustomerRow.id) == col(ValueRow.customer_id))
        .where(
            col(ValueRow.win_back) >= least,
            col(ValueRow.next_on) < today,
            col(CustomerRow.opted_out_at).is_(None),
            col(CustomerRow.stopped_at).is_(None),
            col(CustomerRow.red_line_at).is_(None),
            ~complains,
            ~wrote,
            ~was_sent,
        )
        .order_by(col(ValueRow.win_back).desc(), col(ValueRow.customer_id))
        .limit(most)
    )
    return list(connection.execute(asked))


class Counts(NamedTuple):
    """All that was counted around one product: orders, each product's, each pair's."""

    baskets: int
    products: Counter[str]
    pairs: Counter[tuple[str, str]]


def together(connection: Connection, product: str) -> Counts:
    """What is bought together with `product`, as `handlers.value.together` counts it."""
    partners = select(col(TogetherRow.other), col(TogetherRow.baskets)).where(
        col(TogetherRow.product) == product, col(TogetherRow.baskets) > 0
    )
    pairs: dict[str, int] = {row.other: row.baskets for row in connection.execute(partners)}
    alone = select(col(TogetherRow.product), col(TogetherRow.baskets)).where(
        col(TogetherRow.product).in_(["", *pairs, product]), col(TogetherRow.other) == ""
    )
    products = Counter({row.product: row.baskets for row in connection.execute(alone)})
    baskets = products.pop("", 0)
    ordered = Counter({_pair(product, other): n for other, n in pairs.items() if other})
    return Counts(baskets, products, ordered)


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)
