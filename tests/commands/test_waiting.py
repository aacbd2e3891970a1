"""待回: who waits for an answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.effects import AskedSeller, BuyerAnswered
from storage.queries.questions import answer_times
from tests.commands.conftest import Counter


def asks(counter: Counter, customer: int, words: str, urgency: str = "普通") -> None:
    counter.write(AskedSeller(customer, urgency, words, counter.now + timedelta(hours=11)))


def answered(counter: Counter, customer: int, asked_for: timedelta, by: str = "老板") -> None:
    """Asked now and answered after this time; the clock goes on by it."""
    asks(counter, customer, "在吗")
    counter.now += asked_for
    counter.write(BuyerAnswered(customer, by))


def test_nobody_waits(counter: Counter) -> None:
    assert counter.say("待回") == "没有人在等你回。"


def test_who_waits_how_long_and_by_when(counter: Counter, xiaoli: int) -> None:
    bob = counter.buyer("bob", name="老王")
    asks(counter, bob, "收据能开吗")
    counter.wait(hours=1)
    asks(counter, xiaoli, "瓶子碎了，快点", "紧急")
    counter.wait(hours=2, minutes=5)
    assert counter.say("待回").splitlines() == [
        "2 位在等你回，先到期的在前：",
        "1 老王：“收据能开吗”，等了 3 小时，今晚22:00 前要回",
        "2 小丽：“瓶子碎了，快点”，紧急，等了 2 小时，今晚22:00 前要回",
        "回他就打：回 老王 文字",
    ]


@pytest.mark.parametrize("line", ["waiting", "等回", "/待回", "Waiting"])
def test_its_other_names(counter: Counter, xiaoli: int, line: str) -> None:
    asks(counter, xiaoli, "补货吗")
    assert counter.say(line).startswith("1 位在等你回")


def test_what_is_late_says_so(counter: Counter, xiaoli: int) -> None:
    asks(counter, xiaoli, "补货吗")
    counter.wait(hours=30)
    assert "等了 1 天 6 小时，昨天22:00 前要回，已经过了" in counter.say("待回")


def test_who_was_answered_waits_no_more(counter: Counter, xiaoli: int) -> None:
    answered(counter, xiaoli, timedelta(minutes=20))
    assert counter.say("待回").splitlines() == [
        "没有人在等你回。",
        "近 30 天：1 次里 1 次一天内回了，一半在 20 分钟内回",
    ]


def test_only_so_many_are_listed(counter: Counter) -> None:
    for number in range(22):
        asks(counter, counter.buyer(f"buyer{number}"), "在吗")
    told = counter.say("待回").splitlines()
    assert told[0] == "22 位在等你回，先到期的在前："
    assert told[1].startswith("1 buyer0：")
    assert told[20].startswith("20 buyer19：")
    assert told[21:] == ["先列 20 位", "回他就打：回 buyer0 文字"]


def test_answer_times_count_what_is_late_and_not_what_the_buyer_settled(counter: Counter) -> None:
    people = [counter.buyer(f"buyer{number}") for number in range(6)]
    start = counter.now
    answered(counter, people[0], timedelta(days=1))
    answered(counter, people[1], timedelta(minutes=10))
    answered(counter, people[2], timedelta(days=2))
    answered(counter, people[3], timedelta(minutes=1), by="买家自己")
    asks(counter, people[4], "没人理")
    counter.wait(hours=25)
    asks(counter, people[5], "刚问")
    with counter.database.transaction() as connection:
        found = answer_times(connection, start, counter.now, ("买家自己",))
        assert (found.asked, found.in_time, found.half) == (4, 2, timedelta(days=1))
        recent = answer_times(connection, start + timedelta(days=1), counter.now, ("买家自己",))
        assert (recent.asked, recent.in_time, recent.half) == (3, 1, timedelta(days=1, minutes=5))
        none = answer_times(connection, counter.now + timedelta(days=1), counter.now)
        assert (none.asked, none.in_time, none.half) == (0, 0, None)
