"""Work that goes on beside messages: again and again, until there is nothing left for now."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog

log = structlog.get_logger(__name__)


class Beside:
    """Looks every `every` seconds whether there is something to do; what is left to do is in the database."""

    every: float

    _task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """What is under way comes back by its lease."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def step(self) -> bool:
        """Do a piece; whether there may be more."""
        raise AssertionError(f"{type(self).__name__} does nothing")

    async def _run(self) -> None:
        while True:
            try:
                while await self.step():
                    pass
            except Exception as error:
                name = type(self).__name__
                log.error("work_beside_failed", what=name, error=type(error).__name__)
                log.debug("work_beside_failed_because", what=name, exc_info=error)
            await asyncio.sleep(self.every)
