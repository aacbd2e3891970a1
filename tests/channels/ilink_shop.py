"""What the tests of the seller's own WeChat share: an account, a screen, a channel and a shop before a fake iLink."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import insert, text

from bot.app import build
from bot.channels.ilink import Ilink
from bot.channels.ilink.pauses import Pauses
from bot.configuration import load
from bot.core.accounts import IlinkAccount
from bot.core.clock import Clock
from bot.core.delivery import Kind, Outgoing
from bot.core.durations import parse_duration
from bot.core.events import BuyerMessage, Event
from bot.transaction import Handled
from bot.web import keys
from storage.db import Database
from storage.rows import OutboxRow
from tests.fakes.ilink import FakeIlink
from tests.fakes.ilink_api import STATUS, UPDATES
from tests.shop import copy_config
from tests.when import AHEAD, migrated

NOW = datetime.fromtimestamp(1760000000, UTC)


def an_account(**changed: object) -> IlinkAccount:
    return IlinkAccount.model_validate({"id": "phone", "channel": "ilink"} | changed)


def a_text(text: str, number: int = 1, to: str = "me") -> Outgoing:
    return Outgoing(id=number, account="phone", external_id=to, kind=Kind.ALERT, text=text)


class Paper:
    """A screen on paper; `types` is what somebody will type."""

    def __init__(self) -> None:
        self.codes: list[str] = []
        self.lines: list[str] = []
        self.types: list[str] = []

    def show(self, content: str, words: str) -> None:
        self.codes.append(content)
        self.lines.append(words)

    def say(self, words: str) -> None:
        self.lines.append(words)

    async def typed(self) -> str:
        return self.types.pop(0) if self.types else ""


class Bench:
    """A database, a clock that stands, and what becomes of it all; `broken` makes storing fail so many times."""

    def __init__(
        self, ilink: FakeIlink, http: aiohttp.ClientSession, database: Database, clock: Clock
    ) -> None:
        self.ilink, self.http, self.database, self.clock = ilink, http, database, clock
        self.screen = Paper()
        self.events: list[BuyerMessage] = []
        self.told: list[tuple[str, str]] = []
        self.broken = 0
        self._something = asyncio.Event()

    def channel(
        self, *, sellers: tuple[str, ...] = ("me",), timeout: float = 5.0, **changed: object
    ) -> Ilink:
        account = an_account(**{"api_base": self.ilink.api_base, **changed})
        limits = aiohttp.ClientTimeout(total=timeout)
        pauses = Pauses(after_failure=(0.0,), at_least=0.0, login=0.0, login_again=0.0)
        seams = (account, self.http, self.database, self.clock, sellers, self._tell, self.screen)
        return Ilink(*seams, timeout=limits, pauses=pauses)

    @asynccontextmanager
    async def listening(self, **changed: Any) -> AsyncIterator[Ilink]:
        channel = self.channel(**changed)
        await channel.start(self.submit)
        try:
            yield channel
        finally:
            await channel.stop()

    async def submit(self, event: Event) -> Handled:
        assert isinstance(event, BuyerMessage)
        if self.broken:
            self.broken -= 1
            raise OSError("no database")
        known = any(e.message_id == event.message_id for e in self.events)
        if not known:
            self.events.append(event)
        return Handled(len(self.events), duplicate=known)

    async def _tell(self, text: str, key: str) -> None:
        self.told.append((text, key))

    @property
    def texts(self) -> list[str]:
        return [event.text for event in self.events]


@asynccontextmanager
async def a_bench(database: Database, **changed: Any) -> AsyncIterator[Bench]:
    clock = Clock(source=lambda: NOW)
    async with FakeIlink(now=clock.now, **changed) as ilink, aiohttp.ClientSession() as http:
        yield Bench(ilink, http, database, clock)


class TimelyIlink(FakeIlink):
    """iLink in the bot's time (CONTRACT §7.5): `ahead` is how far the sandbox clock was moved."""

    def __init__(self) -> None:
        self.ahead = AHEAD
        super().__init__(now=lambda: datetime.now(UTC) + self.ahead)


class OpenPhone:
    """A running application in this process; its owner has a sandbox phone, and a WeChat before that."""

    def __init__(self, folder: Path, ilink: TimelyIlink) -> None:
        phone, sandbox = "{account: phone, id: me}", "{account: sandbox, id: seller}"
        account = f"accounts:\n  - id: phone\n    channel: ilink\n    api_base: {ilink.api_base}\n"
        replaced = {"\naccounts:\n": "\n" + account, f"- {sandbox}": f"- {phone}\n      - {sandbox}"}
        self.settings = load(copy_config(folder, **replaced), {})
        self.ilink = ilink
        migrated(self.settings.storage.url)

    async def open(self) -> None:
        self.client: TestClient[Any, Any] = TestClient(TestServer(build(self.settings)))
        await self.client.start_server()

    async def command(self, line: str) -> list[str]:
        """What the WeChat shows after this line has been typed there."""
        before = len(self.ilink.shown())
        await self.ilink.say(line)
        await self.settled()
        return self.ilink.shown()[before:]

    async def settled(self, span: str = "5s") -> None:
        await self.ilink.all_stored()
        await self.advance(span)

    async def advance(self, span: str) -> None:
        self.ilink.ahead += parse_duration(span)
        answer = await self.client.post("/sandbox/clock", json={"advance": span})
        assert answer.status == 200

    async def buyer(self, line: str, who: str = "alice") -> list[str]:
        answer = await self.client.post("/sandbox/messages", json={"from": who, "text": line})
        assert answer.status == 200
        return [reply["text"] for reply in (await answer.json())["replies"]]

    async def logged_in(self) -> None:
        await self.ilink.until(lambda: self.ilink.called(STATUS) > 0)
        await self.ilink.scan()
        await self.ilink.until(lambda: self.ilink.called(UPDATES) > 0)

    async def tell(self, words: str) -> None:
        """An alert to the seller."""
        app = self.client.app
        assert app is not None
        found = "SELECT id FROM contact WHERE account = 'phone' AND external_id = 'me'"
        now = app[keys.CLOCK].now()
        row = {"kind": "alert", "text": words, "status": "planned", "due_at": now, "created_at": now}
        await app[keys.DATABASE].write(
            lambda c: c.execute(
                insert(OutboxRow).values(row | {"contact_id": c.execute(text(found)).scalar()})
            )
        )
        await self.advance("10s")

    async def phone(self, who: str) -> str:
        """Everything on a sandbox phone."""
        shown = await (await self.client.get("/sandbox/messages", params={"with": who})).json()
        return "\n".join(m["text"] for m in shown["messages"] if m["direction"] == "out")

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        app = self.client.app
        assert app is not None
        await app[keys.ENGINE].drain()
        return await app[keys.DATABASE].read(lambda c: [tuple(r) for r in c.execute(text(query))])


@asynccontextmanager
async def an_open_shop(folder: Path) -> AsyncIterator[OpenPhone]:
    async with TimelyIlink() as ilink:
        shop = OpenPhone(folder, ilink)
        await shop.open()
        try:
            yield shop
        finally:
            await shop.client.close()
