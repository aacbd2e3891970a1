"""Sending from a 微信客服 account, and keeping up with what is said there (CHANNELS §2.3)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import structlog

from bot.channels import fetching
from bot.channels.base import Fetched, NotFetched, Submit, Tell, TokenStore
from bot.channels.shared_token import TokenFailed
from bot.channels.temporary_media import NotUploaded, as_image, media_id_of, too_large
from bot.channels.wecom_kf import files, wire
from bot.channels.wecom_kf.api import TIMEOUT, NoAnswer, NotReached
from bot.channels.wecom_kf.caller import Caller
from bot.channels.wecom_kf.errors import (
    INVALID_PARAMETER,
    NOT_OUR_TURN,
    TABLE,
    UNREACHED,
    not_fetched,
    outcome_of,
)
from bot.channels.wecom_kf.puller import Puller
from bot.channels.wecom_kf.sessions import Sessions
from bot.core.accounts import WecomKfAccount
from bot.core.clock import Clock
from bot.core.delivery import Capability, Outcome, Outgoing, Pace, Verdict, Window
from storage import pulling
from storage.db import Database

_log = structlog.get_logger(__name__)

SEND = "/cgi-bin/kf/send_msg"
SEND_ON_EVENT = "/cgi-bin/kf/send_msg_on_event"

_PERHAPS = "企业微信没有答复，再发时又不认，上一次可能已经送到"


def capability_of(account: WecomKfAccount) -> Capability:
    """Five within 48 hours of the buyer's message; one within 20 s of a welcome code (CHANNELS §2.3)."""
    return Capability(
        passive=False,
        api=True,
        message_window=Window(5, timedelta(hours=48)),
        touch_window=Window(1, timedelta(seconds=20)),
        text_bytes=wire.TEXT_BYTES,
        idempotent=account.repeatable,
        picture_bytes=wire.PICTURE_BYTES,
        pace=Pace(per_account=0.05, per_person=0.5, jitter=0.2),
    )


