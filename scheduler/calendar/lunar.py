"""The Chinese calendar: the months of a lunar year, its days, the 24 solar terms; only this room knows borax.

For 1921 to 2056 every month agrees with an astronomical reckoning by GB/T 33661-2017, the rules of the
calendar. Beyond, where a new moon falls on midnight, a month of 2057, 2089 and 2097 stands a day off.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType
from typing import Final, NamedTuple

from borax.calendars.lunardate import LCalendars, LunarDate, TermUtils

FIRST_YEAR: Final = 1901
LAST_YEAR: Final = 2099
"""What the library's tables hold, less a year at each end, so that the neighbours of a year are known too."""

MONTHS: Final = ("正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
DAYS: Final = (
    *("初" + n for n in "一二三四五六七八九十"),
    *("十" + n for n in "一二三四五六七八九"),
    "二十",
    *("廿" + n for n in "一二三四五六七八九"),
    "三十",
)
TERMS: Final = (
    *("小寒", "大寒", "立春", "雨水", "惊蛰", "春分", "清明", "谷雨"),
    *("立夏", "小满", "芒种", "夏至", "小暑", "大暑", "立秋", "处暑"),
    *("白露", "秋分", "寒露", "霜降", "立冬", "小雪", "大雪", "冬至"),
)
"""The solar terms in the order in which a solar year has them."""


class Month(NamedTuple):
    """One lunar month: its first day and how many it has (29 or 30)."""

    number: int
    leap: bool
    first: date
    days: int


@cache
def months(year: int) -> Mapping[tuple[int, bool], Month]:
    """The months of a lunar year by (number, leap), in their order.

    `year`: the solar year in which it begins. ValueError outside `FIRST_YEAR` to `LAST_YEAR`.
    """
    in_range(year)
    first = LunarDate(year, 1, 1).to_solar_date()
    found: dict[tuple[int, bool], Month] = {}
    for number, length, leap in LCalendars.iter_year_month(year):
        found[number, bool(leap)] = Month(number, bool(leap), first, length)
        first += timedelta(days=length)
    return MappingProxyType(found)


def lunar_day(year: int, month: int, day: int, *, leap: bool = False) -> date:
    """The solar date of a day of the lunar year `year`; every year has exactly one.

    A 三十 that the month lacks is its last day: 腊月三十 of a short year is 除夕, the 廿九. A day of a leap
    month is that of the ordinary month of the same number in a year without it.
    """
    known = months(year)
    found = known[month, leap and (month, True) in known]
    return found.first + timedelta(days=min(day, found.days) - 1)


def lunar_year(day: date) -> int:
    """The lunar year in which `day` lies, by the solar year in which that begins."""
    return day.year if day >= months(day.year)[1, False].first else day.year - 1


@cache
def term_day(year: int, term: str) -> date:
    """When the solar term begins, in the solar year `year`. KeyError if there is no such term."""
    in_range(year)
    if term not in TERMS:
        raise KeyError(term)
    found: date = TermUtils.nth_term_day(year, TERMS.index(term))
    return found


def in_range(year: int) -> None:
    """ValueError for a year that the tables do not hold."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"农历只算到 {FIRST_YEAR} 至 {LAST_YEAR} 年：{year}")
