"""Work that goes on beside the reading of frames: bounded, and ended with the channel."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

log = structlog.get_logger(__name__)

MOST = 100


class Beside:
    """Tasks nobody waits for; too much at once is left undone, what breaks is logged."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._tasks: set[asyncio.Task[None]] = set()

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin `work`."""
        if len(self._tasks) >= MOST:
            work.close()
            log.warning("onebot11.too_much_at_once", account=self._account)
            return
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def stop(self) -> None:
        """End everything that is still going on."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("onebot11.broke", account=self._account, error=type(fault).__name__)
