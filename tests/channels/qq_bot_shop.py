"""What the QQ bot's tests share: an account, a clock that stands, a client before a fake QQ."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from bot.channels.qq_bot import Callback, QqBot
from bot.core.accounts import QqBotAccount
from bot.core.clock import Clock
from bot.core.delivery import Answered, Kind, Outgoing, Via
from bot.core.events import Event
from tests.fakes.qq import APP_ID, APP_SECRET, FakeQq
from tests.fakes.tokens import MemoryTokens
from tests.fakes.waiting import Changes

OPENID = "E4F4AEA33253A2797FB897C50B81D7ED"
GROUP = "C9F778FE6ADF9D1D1DBE395BF744A33A"
NOW = datetime.fromtimestamp(1733384468, UTC)


def standing_clock(at: datetime = NOW) -> Clock:
    return Clock(source=lambda: at)


def advance(clock: Clock, **by: float) -> None:
    clock.move_to(clock.now() + timedelta(**by))


def an_account(**changed: object) -> QqBotAccount:
    values: dict[str, object] = {
        "id": "qq",
        "channel": "qq_bot",
        "app_id": APP_ID,
        "app_secret": APP_SECRET,
        "pictures": True,
    }
    return QqBotAccount.model_validate(values | changed)


def an_answer(text: str, known: str, number: int = 1, to: str = OPENID, *, event: bool = False) -> Outgoing:
    """A text that answers the message (or event) `known`."""
    answers = Answered(known, NOW, event)
    return Outgoing(number, "qq", to, Kind.REPLY, text, Via.ANSWER, answers=answers)


def a_push(text: str, number: int = 1, to: str = OPENID) -> Outgoing:
    """A text that answers nothing."""
    return Outgoing(number, "qq", to, Kind.RELAY, text, Via.API)


class Inbox:
    """Keeps what is submitted; `broken` makes it fail, `gate` makes it wait."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.broken = 0
        self.gate: asyncio.Event | None = None
        self.waiting = self.most_waiting = 0
        self.changes = Changes()

    async def submit(self, event: Event) -> None:
        if self.gate is not None:
            self.waiting += 1
            self.most_waiting = max(self.most_waiting, self.waiting)
            self.changes.happened()
            await self.gate.wait()
            self.waiting -= 1
        if self.broken:
            self.broken -= 1
            raise OSError("no database")
        self.events.append(event)
        self.changes.happened()

    @property
    def texts(self) -> list[str]:
        return [getattr(event, "text", "") for event in self.events if getattr(event, "text", "")]


class MemoryNotes:
    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def read(self, account: str) -> str:
        return self.kept.get(account, "")

    async def write(self, account: str, text: str) -> None:
        self.kept[account] = text


class Bench:
    """A fake QQ, and what talks to it."""

    def __init__(self, qq: FakeQq, http: aiohttp.ClientSession, clock: Clock) -> None:
        self.qq, self.http, self.clock = qq, http, clock
        self.tokens, self.notes = MemoryTokens(), MemoryNotes()
        self.told: list[str] = []

    async def tell(self, text: str, _: str) -> None:
        self.told.append(text)

    def account(self, **changed: object) -> QqBotAccount:
        return an_account(**{"api_base": self.qq.api_base, "auth_base": self.qq.api_base, **changed})

    def client(self, *, timeout: float = 5.0, **changed: object) -> QqBot:
        limits = aiohttp.ClientTimeout(total=timeout)
        return QqBot(
            self.account(**changed), self.http, self.tokens, self.notes, self.clock, self.tell, timeout=limits
        )

    def callback(self) -> Callback:
        return Callback(self.account(), self.clock)


@asynccontextmanager
async def a_bench(**changed: Any) -> AsyncIterator[Bench]:
    clock = standing_clock()
    async with FakeQq(now=clock.now, **changed) as qq, aiohttp.ClientSession() as http:
        yield Bench(qq, http, clock)
