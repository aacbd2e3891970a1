"""Keeps up with one login: poll → store → buffer, in one process at a time; logs in where needed (§5.3)."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from contextlib import suppress

import aiohttp
import structlog

from bot.channels.base import Submit, Tell
from bot.channels.ilink import store, wire
from bot.channels.ilink.api import NoAnswer, NotReached, post
from bot.channels.ilink.errors import LOGIN_EXPIRED
from bot.channels.ilink.guests import Guests
from bot.channels.ilink.inbound import Said, read
from bot.channels.ilink.login import Login, NotLoggedIn
from bot.channels.ilink.pauses import Pauses
from bot.channels.ilink.sessions import Sessions
from bot.channels.ilink.store import Session
from bot.channels.ilink.updates import USUAL_WAIT, fetch
from bot.core.accounts import SCANNER, IlinkAccount
from bot.core.clock import Clock
from bot.core.events import BuyerMessage
from storage import pulling
from storage.db import Database
from storage.pulling import Position

_log = structlog.get_logger(__name__)

ALARM_AFTER = 10
"""Failures in a row after which the sellers are told: four minutes."""
_AT_ONCE = 50
GOODBYE = aiohttp.ClientTimeout(total=2)


class NotHeard(Exception):
    """The platform has answered that it will not; the message is its code."""


class Elsewhere(Exception):
    """Another process has taken the account over."""


class Poller:
    """All it knows is rows. sellers: the ids that command from here, SCANNER for whoever has logged in."""

    def __init__(
        self,
        account: IlinkAccount,
        http: aiohttp.ClientSession,
        database: Database,
        clock: Clock,
        sessions: Sessions,
        login: Login,
        sellers: Sequence[str],
        tell: Tell,
        pauses: Pauses,
    ) -> None:
        self._account = account
        self._http = http
        self._database = database
        self._clock = clock
        self._sessions = sessions
        self._login = login
        self._sellers = frozenset(sellers)
        self._guests = Guests(account, http, database, tell)
        self._tell = tell
        self._pauses = pauses
        self._holder = uuid.uuid4().hex
        self._failures = 0
        self._wait = USUAL_WAIT
        self._greeted = ""
        self._task: asyncio.Task[None] | None = None
        self._submit: Submit | None = None

    async def start(self, submit: Submit) -> None:
        """Go on from the buffer that is kept; without a login, ask for one."""
        self._submit = submit
        await self._database.write(lambda c: pulling.ensure(c, self._account.id, self._clock.now()))
        if not self._database.shared:
            await self._database.write(lambda c: pulling.free(c, self._account.id))
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Leave off; what is half stored is fetched again by whoever starts next."""
        if self._task is None:
            return
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self._task = None
        await self._database.write(lambda c: pulling.free(c, self._account.id, self._holder))
        session = await self._sessions.current()
        if session is not None and session.token == self._greeted and not session.expired:
            await self._say(session, wire.STOPPED)

    # --- when -----------------------------------------------------------------------------------

    async def _run(self) -> None:
        while True:
            try:
                pause = await self._round()
            except Exception as error:
                pause = self._failed(error)
            await asyncio.sleep(pause)

    async def _round(self) -> float:
        """Listen as long as it goes well and nobody else does; how long to wait then."""
        if self._failures and self._failures % ALARM_AFTER == 0:
            await self._alarm()
        try:
            with suppress(Elsewhere):
                await self._keep_up()
        except NotLoggedIn:
            await self._database.write(lambda c: pulling.free(c, self._account.id, self._holder))
            return self._pauses.login_again
        return self._pauses.look

    def _failed(self, error: Exception) -> float:
        self._failures += 1
        _log.warning("ilink.not_heard", account=self._account.id, error=type(error).__name__, why=_why(error))
        _log.debug("ilink.not_heard_because", exc_info=error)
        pauses = self._pauses.after_failure
        return pauses[min(self._failures, len(pauses)) - 1]

    async def _alarm(self) -> None:
        """Once a day."""
        text = f"微信遥控（{self._account.id}）连不上，现在收不到你在微信里发的命令。恢复以后自动补收。"
        await self._tell(text, f"deaf:{self._account.id}:{self._clock.now():%Y%m%d}")

    async def _keep_up(self) -> None:
        """Until another process does: raises Elsewhere."""
        while True:
            session = await self._sessions.current()
            position = await self._position()
            if session is None or session.expired:
                await self._log_in(session)
            else:
                await self._hear(session, position.cursor)

    async def _position(self) -> Position:
        me, now = self._account.id, self._clock.now()
        position = await self._database.write(lambda c: pulling.claim(c, me, self._holder, now, anyway=True))
        if position is None:
            raise Elsewhere
        return position

    async def _log_in(self, known: Session | None) -> None:
        await self._sessions.begin(await self._login.run(lambda: self._advance(""), known))
        _log.info("ilink.logged_in", account=self._account.id)

    async def _say(self, session: Session, path: str) -> None:
        """That we listen, or do not any more; of no consequence (CHANNELS §5.4)."""
        url = (session.base or self._account.api_base) + path
        headers = wire.headers(self._account, session.token)
        with suppress(NotReached, NoAnswer):
            await post(self._http, url, wire.base_info(self._account), headers, GOODBYE)

    # --- what -----------------------------------------------------------------------------------

    async def _hear(self, session: Session, buffer: str) -> None:
        """One poll; the buffer moves once everything before it is stored."""
        if self._greeted != session.token:
            self._greeted = session.token
            await self._say(session, wire.STARTED)
        loop = asyncio.get_running_loop()
        began = loop.time()
        page = await fetch(self._account, self._http, session, buffer, self._wait)
        if page.code == LOGIN_EXPIRED:
            await self._sessions.expire(session)
            return
        if page.code:
            raise NotHeard(str(page.code))
        fresh = await self._store(page.entries, session)
        self._failures, self._wait = 0, page.wait
        await self._advance(page.buffer or buffer)
        if not fresh:
            await asyncio.sleep(max(0.0, began + self._pauses.at_least - loop.time()))

    async def _advance(self, buffer: str) -> None:
        me, now = self._account.id, self._clock.now()
        if not await self._database.write(
            lambda c: pulling.advance(c, me, self._holder, buffer, now, seen=None)
        ):
            raise Elsewhere

    async def _store(self, entries: Sequence[object], session: Session) -> bool:
        """Hand everything on in its order, durably; whether there was anything new."""
        fresh, guests = False, dict[str, Said]()
        for number, entry in enumerate(entries, 1):
            said = read(entry, self._clock.now())
            if said is None:
                pass
            elif seller := self._seller(said.sender, session):
                fresh = await self._heard(said, seller) or fresh
            else:
                guests[said.sender] = said  # the last, for its context is the newest
            if number % _AT_ONCE == 0:  # who writes elsewhere does not wait for a page of nonsense
                await asyncio.sleep(0)
        for said in guests.values():
            await self._guests.turn_away(said, session)
        return fresh

    async def _heard(self, said: Said, seller: str) -> bool:
        assert self._submit is not None  # nothing is fetched before start
        me, context = self._account.id, said.context
        # before the answer is decided, so that it can be sent the moment it is
        await self._database.write(lambda c: store.keep_context(c, me, said.sender, context, said.sent_ms))
        message = BuyerMessage(me, seller, said.message_id, said.at, said.kind, said.text)
        return not (await self._submit(message)).duplicate

    def _seller(self, sender: str, session: Session) -> str:
        """The id by which the configuration knows this sender; empty if it does not."""
        if sender in self._sellers:
            return sender
        return SCANNER if SCANNER in self._sellers and sender == session.user_id else ""


def _why(error: Exception) -> str:
    """Of our own faults; those of others may quote what nobody should read."""
    return str(error) if isinstance(error, NotHeard | NotReached | NoAnswer) else ""
