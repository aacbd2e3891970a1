"""The access token of one bot: one fetch for all who wait, when QQ gives a new one at all (CHANNELS §3.1)."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

from bot.channels.base import TokenStore
from bot.channels.qq_bot.api import TIMEOUT, Answer, NoAnswer, NotReached, call
from bot.channels.qq_bot.errors import TABLE, UNREACHED, WRONG_SECRET
from bot.channels.shared_token import TokenFailed
from bot.core.accounts import QqBotAccount
from bot.core.clock import Clock
from bot.core.delivery import Outcome, Verdict

RENEW_BEFORE = 50.0
"""Seconds before a token's end from which another is asked for.

QQ hands out a new one only in the last 60; asked earlier, it repeats itself. The old one is good to its end.
"""
LEAST_USE = 5.0
"""Seconds that even a token near its end is used, or every send would fetch one."""

_SHORTEST, _LONGEST = 1.0, 24 * 3600.0
_BUSY_CODE = 100001


class AccessToken:
    """Keeps one bot's token: at most one request for it at any time, however many are waiting."""

    def __init__(
        self,
        account: QqBotAccount,
        http: aiohttp.ClientSession,
        store: TokenStore,
        clock: Clock,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        self._account = account
        self._http = http
        self._store = store
        self._clock = clock
        self._timeout = timeout
        self._lock = asyncio.Lock()
        self._fetches = 0
        self._kept = ("", 0.0)  # token, and until when it is used (unix seconds)
        self._failed: TokenFailed | None = None  # how the last fetch ended

    async def get(self) -> str:
        """A token that is not about to end; raises TokenFailed."""
        if self._is_current():
            return self._kept[0]
        return await self._once("")

    async def renew(self, refused: str) -> str:
        """What to try instead of `refused`, which QQ has just not accepted; raises TokenFailed.

        May be the same again: before its last minute QQ gives no other.
        """
        if self._is_current() and self._kept[0] != refused:
            return self._kept[0]
        return await self._once(refused)

    async def _once(self, refused: str) -> str:
        """Refresh unless that was done while waiting for it; then share its result, also if it failed."""
        fetches = self._fetches
        async with self._lock:
            if fetches == self._fetches:
                try:
                    await self._refresh(refused)
                    self._failed = None
                except TokenFailed as failed:
                    self._kept, self._failed = ("", 0.0), failed
                self._fetches += 1
            if self._failed is not None:
                raise TokenFailed(self._failed.outcome)
            return self._kept[0]

    async def _refresh(self, refused: str) -> None:
        stored = await self._store.read(self._account.id)
        if stored is not None and stored[0] != refused and stored[1] - RENEW_BEFORE > self._now():
            self._kept = (stored[0], stored[1] - RENEW_BEFORE)
            return
        token, lasts = await self._fetch()
        replaces = stored[0] if stored is not None else None
        kept, ends = await self._store.write(self._account.id, token, self._now() + lasts, replaces=replaces)
        if kept == refused:  # another process has put back what QQ has just refused
            kept, ends = token, self._now() + lasts
        self._kept = (kept, max(ends - RENEW_BEFORE, self._now() + min(LEAST_USE, lasts / 2)))

    async def _fetch(self) -> tuple[str, float]:
        payload = {
            "appId": self._account.app_id,
            "clientSecret": self._account.app_secret.get_secret_value(),
        }
        url = f"{self._account.auth_base}/app/getAppAccessToken"
        try:
            answer = await call(self._http, "POST", url, payload, timeout=self._timeout)
        except (NotReached, NoAnswer):
            raise TokenFailed(Outcome(Verdict.RETRY, UNREACHED)) from None
        token, lasts = answer.fields.get("access_token"), _seconds(answer.fields.get("expires_in"))
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise TokenFailed(_refusal(answer))
        if lasts is None:
            raise TokenFailed(Outcome(Verdict.RETRY, "QQ 给的凭证没有期限"))
        return token, lasts

    def _is_current(self) -> bool:
        return self._kept[1] > self._now()

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _seconds(told: Any) -> float | None:
    """`expires_in`, which is a text where the document says a number."""
    try:
        lasts = float(told)
    except (TypeError, ValueError):
        return None
    return lasts if _SHORTEST <= lasts <= _LONGEST else None


def _refusal(answer: Answer) -> Outcome:
    """A refused token request stops the account or waits; it never condemns the message."""
    if answer.code == _BUSY_CODE or answer.status == 429:
        busy = TABLE[_BUSY_CODE]
        return Outcome(Verdict.RETRY, busy.reason, str(answer.code), retry_after=busy.wait)
    if not answer.code and answer.status < 400:
        return Outcome(Verdict.RETRY, "QQ 没有给出凭证")
    code = str(answer.code or answer.status)
    return Outcome(Verdict.ACCOUNT_STOPPED, WRONG_SECRET.reason, code, retry_after=WRONG_SECRET.wait)
