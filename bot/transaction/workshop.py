"""What every kind of event is decided and written with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection

from bot import same_people
from bot.care import care_after
from bot.core.clock import Clock
from bot.core.customer import Customer
from bot.core.decision import Decision
from bot.core.delivery import Capability
from bot.core.effects import Effect, KeepExample
from bot.core.events import (
    Inbound,
    TimerDue,
)
from bot.core.settings import Settings
from bot.valuation import revalue_after
from handlers.brain import Brain
from handlers.failure import after_failure, name_of
from storage.write import write_decisions, write_failure
from storage.writers import Surroundings

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Handled:
    """What came of an event: its message row (None for a timer) and what the HTTP answer carries.

    taught: what a seller's message teaches, once it is durable. failed: it had no effect and must come again.
    """

    message_row: int | None
    answer: str | None = None
    duplicate: bool = False
    taught: tuple[KeepExample, ...] = ()
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Workshop:
    """The shop, its accounts and its clock; holds nothing between two batches."""

    brain: Brain
    capabilities: Mapping[str, Capability]
    clock: Clock
    around: Surroundings

    @property
    def settings(self) -> Settings:
        """The shop's."""
        return self.brain.settings

    def now(self) -> datetime:
        """By the shop's clock."""
        return self.clock.now()

    def may_push(self, account: str, disabled: frozenset[str]) -> bool:
        """Whether anything can be sent on this account but the answer that a callback carries."""
        capability = self.capabilities[account]
        return capability.api and (capability.answers or account not in disabled)

    def write(
        self, connection: Connection, decisions: Sequence[Decision], now: datetime
    ) -> Sequence[int | None]:
        """Write the decisions, and what their customers are worth now; the message rows' ids."""
        rows = write_decisions(connection, decisions, now, self.around)
        effects = [e for d in decisions for e in d.effects]
        revalue_after(connection, same_people.of_the_living(connection, effects), self.settings, now)
        same_people.revalue_joined(connection, effects, self.settings, now)
        care_after(connection, effects, self.settings, now, self.around)
        return rows

    def failed(
        self, connection: Connection, event: Inbound | TimerDue, customer: Customer | None, error: Exception
    ) -> list[Effect]:
        """A failing handler leaves nothing behind but this."""
        log.error("event_not_decided", kind=type(event).__name__, error=type(error).__name__)
        log.debug("event_not_decided_because", exc_info=error)
        write_failure(connection, name_of(event), f"{type(error).__name__}: {error}"[:2000], self.now())
        return after_failure(event, customer)


def said_in(customers: Mapping[int, Customer], events: Sequence[Inbound]) -> dict[int, same_people.Heard]:
    """What these customers have let be known of themselves, with these events."""
    at_hand = {(e.account, e.external_id): e for e in events}
    return {
        id_: same_people.heard(one, at_hand.get((one.contact.account, one.contact.external_id)))
        for id_, one in customers.items()
    }
