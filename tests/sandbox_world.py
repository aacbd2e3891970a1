"""The sandbox: buyers and seller on its phones, without a platform between."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.world import World


class SandboxWorld(World):
    """What is said there is answered in the same request."""

    channel = "sandbox"
    can = frozenset({"any_time", "two_days", "own_app"})

    async def attach(self) -> None:
        """Nobody needs to know where it is."""

    async def deliver(self, who: str, words: str, known: Any = None) -> Any:
        known = known or uuid4().hex
        await self.shop.say(who, words, id=known)
        return known

    async def phone(self, who: str) -> list[str]:
        return await self.shop.received(who)

    async def say_as_seller(self, who: str, words: str) -> None:
        await self.shop.say("seller", words, to=who)

    def hold_sending(self) -> None:
        return None
