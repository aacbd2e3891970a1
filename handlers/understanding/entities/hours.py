"""Words for the time of day: 下午三点半, 晚上8:30, 一点一刻, 半小时后."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple

from handlers.understanding.entities.kinds import Exactness
from handlers.understanding.entities.numerals import read_int, read_number

_HAN = "十[一二]?|[零一二两三四五六七八九]|二十[一二三四]?|十[三四五六七八九]"
_MINUTES = (
    r"半|[一三]刻|(?:[0-5]?\d|[一二三四五]?十[一二三四五六七八九]?|零?[五一二三四六七八九])分?(?![\d.])"
)
PART: Final = (
    "凌晨|清晨|清早|一早|大清早|早晨|早上|上午|中午|午后|下午|傍晚|晚上|夜里|半夜"
    "|晚(?=[\\d二两三四五六七八九十])|早(?=[\\d二两三四五六七八九十])"
)
CLOCK: Final = (
    rf"(?:(?P<h>[01]?\d|2[0-4]|二十[一二三四]?|{_HAN})点(?!击|赞|评|开|建议|意见|要求|问题|进|菜|餐|名|了)(?P<exact>钟|整)?(?P<min>{_MINUTES})?"
    r"|(?P<h2>[01]?\d|2[0-4]):(?P<min2>[0-5]\d)(?::[0-5]\d)?)"
)
TIME: Final = re.compile(
    rf"(?:(?P<part>{PART})(?:的|大概|大约| )?|(?<![\d.第几晚早差:]))(?:{CLOCK})(?!\d)"
    f"|(?P<alone>{PART})(?![好安])",
    re.ASCII,
)
LATER: Final = re.compile(
    r"(?<![\d.了用])(?:(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,3}|半)(?P<half>个半)?(?:多|来)?个?(?P<unit>小时|钟头|分钟)半?"
    r"|(?P<quarter>一刻钟))(?P<way>之?[后前]|以[后前])",
    re.ASCII,
)
_MORNING = ("早", "上午", "清晨", "清早", "凌晨", "大清早", "一早")
_AFTERNOON = ("下午", "午后", "傍晚")
_EVENING = ("晚", "夜里", "半夜")


class Clock(NamedTuple):
    """An hour and minute as meant, `plus` days after the day that was named."""

    at: time
    plus: int
    exact: Exactness


def read_clock(match: re.Match[str], *, sure: bool) -> Clock | None:
    """The time of a `TIME` match with an hour; `sure`: a day stands before it, so 一点 is no "a bit"."""
    said = match["h"] or match["h2"]
    hour, minute = read_int(said), _minute(match["min"] or match["min2"] or "")
    if hour is None or minute is None or hour > 24:
        return None
    marked = sure or match["part"] or match["exact"] or match["min"]
    if said == "一" and (not marked or re.match("[都也儿没不点]", match.string[match.end() :])):
        return None
    hour, plus = _meant(hour, match["part"] or "", spoken=not match["h2"])
    exact = Exactness.MINUTE if match["min"] or match["min2"] else Exactness.HOUR
    return Clock(time(hour % 24, minute), plus + hour // 24, exact)


def _minute(text: str) -> int | None:
    if text == "半":
        return 30
    if text.endswith("刻"):
        return 15 if text[0] == "一" else 45
    digits = text.removesuffix("分")
    return read_int(digits) if digits else 0


def _meant(hour: int, part: str, *, spoken: bool) -> tuple[int, int]:
    """The hour of 24, and whether it belongs to the next day: 晚上12点 is midnight."""
    if hour > 12 or part.startswith(_MORNING):
        return (0 if hour == 12 and part == "凌晨" else hour), 0
    if part == "中午":
        return (hour + 12 if hour < 4 else hour), 0
    if part.startswith(_AFTERNOON):
        return (hour + 12 if hour < 12 else hour), 0
    if part.startswith(_EVENING):
        return (hour % 12, 1) if hour == 12 or hour < 5 else (hour + 12, 0)
    # nobody sends a parcel at three in the morning: 三点 alone is 15:00, 3:00 may be read off a clock
    return (hour + 12 if spoken and 1 <= hour <= 6 else hour), 0


def later(match: re.Match[str], now: datetime, zone: tzinfo) -> tuple[datetime, Exactness] | None:
    """半小时后, 两个小时前: counted in real time, also over a change of the clocks."""
    number = read_number(match["n"]) if match["n"] else None
    hours = float(number.value) if number else 0.25
    hours += 0.5 if match["half"] or match[0].endswith(("半后", "半前")) else 0
    hours /= 60 if match["unit"] == "分钟" else 1
    sign = -1 if match["way"].endswith("前") else 1
    then = (now.astimezone(UTC) + timedelta(hours=sign * hours)).astimezone(zone)
    vague = number is not None and number.approximate
    return then, Exactness.ABOUT if vague else Exactness.MINUTE


def on(day: date, clock: Clock, zone: tzinfo) -> datetime:
    """A clock's time on a day of the shop."""
    return datetime.combine(day + timedelta(days=clock.plus), clock.at, tzinfo=zone)
