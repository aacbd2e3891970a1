"""Which connection counts, whether QQ behind it is online, and what to say while it is not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import structlog

from bot.channels.onebot11.inbound import Pulse
from bot.channels.onebot11.link import Link
from bot.core.delivery import Outcome, Verdict

log = structlog.get_logger(__name__)

GRACE = 10.0
"""Seconds that a message waits for a connection that has just gone: NapCat comes back after five."""
ALARM_AFTER = 120.0
"""Seconds without a connection after which the seller is told."""
FIRST_HOLD = timedelta(minutes=1)
LONGEST_HOLD = timedelta(minutes=10)
MOST_GOODBYES = 8

NO_LINK = "QQ 没连上：NapCat 没在运行，或者它的网络配置里地址、Token 填得不对"
NOT_ONLINE = "QQ 掉线了，请到 NapCat 里重新登录"
NO_TOKEN = "NapCat 不认这个 Token，请核对两边的 Token"  # noqa: S105 - words, not a token
OTHER_QQ = "连上的是另一个 QQ 号，请核对 self_id"
ABSENCES = (NO_LINK, NOT_ONLINE, NO_TOKEN, OTHER_QQ)
"""Every reason to wait that ends with the connection."""


class Presence:
    """The newest connection wins (CHANNELS §4.4).

    back is called whenever sending has become possible, lost when it has not been for `alarm_after` seconds.
    grace: seconds that a message waits for a connection.
    """

    def __init__(
        self,
        account: str,
        back: Callable[[], None],
        lost: Callable[[], None],
        grace: float = GRACE,
        alarm_after: float = ALARM_AFTER,
    ) -> None:
        self._account = account
        self._back = back
        self._lost = lost
        self._grace, self._alarm_after = grace, alarm_after
        self._alarm: asyncio.TimerHandle | None = None
        self._link: Link | None = None
        self._online = True
        self._why = NO_LINK
        self._up = asyncio.Event()
        self._gone_at = float("-inf")
        self._holds = 0
        self._goodbyes: set[asyncio.Task[None]] = set()
        self._hanging_up = False

    def start(self) -> None:
        """Nothing is connected yet, and nobody is to blame for that."""
        self._gone_at = asyncio.get_running_loop().time()
        self._set_alarm()

    @property
    def crowded(self) -> bool:
        """Whether so many connections are just being closed that another one has to wait."""
        return len(self._goodbyes) >= MOST_GOODBYES

    async def keep(self, link: Link) -> None:
        """This connection counts from now on; returns when it has ended."""
        old, self._link = self._link, link
        self._online, self._why = True, NO_LINK
        log.info("onebot11.connected", account=self._account, replaced=old is not None)
        if old is not None:
            self._say_goodbye(old)
        self._weigh()
        try:
            why = await link.run()
        finally:
            self._left(link)
        log.warning("onebot11.disconnected", account=self._account, why=why)
        await link.close()

    def confirm(self, link: Link) -> None:
        """This connection is of the configured QQ number."""
        if not link.confirmed:
            link.confirmed = True
            self._weigh()

    async def mistaken(self, link: Link) -> None:
        """It is of another one: nothing must be sent there."""
        log.error("onebot11.wrong_account", account=self._account)
        if link is self._link:
            self._why = OTHER_QQ
        await link.close(1008, "wrong account")

    def pulse(self, link: Link, pulse: Pulse) -> None:
        """A heartbeat, or the news that QQ was thrown out."""
        if pulse.interval is not None:
            link.expect_beats(pulse.interval)
        if link is self._link and pulse.online is not None:
            if self._online and not pulse.online:
                log.error("onebot11.offline", account=self._account, why=pulse.why)
            self._online = pulse.online
            self._weigh()

    async def link(self) -> Link | None:
        """The connection to send by; waits a little for one that has only just gone."""
        left = self._gone_at + self._grace - asyncio.get_running_loop().time()
        if not self._up.is_set() and left > 0:
            try:
                async with asyncio.timeout(left):
                    await self._up.wait()
            except TimeoutError:
                return None
        return self._link if self._up.is_set() else None

    def absence(self) -> Outcome:
        """What becomes of a message meanwhile: it waits, longer and longer, but not beyond `back`."""
        hold = min(FIRST_HOLD * 2 ** min(self._holds, 10), LONGEST_HOLD)
        self._holds += 1
        return Outcome(Verdict.ACCOUNT_STOPPED, self.why, "offline", retry_after=hold)

    @property
    def why(self) -> str:
        """Why nothing can be sent, in the seller's words."""
        if self._link is not None and self._link.refused:
            return NO_TOKEN
        return NOT_ONLINE if self._link is not None and not self._online else self._why

    async def hang_up(self, patience: float) -> None:
        """Close the connection, after the calls under way are answered or `patience` seconds have passed."""
        self._hanging_up = True
        self._stop_alarm()
        if self._link is not None:
            await self._link.settled(patience)
            await self._link.close(1001, "going away")
        if self._goodbyes:
            await asyncio.wait(self._goodbyes, timeout=patience)

    def _left(self, link: Link) -> None:
        if link is not self._link:
            return
        if link.refused:
            self._why = NO_TOKEN
        self._link = None
        self._gone_at = asyncio.get_running_loop().time()
        self._weigh()

    def _weigh(self) -> None:
        up = self._link is not None and self._link.confirmed and self._online
        if up and not self._up.is_set():
            self._holds = 0
            self._up.set()
            self._stop_alarm()
            self._back()
        elif not up:
            self._up.clear()
            self._set_alarm()

    def _set_alarm(self) -> None:
        if self._alarm is None and not self._hanging_up:
            self._alarm = asyncio.get_running_loop().call_later(self._alarm_after, self._lost)

    def _stop_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _say_goodbye(self, old: Link) -> None:
        task = asyncio.create_task(old.close(1000, "replaced by a newer connection"))
        self._goodbyes.add(task)
        task.add_done_callback(self._goodbyes.discard)
