"""How much, how often and when people are sent what nobody asked for (PRACTICES 86–88, 137): plain values."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum, StrEnum
from zoneinfo import ZoneInfo

from bot.core.holiday import Holiday

_CHINA = ZoneInfo("Asia/Shanghai")
BACK_OVER = 3
"""Days over which is sent what a holiday has kept waiting."""
_FIRST_HALF, _SECOND_HALF = 0, 1
"""Which of the two hours of a night that has one twice."""


class Late(StrEnum):
    """What the quiet hours do to a message. What greets or sells waits, if it says nothing."""

    ANY = ""  # nothing: it was asked for, and goes at any hour
    HOLD = "hold"  # it waits for the morning, as long as it is not out of date
    DROP = "drop"  # it is of its day: what cannot go before midnight never goes


class Priority(IntEnum):
    """Who gets the last message of a month ("decided contradictions", 1); the higher first."""

    PROMO = 10
    WIN_BACK = 20
    SEASON = 30
    FESTIVAL = 40
    AFTER_SALES = 50  # usage, reviews, whatever else an order brings
    RUN_OUT = 60
    REFERRAL = 70
    BIRTHDAY = 80


PRIORITY_NAMES = {
    Priority.PROMO: "活动消息",
    Priority.WIN_BACK: "想念老客",
    Priority.SEASON: "节气问候",
    Priority.FESTIVAL: "节日问候",
    Priority.AFTER_SALES: "售后关怀",
    Priority.RUN_OUT: "用完提醒",
    Priority.REFERRAL: "介绍的答谢",
    Priority.BIRTHDAY: "生日祝福",
}
PERSONAL = Priority.AFTER_SALES
"""From here on it is about this one person, so that the seller may want to say it himself."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A message that is foreseen: when, and how much it matters. row: its outbox row, if it has one."""

    at: datetime
    priority: int
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Sendings:
    """What one person has had of what greets and sells, over all accounts, and what is foreseen.

    sent: the moments, in no order; those of this month and within the gap are enough.
    """

    sent: tuple[datetime, ...] = ()
    promised: tuple[Promise, ...] = ()

    def having_sent(self, moment: datetime) -> Sendings:
        """One more has gone out."""
        return replace(self, sent=(*self.sent, moment))

    def without(self, row: int) -> Sendings:
        """The outbox row is foreseen no more."""
        return replace(self, promised=tuple(p for p in self.promised if p.row != row))


@dataclass(frozen=True)
class Limits:
    """The shop's rules for what nobody asked for, on the shop's calendar.

    cap: most per person and calendar month, None for no limit. gap: least time between two. quiet: from, to
    (may cross midnight), None for never. spread: how long the morning's release takes. wait: how long a
    message without an end of its own may wait for its chance. daily: most per account and day, by account.
    holidays: when the shop is away and nothing goes, but festivals and birthdays are wished with `wishes`.
    """

    cap: int | None = 3
    gap: timedelta = timedelta(days=3)
    quiet: tuple[time, time] | None = (time(21, 30), time(8, 30))
    spread: timedelta = timedelta(hours=1)
    wait: timedelta = timedelta(days=7)
    daily: Mapping[str, int] = field(default_factory=dict)
    zone: ZoneInfo = _CHINA
    holidays: tuple[Holiday, ...] = ()
    wishes: bool = True

    # --- the calendar ---

    def day(self, moment: datetime) -> date:
        """The shop's day."""
        return moment.astimezone(self.zone).date()

    def day_begins(self, day: date) -> datetime:
        """Midnight, in UTC."""
        return self._at(day, time())

    def tomorrow(self, moment: datetime) -> datetime:
        """The midnight after `moment`."""
        return self.day_begins(self.day(moment) + timedelta(days=1))

    def month(self, moment: datetime) -> tuple[datetime, datetime]:
        """The first moment of the shop's month, and of the next."""
        first = self.day(moment).replace(day=1)
        following = (first + timedelta(days=31)).replace(day=1)
        return self.day_begins(first), self.day_begins(following)

    def since(self, now: datetime) -> datetime:
        """What was sent before that does not matter any more."""
        return min(self.month(now)[0], now - self.gap)

    def horizon(self, now: datetime) -> datetime:
        """What is foreseen from here on does not matter yet."""
        return max(self.month(now)[1], now + self.gap)

    def _at(self, day: date, wall: time, fold: int = _FIRST_HALF) -> datetime:
        return datetime.combine(day, wall.replace(fold=fold), self.zone).astimezone(UTC)

    # --- the night ---

    def is_quiet(self, moment: datetime) -> bool:
        """Whether people are to be left alone at this moment."""
        if self.quiet is None:
            return False
        begins, ends = self.quiet
        wall = moment.astimezone(self.zone).time()
        return begins <= wall < ends if begins < ends else wall >= begins or wall < ends

    def awake(self, moment: datetime, who: int | None = None) -> datetime:
        """`moment`, or the end of the quiet hours that it falls into; with `who`, spaced out from there.

        The same person has the same place in every morning, so that a preview and a restart agree.
        """
        if self.quiet is None or not self.is_quiet(moment):
            return moment
        ends, today = self.quiet[1], self.day(moment)
        mornings = [
            self._at(today + timedelta(days=later), ends, fold)
            for later in (0, 1)
            for fold in (_FIRST_HALF, _SECOND_HALF)
        ]
        return min(m for m in mornings if m > moment) + (self.place(who) if who is not None else timedelta())

    def back(self, holiday: Holiday, who: int) -> datetime:
        """When this person's turn comes after a holiday: over `BACK_OVER` days, so that there is no burst."""
        later = zlib.crc32(f"back:{who}".encode()) % BACK_OVER
        return self.day_begins(holiday.ends + timedelta(days=1 + later)) + self.place(who)

    def place(self, who: int) -> timedelta:
        """Where in a release this person's turn is."""
        share: float = zlib.crc32(str(who).encode()) / 2**32
        return timedelta(seconds=int(self.spread.total_seconds() * share))

    # --- the end ---

    def expiry(
        self, wanted_at: datetime, late: Late, expires_at: datetime | None, *, unasked: bool
    ) -> datetime | None:
        """When a message that is wanted from `wanted_at` on is out of date; None for never."""
        last = expires_at
        if last is None and unasked:
            last = wanted_at + self.wait
        if late is Late.DROP:
            midnight = self.tomorrow(wanted_at)
            last = midnight if last is None else min(last, midnight)
        return last
