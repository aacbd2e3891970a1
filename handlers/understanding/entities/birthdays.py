"""Birthdays: 我生日3月5号, 90年3月5日出生, 老婆生日是农历八月十五."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bot.core.born import birth_year, is_solar_birthday
from handlers.understanding.entities.kinds import Birthday
from handlers.understanding.entities.lunar import LUNAR, lunar_date
from handlers.understanding.entities.numerals import read_int

_HAN = "[一二三四五六七八九十]{1,3}"
_YEAR = (
    r"(?:(?P<y>(?:19|20)\d{2}|\d{2})年|(?P<y2>(?:19|20)\d{2})[./-]"
    "|(?P<y3>[一二][九〇零]?[〇零一二三四五六七八九]{2,3})年)"
)
_SOLAR = (
    rf"(?:阳历|公历|新历)?(?:{_YEAR}的?)?(?:(?P<m>\d{{1,2}}|{_HAN})(?:月份?|[./-])(?P<d>\d{{1,2}}|{_HAN})[日号]?"
    r"|(?P<packed>(?:(?:19|20)\d{2})?[01]\d[0-3]\d))(?![\d.]|[瓶件元块])"
)
_DATE = f"(?:{LUNAR}|{_SOLAR})"
# 生日蛋糕, 生日券: things, not days
_CUE = "(?:(?:过|是)?(?:生日|大寿|寿辰)(?!蛋糕|礼|贺卡|帽|会|快乐|派对|聚|券|优惠|福利)|出生(?:日期|于|在)?)"
_BEFORE = re.compile(rf"{_CUE}[是在为就于:的 那天,呢快到了]{{0,6}}{_DATE}", re.ASCII)
_AFTER = re.compile(
    rf"(?<![\d.])(?:{_DATE})[是,过的就 那天]{{0,3}}(?:[我他她你]?(?:家"
    rf"|们)?(?:的)?(?:[\u4e00-\u9fff]{{1,4}}?)的?)?{_CUE}",
    re.ASCII,
)
_RELATIVES = (
    "老婆|老公|妈妈|爸爸|妈|爸|孩子|儿子|女儿|宝宝|宝贝|男朋友|女朋友|男友|女友|朋友|闺蜜"
    "|对象|婆婆|公公|奶奶|爷爷|外婆|姐姐|妹妹|哥哥|弟弟|媳妇|同事|老师|家人|娃"
)
_WHOSE = re.compile(f"({_RELATIVES})(?:的|是|今年|要|过|快|就)*$")
_WHOSE_INSIDE = re.compile(f"({_RELATIVES})")


class _Day(NamedTuple):
    year: int | None
    month: int
    day: int
    lunar: bool = False
    leap: bool = False


def birthdays(text: str) -> Iterator[Birthday]:
    """Days that normalised `text` calls a birthday; 明天生日 is a moment, not one of these."""
    if "生日" not in text and "出生" not in text and "寿" not in text:
        return
    end = 0
    for match in sorted((*_AFTER.finditer(text), *_BEFORE.finditer(text)), key=lambda m: m.start()):
        on = _lunar(match) or _solar(match)
        if on is None or match.start() < end:
            continue
        end = match.end()
        before = text[max(0, match.start() - 8) : match.start()]
        whose = _WHOSE.search(before) or _WHOSE_INSIDE.search(match[0])
        yield Birthday(
            match[0], *match.span(), on.month, on.day, on.year, on.lunar, on.leap, whose[1] if whose else ""
        )


def _lunar(match: re.Match[str]) -> _Day | None:
    if not any(match.group("m1", "m2", "m3", "m4", "m5", "d6")):
        return None
    found = lunar_date(match)
    return _Day(None, found.month, found.day, True, found.leap) if found and found.day else None


def _solar(match: re.Match[str]) -> _Day | None:
    if packed := match["packed"]:
        year, month, day = packed[:-4], int(packed[-4:-2]), int(packed[-2:])
    elif match["m"]:
        year, month, day = match["y"] or match["y2"] or match["y3"] or "", *_month_and_day(match)
    else:
        return None
    born = _year(year)
    return _Day(born, month, day) if is_solar_birthday(month, day, born) else None


def _month_and_day(match: re.Match[str]) -> tuple[int, int]:
    return read_int(match["m"]) or 0, read_int(match["d"]) or 0


def _year(text: str) -> int | None:
    number = read_int(text) if text else None
    if number is None or len(text) > 2:
        return number
    return birth_year(number)
