"""The bot without a wire: engine, sender and clockwork on a real database, with a clock moved by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Row, insert, select
from sqlmodel import SQLModel, col

from bot.core.accounts import SandboxAccount, WechatOaAccount
from bot.core.clock import Clock
from bot.core.delivery import Capability, Contact, Kind, Status
from bot.core.effects import Effect
from bot.core.events import BuyerMessage, TimerDue
from bot.core.ledger import Limits
from bot.core.settings import SendingSettings, Settings
from bot.engine import Engine
from bot.transaction import Transaction
from handlers.brain import Brain
from handlers.understanding import Reader
from scheduler.clockwork import Clockwork
from scheduler.sender import Sender
from storage import load
from storage.db import Database
from storage.rows import ContactRow, OutboxRow, table
from storage.writers import Origin, Surroundings, write_effects
from tests.fakes.platform import Platform

NINE = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
"""Nine o'clock in the shop."""

SENDING = SendingSettings(undo=timedelta(seconds=5), attempts=4, first_backoff=timedelta(seconds=10))


class Hand:
    """The source of a clock that only the test moves."""

    def __init__(self, moment: datetime = NINE) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **span: float) -> datetime:
        self.moment += timedelta(**span)
        return self.moment


class Silent:
    """An engine that is never asked anything but timers, and only notes them."""

    def __init__(self) -> None:
        self.rung: list[TimerDue] = []

    async def submit(self, event: TimerDue) -> None:
        self.rung.append(event)

    async def drain(self) -> None:
        pass


def with_accounts(settings: Settings) -> Settings:
    """The shipped shop with two more accounts: `oa` and `other`."""
    more = [
        WechatOaAccount(
            id=name, channel="wechat_oa", original_id="gh_1", app_id="wx1", app_secret="s", token="t"
        )
        for name in ("oa", "other")
    ]
    return settings.model_copy(update={"accounts": (SandboxAccount(id="sandbox", channel="sandbox"), *more)})


_READERS: dict[int, tuple[Settings, Reader]] = {}


def reader(settings: Settings) -> Reader:
    """The shop's words, compiled once for all tests."""
    if id(settings) not in _READERS:
        _READERS[id(settings)] = (settings, Reader(settings))
    return _READERS[id(settings)][1]


@dataclass
class Bench:
    """Everything between the channels and the database; `hand` moves the time."""

    database: Database
    platforms: Mapping[str, Platform]
    hand: Hand = field(default_factory=Hand)
    sellers: Sequence[tuple[str, str]] = (("sandbox", "seller"),)
    sending: SendingSettings = SENDING
    limits: Limits = field(default_factory=Limits)
    numbers: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.clock = Clock(source=self.hand)
        with self.database.transaction() as connection:
            found = load.ensure_contacts(connection, [], self.sellers, self.clock.now())
        sizes = {name: platform.capability.text_bytes for name, platform in self.platforms.items()}
        self.around = Surroundings(tuple(found[s] for s in self.sellers), sizes, limits=self.limits)
        self.sender = self.another_sender()

    def another_sender(self, database: Database | None = None) -> Sender:
        """A sender as another process has it."""
        db = database or self.database
        return Sender(db, self.platforms, self.clock, self.sending, self.around, chance=lambda: 0.0)

    def engine(self, brain: Brain, database: Database | None = None) -> Engine:
        """An engine, as one process has it."""
        capabilities: dict[str, Capability] = {n: p.capability for n, p in self.platforms.items()}
        transaction = Transaction(brain, capabilities, self.clock, lambda *_: "", self.around)
        return Engine(database or self.database, brain.settings, transaction, self.clock)

    def clockwork(self, engine: Any = None) -> Clockwork:
        return Clockwork(self.database, engine or Silent(), self.sender, self.clock, list(self.platforms))

    async def deliver(self) -> None:
        """Everything that may go now goes, to its end."""
        while await self.sender.run_due():
            await self.sender.settled()

    # --- what is there ---

    def contact(self, account: str, external_id: str, **fields: Any) -> Contact:
        """A buyer who is known; `fields` as in the contact table."""
        with self.database.transaction() as connection:
            load.ensure_contacts(connection, [(account, external_id)], [], self.clock.now())
            if fields:
                rows = table(ContactRow)
                here = (rows.c.account == account) & (rows.c.external_id == external_id)
                connection.execute(rows.update().where(here).values(fields))
            return load.contacts_of(connection, [(account, external_id)])[account, external_id]

    def planned(self, contact: Contact | int, text: str, **fields: Any) -> int:
        """A row that wants to go to this contact."""
        now = self.clock.now()
        row = {
            "contact_id": contact if isinstance(contact, int) else contact.id,
            "kind": Kind.RELAY,
            "text": text,
            "status": Status.PLANNED,
            "due_at": now,
            "created_at": now,
        }
        with self.database.transaction() as connection:
            made = connection.execute(insert(OutboxRow).values(row | fields).returning(col(OutboxRow.id)))
            return int(made.scalar_one())

    def write(self, *effects: Effect) -> None:
        with self.database.transaction() as connection:
            origin = Origin(self.clock.now(), None, self.around)
            write_effects(connection, [(origin, effect) for effect in effects])

    def rows(self, row_class: type[SQLModel], **where: Any) -> list[Row[Any]]:
        columns = table(row_class)
        asked = select(columns).order_by(*columns.primary_key.columns)
        for name, value in where.items():
            asked = asked.where(columns.c[name] == value)
        with self.database.transaction() as connection:
            return list(connection.execute(asked))

    def outbox(self, account: str | None = None, external_id: str | None = None) -> list[Row[Any]]:
        """What goes out, or what goes to one correspondent."""
        if account is None or external_id is None:
            return self.rows(OutboxRow)
        with self.database.transaction() as connection:
            found = load.contacts_of(connection, [(account, external_id)]).get((account, external_id))
        return self.rows(OutboxRow, contact_id=found.id) if found else []

    def status(self, row_id: int) -> str:
        return str(self.rows(OutboxRow, id=row_id)[0].status)

    def alerts(self) -> list[str]:
        """What the sellers are told."""
        return [r.text for r in self.rows(OutboxRow, kind=Kind.ALERT)]

    def message(
        self, account: str, external_id: str, text: str, message_id: str | None = None
    ) -> BuyerMessage:
        return BuyerMessage(
            account, external_id, message_id or f"m{next(self.numbers)}", self.clock.now(), text=text
        )


def answer_of(bench: Bench, account: str, external_id: str) -> list[str]:
    """The bot's own texts to this correspondent, whatever became of them."""
    return [r.text for r in bench.outbox(account, external_id) if r.kind == Kind.REPLY]
