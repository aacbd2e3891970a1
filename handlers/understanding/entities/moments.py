"""When: days, times, festivals and lunar days in a text, seen from now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, tzinfo
from typing import NamedTuple

from handlers.understanding.entities.days import RULES
from handlers.understanding.entities.finding import LONGEST, find_entities
from handlers.understanding.entities.hours import LATER, TIME, later, on, read_clock
from handlers.understanding.entities.kinds import Exactness, Moment
from handlers.understanding.entities.lunar import lunar_dates
from handlers.understanding.normal import normalise

_CUE = re.compile(
    "[天日周月年号点儿今明昨]|星期|礼拜|小时|钟|[早晚夜午晨]|\\d[:./-]\\d|节|[国五七一十][庆一夕]|双|618|春|中秋|清明|端午|除夕|元|黑五|520"
)
_NAMES = re.compile(
    "国庆节?|春节|中秋节?|端午节?|元旦节?|元宵节?|清明节?|七夕节?|重阳节?|除夕|年三十|大年三十|过年|小年夜?|"
    "情人节|妇女节|女神节|女王节|劳动节|儿童节|母亲节|父亲节|教师节|圣诞节?|平安夜|万圣节|感恩节|年货节|"
    "双十[一二]|双1[12]|黑五|(?<![\\d.])(?:618|520)(?![\\d.元块个件])|(?<![一二三四五六七八九十])(?:五一|六一)(?=$|[节放假前后期长去出到的那]|劳动)|"
    "(?<![一二三四五六七八九十双])十一(?=长?假|黄金周|放假|国庆|期间)|三八节|3\\.8节"
)
_JOIN = re.compile("[的 ,]{0,1}(?:大概|大约)?")
_MASK = "\ue001"


class _Day(NamedTuple):
    start: int
    end: int
    day: date
    exact: Exactness


def moments(text: str, now: datetime, zone: tzinfo) -> tuple[Moment, ...]:
    """The days and times in any text, in order, as somebody means them who writes at `now` in `zone`.

    Spans refer to the normalised text; birthdays, addresses and numbers that `find_entities` knows are
    left out. A day that does not exist (2月30号) is no moment. ValueError if `now` is naive.
    """
    if now.tzinfo is None:
        raise ValueError("now must be aware")
    if not _CUE.search(normalise(text)):
        return ()
    try:
        local = now.astimezone(zone)
    except OverflowError:
        return ()
    entities = find_entities(text)
    found = list(_moments(entities.text, entities.rest[:LONGEST], local, zone))
    return tuple(sorted(found, key=lambda m: m.start))


def _moments(normal: str, rest: str, now: datetime, zone: tzinfo) -> Iterator[Moment]:
    for (start, end), lunar in lunar_dates(rest):
        yield Moment(normal[start:end], start, end, Exactness.NAME, lunar=lunar)
        rest = _blank(rest, start, end)
    for match in LATER.finditer(rest):
        if moment := _later(match, now, zone):
            yield moment
            rest = _blank(rest, *match.span())
    days, rest = _days(rest, now.date())
    for named in _NAMES.finditer(rest):
        yield Moment(named[0], *named.span(), Exactness.NAME, name=named[0])
        rest = _blank(rest, *named.span())
    for day in days:
        moment, rest = _with_time(normal, rest, day, zone)
        yield moment
    for match in TIME.finditer(rest):
        if moment := _today(match, now, zone):
            yield moment


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + _MASK * (end - start) + text[end:]


def _later(match: re.Match[str], now: datetime, zone: tzinfo) -> Moment | None:
    try:
        found = later(match, now, zone)
    except OverflowError:
        return None
    return found and Moment(match[0], *match.span(), found[1], found[0].date(), found[0])


def _days(rest: str, today: date) -> tuple[list[_Day], str]:
    days = []
    for pattern, read in RULES:
        for match in pattern.finditer(rest):
            try:
                found = read(match, today)
            except (ValueError, OverflowError):
                # no such day, or one beyond the calendar; and its numbers are no other day either
                found = None
                rest = _blank(rest, *match.span())
            if found:
                days.append(_Day(*match.span(), *found))
                rest = _blank(rest, *match.span())
    return sorted(days), rest


def _with_time(normal: str, rest: str, day: _Day, zone: tzinfo) -> tuple[Moment, str]:
    """A day with the time that stands behind it."""
    whole = Moment(normal[day.start : day.end], day.start, day.end, day.exact, day.day)
    gap = _JOIN.match(rest, day.end)
    match = TIME.match(rest, gap.end() if gap else day.end)
    if day.exact not in (Exactness.DAY, Exactness.ABOUT):
        return whole, rest
    moment = _timed(match, day.day, zone, sure=True) if match else None
    if match is None or moment is None:
        return _early_or_late(normal, whole), rest
    timed = Moment(
        normal[day.start : match.end()],
        day.start,
        match.end(),
        moment.exact,
        moment.day,
        moment.at,
        moment.part,
    )
    return timed, _blank(rest, *match.span())


def _early_or_late(normal: str, day: Moment) -> Moment:
    """今晚 and 明早 without an hour."""
    part = normal[day.end : day.end + 1]
    if day.text not in ("今", "明", "昨", "后", "前", "大后", "大前") or part not in ("早", "晚"):
        return day
    return replace(day, text=day.text + part, end=day.end + 1, exact=Exactness.PART, part=part)


def _timed(match: re.Match[str], day: date, zone: tzinfo, *, sure: bool) -> Moment | None:
    if match["alone"]:
        return Moment(match[0], *match.span(), Exactness.PART, day, part=match["alone"])
    clock = read_clock(match, sure=sure)
    if clock is None:
        return None
    try:
        at = on(day, clock, zone)
    except OverflowError:
        return None
    return Moment(match[0], *match.span(), clock.exact, at.date(), at, match["part"] or "")


def _today(match: re.Match[str], now: datetime, zone: tzinfo) -> Moment | None:
    """A time without a day is today's."""
    return _timed(match, now.date(), zone, sure=False)
