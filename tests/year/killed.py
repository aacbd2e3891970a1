"""The same year in a process of its own that is killed with -9 at random moments, and started again."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import threading
import urllib.error
import urllib.request
from contextlib import closing
from http.client import HTTPException
from pathlib import Path
from typing import Any

from tests.shop import RunningShop, start
from tests.year.living import Life
from tests.year.scenario import Fact, Year

GONE = (urllib.error.URLError, HTTPException, OSError)
CLOCK = "/sandbox/clock"


class Mortal(Life):
    """A program that dies `kills` times: before, in and between the things that happen.

    Whoever told it something tells it again until it is acknowledged, as platforms and shops do.
    """

    def __init__(self, config: Path, year: Year, kills: int, seed: int) -> None:
        super().__init__(self._call)
        self.config = config
        self.chance = random.Random(seed)
        self.shop: RunningShop = start(config)
        self.killed = 0
        moments = sorted({fact.at for fact in year.facts})
        self.due = sorted(self.chance.choices(range(len(moments)), k=kills))
        self.moments = moments
        self.killer: threading.Timer | None = None

    async def until(self, moment: Any) -> None:
        """Somewhere on the way it may die; its clock knows where it had come to."""
        while self.due and moment >= self.moments[self.due[0]]:
            self.due.pop(0)
            self._dies_soon()
        await super().until(moment)

    async def tell(self, fact: Fact, number: int) -> None:
        await super().tell(fact, number)
        if self.due and self.chance.random() < 0.01:
            self.due.pop()
            self._dies_soon()

    def _dies_soon(self) -> None:
        if self.killer is not None:
            self.killer.join()
        self.killer = threading.Timer(self.chance.expovariate(10), self.shop.process.kill)
        self.killer.start()
        self.killed += 1

    async def _call(self, path: str, body: bytes | None, headers: dict[str, str]) -> Any:
        while True:
            try:
                return await asyncio.to_thread(self._once, path, body, headers)
            except urllib.error.HTTPError:
                raise
            except GONE:
                await asyncio.to_thread(self._again)
                if path == CLOCK and body is not None:
                    return None  # how far it had come, it knows

    def _once(self, path: str, body: bytes | None, headers: dict[str, str]) -> Any:
        request = urllib.request.Request(self.shop.url + path, body, headers)
        with urllib.request.urlopen(request, timeout=600) as answer:
            return json.load(answer)

    def _again(self) -> None:
        if self.killer is not None:
            self.killer.join()
        self.shop.kill()
        self.shop = start(self.config)

    async def end(self) -> None:
        """A clean stop; what dies at the very end is started once more before."""
        if self.killer is not None:
            self.killer.join()
        await self.now()
        assert await asyncio.to_thread(self.shop.stop) == 0

    def close(self) -> None:
        """Nothing of it is left."""
        if self.killer is not None:
            self.killer.cancel()
        if self.shop.process.poll() is None:
            self.shop.kill()


def doubtful(file: Path) -> tuple[set[str], list[str]]:
    """Who has a message of which nobody knows whether it arrived; and those that the seller was not told of."""
    with closing(sqlite3.connect(file)) as database:
        rows = database.execute(
            "SELECT c.external_id, o.text FROM outbox o JOIN contact c ON c.id = o.contact_id "
            "WHERE o.status = 'unknown'"
        ).fetchall()
        told = database.execute("SELECT text FROM sandbox_message WHERE phone = 'seller'").fetchall()
    alerts = [alert for (alert,) in told if "不知道送到没有" in alert]
    untold = [f"{who}：{text}" for who, text in rows if not any(who in a and text[:20] in a for a in alerts)]
    return {who for who, _ in rows}, untold
