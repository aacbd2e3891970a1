"""Many small requests, one piece of work: what arrives while a batch runs forms the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

CROWD = 16
"""A batch of so many items is followed by another, surely."""
STEP = 0.001


class Batcher(Generic[T, R]):
    """Collects items and hands them to `handle`, one batch at a time, in order of arrival.

    `handle` gives one result, or one exception, per item. Nothing waits while idle; after a crowd there is
    a pause of `gather` seconds, in which the next one comes together (measured: a quarter more throughput).
    """

    def __init__(
        self,
        handle: Callable[[Sequence[T]], Awaitable[Sequence[R | BaseException]]],
        limit: int,
        gather: float = 0.0,
    ) -> None:
        self._handle = handle
        self._limit = limit
        self._gather = gather
        self._pending: list[tuple[T, asyncio.Future[R]]] = []
        self._running: asyncio.Task[None] | None = None
        self._taken = self._done = 0
        self._progress = asyncio.Event()

    async def submit(self, item: T) -> R:
        """Queue `item` and wait for its result; giving up waiting does not take the item back."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._put(item, future)
        return await future

    def post(self, item: T) -> None:
        """Queue `item`; nobody waits for its result."""
        self._put(item, asyncio.get_running_loop().create_future())

    async def drain(self) -> None:
        """Wait until everything submitted so far is done."""
        so_far = self._taken
        while self._done < so_far:
            await self._progress.wait()

    def _put(self, item: T, future: asyncio.Future[R]) -> None:
        self._taken += 1
        self._pending.append((item, future))
        if self._running is None:
            self._running = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._pending:
                batch, self._pending = self._pending[: self._limit], self._pending[self._limit :]
                try:
                    await self._settle(batch)
                finally:
                    self._done += len(batch)
                    progress, self._progress = self._progress, asyncio.Event()
                    progress.set()
                await self._gathered(len(batch))
        finally:
            self._running = None

    async def _gathered(self, before: int) -> None:
        """After a crowd, wait until as many are there again, but no longer than `gather`."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._gather
        # an event an item would cost more than looking again
        while before >= CROWD and len(self._pending) < before and loop.time() < until:  # noqa: ASYNC110
            await asyncio.sleep(STEP)

    async def _settle(self, batch: list[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            results = await self._handle([item for item, _ in batch])
            if len(results) != len(batch):
                raise RuntimeError(f"{len(results)} results for {len(batch)} items")
        except Exception as error:
            results = [error] * len(batch)
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():
                continue
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)
