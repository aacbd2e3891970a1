"""Days of the Chinese calendar as people name them: 农历八月十五, 腊月三十, 闰四月, 正月初三."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from handlers.understanding.entities.kinds import LunarDate
from handlers.understanding.entities.numerals import read_int

_MONTH = "(?:十[一二]|[正一二三四五六七八九十冬腊]|1[0-2]|[1-9])"
_OWN_DAY = "初[一二三四五六七八九十]|廿[一二三四五六七八九]?"
_DAY = f"(?:{_OWN_DAY}|二十[一二三四五六七八九]?|三十|十[一二三四五六七八九]?|[12]\\d|30|[1-9])"
# Without 农历 only words that no solar date has: 正月, 腊月, 闰, 初五;
# 八月十五 is the one day known by its number.
LUNAR: Final = (
    rf"(?:(?P<said>农历|阴历|旧历)的?(?:(?P<l1>闰)?(?P<m1>{_MONTH})月份?(?P<d1>{_DAY})?[日号]?)"
    rf"|(?P<l2>闰)(?P<m2>{_MONTH})月(?P<d2>{_DAY})?|(?P<m3>[正冬腊])月(?P<d3>{_DAY})?"
    rf"|(?P<m4>{_MONTH})月(?P<d4>{_OWN_DAY})|(?P<m5>八)月(?P<d5>十五)(?![日号])"
    rf"|(?:大年|年)(?P<d6>初[一二三四五六七八九十]))(?!\d)"
)
_LUNAR = re.compile(LUNAR, re.ASCII)
_NAMED = {"正": 1, "冬": 11, "腊": 12}


def lunar_dates(text: str) -> Iterator[tuple[tuple[int, int], LunarDate]]:
    """The lunar days in normalised `text`, and where they stand."""
    for match in _LUNAR.finditer(text):
        if found := lunar_date(match):
            yield match.span(), found


def lunar_date(match: re.Match[str]) -> LunarDate | None:
    """What a match of `LUNAR` names; None if there is no such day."""
    month = next((g for g in match.group("m1", "m2", "m3", "m4", "m5") if g), "正")
    day = next((g for g in match.group("d1", "d2", "d3", "d4", "d5", "d6") if g), None)
    number = _NAMED.get(month) or read_int(month)
    on = _day(day) if day else None
    if not number or not 1 <= number <= 12 or (on is not None and not 1 <= on <= 30):
        return None
    return LunarDate(number, on, leap=bool(match["l1"] or match["l2"]))


def _day(text: str) -> int:
    return read_int(text.replace("初", "").replace("廿", "二十")) or 0
