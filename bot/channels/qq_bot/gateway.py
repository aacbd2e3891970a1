"""Keeps the connection to QQ's gateway: again and again, never in a hurry (CHANNELS §3.3)."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Awaitable, Callable

import aiohttp
import structlog

from bot.channels.base import Notes, Submit, Tell
from bot.channels.qq_bot.api import NoAnswer, NotReached, call
from bot.channels.qq_bot.closing import RESUMED, Ending, Next
from bot.channels.qq_bot.errors import UNREACHED, is_refused_token
from bot.channels.qq_bot.line import Line, Lost
from bot.channels.qq_bot.session import Session
from bot.channels.qq_bot.token import AccessToken
from bot.channels.shared_token import TokenFailed
from bot.core.accounts import QqBotAccount
from bot.core.clock import Clock

_log = structlog.get_logger(__name__)

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
LATER = 1800.0
"""Seconds until it is tried again what somebody must mend first."""
STEADY = 60.0
"""A line that held so long is no part of a storm."""
MANY = 8
"""After so many failures in a row, some three minutes, the seller is told."""

OFTEN = 3
"""A session that QQ has not taken up again so often is given up."""

_SCHEME = re.compile(r"wss?://")
_MOST_RESET = 24 * 3600.0


class Gateway:
    """One account's connection; `pause` sleeps."""

    def __init__(
        self,
        account: QqBotAccount,
        http: aiohttp.ClientSession,
        token: AccessToken,
        notes: Notes,
        clock: Clock,
        tell: Tell,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._account = account
        self._http = http
        self._token = token
        self._notes = notes
        self._clock = clock
        self._tell = tell
        self._pause = pause
        self._chance = chance
        self._session = Session()
        self._task: asyncio.Task[None] | None = None
        self._failures = 0
        self._unwelcome = 0

    async def start(self, submit: Submit) -> None:
        """Begin to keep it, in the background."""
        self._task = asyncio.create_task(self._keep(submit))

    async def stop(self) -> None:
        """Let go of it; the session is taken up where it was left."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None

    async def _keep(self, submit: Submit) -> None:
        self._session.read(await self._notes.read(self._account.id))
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                ending, wait = await self._once(submit), 0.0
            except _Wait as asked:
                ending, wait = RESUMED, asked.seconds
            except Exception as error:  # a connection more or less must not end the keeping of it
                _log.error("qq_bot.gateway_broke", account=self._account.id, error=type(error).__name__)
                _log.debug("qq_bot.gateway_broke_because", exc_info=error)
                ending, wait = RESUMED, 0.0
            self._failures = 0 if loop.time() - began >= STEADY else self._failures + 1
            await self._prepare(ending)
            await self._pause(max(wait, self._backoff(ending)))

    async def _once(self, submit: Submit) -> Ending:
        """One connection from its beginning to its end."""
        token = await self._usable_token()
        url = await self._address(token)
        _log.info("qq_bot.connecting", account=self._account.id, resume=bool(self._session.id))
        line = Line(self._account.id, self._session, self._notes, submit)
        try:
            ending = await line.kept(self._http, url, token)
        except Lost as lost:
            _log.info("qq_bot.line_lost", account=self._account.id, why=str(lost))
            ending = RESUMED
        self._unwelcome = 0 if line.welcome is not False else self._unwelcome + 1
        if ending.next is Next.RENEW:
            await self._renewed(token)
        return ending

    async def _usable_token(self) -> str:
        try:
            return await self._token.get()
        except TokenFailed as failed:
            await self._complain(failed.outcome.reason)
            wait = failed.outcome.retry_after
            raise _Wait(wait.total_seconds() if wait else 0.0) from None

    async def _renewed(self, token: str) -> None:
        try:
            await self._token.renew(token)
        except TokenFailed as failed:
            await self._complain(failed.outcome.reason)

    async def _address(self, token: str) -> str:
        """Where to connect to; raises _Wait where QQ says that today's connections are used up."""
        headers = {"Authorization": f"QQBot {token}", "X-Union-Appid": self._account.app_id}
        try:
            answer = await call(self._http, "GET", f"{self._account.api_base}/gateway/bot", headers=headers)
        except (NotReached, NoAnswer):
            raise _Wait(0.0) from None
        if is_refused_token(answer):
            await self._renewed(token)
            raise _Wait(0.0)
        limit = answer.fields.get("session_start_limit")
        if isinstance(limit, dict) and limit.get("remaining") == 0 and not self._session.id:
            raise _Wait(_seconds(limit.get("reset_after")))
        url = answer.fields.get("url")
        if not isinstance(url, str) or not _SCHEME.match(url):
            raise _Wait(0.0)
        if self._account.api_base.startswith("https://") and not url.startswith("wss://"):
            raise _Wait(0.0)  # the token is not for everybody to read
        return url

    async def _prepare(self, ending: Ending) -> None:
        if ending.next is not Next.RESUME or self._unwelcome >= OFTEN:
            self._session.forget()
            self._unwelcome = 0
        if ending.next is Next.LATER:
            await self._complain(ending.reason)
        elif self._failures == MANY:
            await self._complain(UNREACHED)

    def _backoff(self, ending: Ending) -> float:
        if ending.next is Next.LATER:
            return LATER
        grown = min(FIRST_WAIT * 2 ** min(max(self._failures - 1, 0), 10), LONGEST_WAIT)
        return float(grown * (0.75 + self._chance() / 2))

    async def _complain(self, reason: str) -> None:
        account = self._account.id
        text = f"账号 {account} 收不到 QQ 的消息：{reason}。机器人会自己再连，连上之前买家说的话这里看不到。"
        try:
            await self._tell(text, f"gateway:{account}:{reason}:{self._clock.now():%Y%m%d}")
        except Exception as error:  # being told must not cost the connection
            _log.error("qq_bot.not_told", account=account, error=type(error).__name__)


class _Wait(Exception):
    """Not now; `seconds` at least."""

    def __init__(self, seconds: float) -> None:
        super().__init__("not now")
        self.seconds = seconds


def _seconds(milliseconds: object) -> float:
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return 0.0
    return min(max(milliseconds / 1000, 0.0), _MOST_RESET)
