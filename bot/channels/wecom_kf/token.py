"""The access token of one customer-service account, as WeCom gives it (CHANNELS §2.4)."""

from __future__ import annotations

import aiohttp

from bot.channels.base import TokenStore
from bot.channels.shared_token import SharedToken, TokenFailed
from bot.channels.wecom_kf.api import NoAnswer, NotReached, get
from bot.channels.wecom_kf.errors import TABLE, UNREACHED, outcome_of
from bot.core.accounts import WecomKfAccount
from bot.core.clock import Clock
from bot.core.delivery import Outcome, Verdict

RENEW_BEFORE = 300.0
_BAD_SECRET = 40001


class AccessToken(SharedToken):
    """Asks WeCom for it when nobody has one."""

    def __init__(
        self,
        account: WecomKfAccount,
        http: aiohttp.ClientSession,
        store: TokenStore,
        clock: Clock,
        timeout: aiohttp.ClientTimeout,
    ) -> None:
        super().__init__(account.id, store, clock, self._ask, RENEW_BEFORE)
        self._settings = account
        self._http = http
        self._timeout = timeout

    async def _ask(self, refused: str) -> tuple[str, float]:
        query = {"corpid": self._settings.corp_id, "corpsecret": self._settings.secret.get_secret_value()}
        url = f"{self._settings.api_base}/cgi-bin/gettoken"
        try:
            answer = await get(self._http, url, query, self._timeout)
        except (NotReached, NoAnswer):
            raise TokenFailed(Outcome(Verdict.RETRY, UNREACHED)) from None
        token, lasts = answer.get("access_token"), answer.get("expires_in")
        if answer["errcode"] or not isinstance(token, str) or not token:
            raise TokenFailed(_refusal(outcome_of(answer)))
        return token, float(lasts) if isinstance(lasts, int | float) and lasts > 0 else 0.0


def _refusal(outcome: Outcome) -> Outcome:
    """A refused token request stops the account or waits; it never condemns the message."""
    if outcome.verdict in (Verdict.RETRY, Verdict.ACCOUNT_STOPPED):
        return outcome
    if outcome.verdict is Verdict.SENT:
        return Outcome(Verdict.RETRY, "企业微信没有给出凭证")
    reason = f"企业微信不给凭证（错误码 {outcome.code}），请核对 corp_id 和 secret"
    return Outcome(Verdict.ACCOUNT_STOPPED, reason, outcome.code, retry_after=TABLE[_BAD_SECRET].wait)
