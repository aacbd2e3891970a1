"""Sending from an Official Account: customer-service texts and template notices (CHANNELS §1.7, §1.8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
import structlog

from bot.channels.base import TokenStore
from bot.channels.shared_token import TokenFailed
from bot.channels.wechat_oa.api import TIMEOUT, NoAnswer, NotReached, call
from bot.channels.wechat_oa.errors import NO_PERMISSION, TABLE, TOKEN_CODES, UNREACHED, outcome_of
from bot.channels.wechat_oa.reply import fit
from bot.channels.wechat_oa.template import template_message
from bot.channels.wechat_oa.token import AccessToken
from bot.core.accounts import WechatOaAccount
from bot.core.clock import Clock
from bot.core.delivery import Capability, Outcome, Outgoing, Pace, Verdict, Via, Window

_log = structlog.get_logger(__name__)


def capability_of(account: WechatOaAccount) -> Capability:
    """What this account may do (CHANNELS §1.7, §1.8): an unverified one only answers passively."""
    may_notify = account.verified and account.kind == "service"
    return Capability(
        passive=True,
        api=account.verified,
        message_window=Window(5, timedelta(hours=48)),
        touch_window=Window(3, timedelta(minutes=1)),
        text_bytes=2000,
        idempotent=False,
        templates=frozenset(account.templates) if may_notify else frozenset(),
        pace=Pace(per_account=0.05, per_person=1.0, jitter=0.3),
    )


@dataclass(frozen=True, slots=True)
class _Request:
    path: str
    payload: dict[str, Any]
    repeatable: bool  # the platform recognises a second one
    is_template: bool = False


class WechatOa:
    """The Channel of one Official Account.

    A customer-service text whose call broke off is UNKNOWN; a template notice is RETRY, for WeChat
    recognises its repeat within ten minutes.
    """

    def __init__(
        self,
        account: WechatOaAccount,
        http: aiohttp.ClientSession,
        tokens: TokenStore,
        clock: Clock,
        *,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        self.account = account.id
        self.capability = capability_of(account)
        self._settings = account
        self._http = http
        self._clock = clock
        self._timeout = timeout
        self._token = AccessToken(account, http, tokens, clock, timeout)

    async def send(self, message: Outgoing) -> Outcome:
        """Try once to hand `message` to WeChat; never raises for what WeChat or the network can do."""
        if not self.capability.api:
            refused = TABLE[NO_PERMISSION]
            return Outcome(refused.verdict, refused.reason, str(NO_PERMISSION), retry_after=refused.wait)
        if message.via is Via.TEMPLATE and message.template not in self.capability.templates:
            return Outcome(Verdict.REJECTED, f"没有配置模板 {message.template}")
        request = self._template(message) if message.via is Via.TEMPLATE else _customer_service(message)
        outcome = await self._attempt(request)
        if outcome.verdict is not Verdict.SENT:
            _log.info(
                "wechat_oa.not_sent",
                account=self.account,
                outbox=message.id,
                code=outcome.code,
                verdict=outcome.verdict.value,
            )
        return outcome

    def _template(self, message: Outgoing) -> _Request:
        payload = template_message(message, self._settings, self._clock.now())
        return _Request("/cgi-bin/message/template/send", payload, repeatable=True, is_template=True)

    async def _attempt(self, request: _Request) -> Outcome:
        try:
            return self._judge(request, await self._answer(request))
        except TokenFailed as failed:
            return failed.outcome
        except NotReached:
            return Outcome(Verdict.RETRY, UNREACHED)
        except NoAnswer:
            return Outcome(Verdict.RETRY if request.repeatable else Verdict.UNKNOWN, "微信没有答复")

    async def _answer(self, request: _Request) -> dict[str, Any]:
        """WeChat's answer; with a renewed token the second and last time, if the first was refused."""
        grant = await self._token.get()
        answer = await self._post(request, grant.token)
        if answer["errcode"] in TOKEN_CODES:
            grant = await self._token.renew(grant)
            answer = await self._post(request, grant.token)
        return answer

    async def _post(self, request: _Request, token: str) -> dict[str, Any]:
        url = self._settings.api_base + request.path
        answer = await call(self._http, url, request.payload, token=token, timeout=self._timeout)
        if "errcode" not in answer:
            raise NoAnswer("no errcode")
        return answer

    def _judge(self, request: _Request, answer: dict[str, Any]) -> Outcome:
        outcome = outcome_of(answer, self._clock.now())
        if request.is_template and outcome.verdict is Verdict.API_DISABLED:
            # Only templates are not allowed here; customer-service messages may well be.
            reason = "公众号没有模板消息的权限"
            return Outcome(Verdict.WINDOW_CLOSED, reason, outcome.code)
        return outcome


def _customer_service(message: Outgoing) -> _Request:
    payload = {"touser": message.external_id, "msgtype": "text", "text": {"content": fit(message.text)}}
    return _Request("/cgi-bin/message/custom/send", payload, repeatable=False)
