"""What left without the sender's word: riding on an HTTP answer, or before a crash."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update
from sqlmodel import col

from bot.core.delivery import Planned, Status, Via
from storage.columns import Moment
from storage.queues.outbox import COLUMNS, in_work, joined, on_these, planned_from
from storage.rows import OutboxRow


def confirm_passive(connection: Connection, message_ids: Sequence[int], now: datetime) -> list[Planned]:
    """The HTTP answers to these messages were written out: what rode on them is sent.

    Returns those of the rows that had been parked before.
    """
    riding = (
        col(OutboxRow.message_id).in_(message_ids),
        col(OutboxRow.via) == Via.PASSIVE,
        col(OutboxRow.status).in_((Status.SENDING, Status.UNKNOWN)),
    )
    waited = connection.scalars(select(col(OutboxRow.id)).where(*riding, col(OutboxRow.waited))).all()
    delivered = {"status": Status.SENT, "sent_at": now, "reason": ""}
    connection.execute(update(OutboxRow).where(*riding).values(delivered))
    if not waited:
        return []
    rows = connection.execute(joined(*COLUMNS).where(col(OutboxRow.id).in_(waited)))
    return [planned_from(row, pushes_stopped=False) for row in rows]


_SENDING = (
    joined(*COLUMNS)
    .where(in_work(OutboxRow), col(OutboxRow.status) == Status.SENDING, on_these())
    .with_for_update(of=OutboxRow, skip_locked=True)
)
_LEFT = _SENDING.where(col(OutboxRow.via) != Via.PASSIVE)
_RUN_OUT = _SENDING.where(col(OutboxRow.lease_until) <= bindparam("by", type_=Moment()))


def left_sending(
    connection: Connection, accounts: Collection[str], expired_at: datetime | None
) -> list[Planned]:
    """Rows left in `sending`: those whose lease ran out by `expired_at`, or (None) all but passive ones."""
    if expired_at is None:
        rows = connection.execute(_LEFT, {"accounts": list(accounts)})
    else:
        rows = connection.execute(_RUN_OUT, {"accounts": list(accounts), "by": expired_at})
    return [planned_from(row, pushes_stopped=False) for row in sorted(rows, key=lambda row: row.id)]
