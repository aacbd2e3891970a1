"""What a seller was alerted to, wherever it was told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, or_, select, tuple_
from sqlmodel import col

from bot.core.delivery import Kind, Status
from storage.load import Address
from storage.rows import ContactRow, OutboxRow

JOINED = "和别的提醒并成一条发了"
"""The reason of an alert whose text went out in another one's row."""

_NOT_SEEN = (Status.PARKED, Status.FAILED, Status.DROPPED)


class Told(NamedTuple):
    """An alert that has gone out, or is about to; `key` as its effect had it, with whom it was for."""

    at: datetime
    key: str | None
    text: str


def told(connection: Connection, homes: Collection[Address], since: datetime, most: int) -> list[Told]:
    """The alerts in words to the seller whose identities these are, newest first."""
    asked = (
        select(col(OutboxRow.created_at), col(OutboxRow.key), col(OutboxRow.text))
        .join(ContactRow, col(ContactRow.id) == col(OutboxRow.contact_id))
        .where(
            tuple_(col(ContactRow.account), col(ContactRow.external_id)).in_(homes),
            col(OutboxRow.kind) == Kind.ALERT,
            col(OutboxRow.picture).is_(None),
            or_(col(OutboxRow.status).not_in(_NOT_SEEN), col(OutboxRow.reason) == JOINED),
            col(OutboxRow.created_at) >= since,
        )
    )
    rows = connection.execute(asked.order_by(col(OutboxRow.id).desc()).limit(most))
    return [Told(row.created_at, row.key, row.text) for row in rows]
