"""What waits for the seller's own hand, as commands ask for it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, literal_column, or_, select
from sqlmodel import col

from bot.core.effects import TaskState
from storage.load import living
from storage.rows import TaskRow


class Task(NamedTuple):
    """One that stands: `key` as `effects.SettleTask` wants it."""

    key: str
    customer_id: int
    about: str
    draft: str
    why: str
    created_at: datetime
    until: datetime | None
    outbox_id: int | None


def standing(connection: Connection, now: datetime, most: int, but: Collection[str] = ()) -> list[Task]:
    """All of the shop that are to be shown now, oldest first; without those about one of `but`."""
    return _first(connection, most, _standing(now), col(TaskRow.about).not_in(but))


def about(connection: Connection, now: datetime, what: str, most: int) -> list[Task]:
    """Those about this alone."""
    return _first(connection, most, _standing(now), col(TaskRow.about) == what)


def _first(connection: Connection, most: int, *where: ColumnElement[bool]) -> list[Task]:
    asked = select(*_COLUMNS).where(*where).order_by(col(TaskRow.created_at), col(TaskRow.id))
    return [Task(*row) for row in connection.execute(asked.limit(most))]


def how_many(connection: Connection, now: datetime, what: str) -> int:
    """How many of those stand."""
    asked = select(func.count()).select_from(TaskRow).where(_standing(now), col(TaskRow.about) == what)
    return connection.scalar(asked) or 0


def of_customer(connection: Connection, customer_id: int, now: datetime) -> list[Task]:
    """This customer's, oldest first."""
    who = living(connection, [customer_id])[customer_id]
    asked = select(*_COLUMNS).where(col(TaskRow.customer_id) == who, _standing(now))
    return [Task(*row) for row in connection.execute(asked.order_by(col(TaskRow.id)))]


_COLUMNS = (
    col(TaskRow.key),
    col(TaskRow.customer_id),
    col(TaskRow.about),
    col(TaskRow.draft),
    col(TaskRow.why),
    col(TaskRow.created_at),
    col(TaskRow.until),
    col(TaskRow.outbox_id),
)


def _standing(now: datetime) -> ColumnElement[bool]:
    """In the words of the partial index: SQLite uses it for nothing else."""
    names: list[Any] = [literal_column(f"'{state.value}'") for state in (TaskState.OPEN, TaskState.LATER)]
    return and_(
        col(TaskRow.state).in_(names),
        or_(col(TaskRow.until).is_(None), col(TaskRow.until) > now),
        or_(col(TaskRow.again_at).is_(None), col(TaskRow.again_at) <= now),
    )
