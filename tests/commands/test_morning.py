"""What comes by itself in the morning: the list, last week's report, what is due four times a year."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.delivery import Kind
from bot.core.effects import LeaveTask
from bot.core.settings import Settings
from bot.morning import morning
from storage import load
from storage.db import Database
from storage.rows import OutboxRow
from storage.writers import Surroundings
from tests.care.shop import at
from tests.commands.conftest import Counter
from tests.commands.test_report import a_shop

Told = Callable[..., list[str]]


@pytest.fixture
def counter(sqlite_url: str, settings: Settings) -> Counter:
    """What the database does not matter for."""
    return Counter(Database(sqlite_url), settings)


@pytest.fixture
def told(counter: Counter) -> Told:
    """All that the owner was told so far under a key, after the round of that moment."""

    def told(day: str, time: str, key: str) -> list[str]:
        counter.now = at(day, time)
        with counter.database.transaction() as connection:
            owner = load.ensure_contacts(connection, [], [("sandbox", "老板")], counter.now)
            around = Surroundings(tuple(owner.values()), {}, frozenset(one.id for one in owner.values()))
            morning(counter.settings, around, connection, counter.now)
        alerts = [row for row in counter.rows(OutboxRow) if row.kind == Kind.ALERT]
        return [row.text for row in alerts if (row.key or "").startswith(f"{key}:")]

    return told


def test_the_list_comes_once_a_day_and_a_shop_that_begins_at_noon_waits_for_its_next(
    counter: Counter, told: Told
) -> None:
    counter.now = at("2026-11-20", "12:00")
    counter.write(
        LeaveTask(counter.buyer("ann", name="小丽"), "大单回访电话", "", "care:1", None, "打 13812345678")
    )
    assert told("2026-11-20", "12:00", "today") == []
    assert told("2026-11-21", "08:59", "today") == []
    (first,) = told("2026-11-21", "09:00", "today")
    assert first.startswith("今日 11月21日") and "小丽" in first
    assert told("2026-11-21", "18:00", "today") == [first]
    assert len(told("2026-11-25", "18:00", "today")) == 2  # asleep at the hour: late, and no day made up


def test_last_weeks_report_comes_once_a_week(counter: Counter, told: Told) -> None:
    a_shop(counter)
    assert told("2026-11-20", "12:00", "report") == []
    assert told("2026-11-23", "08:59", "report") == []
    (report,) = told("2026-11-23", "09:00", "report")
    assert report.startswith("上周 11月16日–11月22日") and "卖了 188元" in report
    assert told("2026-11-23", "09:00", "report") == [report]
    later = told("2026-12-01", "09:30", "report")[1:]  # asleep on Monday
    assert [text.splitlines()[:2] for text in later] == [
        ["上周 11月23日–11月29日，括号里是再上周", "一单也没有（2 单）"]
    ]
    assert (
        len(told("2027-01-11", "09:30", "report")) == 2
    )  # of a week in which nothing happened nothing is told


def test_what_is_due_four_times_a_year_is_told_once_in_each_quarter(told: Told) -> None:
    days = ("2026-11-20", "2026-12-31", "2027-01-01", "2027-03-31", "2027-04-02", "2027-04-03")
    assert [len([t for t in told(day, "10:00", "today") if "新的一季" in t]) for day in days] == [
        0,
        0,
        1,
        1,
        2,
        2,
    ]
