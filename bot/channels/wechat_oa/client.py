"""Sending from an Official Account: customer-service messages and template notices (CHANNELS §1.7, §1.8)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
import structlog

from bot.channels.base import TokenStore
from bot.channels.shared_token import TokenFailed
from bot.channels.temporary_media import UPLOAD, NotUploaded, as_image, media_id_of, too_large
from bot.channels.wechat_oa.api import TIMEOUT, NoAnswer, NotReached, call, upload
from bot.channels.wechat_oa.errors import NO_PERMISSION, TABLE, TOKEN_CODES, UNREACHED, outcome_of
from bot.channels.wechat_oa.reply import fit
from bot.channels.wechat_oa.template import template_message
from bot.channels.wechat_oa.token import AccessToken
from bot.core.accounts import WechatOaAccount
from bot.core.clock import Clock
from bot.core.delivery import Capability, Outcome, Outgoing, Pace, Verdict, Via, Window

_log = structlog.get_logger(__name__)

PICTURE_BYTES = 2_000_000
"""The page prints 2 MB and 10 MB (CHANNELS §1.11); so many are less than either, however a MB is counted."""


def capability_of(account: WechatOaAccount) -> Capability:
    """What this account may do (CHANNELS §1.7, §1.8, §1.11): an unverified one only answers passively."""
    may_notify = account.verified and account.kind == "service"
    return Capability(
        passive=True,
        api=account.verified,
        message_window=Window(5, timedelta(hours=48)),
        touch_window=Window(3, timedelta(minutes=1)),
        text_bytes=2000,
        idempotent=False,
        templates=frozenset(account.templates) if may_notify else frozenset(),
        picture_bytes=PICTURE_BYTES if account.verified else 0,
        pace=Pace(per_account=0.05, per_person=1.0, jitter=0.3),
    )


@dataclass(frozen=True, slots=True)
class _Request:
    path: str
    payload: dict[str, Any]
    is_template: bool = False


class WechatOa:
    """The Channel of one Official Account.

    A customer-service message whose call broke off is UNKNOWN; a template notice is RETRY, for WeChat
    recognises its repeat within ten minutes. A picture that could not be uploaded has not been sent.
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
        refused = self._refused_here(message)
        if refused is not None:
            return refused
        outcome = await self._attempt(message)
        if outcome.verdict is not Verdict.SENT:
            _log.info(
                "wechat_oa.not_sent",
                account=self.account,
                outbox=message.id,
                code=outcome.code,
                verdict=outcome.verdict.value,
            )
        return outcome

    def _refused_here(self, message: Outgoing) -> Outcome | None:
        """What need not be asked of WeChat."""
        if message.picture and (unfit := self._unfit(message)):
            return Outcome(Verdict.REJECTED, unfit)
        if not self.capability.api:
            row = TABLE[NO_PERMISSION]
            return Outcome(row.verdict, row.reason, str(NO_PERMISSION), retry_after=row.wait)
        if message.via is Via.TEMPLATE and message.template not in self.capability.templates:
            return Outcome(Verdict.REJECTED, f"没有配置模板 {message.template}")
        return None

    def _unfit(self, message: Outgoing) -> str:
        """Why its picture cannot go, in the seller's words; a reply or a notice could only carry the text."""
        if message.via in (Via.PASSIVE, Via.TEMPLATE):
            return "图片放不进当场的回话，也放不进模板消息"
        if not self.capability.picture_bytes:
            return "公众号没有认证，发不了图片"
        return too_large(message.picture, self.capability.picture_bytes)

    def _template(self, message: Outgoing) -> _Request:
        payload = template_message(message, self._settings, self._clock.now())
        return _Request("/cgi-bin/message/template/send", payload, is_template=True)

    async def _attempt(self, message: Outgoing) -> Outcome:
        try:
            request = await self._request(message)
            return self._judge(request, await self._answer(lambda token: self._post(request, token)))
        except (TokenFailed, NotUploaded) as failed:
            return failed.outcome
        except NotReached:
            return Outcome(Verdict.RETRY, UNREACHED)
        except NoAnswer:
            recognised = message.via is Via.TEMPLATE
            return Outcome(Verdict.RETRY if recognised else Verdict.UNKNOWN, "微信没有答复")

    async def _request(self, message: Outgoing) -> _Request:
        """What to send; a picture is uploaded for that. Raises TokenFailed, NotUploaded or NotReached."""
        if message.via is Via.TEMPLATE:
            return self._template(message)
        if message.picture:
            return _customer_service(message, as_image(await self._uploaded(message.picture)))
        return _customer_service(message, {"msgtype": "text", "text": {"content": fit(message.text)}})

    async def _uploaded(self, picture: bytes) -> str:
        """The media id under which WeChat has taken `picture`."""
        url = self._settings.api_base + UPLOAD
        try:
            answer = await self._answer(lambda token: upload(self._http, url, picture, token, self._timeout))
        except NoAnswer:
            raise NotUploaded(Outcome(Verdict.RETRY, "图片没传上去，微信没有答复")) from None
        if media_id := media_id_of(answer):
            return media_id
        refused = outcome_of({"errcode": 0, **answer}, self._clock.now())
        if refused.verdict is Verdict.SENT:  # of a picture that has no id nothing was sent
            refused = Outcome(Verdict.RETRY, "图片没传上去，微信没有给出编号")
        raise NotUploaded(refused)

    async def _answer(self, post: Callable[[str], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
        """WeChat's answer; with a renewed token the second and last time, if the first was refused."""
        grant = await self._token.get()
        answer = await post(grant.token)
        if answer.get("errcode") in TOKEN_CODES:
            grant = await self._token.renew(grant)
            answer = await post(grant.token)
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


def _customer_service(message: Outgoing, shown: Mapping[str, Any]) -> _Request:
    payload = {"touser": message.external_id, **shown}
    return _Request("/cgi-bin/message/custom/send", payload)
