"""The shop's hours: what can be written, and that every moment has an opening, a closing and a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.core.hours import OpeningHours, parse_hours
from bot.core.settings import ShopSettings

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
WEEK = (1, 2, 3, 4, 5, 6, 7)


def hours(
    text: str = "9:00-22:00", rest: tuple[date | int, ...] = (), zone: ZoneInfo = SHANGHAI
) -> OpeningHours:
    return OpeningHours(zone, *parse_hours(text), rest)


def at(day: int, hour: int, minute: int = 0, zone: ZoneInfo = SHANGHAI) -> datetime:
    """A moment of November 2026 (the 21st is a Saturday), in UTC."""
    return datetime(2026, 11, day, hour, minute, tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "opens", "closes"),
    [
        ("9:00-22:00", time(9), time(22)),
        ("09:30 - 18:05", time(9, 30), time(18, 5)),
        ("9:00~22:00", time(9), time(22)),
        ("9：00－22：00", time(9), time(22)),
        ("9:00至22:00", time(9), time(22)),
        ("9:00到22:00", time(9), time(22)),
        ("0:00-24:00", time(0), time(23, 59)),
    ],
)
def test_hours_as_people_write_them(text: str, opens: time, closes: time) -> None:
    assert parse_hours(text) == (opens, closes)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "看不懂"),
        ("九点到十点", "看不懂"),
        ("9-22", "看不懂"),
        ("9:00-22:00-23:00", "看不懂"),
        ("25:00-26:00", "没有这个时间"),
        ("9:60-22:00", "没有这个时间"),
        ("24:00-24:00", "没有这个时间"),
        ("20:00-2:00", "过半夜的写不了"),
        ("9:00-9:00", "关门要晚于开门"),
    ],
)
def test_what_cannot_be_is_refused_with_an_example(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as refused:
        parse_hours(text)
    assert "例：9:00-2" in str(refused.value)


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        ([0], "没有星期 0"),
        ([8], "没有星期 8"),
        (["周八"], "休息日看不懂"),
        (["2027-02-30"], "休息日看不懂"),
        (["周一", "周二", "周三", "周四", "周五", "周六", "周日"], "一周七天都休息"),
    ],
)
def test_days_of_rest_that_cannot_be(rest: list[object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        ShopSettings.model_validate({"name": "店", "rest": rest})


def test_days_of_rest() -> None:
    shop = ShopSettings.model_validate({"name": "店", "rest": ["周日", "2026-11-23"]})
    assert [shop.opening.works_on(date(2026, 11, day)) for day in (21, 22, 23, 24)] == [
        True,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("moment", "rest", "opens", "ends", "last"),
    [
        (at(21, 10), (), at(21, 10), at(21, 22), at(21, 10)),
        (at(21, 9), (), at(21, 9), at(21, 22), at(21, 9)),
        (at(21, 8, 59), (), at(21, 9), at(21, 22), at(20, 21, 59)),
        (at(21, 22), (), at(22, 9), at(22, 22), at(21, 21, 59)),
        (at(21, 23), (), at(22, 9), at(22, 22), at(21, 21, 59)),
        (at(21, 23), (7,), at(23, 9), at(23, 22), at(21, 21, 59)),
        (at(22, 12), (7,), at(23, 9), at(23, 22), at(21, 21, 59)),
        (at(22, 3), (6, 7, date(2026, 11, 23)), at(24, 9), at(24, 22), at(20, 21, 59)),
        (at(22, 12), WEEK, at(22, 12), at(22, 22), at(22, 12)),
    ],
)
def test_the_day_at_hand(
    moment: datetime, rest: tuple[date | int, ...], opens: datetime, ends: datetime, last: datetime
) -> None:
    shop = hours(rest=rest)
    assert (shop.from_opening(moment), shop.end_of_day(moment), shop.last_open(moment)) == (opens, ends, last)


def test_round_the_clock_is_open_at_every_minute() -> None:
    always = hours("0:00-24:00")
    assert all(always.is_open(at(21, 0) + timedelta(minutes=n)) for n in range(24 * 60))
    assert always.is_open(at(21, 23, 59) + timedelta(seconds=59))


def test_more_rest_than_a_year_does_not_wait_for_ever() -> None:
    closed = hours(rest=tuple(date(2026, 11, 1) + timedelta(days=n) for n in range(500)))
    assert closed.from_opening(at(21, 23)) == at(22, 9)


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1)])
def test_a_day_of_23_or_25_hours_opens_and_closes_by_the_wall(day: date) -> None:
    shop = hours(zone=NEW_YORK)
    night = datetime.combine(day, time(0, 30), NEW_YORK).astimezone(UTC)
    opening = shop.from_opening(night)
    assert opening.astimezone(NEW_YORK).time() == time(9)
    assert shop.end_of_day(night).astimezone(NEW_YORK).time() == time(22)
    assert opening - night == timedelta(hours=7.5 if day.month == 3 else 9.5)


@pytest.mark.parametrize("zone", [UTC, NEW_YORK])
def test_an_opening_that_the_clock_skips_comes_all_the_same(zone: ZoneInfo) -> None:
    """2:15 to 2:45 does not exist on 8 March: the shop opens for as long, an hour later by the wall."""
    shop = hours("2:15-2:45", zone=NEW_YORK)
    opening = shop.from_opening(datetime(2026, 3, 8, 6, tzinfo=UTC).astimezone(zone))
    assert opening == datetime(2026, 3, 8, 7, 15, tzinfo=UTC)
    assert shop.is_open(opening)


MOMENTS = st.timedeltas(timedelta(), timedelta(days=4000)).map(
    lambda later: datetime(2024, 1, 1, tzinfo=UTC) + later
)
MINUTES = st.integers(0, 24 * 60 - 1)
RESTS = st.lists(st.one_of(st.integers(1, 7), st.dates(date(2024, 1, 1), date(2035, 1, 1))), max_size=12).map(
    tuple
)


@st.composite
def shops(draw: st.DrawFn) -> OpeningHours:
    first, last = sorted(draw(st.lists(MINUTES, min_size=2, max_size=2, unique=True)))
    zone = draw(
        st.sampled_from([SHANGHAI, NEW_YORK, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kathmandu")])
    )
    return OpeningHours(zone, time(*divmod(first, 60)), time(*divmod(last, 60)), draw(RESTS))


@given(shops(), MOMENTS)
def test_any_moment_has_a_next_opening_and_a_last_open_minute(shop: OpeningHours, moment: datetime) -> None:
    opening, last = shop.from_opening(moment), shop.last_open(moment)
    assert last <= moment <= opening
    assert shop.is_open(opening)
    assert shop.is_open(last)
    assert (opening == moment) == shop.is_open(moment) == (last == moment)
    assert opening.tzinfo is last.tzinfo is moment.tzinfo


@given(shops(), MOMENTS)
def test_the_end_of_the_day_is_ahead_and_of_a_day_of_work(shop: OpeningHours, moment: datetime) -> None:
    end = shop.end_of_day(moment)
    assert end > moment
    assert shop.works_on(end.astimezone(shop.zone).date())
    assert not shop.is_open(end) or shop.closes == time(23, 59)


@given(shops(), MOMENTS, st.timedeltas(timedelta(), timedelta(days=9)))
def test_nothing_that_comes_later_opens_or_ends_earlier(
    shop: OpeningHours, moment: datetime, later: timedelta
) -> None:
    assert shop.from_opening(moment) <= shop.from_opening(moment + later)
    assert shop.end_of_day(moment) <= shop.end_of_day(moment + later)


@given(shops(), MOMENTS)
def test_in_whatever_zone_it_is_asked_it_is_the_same(shop: OpeningHours, moment: datetime) -> None:
    there = moment.astimezone(shop.zone)
    assert shop.is_open(there) == shop.is_open(moment)
    assert shop.from_opening(there).astimezone(UTC) == shop.from_opening(moment)
    assert shop.end_of_day(there).astimezone(UTC) == shop.end_of_day(moment)


@given(st.text(max_size=40))
def test_whatever_is_written_for_hours_is_read_or_refused(text: str) -> None:
    try:
        opens, closes = parse_hours(text)
    except ValueError:
        return
    assert opens < closes
