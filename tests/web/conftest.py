"""The real application in this process, in front of a fake WeChat."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import text

from bot.app import build
from bot.configuration import load
from bot.core.durations import parse_duration
from bot.web import keys
from storage.migrate import migrate
from tests.wechat_shop import TimelyWechat, with_account


class OpenShop:
    """A running application, the seller's phone in its sandbox, and WeChat around it."""

    def __init__(self, client: TestClient[Any, Any], wechat: TimelyWechat) -> None:
        self.client, self.wechat = client, wechat
        wechat.callback_url = str(client.make_url("/callback/oa"))

    async def seller(self, line: str) -> str:
        """What the seller is answered."""
        answer = await self.client.post("/sandbox/messages", json={"from": "seller", "text": line})
        assert answer.status == 200
        return "\n".join(reply["text"] for reply in (await answer.json())["replies"])

    async def alerts(self) -> str:
        """Everything on the seller's phone that is no answer."""
        shown = await (await self.client.get("/sandbox/messages", params={"with": "seller"})).json()
        return "\n".join(m["text"] for m in shown["messages"] if m["kind"] == "alert")

    async def advance(self, span: str) -> None:
        answer = await self.client.post("/sandbox/clock", json={"advance": span})
        assert answer.status == 200
        self.wechat.ahead += parse_duration(span)

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database says."""
        app = self.client.app
        assert app is not None
        await app[keys.ENGINE].drain()
        return await app[keys.DATABASE].read(lambda c: [tuple(r) for r in c.execute(text(query))])

    async def post(self, body: bytes, query: dict[str, str]) -> ClientResponse:
        """Anything, to the callback URL."""
        return await self.client.post("/callback/oa", data=BytesIO(body), params=query)


Opened = Callable[..., Any]


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Opened]:
    """Opens a shop: `await opened(key=AES_KEY, verified=False, template=False)`."""
    async with AsyncExitStack() as stack:

        async def open_(key: str = "", *, verified: bool = True, template: bool = True) -> OpenShop:
            wechat = await stack.enter_async_context(TimelyWechat(key, verified=verified))
            config = with_account(tmp_path, wechat, key, verified=verified, template=template)
            settings = load(config, {})
            migrate(settings.storage.url)
            client = await stack.enter_async_context(TestClient(TestServer(build(settings))))
            return OpenShop(client, wechat)

        yield open_
