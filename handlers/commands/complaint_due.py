"""By when: the day or time in a seller's line, and the line without it. Pure."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from bot.core.hours import OpeningHours
from handlers.understanding.entities import Exactness, Moment, moments
from handlers.understanding.entities.numerals import read_number

_N = r"(?:\d{1,3}|半|[一二两三四五六七八九十]{1,3})"
_SPAN = re.compile(
    rf"(?P<n>{_N})[多来]?个?(?P<half>半)?(?P<unit>小时|钟头|工作日|天|日|周|星期|礼拜|月)(?:之|以)?内"
)
_AT_ONCE = re.compile(r"马上|立刻|立即|现在|这就")
_BARE_DATE = re.compile(
    r"(?<![\d.])(?:(?P<year>20\d\d)[./-])?(?P<month>\d{1,2})[./-](?P<day>\d{1,2})(?![\d.])"
)
_BEFORE = re.compile(r"\s*(?:之|以)?前")
_TRAIL = re.compile(
    r"\s*(?:(?:之|以)?[前内]|后)?\s*(?:给?(?:你|您|他|她)?(?:办好|弄好|搞定|完成))?[\s,，.。!！~～]*"
)
_GAP = " \t\n,，.。!！、:：;；~～"
_PARTS = (("凌晨半夜", 6), ("早清晨上", 12), ("中", 14), ("下午后傍", 18))
"""How parts of a day begin, and the hour at which each is over; an evening ends when the shop closes."""


class Due(NamedTuple):
    """When something is due; `rest` is the line without it, or the whole line where it stands inside.

    by_the_clock: an hour was said. at: None if nothing was said.
    """

    at: datetime | None
    rest: str
    by_the_clock: bool = False


class _Found(NamedTuple):
    words: str
    at: datetime
    by_the_clock: bool = False


@dataclass(frozen=True, slots=True)
class _Shop:
    now: datetime
    hours: OpeningHours

    @property
    def today(self) -> date:
        return self.now.astimezone(self.hours.zone).date()

    def closing(self, day: date) -> datetime:
        """The end of the shop's day; of today, when that is over, a minute to midnight."""
        at = self.hours.closing(day)
        return (
            datetime.combine(day, time(23, 59), self.hours.zone)
            if day == self.today and at <= self.now
            else at
        )


def due_in(text: str, now: datetime, hours: OpeningHours, *, bare_dates: bool = False) -> Due:
    """The first time in `text`, as somebody means it who types it at `now`; it may lie in the past.

    A day ends when the shop closes. 周五前 is over on Thursday: the earlier of two readings keeps both.
    bare_dates: 11.25 is one too.
    """
    shop = _Shop(now, hours)
    try:
        found = next(_found(text, shop, bare_dates=bare_dates), None)
    except (ValueError, OverflowError):  # no such day, or one beyond the calendar
        found = None
    if found is None:
        return Due(None, text.strip(_GAP))
    return Due(found.at.astimezone(now.tzinfo), _without(text, found.words), found.by_the_clock)


def day_due(span: timedelta, now: datetime, hours: OpeningHours) -> datetime:
    """The closing of the day that `span` leads to."""
    return hours.closing((now + span).astimezone(hours.zone).date()).astimezone(now.tzinfo)


def _found(text: str, shop: _Shop, *, bare_dates: bool) -> Iterator[_Found]:
    for match in _SPAN.finditer(text):
        if (number := read_number(match["n"])) is not None:
            yield _span(match, float(number.value), shop)
    for moment in moments(text, shop.now, shop.hours.zone):
        if moment.day is not None and (at := _ends(moment, text, shop)):
            yield _Found(moment.text, at, moment.at is not None)
    if bare_dates and (dated := _BARE_DATE.search(text)):
        yield _Found(dated[0], shop.closing(_dated(dated, shop.today)))
    if at_once := _AT_ONCE.search(text):
        yield _Found(at_once[0], shop.closing(shop.today))


def _span(match: re.Match[str], count: float, shop: _Shop) -> _Found:
    count += 0.5 if match["half"] else 0
    unit = match["unit"]
    if unit in ("小时", "钟头"):
        return _Found(match[0], shop.now + timedelta(hours=count), by_the_clock=True)
    if unit == "工作日":
        return _Found(match[0], shop.closing(_working_day(shop, round(count))))
    days = {"天": 1, "日": 1, "月": 30}.get(unit, 7) * count
    return _Found(match[0], shop.closing(shop.today + timedelta(days=int(days))))


def _working_day(shop: _Shop, count: int) -> date:
    """So many working days on, the shop's own days of rest apart."""
    day = shop.today
    while count > 0:
        day += timedelta(days=1)
        count -= day.isoweekday() < 6 and shop.hours.works_on(day)
    return day


def _dated(match: re.Match[str], today: date) -> date:
    """A day without its year is the next one of that name."""
    month, day = int(match["month"]), int(match["day"])
    if match["year"]:
        return date(int(match["year"]), month, day)
    this_year = date(today.year, month, day)
    return this_year if this_year >= today else date(today.year + 1, month, day)


def _ends(moment: Moment, text: str, shop: _Shop) -> datetime | None:
    """When what was said is over."""
    if moment.at is not None:
        return moment.at
    if moment.day is None:
        return None
    day = _last_day(moment, moment.day)
    if moment.exact is Exactness.PART:
        return _part_ends(moment.part, day, shop)
    where = text.find(moment.text)
    before = where >= 0 and _BEFORE.match(text, where + len(moment.text))
    return shop.closing(day - timedelta(days=1) if before and day > shop.today else day)


def _last_day(moment: Moment, day: date) -> date:
    if moment.exact is Exactness.WEEK:
        return day + timedelta(days=6)
    if moment.exact is Exactness.MONTH:
        return day.replace(day=monthrange(day.year, day.month)[1])
    return day


def _part_ends(part: str, day: date, shop: _Shop) -> datetime:
    hour = next((hour for begins, hour in _PARTS if part[:1] in begins), None)
    return shop.closing(day) if hour is None else datetime.combine(day, time(hour), shop.hours.zone)


def _without(text: str, words: str) -> str:
    """`text` without `words` where they stand at its beginning or end; inside they belong to the sentence."""
    bare = text.strip(_GAP)
    if bare.startswith(words):
        behind = bare[len(words) :]
        return re.sub(r"^\s*(?:(?:之|以)?[前内])?", "", behind).strip(_GAP)
    where = bare.rfind(words)
    if where > 0 and _TRAIL.fullmatch(bare, where + len(words)):
        return bare[:where].strip(_GAP)
    return bare