class WecomKf:
    """The Channel of one customer-service account, CarryingFiles; Connected, for its messages are fetched.

    tell: tells the sellers that nothing can be fetched any more.
    """

    def __init__(
        self,
        account: WecomKfAccount,
        http: aiohttp.ClientSession,
        database: Database,
        tokens: TokenStore,
        clock: Clock,
        tell: Tell,
        *,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        self.account = account.id
        self.settings = account
        self.capability = capability_of(account)
        self._database = database
        self._clock = clock
        self._caller = Caller(account, http, tokens, clock, timeout)
        self._flying: dict[str, asyncio.Event] = {}
        self._salt = ""
        self._puller = Puller(account, self._caller, database, clock, self._landed, tell)
        self._sessions = Sessions(account, self._caller, clock)

    async def start(self, submit: Submit) -> None:
        """Fetch what has been said meanwhile, and from now on whatever there is."""
        self._sessions.submit = submit
        await self._puller.start(submit)

    async def stop(self) -> None:
        """Fetch no more; what is half done is fetched again by whoever starts next."""
        await self._puller.stop()

    async def wake(self, token: str) -> None:
        """There is something to fetch; durable when this returns (CHANNELS §2.1)."""
        await self._puller.wake(token)

    async def send(self, message: Outgoing) -> Outcome:
        """Try once to hand `message` to WeCom; never raises for what WeCom or the network can do."""
        if unfit := too_large(message.picture, self.capability.picture_bytes):
            return Outcome(Verdict.REJECTED, unfit)
        msgid = wire.msgid_of(await self._own_salt(), message)
        with self._under_way(msgid):
            outcome = await self._attempt(message, msgid)
        if outcome.verdict is not Verdict.SENT:
            _log.info(
                "wecom_kf.not_sent",
                account=self.account,
                outbox=message.id,
                code=outcome.code,
                verdict=outcome.verdict.value,
            )
        return outcome

    async def fetch(self, payload: Mapping[str, Any]) -> Fetched:
        """The file of a message of kind FILE; raises NotFetched. WeCom keeps it for three days (§2.4)."""
        try:
            found = await self._file(payload)
        except NotFetched as failed:
            _log.info("wecom_kf.file_not_fetched", account=self.account, why=str(failed), again=failed.again)
            raise
        return found

    async def _file(self, payload: Mapping[str, Any]) -> Fetched:
        media_id = files.media_id_in(payload)
        if not media_id:
            raise NotFetched(fetching.NO_FILE)
        try:
            answer = await self._caller.download(media_id)
        except files.TooLarge:
            raise NotFetched(fetching.TOO_LARGE) from None
        except TokenFailed as failed:
            raise NotFetched(failed.outcome.reason, again=True) from None
        except NotReached:
            raise NotFetched(files.NOT_CONNECTED, again=True) from None
        except NoAnswer:
            raise NotFetched(fetching.BROKE_OFF, again=True) from None
        if not isinstance(answer, Fetched):
            raise not_fetched(answer)
        return answer

    async def _attempt(self, message: Outgoing, msgid: str) -> Outcome:
        try:
            return await self._by_code(message, msgid) or await self._by_window(message, msgid)
        except (TokenFailed, NotUploaded) as failed:
            return failed.outcome
        except NotReached:
            return Outcome(Verdict.RETRY, UNREACHED)
        except NoAnswer:
            safe = self.settings.repeatable
            return Outcome(Verdict.RETRY if safe else Verdict.UNKNOWN, "企业微信没有答复")

    async def _by_code(self, message: Outgoing, msgid: str) -> Outcome | None:
        """By the welcome code that this buyer has brought, if one is still good; it can be used once.

        No picture goes by it (CHANNELS §2.3).
        """
        if message.picture:
            return None
        whom, now = message.external_id, self._clock.now()
        code = await self._database.read(lambda c: pulling.code_for(c, self.account, whom, now))
        if not code:
            return None
        payload = {"code": code, "msgid": msgid, **wire.as_text(message)}
        outcome = self._judged(await self._caller.call(SEND_ON_EVENT, payload), message, msgid)
        if outcome.verdict in (Verdict.RETRY, Verdict.ACCOUNT_STOPPED):
            return outcome
        await self._database.write(lambda c: pulling.forget_code(c, self.account, whom, now))
        if outcome.verdict is Verdict.SENT:
            return outcome
        # The first use may have been taken although its answer got lost; a code is good only once.
        return Outcome(Verdict.UNKNOWN, _PERHAPS, outcome.code) if message.attempts else None

    async def _by_window(self, message: Outgoing, msgid: str) -> Outcome:
        menu = wire.as_menu(message)
        answer = await self._send(message, msgid, menu or await self._plain(message))
        if menu is not None and answer["errcode"] == INVALID_PARAMETER:
            answer = await self._send(message, msgid, wire.as_text(message))
        if answer["errcode"] == NOT_OUR_TURN:
            return await self._sessions.explained(message, outcome_of(answer))
        return self._judged(answer, message, msgid)

    async def _plain(self, message: Outgoing) -> dict[str, Any]:
        """The fields of its picture, uploaded for that, or of its text; raises NotUploaded too.

        What goes wrong here went wrong before WeCom had the message, whatever its repeat might mean.
        """
        if not message.picture:
            return wire.as_text(message)
        try:
            answer = await self._caller.upload(message.picture)
        except NoAnswer:
            raise NotUploaded(Outcome(Verdict.RETRY, "图片没传上去，企业微信没有答复")) from None
        if media_id := media_id_of(answer):
            return as_image(media_id)
        refused = outcome_of(answer)
        if refused.verdict is Verdict.SENT:
            refused = Outcome(Verdict.RETRY, "图片没传上去，企业微信没有给出编号")
        raise NotUploaded(refused)

    async def _send(self, message: Outgoing, msgid: str, fields: dict[str, Any]) -> dict[str, Any]:
        whom = {"touser": message.external_id, "open_kfid": self.settings.open_kfid, "msgid": msgid}
        return await self._caller.call(SEND, whom | fields)

    def _judged(self, answer: dict[str, Any], message: Outgoing, msgid: str) -> Outcome:
        given = answer.get("msgid")
        outcome = outcome_of(answer, given if isinstance(given, str) and given else msgid)
        if message.attempts and answer["errcode"] not in TABLE:
            # How WeCom refuses an id that it knows already is not documented (CHANNELS §9).
            return Outcome(Verdict.UNKNOWN, _PERHAPS, outcome.code)
        return outcome

    async def _own_salt(self) -> str:
        if not self._salt:
            now = self._clock.now()
            self._salt = await self._database.write(lambda c: pulling.ensure(c, self.account, now))
        return self._salt

    # --- what was sent, and the report that it failed after all ---------------------------------

    @contextmanager
    def _under_way(self, msgid: str) -> Iterator[None]:
        self._flying[msgid] = asyncio.Event()
        try:
            yield
        finally:
            self._flying.pop(msgid).set()

    async def _landed(self, msgid: str) -> None:
        """Wait until a message is no longer under way: only then does its row say that it was sent."""
        if (flying := self._flying.get(msgid)) is not None:
            await flying.wait()
