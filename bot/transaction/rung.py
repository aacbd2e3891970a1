"""Timers that have rung: decided and written, one turn per person."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from bot import same_people
from bot.answering import compose
from bot.care import records_for
from bot.core.care import CareRecord
from bot.core.customer import Customer
from bot.core.decision import Decision
from bot.core.delivery import Capability
from bot.core.effects import Reply
from bot.core.events import (
    TimerDue,
)
from bot.core.holiday import Holiday
from bot.transaction.workshop import Handled, Workshop, said_in
from handlers.commands.desk import MaySend
from storage import load
from storage.holidays import limits_now
from storage.queues import standing_timers


class Rung:
    """Handles the timers of one wave."""

    def __init__(self, shop: Workshop, may_soon: MaySend) -> None:
        self._shop = shop
        self._may_soon = may_soon

    def handle(
        self, connection: Connection, timers: Sequence[TimerDue], broken: Exception | None
    ) -> list[Handled]:
        """All of them; whose turn comes only when that of another is written, comes then."""
        waiting = timers
        while waiting:
            decisions, waiting = self._rung(connection, waiting, broken)
            self._shop.write(connection, decisions, self._shop.now())
        return [Handled(None)] * len(timers)

    def _rung(
        self, connection: Connection, timers: Sequence[TimerDue], broken: Exception | None
    ) -> tuple[list[Decision], list[TimerDue]]:
        """What follows, and whose turn comes only when that is written."""
        standing = standing_timers(connection, timers)
        customers = load.snapshots(connection, [t.customer_id for t in timers])
        said = said_in(customers, [])
        customers, later = same_people.recognised(connection, customers, said), same_people.taking_turns(said)
        cared = records_for(connection, timers, self._shop.settings, self._shop.now())
        holidays = limits_now(connection, self._shop.around.limits).holidays
        decisions = [
            self._timer_decision(
                connection,
                timer,
                customers.get(timer.customer_id),
                broken,
                cared.get(timer.timer_id),
                holidays,
            )
            for timer in timers
            if timer.timer_id in standing and timer.customer_id not in later
        ]
        return decisions, [t for t in timers if t.timer_id in standing and t.customer_id in later]

    def _timer_decision(
        self,
        connection: Connection,
        timer: TimerDue,
        customer: Customer | None,
        broken: Exception | None,
        care: CareRecord | None,
        holidays: tuple[Holiday, ...],
    ) -> Decision:
        if customer is None:  # gone: done with
            return Decision(timer, None)
        try:
            if broken is not None:
                raise broken
            now = self._shop.now()
            effects = self._shop.brain.on_timer(
                customer,
                timer,
                now,
                lambda kind: self._may_soon(connection, customer, kind, now),
                care,
                holidays,
            )
        except Exception as error:
            effects = self._shop.failed(connection, timer, customer, error)
        capability = self._shop.capabilities.get(customer.contact.account, Capability())
        replies = [e.text for e in effects if isinstance(e, Reply)]
        composed = compose(replies, Capability(text_bytes=capability.text_bytes), api=True)
        if not customer.contact.is_somewhere:  # an answer has nowhere to go
            return Decision(timer, None, tuple(effects))
        return Decision(timer, customer.contact, tuple(effects), None, composed.answers)
