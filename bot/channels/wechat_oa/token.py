"""The access token of one Official Account, as WeChat's stable_token gives it (CHANNELS §1.6)."""

from __future__ import annotations

from typing import Any

import aiohttp

from bot.channels.base import TokenStore
from bot.channels.shared_token import SharedToken, TokenFailed
from bot.channels.wechat_oa.api import TIMEOUT, NoAnswer, NotReached, call
from bot.channels.wechat_oa.errors import TABLE, UNREACHED, outcome_of
from bot.core.accounts import WechatOaAccount
from bot.core.clock import Clock
from bot.core.delivery import Outcome, Verdict

# WeChat renews five minutes before the end; asking earlier would only give the same token again.
RENEW_BEFORE = 240.0

_FORCE_EVERY = 30.0  # seconds; and 20 a day, which the sender's stop after a refused token keeps
_STOPPED_CODE = 40125


class AccessToken(SharedToken):
    """Asks WeChat for it when nobody has one, and insists when a refused one comes back."""

    def __init__(
        self,
        account: WechatOaAccount,
        http: aiohttp.ClientSession,
        store: TokenStore,
        clock: Clock,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        super().__init__(account.id, store, clock, self._another, RENEW_BEFORE)
        self._settings = account
        self._http = http
        self._timeout = timeout
        self._refused_again = ""  # a token that WeChat refused and then handed out once more
        self._forced_at = float("-inf")

    async def _another(self, refused: str) -> tuple[str, float]:
        force = bool(refused) and refused == self._refused_again and self._may_force()
        answer = await self._ask(force)
        token, lasts = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(lasts, int | float) or lasts <= 0:
            raise TokenFailed(_refusal(answer, self._clock))
        self._refused_again = token if token == refused else ""
        return token, float(lasts)

    async def _ask(self, force: bool) -> dict[str, Any]:
        payload = {
            "grant_type": "client_credential",
            "appid": self._settings.app_id,
            "secret": self._settings.app_secret.get_secret_value(),
            "force_refresh": force,
        }
        if force:
            self._forced_at = self._now()
        url = f"{self._settings.api_base}/cgi-bin/stable_token"
        try:
            return await call(self._http, url, payload, timeout=self._timeout)
        except (NotReached, NoAnswer):
            raise TokenFailed(Outcome(Verdict.RETRY, UNREACHED)) from None

    def _may_force(self) -> bool:
        return self._now() - self._forced_at >= _FORCE_EVERY


def _refusal(answer: dict[str, Any], clock: Clock) -> Outcome:
    """A refused token request stops the account or waits; it never condemns the message."""
    if not answer.get("errcode"):
        return Outcome(Verdict.RETRY, "微信没有给出凭证")
    outcome = outcome_of(answer, clock.now())
    if outcome.verdict in (Verdict.RETRY, Verdict.ACCOUNT_STOPPED):
        return outcome
    reason = f"微信不给凭证（错误码 {outcome.code}），请核对 app_id 和 app_secret"
    return Outcome(Verdict.ACCOUNT_STOPPED, reason, outcome.code, retry_after=TABLE[_STOPPED_CODE].wait)
