"""An account's access token: one fetch for all who wait, shared by the store (CHANNELS §1.6, §2.4)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.channels.base import TokenStore
from bot.core.clock import Clock
from bot.core.delivery import Outcome

Fetch = Callable[[str], Awaitable[tuple[str, float]]]
"""(the token that was refused, empty if none was) → another token and its seconds; raises TokenFailed."""


class TokenFailed(Exception):
    """No token to be had; `outcome` is what that means for the call, which was not made."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.code or outcome.verdict)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Grant:
    """A token to use, and which of this process's fetches it came from."""

    token: str
    serial: int


class SharedToken:
    """Keeps one account's token: at most one request for it at any time, however many are waiting.

    renew_before: seconds before its end from which a token is not used any more.
    """

    def __init__(
        self, account: str, store: TokenStore, clock: Clock, fetch: Fetch, renew_before: float
    ) -> None:
        self._account = account
        self._store = store
        self._clock = clock
        self._fetch = fetch
        self._renew_before = renew_before
        self._lock = asyncio.Lock()
        self._serial = 0
        self._kept = ("", float("-inf"))  # token, and until when it is used (unix seconds)
        self._failed: TokenFailed | None = None  # how the last fetch ended

    async def get(self) -> Grant:
        """A token that is not about to end; raises TokenFailed."""
        if self._kept[1] <= self._now():
            await self._once(self._serial, refused="")
        return Grant(self._kept[0], self._serial)

    async def renew(self, refused: Grant) -> Grant:
        """What to use instead of `refused`, which the platform has just not accepted; raises TokenFailed.

        Somebody else's newer token, from this process or the store, is used before one is fetched.
        """
        await self._once(refused.serial, refused.token)
        return Grant(self._kept[0], self._serial)

    async def _once(self, serial: int, refused: str) -> None:
        """Refresh unless that was done since `serial`; then share its result, also if it failed."""
        async with self._lock:
            if serial == self._serial:
                try:
                    await self._refresh(refused)
                    self._failed = None
                except TokenFailed as failed:
                    self._kept, self._failed = ("", float("-inf")), failed
                self._serial += 1
            if self._failed is not None:
                raise TokenFailed(self._failed.outcome)

    async def _refresh(self, refused: str) -> None:
        stored = await self._store.read(self._account)
        if stored is not None and stored[0] != refused and stored[1] - self._renew_before > self._now():
            self._kept = (stored[0], stored[1] - self._renew_before)
            return
        token, lasts = await self._fetch(refused)
        ends = self._now() + lasts
        replaces = stored[0] if stored is not None else None
        kept, ends = await self._store.write(self._account, token, ends, replaces=replaces)
        # What is left of a token near its end is used to the half, or every call would fetch one.
        self._kept = (kept, max(ends - self._renew_before, self._now() + (ends - self._now()) / 2))

    def _now(self) -> float:
        return self._clock.now().timestamp()
