"""微信客服: buyers write there; what they are answered comes by API a moment later."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.fakes.wecom_api import SEND
from tests.open_shop import Shop
from tests.wecom_kf_shop import TimelyWecom
from tests.world import Held, World


class WecomKfWorld(World):
    channel = "wecom_kf"
    can = frozenset({"two_days", "window"})

    def __init__(self, shop: Shop, wecom: TimelyWecom) -> None:
        super().__init__(shop, wecom)
        self.wecom = wecom

    async def attach(self) -> None:
        self.wecom.callback_url = f"{self.shop.url}/callback/kf"

    def name(self, who: str) -> str:
        """Buyers are known by the nickname that WeCom tells."""
        return f"小鱼{who}"

    def id(self, who: str) -> str:
        self.wecom.person(f"wm_{who}", nickname=self.name(who))
        return f"wm_{who}"

    async def deliver(self, who: str, words: str, known: Any = None) -> Any:
        if known is None:
            known = self.wecom.put(self.id(who), "text", {"content": words})
        else:
            self.wecom.log.append(known)
        assert await self.wecom.wake() == 1
        await self.wecom.all_stored()
        return known

    async def phone(self, who: str) -> list[str]:
        return list(self.wecom.phones[self.id(who)])

    def hold_sending(self) -> Held:
        return self.wecom.inject(SEND, hold=asyncio.Event())
