"""The festivals and solar terms of a year as data: how each is found, and whether one greets on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple

from scheduler.calendar.lunar import FIRST_YEAR, LAST_YEAR, TERMS, lunar_day, term_day

Finding = Callable[[int], date]
"""A year → the date in it; lunar days by the lunar year, named after the solar one in which it begins."""


class Greeting(StrEnum):
    """Whether a shop greets on that day."""

    USUAL = "usual"  # unless the shop says otherwise
    POSSIBLE = "possible"  # if the shop says so
    NEVER = "never"  # a day of mourning, or one that shops made to sell: nothing to wish


class Group(StrEnum):
    """Which rules of content hold for its text (PRACTICES 77, 78)."""

    FESTIVAL = "festival"
    SEASON = "season"


@dataclass(frozen=True)
class Festival:
    """A day of the year with a name. whose: whom it is for (女, 妈妈, …), empty for everybody."""

    name: str
    find: Finding
    greeting: Greeting = Greeting.POSSIBLE
    group: Group = Group.FESTIVAL
    whose: str = ""
    aliases: tuple[str, ...] = ()

    def on(self, year: int) -> date:
        """Its date in its own year: 2026 of 腊八 and 除夕 lies early in the solar year 2027."""
        return _on(self.find, year)


class Occurrence(NamedTuple):
    """A festival in one year. `year`, its own, belongs into a message's key, so that nothing is doubled."""

    on: date
    festival: Festival
    year: int


@cache
def _on(find: Finding, year: int) -> date:
    return find(year)


def _solar(month: int, day: int) -> Finding:
    return lambda year: date(year, month, day)


def _weekday(month: int, weekday: int, nth: int) -> Finding:
    """The nth such day of the month; weekday as ISO counts (7 is Sunday)."""

    def find(year: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.isoweekday()) % 7 + 7 * (nth - 1))

    return find


def _lunar(month: int, day: int) -> Finding:
    return lambda year: lunar_day(year, month, day)


def _term(name: str) -> Finding:
    return lambda year: term_day(year, name)


_U, _P, _N = Greeting.USUAL, Greeting.POSSIBLE, Greeting.NEVER

FESTIVALS: Final[Sequence[Festival]] = (
    Festival("元旦", _solar(1, 1), _U, aliases=("新年",)),
    Festival("情人节", _solar(2, 14)),
    Festival("妇女节", _solar(3, 8), whose="女", aliases=("三八节", "女神节", "女王节")),
    Festival("清明节", _term("清明"), _N),
    Festival("劳动节", _solar(5, 1), aliases=("五一",)),
    Festival("青年节", _solar(5, 4), aliases=("五四",)),
    Festival("母亲节", _weekday(5, 7, 2), whose="妈妈"),
    Festival("儿童节", _solar(6, 1), whose="有孩子", aliases=("六一",)),
    Festival("618", _solar(6, 18), _N, aliases=("六一八",)),
    Festival("父亲节", _weekday(6, 7, 3), whose="爸爸"),
    Festival("教师节", _solar(9, 10), whose="老师"),
    Festival("国庆节", _solar(10, 1), _U, aliases=("国庆", "十一")),
    Festival("双十一", _solar(11, 11), _N, aliases=("双11",)),
    Festival("感恩节", _weekday(11, 4, 4)),
    Festival("双十二", _solar(12, 12), _N, aliases=("双12",)),
    Festival("平安夜", _solar(12, 24)),
    Festival("圣诞节", _solar(12, 25), aliases=("圣诞",)),
    Festival("春节", _lunar(1, 1), _U, aliases=("大年初一", "过年", "农历新年")),
    Festival("元宵节", _lunar(1, 15), _U, aliases=("元宵", "正月十五")),
    Festival("龙抬头", _lunar(2, 2), aliases=("二月二",)),
    Festival("端午节", _lunar(5, 5), _U, aliases=("端午",)),
    Festival("七夕", _lunar(7, 7), aliases=("七夕节",)),
    Festival("中元节", _lunar(7, 15), _N, aliases=("中元", "七月半")),
    Festival("中秋节", _lunar(8, 15), _U, aliases=("中秋",)),
    Festival("重阳节", _lunar(9, 9), whose="长辈", aliases=("重阳",)),
    Festival("寒衣节", _lunar(10, 1), _N),
    Festival("腊八节", _lunar(12, 8), aliases=("腊八",)),
    Festival("北方小年", _lunar(12, 23), aliases=("小年",)),
    Festival("南方小年", _lunar(12, 24)),
    Festival("除夕", _lunar(12, 30), aliases=("大年三十", "年三十")),
)
"""Usual is when everybody greets, and once at a time: 除夕 is not, for 春节 comes a day later."""

SOLAR_TERMS: Final[Sequence[Festival]] = tuple(
    Festival(name, _term(name), _N if name == "清明" else _P, Group.SEASON) for name in TERMS
)
"""For season texts (PRACTICES 79). None is usual: three messages a month (row 86) leave no room for 24."""

_BY_NAME: Final = {
    name: festival for festival in (*SOLAR_TERMS, *FESTIVALS) for name in (*festival.aliases, festival.name)
}


def festival_named(name: str) -> Festival:
    """By name or alias (中秋, 三八节, 冬至). KeyError if there is none."""
    return _BY_NAME[name.strip()]


def festivals_between(
    first: date, last: date, among: Sequence[Festival] = (*FESTIVALS, *SOLAR_TERMS)
) -> tuple[Occurrence, ...]:
    """Those of `among` from `first` to `last`, both included, in the order of their dates.

    Costs the years asked for, not the customers. ValueError before 1902 or after 2098.
    """
    if first.year <= FIRST_YEAR or last.year >= LAST_YEAR:
        raise ValueError(f"节日只算到 {FIRST_YEAR + 1} 至 {LAST_YEAR - 1} 年")
    found = (
        Occurrence(festival.on(year), festival, year)
        for festival in among
        for year in range(first.year - 1, last.year + 1)  # the lunar year reaches into the next solar one
    )
    return tuple(sorted((o for o in found if first <= o.on <= last), key=lambda o: o.on))
