"""What sellers have promised, as commands ask for it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Row, func, select
from sqlmodel import col

from bot.core.customer import OpenPromise
from storage.columns import AnySelect
from storage.load import NOT_SETTLED
from storage.rows import ContactRow, CustomerRow, PromiseRow, table

_JUDGED = ("kept", "broken")


class Made(NamedTuple):
    """A promise with whom it was made to; `settled_at` is None as long as it is open."""

    promise: OpenPromise
    called: str
    state: str
    settled_at: datetime | None


def open_ones(connection: Connection, most: int) -> list[Made]:
    """Every open promise, the next due first."""
    asked = _select().where(NOT_SETTLED).order_by(col(PromiseRow.due_at), col(PromiseRow.id))
    return [_made(row) for row in connection.execute(asked.limit(most))]


def judged_since(connection: Connection, since: datetime) -> list[Made]:
    """What was kept or broken since then, latest first."""
    asked = _select().where(col(PromiseRow.state).in_(_JUDGED), col(PromiseRow.settled_at) >= since)
    latest = asked.order_by(col(PromiseRow.settled_at).desc(), col(PromiseRow.id).desc())
    return [_made(row) for row in connection.execute(latest)]


def last_judged(connection: Connection, customer_id: int, since: datetime) -> Made | None:
    """What was kept or broken last of what this customer was promised, since then."""
    asked = _select().where(
        col(PromiseRow.customer_id) == customer_id,
        col(PromiseRow.state).in_(_JUDGED),
        col(PromiseRow.settled_at) >= since,
    )
    latest = asked.order_by(col(PromiseRow.settled_at).desc(), col(PromiseRow.id).desc()).limit(1)
    return next((_made(row) for row in connection.execute(latest)), None)


def settled_by_words(connection: Connection, customer_id: int, moment: datetime) -> list[OpenPromise]:
    """What the seller's words of exactly this moment kept or replaced."""
    asked = _select().where(
        col(PromiseRow.customer_id) == customer_id,
        col(PromiseRow.state).in_(("kept", "moved")),
        col(PromiseRow.settled_at) == moment,
    )
    return [_made(row).promise for row in connection.execute(asked.order_by(col(PromiseRow.id)))]


def _select() -> AnySelect:
    somewhere = (
        select(func.min(col(ContactRow.external_id)))
        .where(col(ContactRow.customer_id) == col(CustomerRow.id))
        .scalar_subquery()
    )
    named = (col(CustomerRow.name), col(CustomerRow.nickname), somewhere.label("external_id"))
    return select(table(PromiseRow), *named).join(
        CustomerRow, col(CustomerRow.id) == col(PromiseRow.customer_id)
    )


def _made(row: Row[tuple[object, ...]]) -> Made:
    promise = OpenPromise(row.id, row.what, row.words, row.by, row.made_at, row.due_at, row.reminded_at)
    called = row.name or row.nickname or row.external_id or f"#{row.customer_id}"
    return Made(promise, called, row.state, row.settled_at)


def whose(connection: Connection, promise_id: int) -> int:
    """To whom it was made."""
    asked = select(col(PromiseRow.customer_id)).where(col(PromiseRow.id) == promise_id)
    return connection.scalars(asked).one()
