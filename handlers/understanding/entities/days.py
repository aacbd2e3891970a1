"""Words for days: 明天, 下周三, 3月5号, 月底, 三天后 → a date and how exact it is."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from handlers.understanding.entities import day_words
from handlers.understanding.entities.kinds import Exactness
from handlers.understanding.entities.numerals import read_int, read_number

Day = tuple[date, Exactness]
Rule = tuple[re.Pattern[str], Callable[[re.Match[str], date], Day | None]]

_RELATIVE = {"大前": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后": 3}
_WEEKS = {"上上": -2, "上": -1, "这": 0, "本": 0, "下": 1, "下下": 2}
_YEARS = {"前": -2, "去": -1, "今": 0, "明": 1, "后": 2}


def _past(match: re.Match[str]) -> bool:
    return day_words.PAST.match(match.string, match.end()) is not None


def _relative(match: re.Match[str], today: date) -> Day:
    return today + timedelta(days=_RELATIVE[match[1]]), Exactness.DAY


def _weekday(match: re.Match[str], today: date) -> Day:
    monday = today - timedelta(days=today.weekday())
    index = "一二三四五六日".find(match["d"]) if match["d"] in "一二三四五六日" else _index(match["d"])
    if match["near"]:
        return monday + timedelta(days=7 * _WEEKS[match["near"]] + index), Exactness.DAY
    day = monday + timedelta(days=index)
    if _past(match):
        return (day if day <= today else day - timedelta(days=7)), Exactness.DAY
    return (day if day >= today else day + timedelta(days=7)), Exactness.DAY


def _index(day: str) -> int:
    return 6 if day in "天7" else int(day) - 1


def _weekend(match: re.Match[str], today: date) -> Day:
    saturday = today - timedelta(days=today.weekday()) + timedelta(days=5 + 7 * _WEEKS[match["near"] or "这"])
    return saturday, Exactness.ABOUT


def _week(match: re.Match[str], today: date) -> Day:
    return today - timedelta(days=today.weekday()) + timedelta(days=7 * _WEEKS[match["near"]]), Exactness.WEEK


def _add_months(day: date, months: int) -> date:
    """The same day of another month, or its last one."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _within_month(first: date, said: str) -> Day:
    """月初, 中旬 and 月底 of the month that begins on `first`."""
    last = monthrange(first.year, first.month)[1]
    day = 1 if "初" in said or "上旬" in said else 15 if "中" in said else last
    return first.replace(day=day), Exactness.ABOUT


def _month(match: re.Match[str], today: date) -> Day:
    first = _add_months(today.replace(day=1), _WEEKS[match["near"] or "这"])
    if part := match["part"] or match["bare"]:
        return _within_month(first, part)
    if match["d"]:
        return first.replace(day=read_int(match["d"]) or 0), Exactness.DAY
    return first, Exactness.MONTH


def _year(match: re.Match[str], today: date) -> Day:
    year = today.year + _YEARS[match["near"] or "今"]
    if part := match["part"] or match["bare"]:
        return (date(year, 1, 1) if part == "初" else date(year, 12, 31)), Exactness.ABOUT
    return date(year, 1, 1), Exactness.YEAR


def _full(match: re.Match[str], today: date) -> Day | None:
    """With a year: 2026年3月5日, 2026-03-05, 明年3月."""
    if match["near"]:
        year = today.year + _YEARS[match["near"]]
    else:
        said = match["y"] or match["y2"] or match["y3"]
        year = read_int(said) or 0
        year += 2000 if len(said) == 2 else 0
    month, day = read_int(match["m"] or match["m2"]) or 0, match["d"] or match["d2"]
    if match["part"]:
        return _within_month(date(year, month, 1), match["part"])
    return date(year, month, read_int(day) or 0 if day else 1), Exactness.DAY if day else Exactness.MONTH


def _of_year(match: re.Match[str], today: date) -> Day | None:
    """3月5号: the next one, unless it has just been or is said to be over."""
    month = read_int(match["m"]) or 0
    if match["d"]:
        return _nearest(month, read_int(match["d"]) or 0, today, past=_past(match)), Exactness.DAY
    first = _nearest(month, 1, today.replace(day=1), past=_past(match))
    return _within_month(first, match["part"]) if match["part"] else (first, Exactness.MONTH)


def _nearest(month: int, day: int, today: date, *, past: bool) -> date:
    if not (1 <= month <= 12 and 1 <= day <= monthrange(2000, month)[1]):
        raise ValueError(f"no such day: {month}-{day}")
    years = range(today.year - 8, today.year + 9)  # 29 February may be eight years away
    days = [date(y, month, day) for y in years if day <= monthrange(y, month)[1]]
    last = max(d for d in days if d <= today)
    coming = min(d for d in days if d >= today)
    just_been = (today - last).days <= 60 and (coming - today).days > 300
    return last if past or just_been else coming


def _of_month(match: re.Match[str], today: date) -> Day | None:
    """5号: the next month that has it, or the last one if it is said to be over."""
    wanted, past = read_int(match["d"]) or 0, _past(match)
    if not 1 <= wanted <= 31:
        return None
    for n in range(12):
        first = _add_months(today.replace(day=1), -n if past else n)
        if wanted <= monthrange(first.year, first.month)[1]:
            day = first.replace(day=wanted)
            if (day <= today) if past else (day >= today):
                return day, Exactness.DAY
    return None


def _shifted(match: re.Match[str], today: date) -> Day | None:
    """三天后, 两周前, 过半个月."""
    number = read_number(match["n"] or match["n2"])
    if number is None:
        return None
    sign = -1 if match["way"] and match["way"].endswith("前") else 1
    unit, half = match["unit"] or match["unit2"], match["n"] == "半" or match["n2"] == "半"
    # 过两天 means a few days
    loose = number.approximate or half or (not match["way"] and match["n2"] == "两")
    exact = Exactness.ABOUT if loose else Exactness.DAY
    if "月" in unit or "年" in unit:
        months = int(number.value * (12 if "年" in unit else 1))
        return (
            (today + timedelta(days=15 * sign), exact)
            if not months
            else (_add_months(today, sign * months), exact)
        )
    days = int(number.value * (7 if unit[-1] in "周期拜" else 1))
    return (today + timedelta(days=sign * days), exact) if days else None


def _dotted(match: re.Match[str], today: date) -> Day:
    month, day = int(match["m"] or match["m2"]), read_int(match["d"] or match["d2"]) or 0
    return _nearest(month, day, today, past=_past(match)), Exactness.DAY


RULES: Final[tuple[Rule, ...]] = (
    (day_words.WITH_YEAR, _full),
    (day_words.OF_YEAR, _of_year),
    (day_words.NEAR_MONTH, _month),
    (day_words.NEAR_YEAR, _year),
    (day_words.SHIFTED, _shifted),
    (day_words.RELATIVE, _relative),
    (day_words.WEEKDAY, _weekday),
    (day_words.WEEKEND, _weekend),
    (day_words.WEEK, _week),
    (day_words.OF_MONTH, _of_month),
    (day_words.DOTTED, _dotted),
)
"""In this order; what one has matched is out of sight for the next. ValueError: there is no such day."""
