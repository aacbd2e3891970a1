"""Which days a report is about: the shop's calendar, also where clocks are turned."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from handlers.report.period import Which, period

SHOP = ZoneInfo("Asia/Shanghai")
SUNDAY_LATE = datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC)
"""The last second of a week in the shop."""
MONDAY = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
"""The first one of the next, when it is still Sunday in London."""


@pytest.mark.parametrize(
    ("which", "now", "this", "before"),
    [
        (Which.WEEK, SUNDAY_LATE, ("11-16", "11-22"), ("11-09", "11-15")),
        (Which.WEEK, MONDAY, ("11-23", "11-23"), ("11-16", "11-16")),
        (Which.LAST_WEEK, SUNDAY_LATE, ("11-09", "11-15"), ("11-02", "11-08")),
        (Which.LAST_WEEK, MONDAY, ("11-16", "11-22"), ("11-09", "11-15")),
        (Which.MONTH, MONDAY, ("11-01", "11-23"), ("10-01", "10-23")),
        (Which.LAST_MONTH, MONDAY, ("10-01", "10-31"), ("09-01", "09-30")),
    ],
)
def test_the_days(which: Which, now: datetime, this: tuple[str, str], before: tuple[str, str]) -> None:
    found = period(which, now, SHOP)
    assert (f"{found.this.first:%m-%d}", f"{found.this.last:%m-%d}") == this
    assert (f"{found.before.first:%m-%d}", f"{found.before.last:%m-%d}") == before
    assert found.before.ends <= found.this.begins


def test_a_day_begins_at_the_shops_midnight() -> None:
    found = period(Which.LAST_WEEK, MONDAY, SHOP)
    assert found.this.begins == datetime(2026, 11, 15, 16, 0, tzinfo=UTC)
    assert found.this.ends == MONDAY
    assert found.before.ends == found.this.begins


def test_a_week_under_way_is_compared_to_the_same_hour() -> None:
    now = datetime(2026, 11, 18, 7, 30, tzinfo=UTC)
    found = period(Which.WEEK, now, SHOP)
    assert found.before.ends == datetime(2026, 11, 11, 7, 30, tzinfo=UTC)
    assert found.before_name == "上周同期"


def test_a_shorter_month_is_taken_whole() -> None:
    found = period(Which.MONTH, datetime(2027, 3, 30, 4, 0, tzinfo=UTC), SHOP)
    assert found.before.last == date(2027, 2, 28)
    assert found.before.ends == found.this.begins


def test_the_year_turns() -> None:
    found = period(Which.LAST_MONTH, datetime(2027, 1, 5, 4, 0, tzinfo=UTC), SHOP)
    assert (found.this.first, found.before.first) == (date(2026, 12, 1), date(2026, 11, 1))


def test_where_clocks_are_turned_a_week_has_an_hour_less() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    found = period(Which.LAST_WEEK, datetime(2027, 3, 31, 12, 0, tzinfo=UTC), berlin)
    assert (found.this.ends - found.this.begins).total_seconds() == (7 * 24 - 1) * 3600
    assert found.this.ends == datetime(2027, 3, 28, 22, 0, tzinfo=UTC)
