"""What buyers said last and how it was read, as commands ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select, tuple_
from sqlmodel import col

from bot.core.delivery import Kind, Status
from storage.columns import AnySelect
from storage.load import Address
from storage.rows import ContactRow, MessageRow, OutboxRow

MOST_ALERTS = 20
_NOT_SEEN = (Status.PARKED, Status.FAILED, Status.DROPPED)


class Said(NamedTuple):
    """A buyer's words and how they were read; `intent` is empty if they were not."""

    id: int
    customer_id: int
    text: str
    at: datetime
    intent: str
    certainty: float
    complaint: float
    because: str


def _select() -> AnySelect:
    return (
        select(
            col(MessageRow.id),
            col(ContactRow.customer_id),
            col(MessageRow.text),
            col(MessageRow.joined),
            col(MessageRow.at),
            col(MessageRow.intent),
            col(MessageRow.certainty),
            col(MessageRow.complaint),
            col(MessageRow.because),
            col(MessageRow.account),
            col(MessageRow.message_id),
        )
        .join(ContactRow, col(ContactRow.id) == col(MessageRow.contact_id))
        .where(
            col(ContactRow.customer_id).is_not(None),
            col(MessageRow.kind) != "event",
            col(MessageRow.text) != "",
        )
    )


def _said(row: Row[Any]) -> Said:
    return Said(
        row.id,
        row.customer_id,
        row.joined or row.text,
        row.at,
        row.intent,
        row.certainty,
        row.complaint,
        row.because,
    )


def last_of(connection: Connection, customer_id: int) -> Said | None:
    """What this customer said last that can be read."""
    theirs = _select().where(col(ContactRow.customer_id) == customer_id)
    row = connection.execute(theirs.order_by(col(MessageRow.id).desc()).limit(1)).first()
    return _said(row) if row else None


def _alerts(connection: Connection, home: Address, since: datetime) -> list[tuple[datetime, Address]]:
    """(when, (account, message id)) of what this seller was alerted to, newest first."""
    asked = (
        select(col(OutboxRow.key), col(OutboxRow.created_at))
        .join(ContactRow, col(ContactRow.id) == col(OutboxRow.contact_id))
        .where(
            col(ContactRow.account) == home[0],
            col(ContactRow.external_id) == home[1],
            col(OutboxRow.kind) == Kind.ALERT,
            col(OutboxRow.key).is_not(None),
            col(OutboxRow.status).not_in(_NOT_SEEN),
            col(OutboxRow.created_at) >= since,
        )
    )
    rows = connection.execute(asked.order_by(col(OutboxRow.id).desc()).limit(MOST_ALERTS))
    return [(row.created_at, named) for row in rows if (named := _named(row.key))]


def _named(key: str) -> Address | None:
    """The message that an alert's key names: about:account:message id@seller (`wording.alert`)."""
    _, *where = key.rpartition("@")[0].split(":", 2)
    return (where[0], where[1]) if len(where) == 2 else None


def alerted(connection: Connection, home: Address, since: datetime) -> list[tuple[datetime, Said]]:
    """The readable messages of buyers that this seller was alerted to, and when; newest first.

    home: where the seller is told things.
    """
    alerts = _alerts(connection, home, since)
    found = _with_ids(connection, [address for _, address in alerts]) if alerts else {}
    return [(at, found[address]) for at, address in alerts if address in found]


def _with_ids(connection: Connection, addresses: Sequence[Address]) -> dict[Address, Said]:
    here = tuple_(col(MessageRow.account), col(MessageRow.message_id)).in_(addresses)
    return {(row.account, row.message_id): _said(row) for row in connection.execute(_select().where(here))}
