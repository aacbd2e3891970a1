"""What this channel asks the database: what it has sent, to whom, and what waits for the connection."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, literal_column, select, update
from sqlmodel import col

from bot.channels.onebot11.inbound import GROUP, OwnWords
from bot.channels.onebot11.wire import whole
from bot.core.delivery import UNASKED, Status
from storage.queries.echoes import ECHOES_FOR, said_by_bot
from storage.rows import AccountRow, ContactRow, MessageRow, OutboxRow

REQUEST = "request:"
"""How the message id of an accepted friend request begins."""

_IN_WORK: list[ColumnElement[str]] = [
    literal_column(f"'{s.value}'") for s in (Status.HELD, Status.PLANNED, Status.SENDING)
]
"""In the words of the partial indexes, which are used for nothing else."""
_PERHAPS_THERE = (Status.SENT, Status.UNKNOWN)
_MAYBE_BACK = (Status.SENDING, *_PERHAPS_THERE)


class Counts(NamedTuple):
    """What went out on one day: all messages, those that greet or sell, friend requests accepted."""

    messages: int = 0
    pushes: int = 0
    friends: int = 0


def counts_since(connection: Connection, account: str, since: datetime) -> Counts:
    """The counts of one account since a moment."""
    sent = (
        select(col(OutboxRow.kind), func.count())
        .join(ContactRow, col(ContactRow.id) == col(OutboxRow.contact_id))
        .where(
            col(ContactRow.account) == account,
            col(OutboxRow.status).in_(_PERHAPS_THERE),
            func.coalesce(col(OutboxRow.sent_at), col(OutboxRow.due_at)) >= since,
        )
        .group_by(col(OutboxRow.kind))
    )
    by_kind = {str(row[0]): int(row[1]) for row in connection.execute(sent)}
    accepted = select(func.count()).where(
        col(MessageRow.account) == account,
        col(MessageRow.received_at) >= since,
        col(MessageRow.message_id).startswith(REQUEST),
    )
    pushes = sum(by_kind.get(kind.value, 0) for kind in UNASKED)
    return Counts(sum(by_kind.values()), pushes, connection.scalar(accepted) or 0)


def sent_by_bot(connection: Connection, account: str, own: OwnWords) -> bool:
    """Whether our own words, come back, are the bot's: by the platform's id, else by what they are."""
    if _any_sent(connection, account, own.to, col(OutboxRow.platform_id) == own.message_id):
        return True
    if own.picture is None:
        return said_by_bot(connection, account, own.to, own.text, own.at)
    return _shown_by_bot(connection, account, own, own.picture)


def _shown_by_bot(connection: Connection, account: str, own: OwnWords, size: int) -> bool:
    """Whether the bot sent a picture as large shortly before or after; one without an id, if no size is told.

    A picture comes back as a name and a link, so its size stands for the words of a text (`said_by_bot`).
    """
    alike = func.length(col(OutboxRow.picture)) == size if size else col(OutboxRow.platform_id) == ""
    return _any_sent(
        connection,
        account,
        own.to,
        col(OutboxRow.status).in_(_MAYBE_BACK),
        col(OutboxRow.began_at).between(own.at - ECHOES_FOR, own.at + ECHOES_FOR),
        col(OutboxRow.picture).is_not(None),
        alike,
    )


def _any_sent(connection: Connection, account: str, to: str, *which: ColumnElement[bool]) -> bool:
    asked = (
        select(col(OutboxRow.id))
        .join(ContactRow, col(ContactRow.id) == col(OutboxRow.contact_id))
        .where(col(ContactRow.account) == account, col(ContactRow.external_id) == to, *which)
    )
    return connection.scalar(asked.limit(1)) is not None


def group_of(connection: Connection, account: str, external_id: str) -> int | None:
    """The group through which this person last wrote, if it was a temporary session."""
    last = (
        select(col(MessageRow.payload))
        .join(ContactRow, col(ContactRow.id) == col(MessageRow.contact_id))
        .where(
            col(ContactRow.account) == account,
            col(ContactRow.external_id) == external_id,
            col(MessageRow.kind) != "event",
        )
        .order_by(col(MessageRow.id).desc())
        .limit(1)
    )
    payload = connection.scalar(last)
    return whole(payload.get(GROUP)) if payload else None


def sender_of(connection: Connection, message_row: int) -> str:
    """Who wrote the message that is stored in this row."""
    asked = select(col(ContactRow.external_id)).join(
        MessageRow, col(MessageRow.contact_id) == col(ContactRow.id)
    )
    return connection.scalar(asked.where(col(MessageRow.id) == message_row)) or ""


def release(connection: Connection, account: str, reasons: Collection[str], now: datetime) -> None:
    """What waited for the connection, and for nothing else, may go."""
    stopped = (col(AccountRow.account) == account, col(AccountRow.stopped_reason).in_(reasons))
    opened = {"stopped_until": None, "stopped_reason": ""}
    connection.execute(update(AccountRow).where(*stopped).values(opened))
    ours = select(col(ContactRow.id)).where(col(ContactRow.account) == account)
    waiting = (
        col(OutboxRow.status).in_(_IN_WORK),
        col(OutboxRow.status) == Status.PLANNED,
        col(OutboxRow.reason).in_(reasons),
        col(OutboxRow.due_at) > now,
        col(OutboxRow.contact_id).in_(ours),
    )
    connection.execute(update(OutboxRow).where(*waiting).values(due_at=now))
