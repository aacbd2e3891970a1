"""Dates as a shop counts them: local days and months, never 24-hour arithmetic; moments only at the end.

A planned time is kept as a date and a time by the wall; it becomes a moment when the timer is made
(PRACTICES, lesson on time zones).
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bot.core.hours import OpeningHours

_A_YEAR = 366


def local_date(moment: datetime, zone: tzinfo) -> date:
    """The day it is in the shop at that (aware) moment."""
    return moment.astimezone(zone).date()


def moment_of(day: date, at: time, zone: tzinfo) -> datetime:
    """The moment, in UTC, when the shop's clock shows `at` on `day`.

    Where the clocks skip that time, as much later as they skip; where they show it twice, the first.
    """
    return datetime.combine(day, at.replace(tzinfo=None, fold=0), zone).astimezone(UTC)


def day_bounds(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """When the shop's day begins and ends (not included), in UTC; 23 to 25 hours apart."""
    return moment_of(day, time.min, zone), moment_of(day + timedelta(days=1), time.min, zone)


def days_after(day: date, count: int) -> date:
    """So many dates later; earlier if negative."""
    return day + timedelta(days=count)


def months_after(day: date, count: int) -> date:
    """The same day of the month `count` months later, or that month's last day: 31 January → 28 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_before(day: date, count: int) -> date:
    """Likewise backwards, over the year end too: always in the `count`-th calendar month before."""
    return months_after(day, -count)


def month_bounds(day: date) -> tuple[date, date]:
    """First and last day of the calendar month of `day`: a cap counts within them (PRACTICES 86)."""
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def whole_months(since: date, until: date) -> int:
    """How many months have passed, each over on the day that `months_after` says; never negative."""
    passed = (until.year - since.year) * 12 + until.month - since.month
    if passed > 0 and months_after(since, passed) > until:
        passed -= 1
    return max(passed, 0)


def work_day(day: date, hours: OpeningHours, *, back: bool = False) -> date:
    """`day`, or the next (`back`: the last) day on which the shop opens; `day` if there is none in a year.

    The shop's own days of rest are the only holidays: a shop posts what it keeps, and the state's moved
    workdays say nothing about it.
    """
    step = -1 if back else 1
    days = (day + timedelta(days=n * step) for n in range(_A_YEAR))
    return next((d for d in days if hours.works_on(d)), day)


def work_days_after(day: date, count: int, hours: OpeningHours) -> date:
    """The `count`-th day after `day` on which the shop opens; `count` 0: `day` or the next such day."""
    found = work_day(day, hours) if count == 0 else day
    for _ in range(count):
        found = work_day(found + timedelta(days=1), hours)
    return found
