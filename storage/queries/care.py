"""What care was let go of: planned for somebody, and not said when its time had come."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select
from sqlmodel import col

from bot.core.care import CareState
from storage.rows import CareRow


class LetGo(NamedTuple):
    """rule: as the seller calls it; reason: part of a sentence in the seller's words."""

    rule: str
    due_at: datetime
    reason: str


def let_go(connection: Connection, customer_id: int, since: datetime, most: int) -> list[LetGo]:
    """The latest of this customer that were decided since then, newest first."""
    asked = select(col(CareRow.rule), col(CareRow.due_at), col(CareRow.reason)).where(
        col(CareRow.customer_id) == customer_id,
        col(CareRow.state).in_((CareState.SKIPPED, CareState.HELD_OUT)),
        col(CareRow.settled_at) >= since,
    )
    rows = connection.execute(asked.order_by(col(CareRow.settled_at).desc(), col(CareRow.id)).limit(most))
    return [LetGo(*row) for row in rows]
