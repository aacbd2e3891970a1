"""The bounded way from the socket into the engine: in order, several at once, nothing lost for a hiccup."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Generic, TypeVar

import structlog

from bot.core.events import Event

log = structlog.get_logger(__name__)

T = TypeVar("T")

MOST_WAITING = 500
"""Events of one account that wait; more stay in the socket, and its sender has to wait."""
AT_ONCE = 8
"""So few, that the events of other channels come in between."""
TRIES = 6
FIRST_PAUSE = 0.5


class Intake(Generic[T]):
    """Takes what was heard, asks `prepared` what event that is, and submits it.

    OneBot never tells a thing twice: what the database cannot take is tried again for a quarter of a minute.
    """

    def __init__(
        self,
        account: str,
        prepared: Callable[[T], Awaitable[Event | None]],
        submitted: Callable[[Event], Awaitable[Any]],
    ) -> None:
        self._account = account
        self._prepared = prepared
        self._submitted = submitted
        self._queue: asyncio.Queue[T] = asyncio.Queue(MOST_WAITING)
        self._task: asyncio.Task[None] | None = None

    async def put(self, heard: T) -> None:
        """Take one thing; waits while too many are waiting."""
        await self._queue.put(heard)

    def start(self) -> None:
        """Begin to submit."""
        self._task = asyncio.create_task(self._work())

    async def stop(self, timeout: float) -> None:
        """Submit what has been taken, for at most `timeout` seconds, and end."""
        if self._task is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._queue.join()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None

    async def _work(self) -> None:
        while True:
            taken = [await self._queue.get()]
            while len(taken) < AT_ONCE and not self._queue.empty():
                taken.append(self._queue.get_nowait())
            try:
                await self._through(taken)
            finally:
                for _ in taken:
                    self._queue.task_done()

    async def _through(self, taken: list[T]) -> None:
        events = [event for heard in taken if (event := await self._asked(heard)) is not None]
        pause = FIRST_PAUSE
        for last in (*(False,) * (TRIES - 1), True):
            done = await asyncio.gather(*(self._submitted(e) for e in events), return_exceptions=True)
            events = [e for e, fault in zip(events, done, strict=True) if isinstance(fault, Exception)]
            if not events:
                return
            faults = sorted({type(f).__name__ for f in done if isinstance(f, Exception)})
            log.warning("onebot11.not_stored", account=self._account, events=len(events), faults=faults)
            if not last:
                await asyncio.sleep(pause)
                pause *= 2
        log.error("onebot11.events_lost", account=self._account, events=len(events))

    async def _asked(self, heard: T) -> Event | None:
        try:
            return await self._prepared(heard)
        except Exception as fault:
            log.error("onebot11.not_prepared", account=self._account, error=type(fault).__name__)
            return None
