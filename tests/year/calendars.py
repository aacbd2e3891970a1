"""Days of the year by a source of their own: new moons reckoned from the sky (see the festivals' tests)."""

from __future__ import annotations

import re
from datetime import date, timedelta

from tests.scheduler.test_calendar_festivals import MOONS

_MONTHS = ("正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "腊")
_DAYS = (
    *(f"初{n}" for n in "一二三四五六七八九十"),
    *(f"十{n}" for n in "一二三四五六七八九"),
    "二十",
    *(f"廿{n}" for n in "一二三四五六七八九"),
    "三十",
)
_LUNAR = re.compile(f"农历(闰?)({'|'.join(sorted((*_MONTHS, '十二'), key=len, reverse=True))})月(.+)")
_FEASTS = {"春节": (1, 1), "元宵节": (1, 15), "端午节": (5, 5), "中秋节": (8, 15)}
_SOLAR_FEASTS = {"元旦": (1, 1), "国庆节": (10, 1)}


def lunar(year: int, month: int, day: int, *, leap: bool = False) -> date:
    """A lunar date of that lunar year; 三十 of a short month is its last day, no leap month the ordinary one."""
    months = [(m, is_leap, first) for y in (year, year + 1) for m, is_leap, first in MOONS[y]]
    here = [n for n, (m, is_leap, _) in enumerate(months) if m == month and is_leap == leap]
    if not here or here[0] >= len(MOONS[year]):
        here = [n for n, (m, is_leap, _) in enumerate(months) if m == month and not is_leap]
    n = here[0]
    length = (months[n + 1][2] - months[n][2]).days
    return months[n][2] + timedelta(days=min(day, length) - 1)


def festival(name: str, year: int) -> date:
    """That festival of a solar year."""
    if name in _SOLAR_FEASTS:
        return date(year, *_SOLAR_FEASTS[name])
    return lunar(year, *_FEASTS[name])


def birthdays(written: str, first: date, last: date) -> list[tuple[int, date]]:
    """(own year, day) of every celebration from `first` to `last`."""
    found = []
    for year in range(first.year - 1, last.year + 1):
        on = _celebrated(written, year)
        if first <= on <= last:
            found.append((year, on))
    return found


def _celebrated(written: str, year: int) -> date:
    if match := _LUNAR.fullmatch(written):
        leap, month, day = match.groups()
        number = 12 if month == "十二" else _MONTHS.index(month) + 1
        return lunar(year, number, _DAYS.index(day) + 1, leap=bool(leap))
    month_day = [int(part) for part in written.split("-")]
    try:
        return date(year, *month_day)
    except ValueError:
        return date(year, 2, 28)


def months_later(day: date, months: int) -> date:
    """The same day of another month, or that month's last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))
