"""Tables that sellers have sent: fetched, read without writing, and taken in once the seller says so."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, delete, or_, select, update
from sqlmodel import col

from storage.rows import SentTableRow, table


class State(StrEnum):
    """What becomes of a table that was sent."""

    SENT = "sent"  # to be fetched, and read without writing
    READ = "read"  # waits for the seller's 导入
    WANTED = "wanted"  # to be taken in
    DONE = "done"
    FAILED = "failed"


LEASE: Final = timedelta(minutes=10)
"""Longer than the largest table takes; what a dead process had is taken up after it."""
KEPT: Final = timedelta(days=7)
"""How long a table waits for 导入; then its bytes are forgotten."""
_TO_DO: Final = (State.SENT, State.WANTED)


@dataclass(frozen=True, slots=True)
class SentTable:
    """A table with its bytes, once they have been fetched."""

    id: int
    account: str
    payload: Mapping[str, Any]
    state: State
    name: str
    data: bytes | None
    tries: int


def claim(connection: Connection, accounts: Collection[str], now: datetime) -> SentTable | None:
    """The next that something is to be done about, ours for the length of a lease."""
    free = or_(col(SentTableRow.lease_until).is_(None), col(SentTableRow.lease_until) <= now)
    asked = select(table(SentTableRow)).where(
        col(SentTableRow.state).in_(_TO_DO), col(SentTableRow.account).in_(accounts), free
    )
    row = connection.execute(
        asked.order_by(col(SentTableRow.id)).limit(1).with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return None
    settle(connection, row.id, lease_until=now + LEASE, tries=row.tries + 1)
    return SentTable(row.id, row.account, row.payload, State(row.state), row.name, row.data, row.tries + 1)


def settle(connection: Connection, id_: int, **changed: Any) -> None:
    """Write what has become of it."""
    connection.execute(update(SentTableRow).where(col(SentTableRow.id) == id_).values(changed))


def released(connection: Connection) -> None:
    """Whatever a process of before had is free again; where only one process runs."""
    connection.execute(update(SentTableRow).values(lease_until=None))


def forget_old(connection: Connection, now: datetime) -> None:
    """Tables that nobody wants are not kept."""
    connection.execute(delete(SentTableRow).where(col(SentTableRow.created_at) < now - KEPT))


def known(connection: Connection, id_: int) -> tuple[State, str] | None:
    """The state and name of one table."""
    asked = select(col(SentTableRow.state), col(SentTableRow.name)).where(col(SentTableRow.id) == id_)
    first = asked.order_by(col(SentTableRow.id)).limit(1).with_for_update(skip_locked=True)
    row = connection.execute(first).first()
    return (State(row.state), row.name) if row else None


def waiting(connection: Connection) -> list[tuple[int, str]]:
    """(number, name) of those that wait for 导入, oldest first."""
    asked = select(col(SentTableRow.id), col(SentTableRow.name)).where(col(SentTableRow.state) == State.READ)
    return [(row.id, row.name) for row in connection.execute(asked.order_by(col(SentTableRow.id)))]
