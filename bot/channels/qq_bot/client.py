"""Sending by a QQ bot: an answer names what it answers, so that QQ lets it through (CHANNELS §3.5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import aiohttp
import structlog

from bot.channels.base import Fetched, Notes, Submit, Tell, TokenStore
from bot.channels.qq_bot.api import TIMEOUT, Answer, NoAnswer, NotReached, call
from bot.channels.qq_bot.errors import (
    LINK_CODES,
    NO_MESSAGE,
    NO_WORD,
    TABLE,
    UNREACHED,
    is_refused_token,
    outcome_of,
)
from bot.channels.qq_bot.files import fetched
from bot.channels.qq_bot.gateway import Gateway
from bot.channels.qq_bot.inbound import ROOM
from bot.channels.qq_bot.picture import MOST_PICTURE, file_info_of, message_of, not_uploaded, upload_of
from bot.channels.qq_bot.token import AccessToken
from bot.channels.qq_bot.wording import MOST_BYTES, fit, without_links
from bot.channels.shared_token import TokenFailed
from bot.core.accounts import QqBotAccount
from bot.core.clock import Clock
from bot.core.delivery import NO_ANSWER, Capability, Outcome, Outgoing, Pace, Room, Verdict, Via, Window

_log = structlog.get_logger(__name__)

PRIVATE = Window(4, timedelta(minutes=59))
"""QQ says five in sixty minutes; its own plug-in keeps to four, and a call takes its time (CHANNELS §3.5)."""
GREETING = Window(1, timedelta(minutes=59))
"""How many an event allows is written nowhere."""
GROUP = Window(4, timedelta(minutes=4, seconds=40))

_MOST_SEQ = 2**30
_EMPTY = 50006


def capability_of(account: QqBotAccount) -> Capability:
    """What this bot may do (CHANNELS §0, §3.5)."""
    return Capability(
        message_window=PRIVATE,
        touch_window=GREETING,
        text_bytes=MOST_BYTES,
        picture_bytes=MOST_PICTURE if account.pictures else 0,
        idempotent=True,
        answers=True,
        proactive=account.proactive,
        room=Room(ROOM, GROUP),
        pace=Pace(per_account=0.05, per_person=1.0, jitter=0.3),
    )


class QqBot:
    """The Channel of one bot, CarryingFiles.

    An answer to a message whose call broke off is RETRY (`NO_ANSWER`): QQ recognises its repeat by msg_seq.
    Whatever else broke off is UNKNOWN; but not the upload of a picture, for QQ has no message by then.
    """

    def __init__(
        self,
        account: QqBotAccount,
        http: aiohttp.ClientSession,
        tokens: TokenStore,
        notes: Notes,
        clock: Clock,
        tell: Tell,
        *,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        self.account = account.id
        self.capability = capability_of(account)
        self._settings = account
        self._http = http
        self._timeout = timeout
        self._token = AccessToken(account, http, tokens, clock, timeout)
        self._gateway = Gateway(account, http, self._token, notes, clock, tell)

    async def start(self, submit: Submit) -> None:
        """Keep the gateway's connection, if that is how messages come in."""
        if self._settings.mode == "websocket":
            await self._gateway.start(submit)

    async def stop(self) -> None:
        """Let go of it."""
        await self._gateway.stop()

    async def fetch(self, payload: Mapping[str, Any]) -> Fetched:
        """The file of a message of kind FILE; raises NotFetched."""
        return await fetched(self._http, self._settings.api_base, payload)

    async def send(self, message: Outgoing) -> Outcome:
        """Try once to hand `message` to QQ; never raises for what QQ or the network can do.

        A text that is refused for its links is tried again without them.
        """
        text = fit(message.text)
        if not text.strip() and not message.picture:
            return Outcome(TABLE[_EMPTY].verdict, TABLE[_EMPTY].reason, str(_EMPTY))
        if message.via is Via.ANSWER and message.answers is None:
            return Outcome(Verdict.WINDOW_CLOSED, NO_MESSAGE)
        if message.picture:
            return await self._show(message)
        outcome = await self._attempt(message, _body(message, _words(text), 0))
        if outcome.code.isdigit() and int(outcome.code) in LINK_CODES and without_links(text) != text:
            outcome = await self._attempt(message, _body(message, _words(without_links(text)), 1))
        return outcome

    async def _show(self, message: Outgoing) -> Outcome:
        """Upload the picture, then send what shows it; a repeat uploads it again, under the same msg_seq."""
        if message.external_id.startswith(ROOM):
            return Outcome(Verdict.REJECTED, "图片不往群里发")
        if len(message.picture) > MOST_PICTURE:
            return Outcome(Verdict.REJECTED, "图片太大")
        uploaded = await self._upload(message)
        if isinstance(uploaded, Outcome):
            return uploaded
        return await self._attempt(message, _body(message, message_of(uploaded), 0))

    async def _upload(self, message: Outgoing) -> str | Outcome:
        """What the message has to name, or why there will be none."""
        try:
            answer = await self._answer(_path(message.external_id, "files"), upload_of(message.picture))
        except TokenFailed as failed:
            return failed.outcome
        except NotReached:
            return Outcome(Verdict.RETRY, UNREACHED)
        except NoAnswer:
            return Outcome(Verdict.RETRY, NO_WORD)
        if file_info := file_info_of(answer):
            return file_info
        outcome = not_uploaded(answer, unsure=message.unsure)
        self._note("qq_bot.not_uploaded", message, outcome, answer)
        return outcome

    async def _attempt(self, message: Outgoing, body: dict[str, Any]) -> Outcome:
        try:
            answer = await self._answer(_path(message.external_id, "messages"), body)
        except TokenFailed as failed:
            return failed.outcome
        except NotReached:
            return Outcome(Verdict.RETRY, UNREACHED)
        except NoAnswer:
            return _broken_off(body)
        outcome = outcome_of(answer)
        if outcome.verdict is not Verdict.SENT:
            self._note("qq_bot.not_sent", message, outcome, answer)
        return outcome

    def _note(self, what: str, message: Outgoing, outcome: Outcome, answer: Answer) -> None:
        _log.info(
            what,
            account=self.account,
            outbox=message.id,
            code=outcome.code,
            verdict=outcome.verdict.value,
            trace=answer.trace,
        )

    async def _answer(self, path: str, body: dict[str, Any]) -> Answer:
        """QQ's answer; with a renewed token the second and last time, if the first was refused."""
        token = await self._token.get()
        answer = await self._post(path, body, token)
        if is_refused_token(answer):
            token = await self._token.renew(token)
            answer = await self._post(path, body, token)
        return answer

    async def _post(self, path: str, body: dict[str, Any], token: str) -> Answer:
        headers = {"Authorization": f"QQBot {token}", "X-Union-Appid": self._settings.app_id}
        url = self._settings.api_base + path
        answer = await call(self._http, "POST", url, body, headers=headers, timeout=self._timeout)
        if answer.status >= 500 and answer.code not in TABLE:
            raise NoAnswer(f"HTTP {answer.status}")  # its own trouble; nobody knows what it did before
        return answer


def _path(correspondent: str, what: str) -> str:
    if correspondent.startswith(ROOM):
        group = correspondent.removeprefix(ROOM).partition("/")[0]
        return f"/v2/groups/{quote(group, safe='')}/{what}"
    return f"/v2/users/{quote(correspondent, safe='')}/{what}"


def _words(text: str) -> dict[str, Any]:
    return {"content": text, "msg_type": 0}


def _body(message: Outgoing, said: dict[str, Any], wording: int) -> dict[str, Any]:
    """The request; `wording` counts the versions of what is said, each a message of its own to QQ.

    msg_seq comes from the row, so it rises, and a repeat has the same. An event is named without one: with it
    QQ takes the message for a proactive one (nonebot/adapter-qq#124).
    """
    if message.via is not Via.ANSWER or message.answers is None:
        return said
    if message.answers.is_event:
        return said | {"event_id": message.answers.id}
    return said | {"msg_id": message.answers.id, "msg_seq": (2 * message.id + wording) % _MOST_SEQ}


def _broken_off(body: dict[str, Any]) -> Outcome:
    if "msg_seq" in body:
        return Outcome(Verdict.RETRY, NO_WORD, NO_ANSWER)
    return Outcome(Verdict.UNKNOWN, NO_WORD)
