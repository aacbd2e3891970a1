"""A QQ bot: buyers write to it, by webhook or by gateway; what answers nothing may not be said."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.fakes.qq import USERS, FakeQq
from tests.open_shop import Shop
from tests.shop import copy_config
from tests.when import AHEAD
from tests.world import Held, World


class TimelyQq(FakeQq):
    """QQ in the bot's time (CONTRACT §7.5): `ahead` is how far the sandbox clock was moved."""

    def __init__(self) -> None:
        self.ahead = AHEAD
        super().__init__(now=lambda: datetime.now(UTC) + self.ahead)


def with_account(
    folder: Path, qq: FakeQq, *, mode: str = "webhook", proactive: bool = False, **more: str
) -> Path:
    """The shipped configuration with this account before its sandbox; `more` is replaced too."""
    account = (
        f"accounts:\n  - id: qq\n    channel: qq_bot\n    app_id: '{qq.app_id}'\n    app_secret: {qq.app_secret}\n"
        f"    mode: {mode}\n    proactive: {str(proactive).lower()}\n"
        f"    api_base: {qq.api_base}\n    auth_base: {qq.api_base}\n"
    )
    return copy_config(folder, **{"\naccounts:\n": "\n" + account}, **more)


class QqWorld(World):
    channel = "qq_bot"
    can = frozenset({"window"})

    def __init__(self, shop: Shop, qq: TimelyQq, mode: str = "webhook") -> None:
        super().__init__(shop, qq)
        self.qq, self.mode = qq, mode

    async def attach(self) -> None:
        self.qq.callback_url = f"{self.shop.url}/callback/qq" if self.mode == "webhook" else ""

    def name(self, who: str) -> str:
        return f"0PENID{who.upper()}"

    async def deliver(self, who: str, words: str, known: Any = None) -> Any:
        known = known or self.qq.next_id()
        if self.mode == "webhook":
            pushed = await self.qq.says(self.name(who), words, known=known)
            # a program that has just started takes longer than QQ waits, and is told again
            assert (pushed.status, pushed.answer) == (200, {"op": 12, "d": 0})
            return known
        session = await self.qq.gateway.welcomed()
        await self.qq.says(self.name(who), words, known=known)
        await self.qq.gateway.acknowledged(session)
        return known

    async def phone(self, who: str) -> list[str]:
        return list(self.qq.phones[self.name(who)])

    def hold_sending(self) -> Held:
        return self.qq.inject(USERS, hold=asyncio.Event())
