"""How much this account sends in a day: a limit that we set ourselves, for banned accounts stay banned."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.channels.onebot11.store import Counts
from bot.core.accounts import OnebotAccount
from bot.core.clock import Clock
from bot.core.delivery import UNASKED, Kind, Outcome, Verdict

MORNING = timedelta(hours=9)
"""When what greets or sells goes on the day after, if it was too much for one."""


class DailyLimits:
    """Counts what goes out; begins with what the database has of today (`resume`)."""

    def __init__(self, account: OnebotAccount, zone: ZoneInfo, clock: Clock) -> None:
        self._account = account
        self._zone = zone
        self._clock = clock
        self._day: datetime | None = None
        self._counts = Counts()

    @property
    def today(self) -> datetime:
        """When the shop's day began."""
        local = self._clock.now().astimezone(self._zone)
        return local.replace(hour=0, minute=0, second=0, microsecond=0)

    def resume(self, counts: Counts) -> None:
        """These went out today before this process started."""
        self._day, self._counts = self.today, counts

    def refusal(self, kind: Kind) -> Outcome | None:
        """Why a message of this kind waits until tomorrow; None if it may go."""
        counts, account = self._now(), self._account
        if counts.messages >= account.daily_limit:
            reason = f"今天已经发了 {counts.messages} 条，到了每天的上限（daily_limit，防封号），明天自动继续"
            return Outcome(Verdict.ACCOUNT_STOPPED, reason, "daily_limit", retry_after=self._tomorrow())
        if kind in UNASKED and counts.pushes >= account.daily_pushes:
            reason = f"今天主动发的问候和活动已经有 {counts.pushes} 条（daily_pushes，防封号），明天再发"
            return Outcome(Verdict.RETRY, reason, "daily_pushes", retry_after=self._tomorrow() + MORNING)
        return None

    def may_accept(self) -> bool:
        """Whether one more friend request may be accepted today."""
        return self._now().friends < self._account.daily_friends

    def sent(self, kind: Kind) -> None:
        """One more message has gone, or may have."""
        c = self._now()
        self._counts = c._replace(messages=c.messages + 1, pushes=c.pushes + (kind in UNASKED))

    def accepted(self) -> None:
        """One more friend request has been accepted."""
        self._counts = self._now()._replace(friends=self._now().friends + 1)

    def _now(self) -> Counts:
        if self._day != self.today:
            self._day, self._counts = self.today, Counts()
        return self._counts

    def _tomorrow(self) -> timedelta:
        after = (self.today + timedelta(days=1)).replace(hour=0)
        return after - self._clock.now()
