"""The answer to one message, as its sender's phone waits for it."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select
from sqlmodel import col

from bot.core.delivery import Kind, Status
from storage.rows import OutboxRow

_MOVING = (Status.HELD, Status.PLANNED, Status.SENDING)


class Reply(NamedTuple):
    """One part of the answer to a message."""

    text: str
    kind: Kind
    sent: bool
    settled: bool


def replies_to(connection: Connection, message_row: int) -> list[Reply]:
    """The answer to this message, part by part."""
    asked = select(col(OutboxRow.text), col(OutboxRow.kind), col(OutboxRow.status)).where(
        col(OutboxRow.message_id) == message_row
    )
    return [
        Reply(row.text, Kind(row.kind), row.status == Status.SENT, row.status not in _MOVING)
        for row in connection.execute(asked.order_by(col(OutboxRow.id)))
    ]
