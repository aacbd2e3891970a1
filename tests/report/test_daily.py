"""The days of a report, one by one: the shop's midnights, none left out and none twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from handlers.report.period import Which, period

SHOP, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
WEDNESDAY = datetime(2026, 11, 18, 7, 30, tzinfo=UTC)


def test_each_day_is_from_midnight_to_midnight_and_the_last_ends_where_the_stretch_does() -> None:
    found = period(Which.WEEK, WEDNESDAY, SHOP)
    this, before = found.this.one_by_one(SHOP), found.before.one_by_one(SHOP)
    assert [f"{begins:%d %H:%M}–{ends:%d %H:%M}" for begins, ends in this] == [
        "15 16:00–16 16:00",
        "16 16:00–17 16:00",
        "17 16:00–18 16:00",
    ]
    assert len(before) == 3 and before[-1][1] == found.before.ends == WEDNESDAY - timedelta(days=7)


@pytest.mark.parametrize("which", Which)
@pytest.mark.parametrize("zone", [SHOP, BERLIN])
@pytest.mark.parametrize("now", [WEDNESDAY, datetime(2027, 3, 31, 21, 59, tzinfo=UTC)])
def test_together_they_are_the_stretch(which: Which, zone: ZoneInfo, now: datetime) -> None:
    found = period(which, now, zone)
    for days in (found.this, found.before):
        each = days.one_by_one(zone)
        assert len(each) == (days.last - days.first).days + 1
        assert (each[0][0], each[-1][1]) == (days.begins, days.ends)
        assert all(one[1] == two[0] for one, two in pairwise(each))


def test_a_day_on_which_clocks_are_turned_has_an_hour_less() -> None:
    found = period(Which.LAST_WEEK, datetime(2027, 3, 31, 12, 0, tzinfo=UTC), BERLIN)
    *others, sunday = (ends - begins for begins, ends in found.this.one_by_one(BERLIN))
    assert set(others) == {timedelta(days=1)} and sunday == timedelta(hours=23)


@pytest.mark.parametrize(
    ("which", "now", "days"),
    [
        (Which.WEEK, WEDNESDAY, 7),
        (Which.LAST_WEEK, WEDNESDAY, 7),
        (Which.MONTH, WEDNESDAY, 30),
        (Which.LAST_MONTH, WEDNESDAY, 31),
        (Which.MONTH, datetime(2028, 2, 3, tzinfo=UTC), 29),
        (Which.LAST_MONTH, datetime(2027, 3, 3, tzinfo=UTC), 28),
    ],
)
def test_how_long_it_is_when_it_is_over(which: Which, now: datetime, days: int) -> None:
    assert period(which, now, SHOP).days == days
