"""Each shipped rule: a fact or a day, and exactly one message at the right moment of the shop's clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.core.customer import OrderStatus, TagSource
from bot.core.effects import AddTag
from bot.core.settings import Settings
from storage.db import Database
from storage.rows import TaskRow
from tests.care.shop import LivingShop, at, only

NOON = at("2026-11-20")


def shop(database: Database, settings: Settings, *rules: str, **changes: Any) -> LivingShop:
    return LivingShop(database, only(settings, *rules, **changes), NOON)


def signed(one: LivingShop, who: int) -> None:
    one.order(who, "A1")
    one.live(at("2026-11-23", "15:00"))
    one.became(who, "A1", OrderStatus.SIGNED)


CASES: list[tuple[str, Callable[[LivingShop, int], None], list[str]]] = [
    ("催付", lambda s, who: s.order(who, "A1", status=OrderStatus.CREATED), ["2026-11-20 14:00"]),
    ("签收问一声", signed, ["2026-11-23 17:00"]),
    ("用法提醒", signed, ["2026-11-24 10:30"]),
    ("使用期关怀", signed, ["2026-12-05 10:30"]),
    ("大评委", lambda s, who: s.order(who, "A1"), ["2026-11-30 11:00"]),
    ("累计答谢", lambda s, who: s.order(who, "A1", price="1200"), ["2026-11-21 10:00"]),
    ("升等级", lambda s, who: s.order(who, "A1", price="600"), ["2026-11-21 10:10"]),
    ("快用完", lambda s, who: s.order(who, "A1"), ["2027-01-14 10:00"]),  # 60 days a bottle, 5 before
    ("用完没再买", lambda s, who: s.order(who, "A1"), ["2027-02-02 15:00"]),
    (
        "想念老客",
        lambda s, who: s.order(who, "A1"),
        ["2027-02-20 16:00", "2027-05-20 16:00", "2027-11-20 16:00"],
    ),
    ("等级到期", lambda s, who: s.order(who, "A1", price="600"), ["2027-10-21 10:20"]),
    ("积分到期", lambda s, who: s.order(who, "A1"), ["2027-10-21 10:20"]),
    (
        "节日问候",
        lambda s, who: s.order(who, "A1"),
        [
            "2027-01-01 09:30",
            "2027-02-06 09:30",
            "2027-02-20 09:30",
            "2027-06-09 09:30",
            "2027-09-15 09:30",
            "2027-10-01 09:30",
        ],
    ),
]


@pytest.mark.parametrize(("rule", "happens", "moments"), CASES, ids=[case[0] for case in CASES])
def test_a_rule_speaks_at_its_moment(
    database: Database,
    settings: Settings,
    rule: str,
    happens: Callable[[LivingShop, int], None],
    moments: list[str],
) -> None:
    one = shop(database, settings, rule)
    happens(one, one.buyer("alice", name="王丽"))
    one.live(at("2027-11-21"))
    assert one.said() == [(rule, moment) for moment in moments]


def test_a_big_order_is_a_call_within_the_week_on_a_working_day(
    database: Database, settings: Settings
) -> None:
    one = shop(database, settings, "大单回访电话")
    one.order(one.buyer("alice"), "A1", price="2000")
    one.order(one.buyer("bob"), "A2", price="1999")
    one.live(at("2026-12-20"))
    assert one.tasks() == [("大单回访电话", "2026-11-25 09:00")] and not one.said()


def test_the_best_of_the_year_is_visited_in_december(database: Database, settings: Settings) -> None:
    one = shop(database, settings, "年度第一")
    one.order(one.buyer("alice"), "A1", price="300")
    one.order(one.buyer("bob", name="周姐"), "A2", price="900")
    one.live(at("2027-03-01"))
    (task,) = one.rows(TaskRow)
    assert (task.about, task.customer_id) == ("年度第一", 2)


def test_only_one_is_the_best_of_the_year_though_another_overtakes(
    database: Database, settings: Settings
) -> None:
    one = shop(database, settings, "年度第一")
    alice, bob = one.buyer("alice"), one.buyer("bob")
    one.order(alice, "A1", price="300")
    one.live(at("2026-11-30", "20:00"))
    one.order(bob, "A2", price="400")
    one.live(at("2026-12-01", "20:00"))
    one.order(alice, "A3", price="500")
    one.live(at("2027-01-10"))
    assert [task.customer_id for task in one.rows(TaskRow)] == [bob]


def test_the_second_order_is_suggested_only_to_who_wants_offers(
    database: Database, settings: Settings
) -> None:
    one = shop(database, settings, "第二单")
    alice, bob = one.buyer("alice"), one.buyer("bob")
    for who, number in ((alice, "A1"), (bob, "A2")):
        one.order(who, number)
        one.became(who, number, OrderStatus.SIGNED)
    one.write(AddTag(bob, "接受促销", TagSource.BOT))
    one.live(at("2027-01-20"))
    assert one.said() == [("第二单", "2026-12-15 15:30")]
    assert one.care()["第二单", "A1"][0] == "skipped"


@pytest.mark.parametrize("status", [OrderStatus.CANCELLED, OrderStatus.REFUNDED])
def test_an_order_taken_back_takes_its_care_with_it(
    database: Database, settings: Settings, status: OrderStatus
) -> None:
    one = shop(database, settings, "大评委", "快用完", "用完没再买")
    who = one.buyer("alice")
    one.order(who, "A1")
    one.live(at("2026-11-25"))
    one.became(who, "A1", status)
    one.live(at("2027-06-01"))
    assert one.said() == []


def test_paid_in_time_nobody_is_reminded(database: Database, settings: Settings) -> None:
    one = shop(database, settings, "催付")
    who = one.buyer("alice")
    one.order(who, "A1", status=OrderStatus.CREATED)
    one.live(at("2026-11-20", "13:00"))
    one.became(who, "A1", OrderStatus.PAID)
    one.live(at("2026-11-25"))
    assert one.said() == []


def test_bought_again_the_run_out_moves(database: Database, settings: Settings) -> None:
    one = shop(database, settings, "快用完")
    who = one.buyer("alice")
    one.order(who, "A1")
    one.live(at("2026-12-20"))
    one.order(who, "A2")
    one.live(at("2027-06-01"))
    assert len(one.said()) == 1 and one.said()[0][1] > "2027-01-14 10:00"


def test_usage_is_not_taught_twice(database: Database, settings: Settings) -> None:
    one = shop(database, settings, "用法提醒")
    who = one.buyer("alice")
    for number, day in (("A1", "2026-11-22"), ("A2", "2027-01-10")):
        one.order(who, number)
        one.became(who, number, OrderStatus.SIGNED)
        one.live(at(day))
    one.live(at("2027-02-01"))
    assert one.said() == [("用法提醒", "2026-11-21 10:30")]
    assert "面霜" in one.texts()[0] or "捂热" in one.texts()[0]


def test_who_has_no_account_becomes_a_task_for_what_is_about_them(
    database: Database, settings: Settings
) -> None:
    one = shop(database, settings, "生日祝福", "节日问候")
    who = one.on_paper(name="周姐", phone="13900001111", birthday="12-25")
    one.order(who, "A1")
    one.live(at("2027-01-05"))
    assert one.tasks() == [("生日祝福", "2026-12-25 09:30")] and one.said() == []
