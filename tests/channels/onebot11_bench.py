"""What the OneBot tests share: an account, a clock that stands, a channel that notes what it submits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.base import BadCallback
from bot.channels.onebot11 import Onebot11
from bot.core.accounts import OnebotAccount
from bot.core.clock import Clock
from bot.core.delivery import Kind, Outgoing
from bot.core.events import BuyerEvent, BuyerMessage, Event
from storage.db import Database
from tests.fakes.onebot import FakeNapcat

SELF = 10001
ALICE, BOB = 300000001, 300000002
TOKEN = "onebot-token"
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # noon in the shop
ZONE = ZoneInfo("Asia/Shanghai")


def an_account(**changed: Any) -> OnebotAccount:
    values = {
        "id": "qq",
        "channel": "onebot11",
        "self_id": SELF,
        "access_token": TOKEN,
        "gap": "0s",
        "jitter": "0s",
    }
    return OnebotAccount.model_validate(values | changed)


def a_text(text: str, number: int = 1, to: int | str = ALICE, kind: Kind = Kind.RELAY) -> Outgoing:
    return Outgoing(id=number, account="qq", external_id=str(to), kind=kind, text=text)


@dataclass(frozen=True)
class Taken:
    """What an engine says of an event."""

    message_row: int | None = 1
    duplicate: bool = False


class Engine:
    """Takes events; `until` waits for what they bring about. fails: so often nothing can be stored."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.fails = 0
        self.gate: asyncio.Event | None = None
        self._known: set[tuple[str, str]] = set()
        self._changed = asyncio.Condition()

    async def submit(self, event: Event) -> Taken:
        if self.gate is not None:
            await self.gate.wait()
        if self.fails:
            self.fails -= 1
            raise OSError("no room on the disk")
        assert isinstance(event, BuyerMessage | BuyerEvent)
        name = (event.account, event.message_id)
        taken = Taken(duplicate=name in self._known)
        if not taken.duplicate:
            self._known.add(name)
            self.events.append(event)
        async with self._changed:
            self._changed.notify_all()
        return taken

    async def until(self, true: Callable[[], bool], within: float = 10.0) -> None:
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(true)

    @property
    def messages(self) -> list[BuyerMessage]:
        return [e for e in self.events if isinstance(e, BuyerMessage)]

    def happened(self, *kinds: str) -> list[BuyerEvent]:
        return [e for e in self.events if isinstance(e, BuyerEvent) and e.happening in kinds]


class Bench:
    """NapCat, the channel, and a server with its door."""

    def __init__(self, napcat: FakeNapcat, channel: Onebot11, engine: Engine, clock: Clock) -> None:
        self.napcat, self.channel, self.engine, self.clock = napcat, channel, engine, clock
        self.told: list[str] = []
        self.alarmed = asyncio.Event()
        self.door = ""

    async def connect(self, **headers: str | None) -> None:
        await self.napcat.connect(self.door, **headers)

    async def heard(self, text: str) -> BuyerMessage:
        """The message with these words, once it has been taken."""
        await self.engine.until(lambda: any(m.text == text for m in self.engine.messages))
        return next(m for m in self.engine.messages if m.text == text)

    async def tell(self, text: str, key: str) -> None:
        self.told.append(text)
        self.alarmed.set()

    def advance(self, by: timedelta) -> None:
        self.clock.move_to(self.clock.now() + by)


@asynccontextmanager
async def a_bench(database: Database, *, connected: bool = True, **changed: Any) -> AsyncIterator[Bench]:
    """A channel that has been started; `napcat_…` goes to the fake, `channel_…` to the channel."""
    fake = {k.removeprefix("napcat_"): changed.pop(k) for k in list(changed) if k.startswith("napcat_")}
    more = {k.removeprefix("channel_"): changed.pop(k) for k in list(changed) if k.startswith("channel_")}
    clock = Clock(source=lambda: NOW)
    engine = Engine()
    async with AsyncExitStack() as stack:
        napcat = await stack.enter_async_context(FakeNapcat(now=clock.now, self_id=SELF, token=TOKEN, **fake))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        account = an_account(**({"url": napcat.url} | changed))

        async def tell(text: str, key: str) -> None:
            await bench.tell(text, key)

        more = {"answer_within": 5.0} | more
        channel = Onebot11(account, http, database, clock, ZONE, tell, **more)
        bench = Bench(napcat, channel, engine, clock)
        server = await stack.enter_async_context(_a_server(channel))
        bench.door = str(server.make_url("/ws/qq")).replace("http://", "ws://")
        await channel.start(engine.submit)
        stack.push_async_callback(channel.stop)
        if connected and account.mode == "reverse_ws":
            await bench.connect()
        if connected:
            await napcat.wait_connected()
        yield bench


@asynccontextmanager
async def _a_server(channel: Onebot11) -> AsyncIterator[TestServer]:
    async def connect(request: web.Request) -> web.StreamResponse:
        try:
            return await channel.welcome(request)
        except BadCallback as bad:
            return web.Response(status=bad.status)

    async def hang_up(_: web.Application) -> None:
        await channel.hang_up()

    app = web.Application()
    app.router.add_get("/ws/qq", connect)
    app.on_shutdown.append(hang_up)
    async with TestServer(app) as server:
        yield server
