"""What was to be sent and what became of it, as commands ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select
from sqlmodel import col

from bot.core.delivery import UNASKED, Kind, Status
from storage.columns import AnySelect
from storage.rows import ContactRow, CustomerRow, OutboxRow, table


class Unsent(NamedTuple):
    """One outbox row, with whom it is for."""

    id: int
    called: str
    kind: Kind
    text: str
    status: Status
    reason: str
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    rule: str = ""


STILL_HERE = (Status.HELD, Status.PLANNED, Status.PARKED)
"""What has not left and can be taken back."""

WITHDRAWN = "店主撤回"
"""The reason that `effects.Withdraw` leaves on a row."""


def _select() -> AnySelect:
    return (
        select(
            table(OutboxRow), col(CustomerRow.name), col(CustomerRow.nickname), col(ContactRow.external_id)
        )
        .join(ContactRow, col(ContactRow.id) == col(OutboxRow.contact_id))
        .outerjoin(CustomerRow, col(CustomerRow.id) == col(ContactRow.customer_id))
    )


def _read(connection: Connection, asked: AnySelect) -> list[Unsent]:
    return [
        Unsent(
            row.id,
            row.name or row.nickname or row.external_id,
            Kind(row.kind),
            row.text,
            Status(row.status),
            row.reason,
            row.created_at,
            row.due_at,
            row.sent_at,
            row.rule,
        )
        for row in connection.execute(asked)
    ]


def latest_of(connection: Connection, seller: str) -> list[Unsent]:
    """What this seller's latest command that was not taken back has to send, whatever became of it.

    The rows stay locked until the transaction ends, so that the sender cannot take what is being taken back.
    """
    mine = _select().where(col(OutboxRow.origin) == seller, col(OutboxRow.reason) != WITHDRAWN)
    newest = connection.execute(mine.order_by(col(OutboxRow.id).desc()).limit(1)).first()
    if newest is None:
        return []
    same = mine.where(col(OutboxRow.created_at) == newest.created_at).order_by(col(OutboxRow.id))
    return _read(connection, same.with_for_update(of=OutboxRow))


def waiting_for(connection: Connection, customer_id: int) -> list[Unsent]:
    """What waits for this customer, oldest first."""
    theirs = _select().where(
        col(ContactRow.customer_id) == customer_id, col(OutboxRow.status).in_(STILL_HERE)
    )
    return _read(connection, theirs.order_by(col(OutboxRow.id)).limit(20))


def not_sent_to(connection: Connection, customer_id: int, since: datetime, most: int) -> list[Unsent]:
    """What did not go out to this customer, or perhaps not: newest first."""
    theirs = _select().where(
        col(ContactRow.customer_id) == customer_id,
        col(OutboxRow.status).in_((Status.UNKNOWN, Status.FAILED, Status.DROPPED)),
        col(OutboxRow.created_at) >= since,
    )
    return _read(connection, theirs.order_by(col(OutboxRow.id).desc()).limit(most))


def unasked_sent_to(connection: Connection, customer_id: int, most: int) -> list[Unsent]:
    """What greeted or sold and went out to this customer: newest first."""
    theirs = _select().where(
        col(ContactRow.customer_id) == customer_id,
        col(OutboxRow.status) == Status.SENT,
        col(OutboxRow.kind).in_(UNASKED),
    )
    return _read(connection, theirs.order_by(col(OutboxRow.id).desc()).limit(most))


def whose(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """The customers for whom these rows are, by the rows' ids."""
    asked = select(col(OutboxRow.id), col(ContactRow.customer_id)).join(
        ContactRow, col(ContactRow.id) == col(OutboxRow.contact_id)
    )
    rows = connection.execute(asked.where(col(OutboxRow.id).in_(ids)))
    return {row.id: row.customer_id for row in rows if row.customer_id is not None}


def by_key(connection: Connection, key: str) -> Unsent | None:
    """The row with this key."""
    return next(iter(_read(connection, _select().where(col(OutboxRow.key) == key))), None)


BROADCAST = "broadcast:"
"""How the keys of 群发 begin; the moment follows, then the customer."""


def last_broadcast(connection: Connection) -> list[Unsent]:
    """Everything of the latest 群发, whatever has become of it."""
    end = BROADCAST[:-1] + chr(ord(BROADCAST[-1]) + 1)
    theirs = (col(OutboxRow.key) >= BROADCAST, col(OutboxRow.key) < end)
    newest = select(col(OutboxRow.key)).where(*theirs).order_by(col(OutboxRow.key).desc()).limit(1)
    key = connection.scalar(newest)
    if key is None:
        return []
    same = key.rpartition(":")[0] + ":"
    until = same[:-1] + chr(ord(":") + 1)
    asked = _select().where(col(OutboxRow.key) >= same, col(OutboxRow.key) < until)
    return _read(connection, asked.order_by(col(OutboxRow.id)))
