"""One batch: cut into waves in which no person appears twice, each handled by its kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from bot import same_people
from bot.core.clock import Clock
from bot.core.delivery import Capability
from bot.core.events import (
    Event,
    Inbound,
    OrderEvent,
    ParcelEvent,
    ShopEvent,
    TimerDue,
)
from bot.shop_events import Done, ShopEvents
from bot.transaction.incoming import Incoming
from bot.transaction.rung import Rung
from bot.transaction.workshop import Handled, Workshop
from bot.waves import waves
from handlers.brain import Brain
from handlers.commands.desk import Foresee, MaySend
from storage import load, order_people
from storage.writers import Origin, Surroundings, write_effects


class Transaction:
    """Knows the shop; holds nothing between two batches."""

    def __init__(
        self,
        brain: Brain,
        capabilities: Mapping[str, Capability],
        clock: Clock,
        may_send: MaySend,
        around: Surroundings,
        may_soon: MaySend | None = None,
    ) -> None:
        self.around = around
        self._shop = Workshop(brain, capabilities, clock, around)
        self._incoming = Incoming(self._shop, may_send)
        self._rung = Rung(self._shop, may_soon or may_send)
        self._shop_events = ShopEvents(brain.settings, clock.now, around)

    def see_ahead_with(self, foresee: Foresee) -> None:
        """How a seller's command is shown what will be sent."""
        self._incoming.foresee = foresee

    def run(
        self, connection: Connection, batch: Sequence[Event], broken: Exception | None = None
    ) -> list[Handled]:
        """Handle the batch; `broken` is why its one event must be set aside instead of decided."""
        ordered = [e for e in batch if isinstance(e, OrderEvent)]
        if ordered:
            order_people.one_at_a_time(connection)
        same = same_people.lock(connection, batch)
        load.lock_people(
            connection,
            [(e.account, e.external_id) for e in batch if isinstance(e, Inbound)],
            [e.customer_id for e in batch if isinstance(e, TimerDue)]
            + [id_ for event in ordered for id_ in order_people.concerned(connection, event)]
            + list(same),
        )
        handled: dict[int, Handled] = {}
        for wave in waves(batch):
            handled |= zip(wave, self._wave(connection, [batch[i] for i in wave], broken), strict=True)
        return [handled[i] for i in range(len(batch))]

    def learn(self, handled: Handled) -> None:
        """What the seller taught with this message, now that it is written, counts in this process.

        Other processes on the same PostgreSQL learn it at their next start.
        """
        for kept in handled.taught:
            self._shop.brain.learn(kept)

    def _wave(
        self, connection: Connection, events: Sequence[Event], broken: Exception | None
    ) -> list[Handled]:
        reported: list[ShopEvent] = [e for e in events if isinstance(e, OrderEvent | ParcelEvent)]
        if reported:
            done = [self._reported(connection, event, broken) for event in reported]
            return [Handled(None, duplicate=d.duplicate, failed=d.failed) for d in done]
        timers = [e for e in events if isinstance(e, TimerDue)]
        if timers:
            return self._rung.handle(connection, timers, broken)
        return self._incoming.handle(connection, [e for e in events if isinstance(e, Inbound)], broken)

    def _reported(self, connection: Connection, event: ShopEvent, broken: Exception | None) -> Done:
        """A shop event, and who its phone shows to be one person."""
        done = self._shop_events.handle(connection, event, broken)
        if isinstance(event, OrderEvent) and not (done.duplicate or done.failed):
            now = self._shop.now()
            if effects := same_people.after_order(connection, event):
                write_effects(connection, [(Origin(now, None, self._shop.around), e) for e in effects])
                same_people.revalue_joined(connection, effects, self._shop.settings, now)
        return done
