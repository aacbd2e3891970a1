"""The Channel of one personal QQ account: its life, its door, and what goes out."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web

from bot.channels.base import BadCallback, Fetched, Submit, Tell
from bot.channels.onebot11 import store
from bot.channels.onebot11.beside import Beside
from bot.channels.onebot11.errors import capability_of, outcome_of
from bot.channels.onebot11.files import Files
from bot.channels.onebot11.forward import keep_connected
from bot.channels.onebot11.friends import Friends
from bot.channels.onebot11.inbound import OwnWords
from bot.channels.onebot11.limits import DailyLimits
from bot.channels.onebot11.link import Link, NoAnswer, NotSent
from bot.channels.onebot11.listening import Listener
from bot.channels.onebot11.message import to_send
from bot.channels.onebot11.own import Own, UnderWay
from bot.channels.onebot11.presence import ABSENCES, ALARM_AFTER, GRACE, Presence
from bot.channels.onebot11.reverse import check, socket
from bot.channels.onebot11.wire import Frame, whole, words
from bot.core.accounts import OnebotAccount
from bot.core.clock import Clock
from bot.core.delivery import Outcome, Outgoing, Verdict
from storage.db import Database

ANSWER_WITHIN = 25.0
"""Seconds for a call (CHANNELS §4.2: 10 to 30); with the pauses before it less than the sender's lease."""
PATIENCE = 2.0
"""Seconds that a stop waits for what is under way."""


