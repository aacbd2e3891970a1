"""The times that a clause of a seller's names, each with the moment by which it is over."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from handlers.understanding.entities import Exactness, Moment, moments
from handlers.understanding.entities.numerals import read_number

SOON: Final = timedelta(hours=2)
"""马上, 一会儿 and their like; the essays give no figure, a buyer who reads 一会儿 waits no longer."""
_MASK = "\ue001"
_N = "(?:\\d{1,3}|半|[一二两三四五六七八九十]{1,3})"
_SPAN: Final = re.compile(
    f"(?P<before>不超过|不出|最[多晚迟])?(?<![\\d.用了第])(?P<n>{_N})(?:[-~到至](?P<to>{_N}))?(?P<hal"
    f"f>个半)?[多来]?个?"
    "(?P<unit>小时|钟头|h(?![a-z])|分钟|工作日|天|日|周|星期|礼拜|月)半?(?P<end>(?:之|以)?[内后](?!["
    "天面])|就|左右)?"
)
_SOON: Final = re.compile(
    "马上|立[刻马]|立即|即刻|这就|现在|一会儿?|[待等]会儿?|过会儿?|[稍等][等下](?!午)|稍[后候]|随后"
)
_TODAY: Final = re.compile(
    "(?<![天日今明后一二三四五六号晚])(?:下班|打烊|关门)(?:之|以)?前|晚[点些]儿?(?!\\d)"
    "|晚一[点些]|回头(?!客)|迟[点些]"
)
_NEXT_DAYS: Final = re.compile("(?P<two>今明(?:两|二)?天|这一?两天)|这几天|近几天|[一1][两二2]天(?!前)")
_DAY_NAMED: Final = re.compile("[天日号月周期拜]|[今明后昨](?=[早晚])")
_BEFORE: Final = re.compile("(?:之|以)?前(?![后面])")
_PARTS: Final = (
    ("凌晨|半夜", 0, 6),
    ("早|清晨|上午", 6, 12),
    ("中午", 11, 14),
    ("下午|午后|傍晚", 12, 18),
)
"""The words for parts of a day with their first and last hour; an evening ends when the shop closes."""


class Due(NamedTuple):
    """A time in a clause: where it stands, and the moment by which it is over."""

    start: int
    end: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Shop:
    """The shop's clock and hours while one reply is read; `now` is in its zone."""

    now: datetime
    zone: ZoneInfo
    hours: Callable[[date], datetime]

    @property
    def today(self) -> date:
        """By the shop's calendar."""
        return self.now.date()

    def closing(self, day: date) -> datetime:
        """The end of the shop's day; today after closing it is a minute to midnight."""
        at = self.hours(day)
        return datetime.combine(day, time(23, 59), self.zone) if at <= self.now else at

    def after(self, **span: float) -> datetime:
        """So much real time from now."""
        return self.now.astimezone(UTC) + timedelta(**span)


def dues_of(clause: str, shop: Shop) -> list[Due]:
    """The times that a clause names, each with the moment by which it is over."""
    found, rest = [], clause
    for pattern, at in _OWN:
        for match in pattern.finditer(rest):
            due = at(match, shop)
            if due is not None:
                found.append(Due(*match.span(), due))
                rest = rest[: match.start()] + _MASK * len(match[0]) + rest[match.end() :]
    for moment in moments(rest, shop.now, shop.zone):
        before = _BEFORE.match(rest, moment.end)
        due = _ends(moment, shop, before=before is not None, clause=clause)
        if due is not None:
            found.append(Due(moment.start, before.end() if before else moment.end, due))
    return sorted(found)


def _span(match: re.Match[str], shop: Shop) -> datetime | None:
    """三天内, 两三个小时后, 3-5个工作日内, 不超过两天: its end."""
    first, last = read_number(match["n"]), read_number(match["to"] or match["n"])
    if first is None or last is None or not (match["end"] or match["before"]):
        return None
    count = float(last.value) + (0.5 if match["half"] else 0) + (1 if last.approximate else 0)
    unit = match["unit"]
    if unit in ("小时", "钟头", "h"):
        return shop.after(hours=count)
    if unit == "分钟":
        return shop.after(minutes=count)
    if unit == "工作日":
        return shop.closing(_working_day(shop.today, int(count)))
    days = count * {"天": 1, "日": 1, "月": 30}.get(unit, 7)
    return shop.closing(shop.today + timedelta(days=int(days)))


def _working_day(day: date, count: int) -> date:
    """So many working days on; holidays are not known here."""
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


_OWN: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Shop], datetime | None]], ...]] = (
    (_SPAN, _span),
    (_NEXT_DAYS, lambda match, shop: shop.closing(shop.today + timedelta(days=1 if match["two"] else 2))),
    (_SOON, lambda _, shop: shop.now + SOON),
    (_TODAY, lambda _, shop: shop.closing(shop.today)),
)
"""Times that buyers do not write and `moments` does not know."""


def _ends(moment: Moment, shop: Shop, *, before: bool, clause: str) -> datetime | None:
    """When a day or time is over; None for one that only a calendar can place."""
    if moment.day is None:
        return None
    if moment.at is not None:
        return _by_the_clock(moment, moment.at, shop, clause)
    day = _last_day(moment.day, moment)
    if moment.exact is Exactness.PART:
        return _part_ends(moment.part, day, shop, before=before)
    if before and moment.exact is Exactness.DAY and day > shop.today:
        eve = shop.closing(day - timedelta(days=1))
        return eve if eve > shop.now else shop.closing(day)
    return shop.closing(day)


def _by_the_clock(moment: Moment, at: datetime, shop: Shop, clause: str) -> datetime:
    """8点 said in the afternoon is 20:00."""
    spoken = "点" in moment.text and not moment.part and not _DAY_NAMED.search(moment.text)
    if at <= shop.now and spoken and at.hour < 12 and not clause.startswith("昨"):
        return at + timedelta(hours=12)
    return at


def _last_day(day: date, moment: Moment) -> date:
    if moment.exact is Exactness.WEEK:
        return day + timedelta(days=6)
    if moment.exact is Exactness.MONTH:
        return day.replace(day=monthrange(day.year, day.month)[1])
    if moment.exact is Exactness.YEAR:
        return day.replace(month=12, day=31)
    return day + timedelta(days=1) if moment.text.endswith("周末") else day


def _part_ends(part: str, day: date, shop: Shop, *, before: bool) -> datetime:
    first, last = next(((f, e) for names, f, e in _PARTS if re.search(names, part)), (18, 0))
    begins = datetime.combine(day, time(first), shop.zone)
    if before and begins > shop.now:
        return begins
    return datetime.combine(day, time(last), shop.zone) if last else shop.closing(day)
