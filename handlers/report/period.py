"""Which days a report is about, and which ones they are compared with: the shop's own calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from enum import StrEnum
from itertools import pairwise

from scheduler.calendar.days import days_after, local_date, moment_of, month_bounds


class Which(StrEnum):
    """What a seller may ask for; weeks begin on Monday."""

    WEEK = "周"
    LAST_WEEK = "上周"
    MONTH = "月"
    LAST_MONTH = "上月"


_NAMES = {
    Which.WEEK: ("这周", "上周"),
    Which.LAST_WEEK: ("上周", "再上周"),
    Which.MONTH: ("这个月", "上个月"),
    Which.LAST_MONTH: ("上个月", "再上个月"),
}


@dataclass(frozen=True, slots=True)
class Days:
    """From the beginning of `first` to `ends` (not included): on `last`, or when that is over."""

    first: date
    last: date
    begins: datetime
    ends: datetime

    def one_by_one(self, zone: tzinfo) -> list[tuple[datetime, datetime]]:
        """When each day begins and ends (not included), in the shop's zone; together they are the whole."""
        later = (days_after(self.first, n) for n in range(1, (self.last - self.first).days + 1))
        return list(pairwise([self.begins, *(moment_of(day, time.min, zone) for day in later), self.ends]))


@dataclass(frozen=True, slots=True)
class Period:
    """What is reported and what it is compared with, each with its name."""

    which: Which
    name: str
    this: Days
    before_name: str
    before: Days

    @property
    def days(self) -> int:
        """How many days the week or month has when it is over: 7, or 28 to 31."""
        first, last = _around(self.this.first, weekly=_weekly(self.which))
        return (last - first).days + 1


def period(which: Which, now: datetime, zone: tzinfo) -> Period:
    """A stretch that is not over is compared with just as much of the one before, to the same hour."""
    today = local_date(now, zone)
    name, before_name = _NAMES[which]
    weekly = _weekly(which)
    first, _ = _around(today, weekly=weekly)
    earlier = _around(days_after(first, -1), weekly=weekly)
    if which in (Which.WEEK, Which.MONTH):
        this = _whole(first, today, zone)
        same_day = days_after(earlier[0], (today - first).days)
        return Period(which, name, this, f"{before_name}同期", _as_far(*earlier, same_day, now, zone))
    long_ago = _around(days_after(earlier[0], -1), weekly=weekly)
    return Period(which, name, _whole(*earlier, zone), before_name, _whole(*long_ago, zone))


def _as_far(first: date, last: date, same_day: date, now: datetime, zone: tzinfo) -> Days:
    """Until the shop's clock showed on `same_day` what it shows now; all of a month without that day."""
    if same_day > last:
        return _whole(first, last, zone)
    until = moment_of(same_day, now.astimezone(zone).time(), zone)
    return Days(first, same_day, moment_of(first, time.min, zone), until)


def _weekly(which: Which) -> bool:
    return which in (Which.WEEK, Which.LAST_WEEK)


def _around(day: date, *, weekly: bool) -> tuple[date, date]:
    """First and last day of the week or month of `day`."""
    if not weekly:
        return month_bounds(day)
    monday = days_after(day, 1 - day.isoweekday())
    return monday, days_after(monday, 6)


def _whole(first: date, last: date, zone: tzinfo) -> Days:
    return Days(first, last, moment_of(first, time.min, zone), _end(last, zone))


def _end(day: date, zone: tzinfo) -> datetime:
    return moment_of(days_after(day, 1), time.min, zone)
