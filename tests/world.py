"""What a story is played in: buyers on one platform, and the seller with his commands."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import defaultdict
from datetime import timedelta
from typing import Any, ClassVar, Protocol, runtime_checkable

from bot.core.durations import parse_duration
from tests.open_shop import Shop

ANSWERED_WITHIN = 3
"""Seconds of the bot's time in which an answer has come: longer than it waits for more, and than its pace."""
BELOW = "      # - {account: oa, "


def with_boss(account: str, known: str) -> dict[str, str]:
    """What `copy_config` puts, so that the seller commands from `known` on this account too.

    He is told things at his first identity, which stays the sandbox's phone.
    """
    return {BELOW: f"      - {{account: {account}, id: '{known}'}}\n{BELOW}"}


class Timely(Protocol):
    """A fake that lives in the bot's time (CONTRACT §7.5): `ahead` is how far the clock was moved."""

    ahead: timedelta


@runtime_checkable
class OwnApp(Protocol):
    """A platform in whose own app the seller can write too, and the bot sees it."""

    async def say_as_seller(self, who: str, words: str) -> None:
        """The seller types to `who` there."""


class Held(Protocol):
    """A call that hangs in a platform; `reached` is set when it has come, `hold` to let it go."""

    reached: asyncio.Event
    hold: asyncio.Event | None


class World(ABC):
    """One platform with a shop on it; everything that is due is done when a call returns.

    `channel` is the name of the platform; `can` what a story may need of it, of the words in tests.worlds.NEEDS.
    """

    channel: ClassVar[str]
    can: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, shop: Shop, platform: Timely | None) -> None:
        self.shop, self._platform = shop, platform
        self._said: dict[str, tuple[str, Any]] = {}
        self._seen: defaultdict[str, int] = defaultdict(int)

    async def open(self) -> None:
        """The shop runs, and the platform knows where."""
        await self.shop.open()
        await self.attach()

    @abstractmethod
    async def attach(self) -> None:
        """Tell the platform where the shop is now."""

    async def kill(self) -> None:
        """The shop dies and is started again."""
        await self.shop.kill()
        await self.open()

    async def advance(self, span: str) -> None:
        """Time passes, on the platform first: what the bot does on the way must not be ahead of it."""
        if self._platform is not None:
            self._platform.ahead += parse_duration(span)
        await self.shop.advance(span)

    def name(self, who: str) -> str:
        """By what the seller and his commands call a buyer."""
        return who

    async def say(self, who: str, words: str) -> list[str]:
        """Somebody writes; what is answered within some seconds."""
        if who == "seller":
            return await self.shop.say(who, words)
        before = len(await self.phone(who))
        self._said[who] = words, await self.deliver(who, words)
        return await self._answered(who, before)

    async def again(self, who: str) -> None:
        """The platform delivers the last message of `who` once more."""
        words, known = self._said[who]
        before = len(await self.phone(who))
        await self.deliver(who, words, known)
        await self._answered(who, before)

    async def _answered(self, who: str, before: int) -> list[str]:
        for _ in range(ANSWERED_WITHIN):
            if len(await self.phone(who)) > before:
                break
            await self.advance("1s")
        return (await self.phone(who))[before:]

    async def seen(self, who: str) -> list[str]:
        """Everything that has come to a phone."""
        return await (self.shop.received(who) if who == "seller" else self.phone(who))

    async def new(self, who: str) -> list[str]:
        """What has come since somebody looked."""
        seen = await self.seen(who)
        before, self._seen[who] = self._seen[who], len(seen)
        return seen[before:]

    async def killed_while_sending(self, line: str) -> None:
        """The seller's line makes a message; the program dies between the platform's taking and its answer."""
        held = self.hold_sending()
        await self.shop.say("seller", line)
        moving = asyncio.create_task(self.advance("10s"))
        async with asyncio.timeout(30):
            await (moving if held is None else held.reached.wait())
        await self.shop.kill()
        await asyncio.gather(moving, return_exceptions=True)  # whom nobody answers any more
        if held is not None and held.hold is not None:
            held.hold.set()
        await self.open()

    @abstractmethod
    async def deliver(self, who: str, words: str, known: Any = None) -> Any:
        """The platform delivers a message and knows that it is stored; `known`: the one it gave before."""

    @abstractmethod
    async def phone(self, who: str) -> list[str]:
        """What a buyer's phone has been sent."""

    @abstractmethod
    def hold_sending(self) -> Held | None:
        """The platform takes the next message, and does not answer it; None where there is no wire."""