class Onebot11:
    """One account; a Channel, Connected, CarryingFiles, and the door for a reverse WebSocket.

    A call without an answer is UNKNOWN, unless the message came back as our own. While nothing is connected,
    messages wait (ACCOUNT_STOPPED) and go when it is. answer_within: seconds for a call. grace and
    alarm_after: seconds without a connection until messages wait for long, and until the sellers are told.
    """

    def __init__(
        self,
        account: OnebotAccount,
        http: aiohttp.ClientSession,
        database: Database,
        clock: Clock,
        zone: ZoneInfo,
        tell: Tell,
        *,
        chance: Callable[[], float] = random.random,
        answer_within: float = ANSWER_WITHIN,
        grace: float = GRACE,
        alarm_after: float = ALARM_AFTER,
    ) -> None:
        self.account = account.id
        self.capability = capability_of(account)
        self._settings = account
        self._http = http
        self._database = database
        self._clock = clock
        self._tell = tell
        self._chance = chance
        self._answer_within = answer_within
        self._stopping = False
        self._beside = Beside(account.id)
        self._presence = Presence(
            account.id,
            back=lambda: self._beside.do(self._release()),
            lost=lambda: self._beside.do(self._alarm()),
            grace=grace,
            alarm_after=alarm_after,
        )
        self._own = Own(self._sent_before)
        self._limits = DailyLimits(account, zone, clock)
        self._files = Files(account, http, self._call)
        friends = Friends(account, self._limits, self._call, self._human_pause)
        self._listener = Listener(account, database, clock, self._presence, self._own, friends, self._beside)

    # --- life -----------------------------------------------------------------------------------

    async def start(self, submit: Submit) -> None:
        """Begin to listen; with a forward WebSocket, begin to connect."""
        since = self._limits.today
        counts = await self._database.read(lambda c: store.counts_since(c, self.account, since))
        self._limits.resume(counts)
        self._presence.start()
        self._listener.start(submit)
        if self._settings.mode == "forward_ws":
            self._beside.do(keep_connected(self._settings, self._http, self._talk, self._chance))

    async def stop(self) -> None:
        """Close the connection, hand over what has come in, and end."""
        await self.hang_up()
        await self._listener.stop(PATIENCE)
        await self._beside.stop()

    async def hang_up(self) -> None:
        """No connection any more, and no new one."""
        self._stopping = True
        await self._presence.hang_up(PATIENCE)

    async def welcome(self, request: web.Request) -> web.StreamResponse:
        """Take a reverse WebSocket, and keep it until it ends; BadCallback for whom it is not for."""
        if self._settings.mode != "reverse_ws":
            raise BadCallback(404, "this account connects by itself")
        check(request, self._settings)
        if not self._listener.listening or self._stopping or self._presence.crowded:
            raise BadCallback(503, "not now")
        accepted = socket()
        await accepted.prepare(request)
        link = Link(self.account, accepted, self._listener.heard)
        link.confirmed = True  # X-Self-ID says so
        await self._presence.keep(link)
        return accepted

    async def _talk(self, connected: aiohttp.ClientWebSocketResponse) -> None:
        """A forward connection, until it ends; it counts once it has shown whose it is."""
        if self._stopping:
            await connected.close()
            return
        link = Link(self.account, connected, self._listener.heard)
        self._beside.do(self._ask_whose(link))
        await self._presence.keep(link)

    async def _ask_whose(self, link: Link) -> None:
        with suppress(NotSent, NoAnswer):
            answer = await link.call("get_login_info", {}, self._answer_within)
            data = answer.get("data")
            self_id = whole(data.get("user_id")) if isinstance(data, dict) else None
            if self_id == self._settings.self_id:
                self._presence.confirm(link)
            elif self_id is not None:
                await self._presence.mistaken(link)

    async def _release(self) -> None:
        now = self._clock.now()
        await self._database.write(lambda c: store.release(c, self.account, ABSENCES, now))

    async def _alarm(self) -> None:
        text = (
            f"QQ 号 {self._settings.self_id} 收不到也发不出消息了：{self._presence.why}。"
            "要发的都排着，连上就发；这段时间买家说的话只在手机 QQ 里看得到。"
        )
        await self._tell(text, f"offline:{self.account}:{self._clock.now():%Y%m%d%H}")

    # --- files ----------------------------------------------------------------------------------

    async def fetch(self, payload: Mapping[str, Any]) -> Fetched:
        """The file of a message of kind FILE; NotFetched, `again` while nothing is connected."""
        return await self._files.fetch(payload)

    # --- out ------------------------------------------------------------------------------------

    async def send(self, message: Outgoing) -> Outcome:
        """Try once to hand `message` to QQ; never raises for what QQ or the network can do."""
        if (refused := self._limits.refusal(message.kind)) is not None:
            return refused
        text = words(message.text, len(message.text)).strip()
        if (unfit := self._unfit(message, text)) is not None:
            return Outcome(Verdict.REJECTED, unfit)
        await asyncio.sleep(self._settings.jitter.total_seconds() * self._chance())
        link = await self._presence.link()
        if link is None:
            return self._absent()
        outcome = await self._attempt(link, message.external_id, text, message.picture)
        if outcome.verdict in (Verdict.SENT, Verdict.UNKNOWN):
            self._limits.sent(message.kind)
        return outcome

    def _unfit(self, message: Outgoing, text: str) -> str | None:
        """Why it will never be taken, in the seller's words; None if it may be."""
        if not text and not message.picture:
            return "消息是空的"
        if not message.external_id.isdecimal():
            return "收件人不是 QQ 号"
        return "图片太大" if len(message.picture) > self.capability.picture_bytes else None

    async def _attempt(self, link: Link, to: str, text: str, picture: bytes) -> Outcome:
        params: dict[str, Any] = {"user_id": int(to), "message": to_send(text, picture), "auto_escape": True}
        group = await self._database.read(lambda c: store.group_of(c, self.account, to))
        if group is not None:
            params["group_id"] = group
        with self._own.sending(to, text, len(picture)) as under_way:
            try:
                answer = await link.call("send_private_msg", params, self._answer_within)
            except NotSent:
                return self._absent()
            except NoAnswer:
                return _unanswered(under_way)
            outcome = outcome_of(answer)
            self._own.sent_as(to, outcome.platform_id)
            unsure = outcome.verdict is Verdict.UNKNOWN
            return _unanswered(under_way, outcome) if unsure else outcome

    def _absent(self) -> Outcome:
        if self._stopping:  # nobody has to be told
            return Outcome(Verdict.RETRY, "程序正在停下", "stopping")
        return self._presence.absence()

    async def _call(self, action: str, params: dict[str, object]) -> Frame:
        link = await self._presence.link()
        if link is None:
            raise NotSent(action)
        return await link.call(action, params, self._answer_within)

    async def _human_pause(self) -> None:
        """As long as a person takes to see a request."""
        longest = self._settings.gap + self._settings.jitter * self._chance()
        await asyncio.sleep(longest.total_seconds())

    async def _sent_before(self, own: OwnWords) -> bool:
        return await self._database.read(lambda c: store.sent_by_bot(c, self.account, own))


def _unanswered(message: UnderWay, why: Outcome | None = None) -> Outcome:
    """A message that came back as our own was taken, whatever became of the answer."""
    if message.seen:
        return Outcome(Verdict.SENT, platform_id=message.seen)
    return why or Outcome(Verdict.UNKNOWN, "发出去了，QQ 没有回音")
