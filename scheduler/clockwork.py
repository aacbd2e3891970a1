"""Bells: APScheduler rings, the rows say what is due. In the sandbox the clock is moved by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Connection

from bot.core.clock import Clock
from bot.core.events import TimerDue
from scheduler.sender import Sender
from storage.db import Database
from storage.queues import claim_timers, next_due
from storage.shop_timers import Round, make_round, next_round, rounds_due, set_round
from storage.state import CLOCK_OFFSET, write_state

log = structlog.get_logger(__name__)

TICK = 1.0
TIMERS_AT_ONCE = 50
BREATH = 0.05
"""Seconds between two rounds: what comes meanwhile is claimed together."""
RECOVER_EVERY = 30
AFTER_FAILURE = timedelta(hours=1)
"""When a round of the shop that failed is made again."""
PATIENCE = 7.0
"""Seconds that a stop waits for platforms (CONTRACT: a clean stop within 10 s)."""


class Handling(Protocol):
    """The engine, as far as the clockwork knows it."""

    async def submit(self, event: TimerDue) -> Any:
        """Handle one event durably."""
        ...

    async def drain(self) -> None:
        """Wait until everything taken is written."""
        ...


class Clockwork:
    """Does what is due, when a bell rings or somebody wakes it; never twice at once."""

    def __init__(
        self,
        database: Database,
        engine: Handling,
        sender: Sender,
        clock: Clock,
        accounts: Collection[str],
        rounds: Mapping[str, Round] | None = None,
    ) -> None:
        self._database = database
        self._engine = engine
        self._sender = sender
        self._clock = clock
        self._accounts = list(accounts)
        self._rounds = dict(rounds or {})
        self._bell = asyncio.Event()
        self._busy = asyncio.Lock()
        self._bells = AsyncIOScheduler(
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}  # DESIGN §7.3
        )
        self._task: asyncio.Task[None] | None = None
        self._ticks = 0
        sender.landed = self.wake

    def wake(self) -> None:
        """Something may be due."""
        self._bell.set()

    async def start(self) -> None:
        """Take up what a crash left, then ring every second."""
        await self._sender.recover(started=True)
        self._bells.add_job(self._ring, "interval", seconds=TICK)
        self._bells.start()
        self._task = asyncio.create_task(self._work())
        self.wake()

    async def stop(self) -> None:
        """No new round; what is under way may take a few seconds more to be settled."""
        self._bells.shutdown(wait=False)
        if self._task is not None:
            async with self._busy:
                self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._sender.settled(timeout=PATIENCE)

    async def _ring(self) -> None:
        self.wake()

    async def _work(self) -> None:
        while True:
            await self._bell.wait()
            self._bell.clear()
            try:
                await self.run_due()
            except Exception as error:
                log.error("round_failed", error=type(error).__name__)
                log.debug("round_failed_because", exc_info=error)
            await asyncio.sleep(BREATH)

    async def run_due(self) -> None:
        """Set off everything that is due at this moment."""
        async with self._busy:
            await self._recover_sometimes()
            while await self._set_off():
                pass

    async def answered(self, account: str, done: Callable[[], Awaitable[bool]]) -> None:
        """Go on sending on this account until `done`, or until nothing of it moves any more."""
        while True:
            async with self._busy:
                moved = await self._set_off()
            await self._sender.settled(account)
            if await done() or not moved:
                return

    async def _recover_sometimes(self) -> None:
        self._ticks += 1
        if self._ticks % RECOVER_EVERY == 0:
            await self._sender.recover(started=False)

    async def _set_off(self) -> int:
        return await self._ring_timers() + await self._make_rounds() + await self._sender.run_due()

    async def _round(self) -> None:
        """Do all that is due, to the end."""
        await self._sender.settled()
        await self._sender.recover(started=False)
        while await self._set_off():
            await self._sender.settled()

    async def _ring_timers(self) -> int:
        now = self._clock.now()
        due = await self._database.write(lambda c: claim_timers(c, now, TIMERS_AT_ONCE))
        if due:
            handled = await asyncio.gather(
                *(self._engine.submit(event) for event in due), return_exceptions=True
            )
            for error in filter(lambda h: isinstance(h, Exception), handled):
                log.error("timer_not_handled", error=type(error).__name__)  # its lease brings it back
        return len(due)

    async def _make_rounds(self) -> int:
        """A piece of every round of the shop that is due, each in a transaction of its own."""
        now = self._clock.now()
        due = await self._database.read(lambda c: rounds_due(c, self._rounds, now)) if self._rounds else []
        for name in due:
            await self._make_round(name, now)
        return len(due)

    async def _make_round(self, name: str, now: datetime) -> None:
        try:
            await self._database.write(lambda c: make_round(c, name, self._rounds[name], now))
        except Exception as error:
            log.error("round_of_shop_failed", round=name, error=type(error).__name__)
            log.debug("round_of_shop_failed_because", exc_info=error)
            await self._database.write(lambda c: set_round(c, name, now + AFTER_FAILURE))

    async def advance(self, span: timedelta) -> datetime:
        """Move the clock forward, doing everything that comes due on the way in order of its due time."""
        await self._engine.drain()
        async with self._busy:
            target = self._clock.now() + span
            await self._round()
            while (due := await self._database.read(self._next)) is not None and due <= target:
                await self._move_to(max(due, self._clock.now()))
                await self._round()
            await self._move_to(target)
            await self._round()
            return self._clock.now()

    def _next(self, connection: Connection) -> datetime | None:
        moments = (
            next_due(connection, self._accounts),
            next_round(connection, self._rounds, self._clock.now()),
        )
        return min((moment for moment in moments if moment is not None), default=None)

    async def _move_to(self, moment: datetime) -> None:
        """The offset is kept before anything is done in the new time: it never runs backward."""
        self._clock.move_to(moment)
        seconds = str(self._clock.offset.total_seconds())
        await self._database.write(lambda c: write_state(c, CLOCK_OFFSET, seconds))
