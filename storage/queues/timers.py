"""Timers: claim the due ones, and see which of them still stand."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, Integer, bindparam, or_, select, update
from sqlmodel import col

from bot.core.events import TimerDue
from storage.columns import Moment
from storage.rows import TimerRow, table

LEASE = timedelta(seconds=60)


_NOW = bindparam("now", type_=Moment())
_DUE = (
    select(table(TimerRow))
    .where(
        col(TimerRow.due_at) <= _NOW,
        or_(col(TimerRow.lease_until).is_(None), col(TimerRow.lease_until) <= _NOW),
    )
    .order_by(col(TimerRow.due_at), col(TimerRow.id))
    .limit(bindparam("limit", type_=Integer()))
    .with_for_update(skip_locked=True)
)


def claim_timers(connection: Connection, now: datetime, limit: int) -> list[TimerDue]:
    """The due timers, oldest first, ours for the length of a lease."""
    rows = connection.execute(_DUE, {"now": now, "limit": limit}).all()
    if rows:
        leased = update(TimerRow).where(col(TimerRow.id) == bindparam("timer"))
        connection.execute(leased.values(lease_until=now + LEASE), [{"timer": r.id} for r in rows])
    return [TimerDue(r.id, r.rule, r.customer_id, r.occasion, r.due_at, r.payload) for r in rows]


def standing_timers(connection: Connection, rung: Collection[TimerDue]) -> set[int]:
    """The ids of those that have not been done, cancelled or moved meanwhile.

    SQLite gives a deleted timer's id again, so the id alone says nothing.
    """
    asked = select(table(TimerRow)).where(col(TimerRow.id).in_([t.timer_id for t in rung])).with_for_update()
    standing = {(r.id, r.rule, r.customer_id, r.occasion, r.due_at) for r in connection.execute(asked)}
    return {t.timer_id for t in rung if (t.timer_id, t.rule, t.customer_id, t.occasion, t.due_at) in standing}
