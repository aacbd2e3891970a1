"""The figures of a stretch of time (`bot.core.report`), in queries whose cost follows the stretch.

`begins` belongs to the stretch, `ends` does not. Each is read by an index on its moment.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from bot.core.delivery import Kind, Status
from bot.core.report import Mark, Trade
from storage.columns import AnySelect, Yuan
from storage.queries.outbox import WITHDRAWN
from storage.queries.selection import COUNTS
from storage.rows import BuyerQuestionRow, ContactRow, OrderRow, OutboxRow, ScoresRow, StageMoveRow

_MARKS: Final = (("物流", "logistics"), ("仓储", "storage"), ("质量", "quality"), ("购物流程", "shopping"))
_REFUSED: Final = (Status.FAILED, Status.DROPPED)
_BY_HAND: Final = (Kind.RELAY, Kind.COMPLAINT)
_KEPT: Final = col(OrderRow.total) - col(OrderRow.refunded)
"""What the shop keeps of an order."""


def trade(connection: Connection, begins: datetime, ends: datetime) -> Trade:
    """Orders that count (`COUNTS`) by when they were placed; who bought before is asked buyer by buyer."""
    kept = func.sum(_KEPT, type_=Yuan())
    theirs = (
        select(col(OrderRow.customer_id), func.count().label("orders"), kept.label("kept"))
        .where(_placed(begins, ends), col(OrderRow.status).in_(COUNTS))
        .group_by(col(OrderRow.customer_id))
        .subquery()
    )
    earlier = aliased(OrderRow)
    bought_before = exists(
        select(col(earlier.id)).where(
            col(earlier.customer_id) == theirs.c.customer_id,
            col(earlier.created_at) < begins,
            col(earlier.status).in_(COUNTS),
        )
    )
    spent = func.sum(theirs.c.kept, type_=Yuan())
    asked = select(func.sum(theirs.c.orders), spent, func.count(), func.count().filter(bought_before))
    orders, revenue, buyers, returning = connection.execute(asked.select_from(theirs)).one()
    return Trade(int(orders or 0), revenue or Decimal(0), buyers, returning)


def by_day(connection: Connection, days: Sequence[tuple[datetime, datetime]]) -> dict[int, Decimal]:
    """The revenue that `trade` tells, by day: yuan by the day's place in `days`, of those with an order.

    Each day is from its beginning to its end, which is not in it; they follow each other, gaps are allowed.
    """
    if not days:
        return {}
    day = case(*((_placed(*one), place) for place, one in enumerate(days)))
    orders = (
        select(day.label("day"), _KEPT.label("kept"))
        .where(_placed(days[0][0], days[-1][1]), col(OrderRow.status).in_(COUNTS))
        .subquery()
    )
    kept = func.sum(orders.c.kept, type_=Yuan())
    asked = select(orders.c.day, kept.label("kept")).where(orders.c.day.is_not(None)).group_by(orders.c.day)
    return {row.day: row.kept for row in connection.execute(asked)}


def _placed(begins: datetime, ends: datetime) -> ColumnElement[bool]:
    return and_(col(OrderRow.created_at) >= begins, col(OrderRow.created_at) < ends)


def lost(connection: Connection, first: date, last: date, stage: str) -> int:
    """How many people went over to `stage` on these days, the last one included."""
    asked: AnySelect = select(func.count(func.distinct(col(StageMoveRow.customer_id)))).where(
        col(StageMoveRow.day) >= first, col(StageMoveRow.day) <= last, col(StageMoveRow.after) == stage
    )
    return connection.scalar(asked) or 0


def marks(connection: Connection, begins: datetime, ends: datetime) -> tuple[int, tuple[Mark, ...]]:
    """How many answered 大评委, and the mean of each dimension that got a mark."""
    figures = [f(col(getattr(ScoresRow, name))) for _, name in _MARKS for f in (func.avg, func.count)]
    asked: AnySelect = select(func.count(), *figures).where(
        col(ScoresRow.at) >= begins, col(ScoresRow.at) < ends
    )
    answers, *found = connection.execute(asked).one()
    given = zip(_MARKS, found[::2], found[1::2], strict=True)
    return answers, tuple(Mark(said, float(mean), count) for (said, _), mean, count in given if count)


def sendings(connection: Connection, begins: datetime, ends: datetime) -> dict[tuple[Kind, str], int]:
    """Messages to buyers that were made ready then: by kind, what has gone out, and what has not by reason.

    The reason is empty for what was sent. What still waits, and what a seller took back, is in neither.
    """
    asked: AnySelect = (
        select(col(OutboxRow.kind), col(OutboxRow.status), col(OutboxRow.reason), func.count())
        .join(ContactRow, col(ContactRow.id) == col(OutboxRow.contact_id))
        .where(
            col(OutboxRow.created_at) >= begins,
            col(OutboxRow.created_at) < ends,
            col(OutboxRow.status).in_((Status.SENT, *_REFUSED)),
            col(OutboxRow.reason) != WITHDRAWN,
            col(ContactRow.customer_id).is_not(None),  # the answers to sellers stand there too
        )
        .group_by(col(OutboxRow.kind), col(OutboxRow.status), col(OutboxRow.reason))
    )
    found: dict[tuple[Kind, str], int] = {}
    for kind, status, reason, count in connection.execute(asked):
        key = Kind(kind), "" if status == Status.SENT else reason or "平台没有收"
        found[key] = found.get(key, 0) + count
    return found


def spoken_with(
    connection: Connection, begins: datetime, ends: datetime, not_by: Collection[str] = ()
) -> dict[str, int]:
    """With how many people each of the staff has spoken: through the bot, or in the platform's own app.

    The latter is known where it answered a question; one “answered” by one of `not_by` was not.
    """
    through_us = (
        select(col(OutboxRow.origin), col(ContactRow.customer_id))
        .join(ContactRow, col(ContactRow.id) == col(OutboxRow.contact_id))
        .where(
            col(OutboxRow.created_at) >= begins,
            col(OutboxRow.created_at) < ends,
            col(OutboxRow.origin) != "",
            col(OutboxRow.kind).in_(_BY_HAND),
            col(OutboxRow.status) == Status.SENT,
            col(ContactRow.customer_id).is_not(None),
        )
    )
    answered = select(col(BuyerQuestionRow.answered_by), col(BuyerQuestionRow.customer_id)).where(
        col(BuyerQuestionRow.asked_at) >= begins,
        col(BuyerQuestionRow.asked_at) < ends,
        col(BuyerQuestionRow.answered_by).not_in(("", *not_by)),
    )
    talks = through_us.union(answered).subquery()
    who = talks.c[0]
    counted = connection.execute(select(who, func.count().label("people")).group_by(who))
    return {row[0]: row.people for row in counted}
