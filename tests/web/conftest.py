"""The real application in this process, in front of a fake WeChat."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse

from bot.core.durations import parse_duration
from tests import open_shop
from tests.wechat_shop import TimelyWechat, with_account


class OpenShop(open_shop.OpenShop):
    """A running application with WeChat around it."""

    def __init__(self, config: Path, wechat: TimelyWechat) -> None:
        super().__init__(config)
        self.wechat = wechat

    async def open(self) -> None:
        await super().open()
        self.wechat.callback_url = f"{self.url}/callback/oa"

    async def advance(self, span: str) -> None:
        await super().advance(span)
        self.wechat.ahead += parse_duration(span)

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
            shop = await OpenShop.opened(config, wechat)
            stack.push_async_callback(shop.close)
            return shop

        yield open_
