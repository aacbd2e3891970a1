"""Birthdays as the profile keeps them, and when they are celebrated; each once in every year of its own.

Decided: 29 February is kept on the 28th in short years (in its month, and never late). Who was born in a
leap month has the leap month where the year has it, else the ordinary one; who was born in an ordinary
month never has the leap one. 三十 in a month of 29 days is the 廿九, so 腊月三十 is always 除夕.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

from bot.core.born import birth_year, is_solar_birthday
from scheduler.calendar.days import months_before
from scheduler.calendar.lunar import DAYS, FIRST_YEAR, LAST_YEAR, MONTHS, lunar_day, lunar_year

_EXAMPLES: Final = "（例：1990-03-05、3月5日、农历八月十五）"


class Celebration(NamedTuple):
    """One birthday: `year` is its own (solar, or lunar by the solar year in which that begins).

    The year belongs into a message's key: 腊月 and 正月 birthdays fall twice into one solar year and not
    at all into another, but have one celebration in every year of theirs.
    """

    year: int
    on: date

    @property
    def month_before(self) -> date:
        """The day for what goes out in the month before (PRACTICES 72), across the year end too."""
        return months_before(self.on, 1)


@dataclass(frozen=True, slots=True)
class Birthday:
    """A day of birth as it is kept; `year`: the solar one, or of a lunar birthday the lunar one."""

    month: int
    day: int
    year: int | None = None
    lunar: bool = False
    leap: bool = False

    def __str__(self) -> str:
        """As the profile keeps it: 1990-03-05, 03-05, 农历八月十五, 1990年农历闰四月初三."""
        if not self.lunar:
            return f"{self.month:02}-{self.day:02}" if self.year is None else self._dated()
        year = "" if self.year is None else f"{self.year}年"
        return f"{year}农历{'闰' if self.leap else ''}{MONTHS[self.month - 1]}月{DAYS[self.day - 1]}"

    def _dated(self) -> str:
        return f"{self.year:04}-{self.month:02}-{self.day:02}"

    def celebrated(self, year: int) -> date:
        """The date in its own year `year`. ValueError for a lunar one beyond the tables."""
        if self.lunar:
            return lunar_day(year, self.month, self.day, leap=self.leap)
        try:
            return date(year, self.month, self.day)
        except ValueError:  # 29 February
            return date(year, 2, 28)

    def between(self, first: date, last: date) -> Iterator[Celebration]:
        """The celebrations from `first` to `last`, both included, in order; none in the year of birth."""
        start, end = (lunar_year(first), lunar_year(last)) if self.lunar else (first.year, last.year)
        for year in range(start, end + 1):
            if self.year is not None and year <= self.year:
                continue
            if first <= (on := self.celebrated(year)) <= last:
                yield Celebration(year, on)

    def next_from(self, day: date) -> Celebration:
        """The first celebration on `day` or later."""
        year = lunar_year(day) if self.lunar else day.year
        if self.year is not None:
            year = max(year, self.year + 1)
        on = self.celebrated(year)
        return Celebration(year, on) if on >= day else Celebration(year + 1, self.celebrated(year + 1))

    def next_after(self, day: date) -> Celebration:
        """The first celebration later than `day`."""
        return self.next_from(day + timedelta(days=1))


_HAN_DAYS: Final = {name: n for n, name in enumerate(DAYS, 1)}
_HAN_DAYS.update({name: n for n, name in enumerate("一二三四五六七八九十", 1)})
_HAN_DAYS.update({f"二十{name}": n for n, name in enumerate("一二三四五六七八九", 21)})
_HAN_DAYS.update({f"三十{name}": n for n, name in enumerate("一", 31)} | {"廿": 20, "卅": 30})
_HAN_MONTHS: Final = {name: n for n, name in enumerate(MONTHS, 1)} | {"一": 1, "冬": 11, "腊": 12}
_HAN_DIGITS: Final = {name: str(n) for n, name in enumerate("零一二三四五六七八九")} | {"〇": "0"}

_LUNAR: Final = "农历|阴历|旧历"
_SOLAR: Final = "阳历|公历|新历"
_CALENDAR: Final = re.compile(f"{_LUNAR}|{_SOLAR}")
_YEAR: Final = r"(?P<year>(?:19|20)\d\d|\d\d(?=年)|[一二][零〇一二三四五六七八九]{3}(?=年))"
_DATE: Final = re.compile(
    rf"(?:{_YEAR}(?:年|[-/.]))?(?P<leap>闰)?"
    r"(?P<month>\d{1,2}|十[一二]?|[正一二三四五六七八九冬腊])(?:月份?|[-/.])"
    r"(?P<day>\d{1,2}|[初廿卅一二三四五六七八九十]{1,3})(?P<solar>[日号])?",
    re.ASCII,
)


def birthday(text: str) -> Birthday:
    """What the profile or a seller writes → the birthday; `str` turns it back. ValueError if it is none.

    1990-03-05, 03-05, 3月5日, 农历八月十五, 八月十五, 1990年八月十五 农历, 1990年农历闰四月初三, 腊月三十.
    Digits are solar unless 农历 is said; words are lunar (三月十五, 正月初三) unless they end in 日 or 号.
    Nothing is asked of a leap month's year: people write it down from memory.
    """
    bare = "".join(unicodedata.normalize("NFKC", text).split())
    calendars = set(_CALENDAR.findall(bare))
    found = _DATE.fullmatch(_CALENDAR.sub("", bare).strip("的()（）"))
    if found is None or len(calendars) > 1:
        raise ValueError(f"看不懂“{text.strip()[:30]}”{_EXAMPLES}")
    said = calendars.pop() if calendars else ""
    lunar = said in _LUNAR.split("|") or (not said and _sounds_lunar(found))
    month, day = _number(found["month"], _HAN_MONTHS), _number(found["day"], _HAN_DAYS)
    born = Birthday(month, day, _year(found["year"]), lunar, lunar and bool(found["leap"]))
    if not _exists(born) or (found["leap"] and not lunar):
        raise ValueError(f"没有“{text.strip()[:30]}”这一天{_EXAMPLES}")
    return born


def _sounds_lunar(found: re.Match[str]) -> bool:
    if found["leap"] or found["month"] in ("正", "冬", "腊") or found["day"][0] in "初廿卅":
        return True
    return not found["month"].isdigit() and not found["solar"]


def _number(text: str, names: dict[str, int]) -> int:
    return int(text) if text.isdigit() else names.get(text, 0)


def _year(text: str | None) -> int | None:
    if not text:
        return None
    number = int("".join(_HAN_DIGITS.get(char, char) for char in text))
    return birth_year(number)


def _exists(born: Birthday) -> bool:
    if born.lunar:
        known = born.year is None or FIRST_YEAR - 1 <= born.year <= LAST_YEAR
        return known and 1 <= born.month <= 12 and 1 <= born.day <= 30
    return is_solar_birthday(born.month, born.day, born.year)
