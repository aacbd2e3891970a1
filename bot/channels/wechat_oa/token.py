"""The access token of one account: one fetch for all who wait, shared by the store (CHANNELS §1.6)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.channels.base import TokenStore
from bot.channels.wechat_oa.api import TIMEOUT, NoAnswer, NotReached, call
from bot.channels.wechat_oa.errors import TABLE, UNREACHED, outcome_of
from bot.core.accounts import WechatOaAccount
from bot.core.clock import Clock
from bot.core.delivery import Outcome, Verdict

# WeChat renews five minutes before the end; asking earlier would only give the same token again.
RENEW_BEFORE = 240.0

_FORCE_EVERY = 30.0  # seconds; and 20 a day, which the sender's stop after a refused token keeps
_STOPPED_CODE = 40125


class TokenFailed(Exception):
    """No token to be had; `outcome` is what that means for the message, which was not sent."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.code or outcome.verdict)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Grant:
    """A token to use, and which of this process's fetches it came from."""

    token: str
    serial: int


class AccessToken:
    """Keeps one account's token: at most one request for it at any time, however many are waiting."""

    def __init__(
        self,
        account: WechatOaAccount,
        http: aiohttp.ClientSession,
        store: TokenStore,
        clock: Clock,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        self._account = account
        self._http = http
        self._timeout = timeout
        self._store = store
        self._clock = clock
        self._lock = asyncio.Lock()
        self._serial = 0
        self._kept: tuple[str, float] | None = None  # token, and until when it is used (unix seconds)
        self._failed: TokenFailed | None = None  # how the last fetch ended
        self._refused_again = ""  # a token that WeChat refused and then handed out once more
        self._forced_at = float("-inf")

    async def get(self) -> Grant:
        """A token that is not about to end; raises TokenFailed."""
        if not self._is_current():
            await self._once(self._serial, refused=None)
        return self._grant()

    async def renew(self, refused: Grant) -> Grant:
        """Another token than `refused`, which WeChat has just not accepted; raises TokenFailed.

        Somebody else's newer token, from this process or the store, is used before one is fetched.
        """
        await self._once(refused.serial, refused=refused.token)
        return self._grant()

    async def _once(self, serial: int, *, refused: str | None) -> None:
        """Refresh unless that was done since `serial`; then share its result, also if it failed."""
        async with self._lock:
            if serial == self._serial:
                try:
                    await self._refresh(refused)
                    self._failed = None
                except TokenFailed as failed:
                    self._kept, self._failed = None, failed
                self._serial += 1
            if self._failed is not None:
                raise TokenFailed(self._failed.outcome)

    async def _refresh(self, refused: str | None) -> None:
        stored = await self._store.read(self._account.id)
        if stored is not None and stored[0] != refused and self._usable_until(stored[1]) > self._now():
            self._kept = (stored[0], self._usable_until(stored[1]))
            return
        token, lasts = await self._fetch(refused)
        ends = self._now() + lasts
        replaces = stored[0] if stored is not None else None
        kept, kept_ends = await self._store.write(self._account.id, token, ends, replaces=replaces)
        # What is left of a token near its end is used to the half, or every send would fetch one.
        self._kept = (kept, max(self._usable_until(kept_ends), self._now() + (kept_ends - self._now()) / 2))

    async def _fetch(self, refused: str | None) -> tuple[str, float]:
        force = refused is not None and refused == self._refused_again and self._may_force()
        answer = await self._ask(force)
        token, lasts = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(lasts, int | float) or lasts <= 0:
            raise TokenFailed(_refusal(answer, self._clock))
        self._refused_again = token if token == refused else ""
        return token, float(lasts)

    async def _ask(self, force: bool) -> dict[str, Any]:
        payload = {
            "grant_type": "client_credential",
            "appid": self._account.app_id,
            "secret": self._account.app_secret.get_secret_value(),
            "force_refresh": force,
        }
        if force:
            self._forced_at = self._now()
        url = f"{self._account.api_base}/cgi-bin/stable_token"
        try:
            return await call(self._http, url, payload, timeout=self._timeout)
        except (NotReached, NoAnswer):
            raise TokenFailed(Outcome(Verdict.RETRY, UNREACHED)) from None

    def _grant(self) -> Grant:
        if self._kept is None:  # _once has raised before
            raise TokenFailed(Outcome(Verdict.RETRY, UNREACHED))
        return Grant(self._kept[0], self._serial)

    def _is_current(self) -> bool:
        return self._kept is not None and self._kept[1] > self._now()

    def _usable_until(self, ends: float) -> float:
        return ends - RENEW_BEFORE

    def _may_force(self) -> bool:
        return self._now() - self._forced_at >= _FORCE_EVERY

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _refusal(answer: dict[str, Any], clock: Clock) -> Outcome:
    """A refused token request stops the account or waits; it never condemns the message."""
    if not answer.get("errcode"):
        return Outcome(Verdict.RETRY, "微信没有给出凭证")
    outcome = outcome_of(answer, clock.now())
    if outcome.verdict in (Verdict.RETRY, Verdict.ACCOUNT_STOPPED):
        return outcome
    reason = f"微信不给凭证（错误码 {outcome.code}），请核对 app_id 和 app_secret"
    return Outcome(Verdict.ACCOUNT_STOPPED, reason, outcome.code, retry_after=TABLE[_STOPPED_CODE].wait)
