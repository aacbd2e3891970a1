"""Messages that are stored already, and those that wait to be said."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, or_, select, tuple_
from sqlmodel import col

from bot.core.delivery import Kind, Status
from bot.core.ledger import Late
from storage.load.contacts import Address
from storage.rows import MessageRow, OutboxRow


class Known(NamedTuple):
    """A message that is stored already, and what its HTTP answer was."""

    id: int
    answer: str | None


def known_messages(connection: Connection, keys: Collection[Address]) -> dict[Address, Known]:
    """Which of these (account, message id) are stored."""
    found = connection.execute(_KNOWN, {"keys": list(keys)})
    return {(r.account, r.message_id): Known(r.id, r.answer) for r in found}


# What every batch asks is built once: building a statement costs more than running it.
_KNOWN = select(
    col(MessageRow.account), col(MessageRow.message_id), col(MessageRow.id), col(MessageRow.answer)
).where(tuple_(col(MessageRow.account), col(MessageRow.message_id)).in_(bindparam("keys", expanding=True)))


class Waiting(NamedTuple):
    """A parked row: its correspondent, and what is needed to say it with an answer."""

    contact_id: int
    id: int
    text: str
    kind: Kind
    priority: int = 0
    late: Late = Late.ANY
    expires_at: datetime | None = None


def parked_texts(
    connection: Connection, contact_ids: Collection[int], now: datetime
) -> dict[int, list[Waiting]]:
    """The texts that wait for each of these correspondents to speak and have not expired, oldest first.

    The rows stay locked, so that nobody takes back what rides on an answer.
    """
    if not contact_ids:
        return {}
    asked = select(*(col(getattr(OutboxRow, name)) for name in Waiting._fields)).where(
        col(OutboxRow.contact_id).in_(contact_ids),
        col(OutboxRow.status) == Status.PARKED,
        col(OutboxRow.picture).is_(None),
        or_(col(OutboxRow.expires_at).is_(None), col(OutboxRow.expires_at) > now),
    )
    parked: dict[int, list[Waiting]] = {}
    for row in connection.execute(asked.order_by(col(OutboxRow.id)).with_for_update()):
        parked.setdefault(row.contact_id, []).append(Waiting(*row))
    return parked
