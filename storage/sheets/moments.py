"""Days and times as tables have them → moments with a zone; birthdays → the one way we write them."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, tzinfo

from bot.core.born import birth_year, is_solar_birthday
from storage.sheets.cells import serial_moment

EXAMPLE = "例：2026-01-03 10:11"
_DAY = r"(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*日?"
_HALF = "(?P<half>上午|下午|凌晨|早上|中午|晚上|[AaPp][Mm])"
_TIME = (
    rf"(?:\s*(?:星期[一二三四五六日天]|周[一二三四五六日天])?\s*{_HALF}?\s*(?P<h>\d{{1,2}})\s*[:时点]"
    r"\s*(?:(?P<min>\d{1,2})\s*[:分]?\s*(?:(?P<s>\d{1,2})(?:\.\d+)?\s*秒?)?)?\s*(?P<half2>[AaPp][Mm])?)?"
)
_WRITTEN = re.compile(_DAY + _TIME)
_PACKED = re.compile(r"(?:19|20)\d{6}(?:\d{4}(?:\d\d)?)?", re.ASCII)
_LATE = frozenset(("下午", "晚上", "pm"))
_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_SERIALS = (20_000, 80_000)
"""1954 to 2119, so that neither 2026 nor 20260103 is taken for a count of days."""
_UNIX = (10**9, 4 * 10**9)
_NOTHING = re.compile(r"(?:0000|1900|1899|1970)[-/]0?[01][-/]0?[01](?:[ T]00:00(?::00)?)?")


def moment(text: str, zone: tzinfo, date1904: bool = False) -> datetime | None:
    """An aware moment; a day alone is its midnight in `zone`. None for a blank date (0000-00-00).

    ValueError, with an example, for what is not a date.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if _NOTHING.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text) if len(text) >= 10 and text[4] == "-" else None
    except ValueError:
        found = None
    found = found or _numeric(text, date1904) or _written(text)
    if found is None:
        raise ValueError(f"看不懂“{text[:30]}”（{EXAMPLE}）")
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _numeric(text: str, date1904: bool) -> datetime | None:
    if _PACKED.fullmatch(text):
        try:
            form = "%Y%m%d%H%M%S"[: {8: 6, 12: 10, 14: 12}[len(text)]]
            return datetime.strptime(text, form)  # noqa: DTZ007
        except ValueError:
            return None
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    if _SERIALS[0] <= value < _SERIALS[1]:
        return serial_moment(value, date1904)
    seconds = value / 1000 if len(text) == 13 and "." not in text else value
    return datetime.fromtimestamp(int(seconds), UTC) if _UNIX[0] <= seconds < _UNIX[1] else None


def _written(text: str) -> datetime | None:
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    hour = int(found["h"] or 0)
    half = (found["half"] or found["half2"] or "").lower()
    if half in _LATE and hour < 12:
        hour += 12
    elif (half in ("am", "上午", "凌晨") and hour == 12) or hour == 24:
        hour = 0
    day = (int(found["y"]), int(found["m"]), int(found["d"]))
    try:
        return datetime(*day, hour, int(found["min"] or 0), int(found["s"] or 0))  # noqa: DTZ001
    except ValueError:
        return None


_MONTHS = ("正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_MONTH_OF = {name: n for n, name in enumerate(_MONTHS, 1)} | {"一": 1, "冬": 11, "腊": 12}
_ONES = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九")
_DAYS = (
    *(f"初{n}" for n in (*_ONES[1:], "十")),
    *(f"十{n}" for n in _ONES[1:]),
    "二十",
    *(f"廿{n}" for n in _ONES[1:]),
    "三十",
)
_DAY_OF = {name: n for n, name in enumerate(_DAYS, 1)} | {f"二十{n}": 20 + i for i, n in enumerate(_ONES)}
_PLAIN_DAY = {name.removeprefix("初"): n for name, n in _DAY_OF.items()}
_LUNAR = re.compile(
    r"(?:(?P<y>(?:19|20)\d\d)[年/.-]?)?(?P<said>农历|阴历|旧历)?(?:的)?(?:(?P<y2>(?:19|20)\d\d)[年/.-])?"
    r"(?P<leap>闰)?(?P<m>\d{1,2}|[正一二三四五六七八九冬腊]|十[一二]?)[月/.-](?P<d>\d{1,2}|[初十廿三二一四五六七八九]{1,3})[日号]?"
)
_SOLAR = re.compile(
    r"(?:阳历|公历|新历)?(?:(?P<y>\d{2}|\d{4})\s*[-/.年]\s*)?"
    r"(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*[日号]?(?:[ T]0?0:00(?::00)?)?"
)
_BORN_BEFORE = 2015
"""Excel adds the current year to a typed 3月5日; nobody of that age buys."""


def birthday(text: str, *, lunar: bool = False, date1904: bool = False) -> str | None:
    """`1990-03-05`, `03-05`, `农历八月十五`, `1990年农历闰四月初三`; None for a blank date.

    ValueError for what is no day. Whether a lunar month has its 三十 depends on the year, so 30 always goes.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if _NOTHING.fullmatch(text):
        return None
    bare = text.replace(" ", "")
    found = _LUNAR.fullmatch(bare)
    if found and (lunar or found["said"] or found["leap"] or _sounds_lunar(found)):
        return _lunar(found, text)
    if found and not found["m"].isdigit():  # 三月五日
        text = f"{found['y'] or ''}-{_month(found)}-{_day(found)}".lstrip("-")
    return _solar(text, date1904)


def _sounds_lunar(found: re.Match[str]) -> bool:
    """八月十五, 正月初三; but 三月五日 has the 日 of the solar calendar."""
    if found["m"] in ("正", "冬", "腊") or "初" in found["d"] or "廿" in found["d"]:
        return True
    return not found["m"].isdigit() and found[0][-1] not in "日号"


def _month(found: re.Match[str]) -> int:
    return int(found["m"]) if found["m"].isdigit() else _MONTH_OF.get(found["m"], 0)


def _day(found: re.Match[str]) -> int:
    day = found["d"]
    return int(day) if day.isdigit() else _DAY_OF.get(day) or _PLAIN_DAY.get(day, 0)


def _lunar(found: re.Match[str], text: str) -> str:
    month, day = _month(found), _day(found)
    if not (1 <= month <= 12 and 1 <= day <= 30):
        raise ValueError(f"看不懂“{text[:30]}”（例：农历八月十五）")
    year = found["y"] or found["y2"]
    spoken = f"农历{'闰' if found['leap'] else ''}{_MONTHS[month - 1]}月{_DAYS[day - 1]}"
    return f"{year}年{spoken}" if year and int(year) < _BORN_BEFORE else spoken


def _solar(text: str, date1904: bool) -> str:
    wrong = ValueError(f"看不懂“{text[:30]}”（例：1990-03-05、3月5日、农历八月十五）")
    numeric = _numeric(text, date1904)
    found = None if numeric else _SOLAR.fullmatch(text)
    if re.fullmatch(r"\d{1,2}\.[123]", text):
        raise ValueError(
            f"“{text}”分不清是 {text.split('.')[1]} 日还是 {text.split('.')[1]}0 日，请写成 3-10"
        )
    if numeric:
        year, month, day = numeric.year, numeric.month, numeric.day
    elif found:
        month, day = int(found["m"]), int(found["d"])
        year = birth_year(int(found["y"])) if int(found["y"] or 0) else 0
    else:
        raise wrong
    if not is_solar_birthday(month, day, year):
        raise wrong
    return f"{month:02}-{day:02}" if not 1900 <= year < _BORN_BEFORE else f"{year}-{month:02}-{day:02}"
