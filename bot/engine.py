"""The way in: events are handled in batches, each batch one transaction (DESIGN §1–§3)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.batching import Batcher
from bot.core.clock import Clock
from bot.core.events import BuyerMessage, Event, SellerMessage
from bot.core.settings import Settings
from bot.transaction import Handled, Transaction
from scheduler.settled import delivered
from storage.db import Database
from storage.queues import confirm_passive
from storage.writers import Origin, write_effects

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 256
GATHER = 0.015
"""Seconds; a platform waits five (CHANNELS §1.5)."""
TRIES_ALONE = 3
"""How often an event is tried by itself when the database may have been at fault."""


class Engine:
    """Takes every event; when `submit` returns, what came of it is durable."""

    def __init__(
        self, database: Database, settings: Settings, transaction: Transaction, clock: Clock
    ) -> None:
        self._database = database
        self._settings = settings
        self._transaction = transaction
        self._clock = clock
        self.wake: Callable[[], None] = lambda: None
        self.ready: asyncio.Event | None = None
        """Set once messages can be read as they always will be; until then they wait."""
        self._events: Batcher[Event, Handled] = Batcher(self._handle, MOST_AT_ONCE, GATHER)
        self._delivered: Batcher[int, None] = Batcher(self._confirm, 1000)

    async def submit(self, event: Event) -> Handled:
        """Handle one event. The same (account, message id) again changes nothing and is answered alike.

        Raises what the database raises when nothing could be stored; the platform will try again.
        """
        if self.ready is not None:
            await self.ready.wait()
        return await self._events.submit(self._who(event))

    def delivered(self, message_row: int) -> None:
        """The HTTP answer to this message has been written out; noted soon, in bulk."""
        self._delivered.post(message_row)

    async def drain(self) -> None:
        """Wait until everything taken is written."""
        await self._events.drain()
        await self._delivered.drain()

    def _who(self, event: Event) -> Event:
        """A bound seller's message is a seller's message, whatever channel it came by."""
        if not isinstance(event, BuyerMessage):
            return event
        seller = self._settings.seller_by_identity.get((event.account, event.external_id))
        if seller is None:
            return event
        return SellerMessage(
            event.account,
            event.external_id,
            event.message_id,
            event.at,
            seller.name,
            seller.role,
            event.text,
            event.kind,
            event.payload,
        )

    async def _confirm(self, message_rows: Sequence[int]) -> Sequence[None]:
        now = self._clock.now()
        try:
            await self._database.write(lambda c: self._note_delivered(c, message_rows, now))
        except Exception as error:
            log.error("deliveries_not_noted", answers=len(message_rows), error=type(error).__name__)
        return [None] * len(message_rows)

    def _note_delivered(self, connection: Connection, message_rows: Sequence[int], now: datetime) -> None:
        origin = Origin(now, None, self._transaction.around)
        for planned in confirm_passive(connection, message_rows, now):
            write_effects(connection, [(origin, effect) for effect in delivered(planned)])

    async def _handle(self, batch: Sequence[Event]) -> Sequence[Handled | BaseException]:
        try:
            handled: list[Handled | BaseException] = list(
                await self._database.write(lambda c: self._transaction.run(c, batch))
            )
        except Exception as error:
            log.warning("batch_set_apart", events=len(batch), error=type(error).__name__)
            handled = [await self._alone(event) for event in batch]
        for done in handled:
            if isinstance(done, Handled):
                self._transaction.learn(done)
        self.wake()
        return handled

    async def _alone(self, event: Event) -> Handled | BaseException:
        error: Exception = RuntimeError("not tried")
        for _ in range(TRIES_ALONE):
            try:
                return (await self._database.write(lambda c: self._transaction.run(c, [event])))[0]
            except (IntegrityError, OperationalError) as passing:  # another process was faster, or a lock
                error = passing
            except Exception as lasting:
                error = lasting
                break
        return await self._set_aside(event, error)

    async def _set_aside(self, event: Event, error: Exception) -> Handled | BaseException:
        """Store the event without its effects, and tell the seller; if even that fails, hand the error on."""
        try:
            return (await self._database.write(lambda c: self._transaction.run(c, [event], broken=error)))[0]
        except Exception as worse:
            log.error("event_lost_for_now", error=type(worse).__name__)
            return worse
