"""A counter at which a seller types: every line is decided and written as the engine does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection, Row, insert, select, update
from sqlmodel import SQLModel, col

from bot.core.customer import Customer, TagSource
from bot.core.decision import Answer, Decision
from bot.core.delivery import Kind, Status, Via
from bot.core.effects import AddTag, Effect, OpenConsultation, Reply
from bot.core.events import SellerMessage
from bot.core.settings import Settings
from bot.valuation import revalue_after
from handlers.commands import run_command
from handlers.commands.desk import Desk
from storage import load
from storage.db import Database
from storage.rows import CustomerRow, OutboxRow
from storage.write import write_decisions
from storage.writers import Origin, Surroundings, write_effects

NINE = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
"""Nine o'clock in the shop."""

MaySend = Callable[[Connection, Customer, Kind, datetime], str]


@dataclass
class Counter:
    """Where the seller stands. `say` returns what the bot answers, all replies as one text."""

    database: Database
    settings: Settings
    now: datetime = NINE
    may_send: MaySend = lambda *_: ""
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def say(self, text: str, seller: str = "老板", role: str = "owner") -> str:
        message = SellerMessage("sandbox", seller, f"m{next(self.numbers)}", self.now, seller, role, text)
        with self.database.transaction() as connection:
            contact = load.ensure_contacts(connection, [], [("sandbox", seller)], self.now)[
                ("sandbox", seller)
            ]
            desk = Desk(connection, self.settings, self.now, may_send=self.may_send)
            effects = run_command(desk, message)
            replies = [e.text for e in effects if isinstance(e, Reply)]
            answers = tuple(Answer(text, Via.API, Status.PLANNED) for text in replies)
            decision = Decision(message, contact, tuple(effects), answers=answers)
            write_decisions(connection, [decision], self.now, Surroundings())
            revalue_after(connection, effects, self.settings, self.now)
        assert replies, "every line is answered"
        return "\n".join(replies)

    def buyer(self, external_id: str, **fields: Any) -> int:
        """A customer who has written; `fields` as in the customer table."""
        with self.database.transaction() as connection:
            made = load.ensure_contacts(connection, [("sandbox", external_id)], [], self.now)
            id_ = made[("sandbox", external_id)].customer_id
            assert id_ is not None
            if fields:
                connection.execute(update(CustomerRow).where(col(CustomerRow.id) == id_).values(fields))
        return id_

    def write(self, *effects: Effect) -> None:
        with self.database.transaction() as connection:
            write_effects(connection, [(Origin(self.now, None, Surroundings()), e) for e in effects])
            revalue_after(connection, effects, self.settings, self.now)

    def tag(self, customer_id: int, name: str) -> None:
        self.write(AddTag(customer_id, name, TagSource.BOT, "原话"))

    def asked(self, customer_id: int, product: str, words: str) -> None:
        self.write(OpenConsultation(customer_id, product, words))

    def customer(self, id_: int) -> Customer:
        with self.database.transaction() as connection:
            return load.customers(connection, load.latest_contacts(connection, [id_]))[id_]

    def rows(self, table: type[SQLModel], *where: Any) -> list[Row[Any]]:
        with self.database.transaction() as connection:
            asked = select(table.__table__).where(*where)  # type: ignore[attr-defined]
            return list(connection.execute(asked.order_by(table.__table__.c.id)))  # type: ignore[attr-defined]

    def pushed(self) -> list[Row[Any]]:
        """What was to be sent to buyers, in order."""
        return self.rows(OutboxRow, col(OutboxRow.kind) != Kind.REPLY)

    def settle(self, id_: int, status: Status, **columns: Any) -> None:
        """What the sender would have made of a row."""
        with self.database.transaction() as connection:
            row = update(OutboxRow).where(col(OutboxRow.id) == id_)
            connection.execute(row.values({"status": status} | columns))

    def put(self, table: type[SQLModel], **columns: Any) -> None:
        with self.database.transaction() as connection:
            connection.execute(insert(table).values(columns))

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    @contextmanager
    def may_not_send(self, reason: str) -> Iterator[None]:
        before, self.may_send = self.may_send, lambda *_: reason
        yield
        self.may_send = before


@pytest.fixture
def counter(database: Database, settings: Settings) -> Counter:
    """A counter on a fresh database of either kind."""
    return Counter(database, settings)


@pytest.fixture
def xiaoli(counter: Counter) -> int:
    """A customer of the name 小丽, platform id alice."""
    return counter.buyer("alice", name="小丽", phone="13812345678")


@pytest.fixture
def without_hold(counter: Counter) -> Counter:
    """The same counter, when nothing is held back before it is sent."""
    sending = counter.settings.sending.model_copy(update={"undo": timedelta()})
    counter.settings = counter.settings.model_copy(update={"sending": sending})
    return replace(counter)
