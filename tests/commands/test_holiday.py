"""放假 and 开工, as dialogues."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.core.holiday_settings import HolidaySettings
from bot.core.settings import Settings
from storage.db import Database
from tests.commands.conftest import Counter


def test_days_are_read_kept_shown_and_ended(counter: Counter) -> None:
    assert "没有排放假" in counter.say("放假")
    assert "2月10日到2月17日放假" in counter.say("放假 2月10日 到 2月17日")
    assert "2月10日到2月17日放假" in counter.say("放假") and "2月10日" in counter.say("开工")
    counter.now += timedelta(days=83)  # 2027-02-12
    assert "开工了" in counter.say("开工")
    assert "没有排放假" in counter.say("放假")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("放假 到 11月25日", "11月21日到11月25日"),
        ("放假 7天", "11月21日到11月27日"),
        ("放假 11.22-11.25", "11月22日到11月25日"),
        ("放假 12月30日到1月3日", "12月30日到1月3日"),
        ("放假 2027-02-10 到 2027-02-17", "2月10日到2月17日"),
        ("放假 11月20日 到 11月25日", "11月20日到11月25日"),  # it began yesterday
        ("放假 随便几天", "看不出"),
        ("放假 2月30日 到 3月1日", "没有“2月30日”"),
        ("放假 2月17日 到 2月10日", "不能早于"),
        ("放假 2月10日 到 6月17日", "最多 60 天"),
        ("放假 11月18日 到 11月20日", "已经过去"),
    ],
)
def test_days_as_they_are_typed(counter: Counter, typed: str, shown: str) -> None:
    assert shown in counter.say(typed)


def test_only_the_owner_closes_the_shop(counter: Counter) -> None:
    assert "只有店主" in counter.say("放假 2月10日 到 2月17日", role="staff")
    assert "没有排放假" in counter.say("放假")


def test_what_is_written_counts_until_the_shop_is_back(database: Database, settings: Settings) -> None:
    written = HolidaySettings(begins=date(2026, 11, 20), ends=date(2026, 11, 27))
    counter = Counter(database, settings.model_copy(update={"holiday": written}))
    assert "11月20日到11月27日放假" in counter.say("放假")
    assert "开工了" in counter.say("开工") and "没有排放假" in counter.say("放假")
