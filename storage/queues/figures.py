"""When the queues move next, and how long they are."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, func, select
from sqlmodel import col

from bot.core.delivery import Status
from storage.queues.outbox import head_of_lane, in_work, joined, on_these
from storage.rows import AccountRow, ContactRow, OutboxRow, TimerRow


def _moves_on() -> Any:
    """The moment at which a waiting row can move on."""
    moment: Any = col(OutboxRow.due_at)
    for bound in (AccountRow.stopped_until, AccountRow.next_send_at, ContactRow.next_send_at):
        moment = case((col(bound) > moment, col(bound)), else_=moment)
    return moment


_LEASED = col(TimerRow.lease_until) > col(TimerRow.due_at)
_NEXT = (
    joined(func.min(_moves_on())).where(head_of_lane(), on_these()),
    select(func.min(case((_LEASED, col(TimerRow.lease_until)), else_=col(TimerRow.due_at)))),
    joined(func.min(col(OutboxRow.lease_until))).where(
        in_work(OutboxRow), col(OutboxRow.status) == Status.SENDING, on_these()
    ),
)


def next_due(connection: Connection, accounts: Collection[str]) -> datetime | None:
    """When the next timer or outbox row can move on, or one left in `sending` is given up."""
    moments = [connection.scalar(asked, {"accounts": list(accounts)}) for asked in _NEXT]
    return min((m for m in moments if m is not None), default=None)


def queue_sizes(connection: Connection) -> dict[str, int]:
    """How many outbox rows are in each unsettled or troubled state (metrics)."""
    shown = (Status.HELD, Status.PLANNED, Status.SENDING, Status.PARKED, Status.UNKNOWN, Status.FAILED)
    counts = select(col(OutboxRow.status), func.count()).where(col(OutboxRow.status).in_(shown))
    sizes: dict[str, int] = {status.value: 0 for status in shown}
    sizes.update({str(row[0]): row[1] for row in connection.execute(counts.group_by(col(OutboxRow.status)))})
    return sizes
