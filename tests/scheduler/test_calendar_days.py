"""Days and months by the calendar, workdays by the shop's days of rest, moments by its clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.hours import OpeningHours
from scheduler.calendar.days import (
    day_bounds,
    days_after,
    local_date,
    moment_of,
    month_bounds,
    months_after,
    months_before,
    whole_months,
    work_day,
    work_days_after,
)

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
ZONES = st.sampled_from([SHANGHAI, NEW_YORK, ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe"), UTC])
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
AT_WORK = OpeningHours(SHANGHAI, time(9), time(22), (7, date(2027, 2, 5), date(2027, 2, 6)))


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2026-03-31", -1, "2026-02-28"),
        ("2028-03-31", -1, "2028-02-29"),
        ("2026-01-15", -1, "2025-12-15"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-31", -12, "2025-12-31"),
        ("2026-05-05", 0, "2026-05-05"),
    ],
)
def test_months(day: str, count: int, expected: str) -> None:
    assert months_after(date.fromisoformat(day), count).isoformat() == expected


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [
        ("2026-01-31", "2026-02-27", 0),
        ("2026-01-31", "2026-02-28", 1),
        ("2026-01-31", "2026-03-30", 1),
        ("2026-08-22", "2026-11-21", 2),
        ("2026-08-22", "2026-11-22", 3),
        ("2025-11-22", "2026-11-22", 12),
        ("2026-11-22", "2026-01-01", 0),
    ],
)
def test_whole_months(since: str, until: str, months: int) -> None:
    assert whole_months(date.fromisoformat(since), date.fromisoformat(until)) == months


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        (SHANGHAI, "2026-03-01", "09:30", "2026-03-01 01:30"),
        (SHANGHAI, "2026-03-01", "00:00", "2026-02-28 16:00"),
        (NEW_YORK, "2026-03-08", "02:30", "2026-03-08 07:30"),  # skipped: an hour later, as the clocks
        (NEW_YORK, "2026-03-08", "09:30", "2026-03-08 13:30"),
        (NEW_YORK, "2026-03-07", "09:30", "2026-03-07 14:30"),
        (NEW_YORK, "2026-11-01", "01:30", "2026-11-01 05:30"),  # twice: the first
    ],
)
def test_moments(zone: ZoneInfo, day: str, at: str, expected: str) -> None:
    found = moment_of(date.fromisoformat(day), time.fromisoformat(at), zone)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert found.tzinfo is UTC


def test_days_are_not_24_hours() -> None:
    start, end = day_bounds(date(2026, 3, 8), NEW_YORK)
    assert end - start == timedelta(hours=23)
    assert local_date(moment_of(days_after(date(2026, 3, 7), 1), time(9), NEW_YORK), NEW_YORK) == date(
        2026, 3, 8
    )


@pytest.mark.parametrize(
    ("day", "forward", "back"),
    [
        ("2026-11-21", "2026-11-21", "2026-11-21"),
        ("2026-11-22", "2026-11-23", "2026-11-21"),  # a Sunday
        ("2027-02-05", "2027-02-08", "2027-02-04"),  # two dates and a Sunday
    ],
)
def test_work_day(day: str, forward: str, back: str) -> None:
    assert work_day(date.fromisoformat(day), AT_WORK).isoformat() == forward
    assert work_day(date.fromisoformat(day), AT_WORK, back=True).isoformat() == back


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2027-02-04", 1, "2027-02-08"),
        ("2027-02-04", 3, "2027-02-10"),
        ("2027-02-04", 0, "2027-02-04"),
        ("2027-02-06", 0, "2027-02-08"),
        ("2027-02-06", 1, "2027-02-08"),
    ],
)
def test_work_days_after(day: str, count: int, expected: str) -> None:
    assert work_days_after(date.fromisoformat(day), count, AT_WORK).isoformat() == expected


def test_a_shop_that_never_opens_keeps_nothing_waiting() -> None:
    closed = OpeningHours(SHANGHAI, time(9), time(22), range(1, 8))
    assert work_day(date(2026, 11, 22), closed) == date(2026, 11, 22)


@given(DAYS, st.integers(-400, 400))
def test_months_keep_to_the_month(day: date, count: int) -> None:
    later = months_after(day, count)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == count
    assert later.day == day.day or (later.day < day.day and later == month_bounds(later)[1])
    assert months_before(day, -count) == later


@given(DAYS, st.integers(0, 60))
def test_whole_months_counts_what_months_after_makes(day: date, count: int) -> None:
    assert whole_months(day, months_after(day, count)) == count
    if count:
        assert whole_months(day, months_after(day, count) - timedelta(days=1)) == count - 1


@given(DAYS, st.times(), ZONES)
def test_a_moment_is_on_its_day(day: date, at: time, zone: ZoneInfo) -> None:
    found = moment_of(day, at, zone)
    start, end = day_bounds(day, zone)
    assert start <= found < end or found - end < timedelta(hours=1)  # skipped just before midnight
    assert timedelta(hours=22) < end - start < timedelta(hours=26)
    assert local_date(start, zone) == day


@given(DAYS, st.sets(st.integers(1, 7), max_size=7), st.sets(DAYS, max_size=5), st.integers(0, 10))
def test_work_days_are_days_of_work(day: date, weekdays: set[int], dates: set[date], count: int) -> None:
    hours = OpeningHours(SHANGHAI, time(9), time(22), (*weekdays, *dates))
    found = work_days_after(day, count, hours)
    assert hours.works_on(found)
    assert found >= days_after(day, count) if count else found >= day
    assert sum(hours.works_on(day + timedelta(days=n)) for n in range(1, (found - day).days + 1)) == (
        count or (found > day)
    )
