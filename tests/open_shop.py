"""The real application in this process, and the same interface to it as a process of its own."""

from __future__ import annotations

import asyncio
import functools
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol, Self

from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import text

from bot.app import build
from bot.configuration import load
from bot.web import keys
from tests.shop import RunningShop, start
from tests.when import migrated


class Shop(Protocol):
    """A running program; `url` has no slash at its end."""

    config: Path
    url: str

    async def open(self) -> None:
        """Start it."""

    async def say(self, who: str, words: str, **more: str) -> list[str]:
        """Type on a sandbox phone; the texts of the answer."""

    async def received(self, who: str) -> list[str]:
        """The texts that have come to a sandbox phone."""

    async def advance(self, span: str) -> None:
        """Move the clock; all that comes due is done."""

    async def kill(self) -> None:
        """It is gone; what it had not stored is lost."""

    async def close(self) -> None:
        """The end of the test."""


@functools.cache
def _migrated() -> bytes:
    """A SQLite file, as every new shop begins with it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "migrated.db"
        migrated(f"sqlite:///{path}")
        return path.read_bytes()


def database_file(config: Path) -> Path:
    """Where the shop of this configuration keeps its rows; the folder is there."""
    file = config.parent / "data" / "huitouke.db"
    file.parent.mkdir(exist_ok=True)
    return file


class OpenShop:
    """The application in this process, on a SQLite file beside its configuration."""

    def __init__(self, config: Path) -> None:
        self.config = config
        self.url = ""

    @classmethod
    async def opened(cls, config: Path, *more: Any) -> Self:
        """One that runs."""
        shop = cls(config, *more)
        await shop.open()
        return shop

    async def open(self) -> None:
        settings, file = load(self.config, {}), database_file(self.config)
        assert settings.storage.url == f"sqlite:///{file}"
        if not file.exists():
            file.write_bytes(_migrated())
        self.client: TestClient[Any, Any] = TestClient(TestServer(build(settings)))
        await self.client.start_server()
        self.url = str(self.client.make_url("")).rstrip("/")

    async def close(self) -> None:
        await self.client.close()

    async def restart(self) -> None:
        """An orderly end, and a new beginning."""
        await self.close()
        await self.open()

    async def kill(self) -> None:
        """The rows as they are committed now; whatever a dying program would still write is lost."""
        file = database_file(self.config)
        left = file.with_suffix(".left")
        with closing(sqlite3.connect(file)) as now, closing(sqlite3.connect(left)) as kept:
            now.backup(kept)
        await self.close()
        for more in ("-wal", "-shm"):
            file.with_name(file.name + more).unlink(missing_ok=True)
        left.replace(file)

    async def say(self, who: str, words: str, **more: str) -> list[str]:
        answer = await self.client.post("/sandbox/messages", json={"from": who, "text": words} | more)
        assert answer.status == 200, await answer.text()
        return [reply["text"] for reply in (await answer.json())["replies"]]

    async def seller(self, line: str) -> str:
        """What the seller is answered."""
        return "\n".join(await self.say("seller", line))

    async def phone(self, who: str) -> list[dict[str, Any]]:
        """What a sandbox phone shows."""
        shown = await self.client.get("/sandbox/messages", params={"with": who})
        return list((await shown.json())["messages"])

    async def received(self, who: str) -> list[str]:
        return [m["text"] for m in await self.phone(who) if m["direction"] == "out"]

    async def alerts(self) -> str:
        """Everything on the seller's phone that is no answer."""
        return "\n".join(m["text"] for m in await self.phone("seller") if m["kind"] == "alert")

    async def advance(self, span: str) -> None:
        answer = await self.client.post("/sandbox/clock", json={"advance": span})
        assert answer.status == 200, await answer.text()

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database says, once everything taken is written."""
        app = self.client.app
        assert app is not None
        await app[keys.ENGINE].drain()
        return await app[keys.DATABASE].read(lambda c: [tuple(r) for r in c.execute(text(query))])


class ProcessShop:
    """The program as a process of its own: `kill` is kill -9."""

    def __init__(self, config: Path) -> None:
        self.config = config
        self.url = ""

    async def open(self) -> None:
        migrated(f"sqlite:///{database_file(self.config)}")
        self._running: RunningShop = await asyncio.to_thread(start, self.config)
        self.url = self._running.url

    async def say(self, who: str, words: str, **more: str) -> list[str]:
        return await asyncio.to_thread(self._running.say, who, words, **more)

    async def received(self, who: str) -> list[str]:
        return await asyncio.to_thread(self._running.received, who)

    async def advance(self, span: str) -> None:
        await asyncio.to_thread(self._running.advance, span)

    async def kill(self) -> None:
        await asyncio.to_thread(self._running.kill)

    async def close(self) -> None:
        await self.kill()
