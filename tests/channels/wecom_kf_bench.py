"""What the tests of 微信客服 share: an account, a channel before a fake WeCom, and a whole shop before one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bot.channels.wecom_kf import WecomKf
from bot.core.accounts import WecomKfAccount
from bot.core.clock import Clock
from bot.core.delivery import Kind, Outgoing
from bot.core.durations import parse_duration
from bot.core.events import Event
from storage.db import Database
from tests.fakes.tokens import MemoryTokens
from tests.fakes.wecom import AES_KEY, CORP_ID, OPEN_KFID, TOKEN, FakeWecom
from tests.open_shop import OpenShop
from tests.wecom_kf_shop import TimelyWecom, with_kf_account

ANN = "wmAJ2GCAAAme1XQRC-NI-q0_ZM9ukoAw"
NOW = datetime.fromtimestamp(1714112500, UTC)


def an_account(**changed: object) -> WecomKfAccount:
    values: dict[str, object] = {
        "id": "kf",
        "channel": "wecom_kf",
        "corp_id": CORP_ID,
        "secret": "kf-secret",
        "token": TOKEN,
        "encoding_aes_key": AES_KEY,
        "open_kfid": OPEN_KFID,
    }
    return WecomKfAccount.model_validate(values | changed)


def a_text(text: str, number: int = 1, to: str = ANN, kind: Kind = Kind.RELAY, attempts: int = 0) -> Outgoing:
    return Outgoing(id=number, account="kf", external_id=to, kind=kind, text=text, attempts=attempts)


class Bench:
    """A channel and the fake that it talks to, at a time that stands; events and notices are remembered."""

    def __init__(
        self, wecom: FakeWecom, http: aiohttp.ClientSession, database: Database, clock: Clock
    ) -> None:
        self.wecom, self.http, self.database, self.clock = wecom, http, database, clock
        self.tokens = MemoryTokens()
        self.events: list[Event] = []
        self.told: list[tuple[str, str]] = []

    def channel(self, *, timeout: float = 5.0, **changed: object) -> WecomKf:
        account = an_account(**{"api_base": self.wecom.api_base, **changed})
        limits = aiohttp.ClientTimeout(total=timeout)
        return WecomKf(account, self.http, self.database, self.tokens, self.clock, self._tell, timeout=limits)

    async def submit(self, event: Event) -> None:
        self.events.append(event)

    async def _tell(self, text: str, key: str) -> None:
        self.told.append((text, key))

    def advance(self, by: timedelta) -> None:
        self.clock.move_to(self.clock.now() + by)


@asynccontextmanager
async def a_bench(database: Database) -> AsyncIterator[Bench]:
    clock = Clock(source=lambda: NOW)
    async with FakeWecom(now=clock.now) as wecom, aiohttp.ClientSession() as http:
        yield Bench(wecom, http, database, clock)


class OpenKf(OpenShop):
    """A running application in this process with WeCom around it."""

    def __init__(self, config: Path, wecom: TimelyWecom) -> None:
        super().__init__(config)
        self.wecom = wecom

    async def open(self) -> None:
        await super().open()
        self.wecom.callback_url = f"{self.url}/callback/kf"

    async def advance(self, span: str) -> None:
        self.wecom.ahead += parse_duration(span)
        await super().advance(span)

    async def settled(self, span: str = "5s") -> None:
        """Everything that WeCom has is stored, and what follows from it is sent."""
        await self.wecom.all_stored()
        await self.advance(span)

    async def said(self, external_id: str, text: str, **more: Any) -> list[str]:
        """What a buyer is answered."""
        before = len(self.wecom.phones[external_id])
        await self.wecom.say(external_id, text, **more)
        await self.settled()
        return self.wecom.phones[external_id][before:]


@asynccontextmanager
async def an_open_shop(folder: Path, **more: str) -> AsyncIterator[OpenKf]:
    async with TimelyWecom() as wecom:
        shop = await OpenKf.opened(with_kf_account(folder, wecom, None, **more), wecom)
        try:
            yield shop
        finally:
            await shop.close()
