"""What buyers said last and how it was read, as commands ask for it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select, tuple_
from sqlmodel import col

from storage.columns import AnySelect
from storage.load import Address
from storage.queries.alerts import told
from storage.rows import ContactRow, MessageRow

MOST_ALERTS = 20


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


def _named(key: str) -> Address | None:
    """The message that an alert's key names: about:account:message id@seller (`wording.alert`)."""
    _, *where = key.rpartition("@")[0].split(":", 2)
    return (where[0], where[1]) if len(where) == 2 else None


def alerted(
    connection: Connection, homes: Collection[Address], since: datetime
) -> list[tuple[datetime, Said]]:
    """The readable messages of buyers that the seller with these identities was alerted to, and when.

    Newest first.
    """
    heard = told(connection, homes, since, MOST_ALERTS)
    alerts = [(alert.at, named) for alert in heard if alert.key and (named := _named(alert.key))]
    found = _with_ids(connection, [address for _, address in alerts]) if alerts else {}
    return [(at, found[address]) for at, address in alerts if address in found]


def _with_ids(connection: Connection, addresses: Sequence[Address]) -> dict[Address, Said]:
    here = tuple_(col(MessageRow.account), col(MessageRow.message_id)).in_(addresses)
    return {(row.account, row.message_id): _said(row) for row in connection.execute(_select().where(here))}
