"""An Official Account: buyers follow it, their messages are answered on the same request."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.fakes.wechat import CUSTOM_SEND
from tests.open_shop import Shop
from tests.wechat_shop import TimelyWechat
from tests.world import Held, World


class WechatWorld(World):
    channel = "wechat_oa"
    can = frozenset({"two_days", "window"})

    def __init__(self, shop: Shop, wechat: TimelyWechat) -> None:
        super().__init__(shop, wechat)
        self.wechat = wechat

    async def attach(self) -> None:
        self.wechat.callback_url = f"{self.shop.url}/callback/oa"

    def name(self, who: str) -> str:
        return f"openid-of-{who}"

    async def deliver(self, who: str, words: str, known: Any = None) -> Any:
        """WeChat repeats what it had no answer to: the first one was lost on its way, nobody has seen it."""
        known, lost = known or (self.wechat.next_id(), None)
        if lost is not None:
            self.wechat.phones[self.name(who)].remove(lost)
        exchange = await self.wechat.post_text(self.name(who), words, msg_id=known)
        assert exchange.status == 200
        return known, exchange.shown

    async def phone(self, who: str) -> list[str]:
        return list(self.wechat.phones.get(self.name(who), ()))

    def hold_sending(self) -> Held:
        return self.wechat.inject(CUSTOM_SEND, hold=asyncio.Event())
