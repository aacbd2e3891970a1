"""What the Official Account's tests share: an account, a clock that stands, a shop behind a callback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.base import BadCallback
from bot.channels.wechat_oa import Callback, WechatOa
from bot.core.accounts import WechatOaAccount
from bot.core.clock import Clock
from bot.core.delivery import Kind, Outgoing, Via
from bot.core.events import BuyerEvent, BuyerMessage
from tests.fakes.tokens import MemoryTokens
from tests.fakes.wechat import FakeWechat

TOKEN = "AAAAA"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
APP_ID = "wxba5fad812f8e6fb9"
ORIGINAL_ID = "gh_97417a04a28d"
OPENID = "o9AgO5Kd5ggOC-bXrbNODIiE3bGY"
TEMPLATE = "TEMPLATE_SHIPPING"
KEYWORDS = frozenset({"character_string1", "thing2", "thing3", "character_string4", "time5"})
NOW = datetime.fromtimestamp(1714112445, UTC)

Event = BuyerMessage | BuyerEvent


def standing_clock(at: datetime = NOW) -> Clock:
    return Clock(source=lambda: at)


def advance(clock: Clock, by: timedelta) -> None:
    clock.move_to(clock.now() + by)


def an_account(**changed: object) -> WechatOaAccount:
    values: dict[str, object] = {
        "id": "oa",
        "channel": "wechat_oa",
        "original_id": ORIGINAL_ID,
        "app_id": APP_ID,
        "app_secret": "app-secret",
        "token": TOKEN,
        "templates": {"shipping": TEMPLATE},
    }
    return WechatOaAccount.model_validate(values | changed)


def a_text(text: str, number: int = 1, to: str = OPENID) -> Outgoing:
    return Outgoing(id=number, account="oa", external_id=to, kind=Kind.RELAY, text=text)


def a_notice(number: int = 1, to: str = OPENID, **data: str) -> Outgoing:
    values = {"order": "A1001", "goods": "玫瑰面霜", "courier": "顺丰", "tracking_no": "SF123", **data}
    return Outgoing(
        id=number,
        account="oa",
        external_id=to,
        kind=Kind.NOTICE,
        text="发货了",
        via=Via.TEMPLATE,
        template="shipping",
        template_data=values,
    )


class Bench:
    """A fake platform, and the client that talks to it."""

    def __init__(self, wechat: FakeWechat, http: aiohttp.ClientSession, clock: Clock) -> None:
        self.wechat, self.http, self.clock = wechat, http, clock
        self.tokens = MemoryTokens()

    def client(self, *, timeout: float = 5.0, **changed: object) -> WechatOa:
        account = an_account(**{"api_base": self.wechat.api_base, **changed})
        limits = aiohttp.ClientTimeout(total=timeout)
        return WechatOa(account, self.http, self.tokens, self.clock, timeout=limits)


@asynccontextmanager
async def a_bench(*, verified: bool = True) -> AsyncIterator[Bench]:
    clock = standing_clock()
    templates = {TEMPLATE: KEYWORDS}
    async with (
        FakeWechat(now=clock.now, verified=verified, templates=templates) as wechat,
        aiohttp.ClientSession() as http,
    ):
        yield Bench(wechat, http, clock)


class Shop:
    """A callback URL that remembers events and answers each (account, message_id) alike."""

    def __init__(self, callback: Callback, answer: Callable[[Event], str | None]) -> None:
        self.callback, self.answer = callback, answer
        self.events: list[Event] = []
        self.refused: list[int] = []
        self.drops = 0  # so many requests are handled, but their connection breaks before the answer
        self._answers: dict[str, str | None] = {}

    async def get(self, request: web.Request) -> web.StreamResponse:
        try:
            return web.Response(text=self.callback.verify_url(request.query))
        except BadCallback as bad:
            return web.Response(status=bad.status)

    async def post(self, request: web.Request) -> web.StreamResponse:
        try:
            event = self.callback.read(request.query, await request.read())
        except BadCallback as bad:
            self.refused.append(bad.status)
            return web.Response(status=bad.status)
        if event.message_id not in self._answers:
            self.events.append(event)
            self._answers[event.message_id] = self.answer(event)
        if self.drops:
            self.drops -= 1
            assert request.transport is not None
            request.transport.abort()
        text = self._answers[event.message_id]
        body, content_type = self.callback.answer(request.query, event.external_id, text)
        return web.Response(body=body, content_type=content_type)


@asynccontextmanager
async def a_shop(
    wechat: FakeWechat, clock: Clock, answer: Callable[[Event], str | None], **changed: object
) -> AsyncIterator[Shop]:
    """A shop behind `wechat`'s callback URL."""
    shop = Shop(Callback(an_account(**changed), clock), answer)
    app = web.Application()
    app.router.add_get("/callback/oa", shop.get)
    app.router.add_post("/callback/oa", shop.post)
    async with TestServer(app) as server:
        wechat.callback_url = str(server.make_url("/callback/oa"))
        yield shop
