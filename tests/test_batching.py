"""Many small requests, one piece of work."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bot.batching import Batcher


class Work:
    """Notes the batches; while the gate is shut, the work hangs."""

    def __init__(self, limit: int = 100) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.batcher: Batcher[int, str] = Batcher(self.handle, limit)

    async def handle(self, items: Sequence[int]) -> Sequence[str | BaseException]:
        self.batches.append(list(items))
        await self.gate.wait()
        return [ValueError(f"{n}") if n < 0 else f"{n}" for n in items]


async def test_one_item_does_not_wait_for_others() -> None:
    work = Work()
    assert await work.batcher.submit(1) == "1"
    assert await work.batcher.submit(2) == "2"
    assert work.batches == [[1], [2]]


async def test_what_arrives_during_a_batch_is_the_next_one_in_order() -> None:
    work = Work(limit=3)
    work.gate.clear()
    tasks = [asyncio.create_task(work.batcher.submit(n)) for n in range(2)]
    while not work.batches:
        await asyncio.sleep(0)
    tasks += [asyncio.create_task(work.batcher.submit(n)) for n in range(2, 7)]
    await asyncio.sleep(0)
    work.gate.set()
    assert await asyncio.gather(*tasks) == [f"{n}" for n in range(7)]
    assert work.batches == [[0, 1], [2, 3, 4], [5, 6]]


async def test_an_exception_is_one_items_own() -> None:
    work = Work()
    results = await asyncio.gather(*(work.batcher.submit(n) for n in (1, -2, 3)), return_exceptions=True)
    assert [str(r) for r in results] == ["1", "-2", "3"]
    assert isinstance(results[1], ValueError)


@pytest.mark.parametrize("fault", ["raises", "too few"])
async def test_a_work_that_fails_as_a_whole_leaves_nobody_waiting(fault: str) -> None:
    async def broken(items: Sequence[int]) -> Sequence[str]:
        if fault == "raises":
            raise RuntimeError("no")
        return []

    batcher: Batcher[int, str] = Batcher(broken, 10)
    results = await asyncio.wait_for(
        asyncio.gather(batcher.submit(1), batcher.submit(2), return_exceptions=True), 5
    )
    assert all(isinstance(r, RuntimeError) for r in results)
    with pytest.raises(RuntimeError):
        await asyncio.wait_for(batcher.submit(3), 5)


async def test_who_gives_up_waiting_takes_nothing_back() -> None:
    work = Work()
    work.gate.clear()
    impatient = asyncio.create_task(work.batcher.submit(1))
    patient = asyncio.create_task(work.batcher.submit(2))
    while not work.batches:
        await asyncio.sleep(0)
    impatient.cancel()
    await asyncio.sleep(0)
    work.gate.set()
    assert await patient == "2"
    assert work.batches == [[1, 2]]


async def test_who_gives_up_while_queued_takes_nothing_back() -> None:
    work = Work()
    work.gate.clear()
    first = asyncio.create_task(work.batcher.submit(1))
    while not work.batches:
        await asyncio.sleep(0)
    queued = asyncio.create_task(work.batcher.submit(2))
    await asyncio.sleep(0)
    queued.cancel()
    work.gate.set()
    await first
    await work.batcher.drain()
    assert work.batches == [[1], [2]]


async def test_posted_items_are_done_when_drained() -> None:
    work = Work(limit=2)
    for n in (1, -2, 3):
        work.batcher.post(n)
    await work.batcher.drain()
    assert work.batches == [[1, -2], [3]]


async def test_draining_waits_for_what_was_there_and_no_longer() -> None:
    """While more and more is coming in, a drain still ends."""
    batcher: Batcher[int, int]
    seen: list[int] = []

    async def breeding(items: Sequence[int]) -> Sequence[int]:
        seen.extend(items)
        await asyncio.sleep(0)
        if len(seen) < 10_000:
            batcher.post(len(seen))
        return items

    batcher = Batcher(breeding, 10)
    batcher.post(0)
    batcher.post(1)
    await batcher.drain()
    assert {0, 1} <= set(seen)
    assert len(seen) < 10_000


async def test_draining_nothing_ends_at_once() -> None:
    await asyncio.wait_for(Work().batcher.drain(), 5)
