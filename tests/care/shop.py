"""A shop whose days are lived through by hand: real database, planner, rings; only nothing is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, insert, select, update
from sqlmodel import col

from bot.care import care_after, daily
from bot.core.care_rules import CareRule
from bot.core.clock import Clock
from bot.core.customer import OrderItem, OrderStatus
from bot.core.delivery import Capability
from bot.core.effects import Effect, KeepOrder, RecordOrder
from bot.core.settings import Settings
from bot.transaction import Transaction
from bot.valuation import revalue_after
from handlers.brain import Brain
from handlers.understanding import Reader
from scheduler.calendar.days import moment_of
from storage import load
from storage.db import Database
from storage.queues import claim_timers
from storage.rows import CareRow, CustomerRow, OrderRow, OutboxRow, TaskRow, TimerRow, table
from storage.writers import Origin, Surroundings, write_effects

ZONE = ZoneInfo("Asia/Shanghai")
AROUND = Surroundings()


def at(day: str, clock: str = "12:00") -> datetime:
    """A moment of the shop's wall clock."""
    return moment_of(date.fromisoformat(day), time.fromisoformat(clock), ZONE)


def only(settings: Settings, *names: str, **changes: Any) -> Settings:
    """The shop with these rules alone, one of them perhaps changed."""
    rules: list[CareRule] = [r for r in settings.care.rules if r.name in names]
    assert len(rules) == len(names), names
    changed = tuple(rule.model_copy(update={"enabled": True, **changes}) for rule in rules)
    return settings.model_copy(update={"care": settings.care.model_copy(update={"rules": changed})})


@dataclass
class LivingShop:
    """`now` is moved by `live`; everything that becomes due on the way is done in its order."""

    database: Database
    settings: Settings
    now: datetime
    planned: datetime | None = None
    failed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = Clock(source=lambda: self.now)
        self.transaction = Transaction(
            Brain(self.settings, Reader(self.settings)),
            {"sandbox": Capability()},
            self.clock,
            lambda *_: "",
            AROUND,
        )

    # --- what happens -----------------------------------------------------------------------------

    def buyer(self, external_id: str, **fields: Any) -> int:
        with self.database.transaction() as connection:
            made = load.ensure_contacts(connection, [("sandbox", external_id)], [], self.now)
            id_ = made[("sandbox", external_id)].customer_id
            assert id_ is not None
            if fields:
                connection.execute(update(CustomerRow).where(col(CustomerRow.id) == id_).values(fields))
        return id_

    def on_paper(self, **fields: Any) -> int:
        """A customer without any account."""
        with self.database.transaction() as connection:
            row = insert(CustomerRow).values({"first_seen_at": self.now} | fields)
            return connection.execute(row.returning(col(CustomerRow.id))).scalar_one()

    def write(self, *effects: Effect) -> None:
        with self.database.transaction() as connection:
            write_effects(connection, [(Origin(self.now, None, AROUND), e) for e in effects])
            revalue_after(connection, effects, self.settings, self.now)
            care_after(connection, effects, self.settings, self.now, AROUND)

    def order(
        self,
        who: int,
        number: str,
        product: str = "玫瑰面霜",
        price: str = "129",
        status: OrderStatus = OrderStatus.PAID,
    ) -> None:
        self.write(RecordOrder(who, number, (OrderItem(product, 1, Decimal(price)),), status))

    def became(self, who: int, number: str, status: OrderStatus) -> None:
        """What a shop's system reports."""
        moments = {f"{status.value}_at": self.now} if status.value in ("paid", "shipped", "signed") else {}
        total = next(row.total for row in self.rows(OrderRow) if row.number == number)
        self.write(KeepOrder(number, who, {"status": status, "total": total, **moments}))

    # --- time -------------------------------------------------------------------------------------

    def live(self, until: datetime) -> None:
        """Until then, everything in the order of its time, the daily pass included."""
        self.pass_days()
        while (due := self._next()) is not None and due <= until:
            self.now = max(due, self.now)
            self.do_due()
        self.now = max(until, self.now)

    def sleep(self, until: datetime) -> None:
        """The machine is off until then, and does what is left in one go."""
        self.now = until
        self.do_due()

    def do_due(self) -> None:
        self.pass_days()
        while self.ring_once():
            pass

    def ring_once(self, *, crash: bool = False) -> bool:
        with self.database.transaction() as connection:
            due = claim_timers(connection, self.now, 50)
        if not due:
            return False
        try:
            with self.database.transaction() as connection:
                self.transaction.run(connection, due)
                if crash:
                    raise InterruptedError
        except InterruptedError:
            self.now += timedelta(minutes=2)  # the lease runs out
        return True

    def pass_days(self) -> None:
        while self.planned is None or self.planned <= self.now:
            with self.database.transaction() as connection:
                self.planned = daily(self.settings, AROUND, connection, self.now)
            if self.planned > self.now:
                return

    def _next(self) -> datetime | None:
        with self.database.transaction() as connection:
            timer = connection.scalar(select(col(TimerRow.due_at)).order_by(col(TimerRow.due_at)).limit(1))
        return min((m for m in (timer, self.planned) if m is not None), default=None)

    # --- what has come of it ----------------------------------------------------------------------

    def said(self) -> list[tuple[str, str]]:
        """(rule, local moment) of everything handed to the outbox."""
        return [(row.rule, _local(row.created_at)) for row in self.rows(OutboxRow) if row.rule]

    def texts(self) -> list[str]:
        return [row.text for row in self.rows(OutboxRow) if row.rule]

    def tasks(self) -> list[tuple[str, str]]:
        return [(row.about, _local(row.created_at)) for row in self.rows(TaskRow)]

    def care(self) -> dict[tuple[str, str], tuple[str, str]]:
        """(rule, occasion) → (state, reason)."""
        return {(r.rule, r.occasion): (str(r.state), r.reason) for r in self.rows(CareRow)}

    def rows(self, row: Any) -> Sequence[Row[Any]]:
        with self.database.transaction() as connection:
            return connection.execute(select(table(row)).order_by(table(row).c.id)).all()


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(ZONE):%Y-%m-%d %H:%M}"
