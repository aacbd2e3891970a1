"""When the shop is open: deadlines and reminders keep to it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_HOURS = re.compile(r"^(\d{1,2}):(\d{2})\s*[-–—~至到]\s*(\d{1,2}):(\d{2})$", re.ASCII)
_EXAMPLE = "（例：9:00-22:00）"
_A_YEAR = 366
_MINUTE = timedelta(minutes=1)
_MIDNIGHT = time(23, 59)
"""Stands for 24:00, which `time` does not know; the minute after it is open too."""
WEEK = frozenset(range(1, 8))
"""The ISO weekdays: 1 Monday … 7 Sunday."""


def parse_hours(text: str) -> tuple[time, time]:
    """`9:00-22:00` → opening and closing; 24:00 is the end of the day. ValueError for anything else.

    Hours over midnight are refused: a day that ends tomorrow is no "same day" (PRACTICES 18).
    """
    opens, closes = _two_times(text, f"营业时间看不懂：{text[:40]}{_EXAMPLE}", _MIDNIGHT)
    if opens >= closes:
        raise ValueError(f"关门要晚于开门，过半夜的写不了，最晚写到 24:00：{text[:40]}（例：9:00-24:00）")
    return opens, closes


def parse_clock_span(text: str) -> tuple[time, time]:
    """`21:30-8:30` → from, to; over midnight too, and 24:00 is midnight. ValueError for anything else."""
    return _two_times(text, f"时段看不懂：{text[:40]}（例：21:30-8:30）", time())


def _two_times(text: str, unreadable: str, at_24: time) -> tuple[time, time]:
    match = _HOURS.match(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        raise ValueError(unreadable)
    hour, minute, end_hour, end_minute = map(int, match.groups())
    try:
        ends = at_24 if (end_hour, end_minute) == (24, 0) else time(end_hour, end_minute)
        return time(hour, minute), ends
    except ValueError as impossible:
        raise ValueError(f"没有这个时间：{text[:40]}{_EXAMPLE}") from impossible


def check_rest(rest: Collection[date | int]) -> None:
    """ValueError if `rest` names a weekday that there is not, or leaves no day to open."""
    if unknown := [day for day in rest if isinstance(day, int) and day not in WEEK]:
        raise ValueError(f"没有星期 {unknown[0]}：写 周一 到 周日，或日期 2027-02-06")
    if all(weekday in rest for weekday in WEEK):
        raise ValueError("一周七天都休息，就没有开门的日子了")


@dataclass(frozen=True)
class OpeningHours:
    """The shop's day in its zone; `rest` are dates and ISO weekdays (1 Monday … 7 Sunday) without one.

    A shop that rests all week, or for more than a year, is taken to be open: nothing may wait for ever.
    """

    zone: ZoneInfo
    opens: time
    closes: time
    rest: Collection[date | int] = ()

    def works_on(self, day: date) -> bool:
        """Whether the shop opens on this day."""
        if day not in self.rest and day.isoweekday() not in self.rest:
            return True
        return all(weekday in self.rest for weekday in WEEK)

    def opening(self, day: date) -> datetime:
        """When that day begins, aware."""
        return self._at(day, self.opens)

    def closing(self, day: date) -> datetime:
        """When that day ends, aware."""
        return self._at(day, self.closes)

    def is_open(self, moment: datetime) -> bool:
        """Whether somebody is there."""
        day, at = self._day(moment), moment.astimezone(UTC)
        if not self.works_on(day) or at < self.opening(day):
            return False
        return at < self.closing(day) or self.closes == _MIDNIGHT

    def from_opening(self, moment: datetime) -> datetime:
        """`moment` itself if the shop is open then, else the next opening; in the zone of `moment`."""
        if self.is_open(moment):
            return moment
        day = self._day(moment)
        first = day if moment.astimezone(UTC) < self.opening(day) else day + timedelta(days=1)
        return self.opening(self._work_day(first)).astimezone(moment.tzinfo)

    def last_open(self, moment: datetime) -> datetime:
        """`moment` itself if the shop is open then, else the last minute of the day before it."""
        if self.is_open(moment):
            return moment
        day = self._day(moment)
        last = day if moment.astimezone(UTC) >= self.closing(day) else day - timedelta(days=1)
        on = self._work_day(last, back=True)
        return max(self.opening(on), self.closing(on) - _MINUTE).astimezone(moment.tzinfo)

    def end_of_day(self, moment: datetime) -> datetime:
        """The closing of the day at hand, or of the next one if the shop has closed."""
        day = self._day(moment)
        first = day if moment.astimezone(UTC) < self.closing(day) else day + timedelta(days=1)
        return self.closing(self._work_day(first)).astimezone(moment.tzinfo)

    def without_rest(self) -> OpeningHours:
        """The same hours on every day: when it is no night."""
        return OpeningHours(self.zone, self.opens, self.closes)

    def _at(self, day: date, by_the_wall: time) -> datetime:
        """Where the clocks skip this time of the day, as much later as they skip."""
        return datetime.combine(day, by_the_wall, self.zone).astimezone(UTC).astimezone(self.zone)

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def _work_day(self, day: date, *, back: bool = False) -> date:
        """`day` or the next (or last) one that is no day of rest; `day` if there is none in a year."""
        step = timedelta(days=-1 if back else 1)
        days = (day + n * step for n in range(_A_YEAR))
        return next((d for d in days if self.works_on(d)), day)
