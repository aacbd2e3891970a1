"""The Channel of one seller's own WeChat: its life, and what goes out (CHANNELS §5.4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import aiohttp
import structlog

from bot.channels.base import Submit, Tell
from bot.channels.ilink import store, wire
from bot.channels.ilink.api import TIMEOUT, NoAnswer, NotReached, post
from bot.channels.ilink.errors import (
    LOGIN_EXPIRED,
    NEVER_SPOKE,
    NO_WORD,
    NOT_LOGGED_IN,
    UNREACHED,
    outcome_of,
)
from bot.channels.ilink.login import Login
from bot.channels.ilink.pauses import Pauses
from bot.channels.ilink.poller import Poller
from bot.channels.ilink.sessions import Sessions
from bot.channels.ilink.store import Session
from bot.channels.ilink.terminal import Screen
from bot.core.accounts import SCANNER, IlinkAccount
from bot.core.clock import Clock
from bot.core.delivery import Capability, Outcome, Outgoing, Pace, Verdict, Window
from storage import pulling
from storage.db import Database

_log = structlog.get_logger(__name__)


def capability_of(account: IlinkAccount) -> Capability:
    """Ten within 24 hours of the seller's own message, nothing without one (CHANNELS §5.4)."""
    return Capability(
        message_window=Window(account.most, account.lasts),
        text_bytes=wire.TEXT_BYTES,
        idempotent=account.repeatable,
        pace=Pace(per_account=0.2, per_person=0.5, jitter=0.2),
    )


class Ilink:
    """One login; Connected, for its messages must be fetched, and a seller must scan a code.

    sellers: who commands from here. tell: tells the sellers on their other channels. A call without an answer
    is UNKNOWN, unless the platform recognises its repeat.
    """

    def __init__(
        self,
        account: IlinkAccount,
        http: aiohttp.ClientSession,
        database: Database,
        clock: Clock,
        sellers: Sequence[str],
        tell: Tell,
        screen: Screen,
        *,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
        pauses: Pauses | None = None,
    ) -> None:
        self.account = account.id
        self.capability = capability_of(account)
        self._settings = account
        self._http = http
        self._database = database
        self._clock = clock
        self._timeout = timeout
        self._salt = ""
        self._sessions = Sessions(account, database, tell)
        pauses = pauses or Pauses()
        login = Login(account, http, screen, pauses)
        self._poller = Poller(account, http, database, clock, self._sessions, login, sellers, tell, pauses)

    async def start(self, submit: Submit) -> None:
        """Listen from where the last process left off."""
        await self._poller.start(submit)

    async def stop(self) -> None:
        """Listen no more."""
        await self._poller.stop()

    async def send(self, message: Outgoing) -> Outcome:
        """Try once to hand `message` to WeChat; never raises for what WeChat or the network can do."""
        session, text = await self._sessions.current(), wire.shown(message.text)
        if session is None or session.expired:
            return Outcome(Verdict.WINDOW_CLOSED, NOT_LOGGED_IN)
        to = session.user_id if message.external_id == SCANNER else message.external_id
        context = await self._database.read(lambda c: store.context_for(c, self.account, to))
        if not context:
            return Outcome(Verdict.WINDOW_CLOSED, NEVER_SPOKE)
        if not text.strip():
            return Outcome(Verdict.REJECTED, "消息是空的")
        body = wire.as_text(to, text, await self._client_id(message), context)
        outcome = await self._attempt(session, body)
        if outcome.verdict is not Verdict.SENT:
            _log.info("ilink.not_sent", account=self.account, outbox=message.id, code=outcome.code)
        return outcome

    async def _attempt(self, session: Session, body: dict[str, Any]) -> Outcome:
        url = (session.base or self._settings.api_base) + wire.SEND
        headers = wire.headers(self._settings, session.token)
        try:
            answer = await post(
                self._http, url, body | wire.base_info(self._settings), headers, self._timeout
            )
        except NotReached:
            return Outcome(Verdict.RETRY, UNREACHED)
        except NoAnswer:
            safe = self._settings.repeatable
            return Outcome(Verdict.RETRY if safe else Verdict.UNKNOWN, NO_WORD)
        if answer.code == LOGIN_EXPIRED:
            await self._sessions.expire(session)
        return outcome_of(answer, self._settings)

    async def _client_id(self, message: Outgoing) -> str:
        """The same for a repeat, another for another database's message of the same number."""
        if not self._salt:
            now = self._clock.now()
            self._salt = await self._database.write(lambda c: pulling.ensure(c, self.account, now))
        return f"{self._salt}-{message.id}"
