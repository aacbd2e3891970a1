"""The daily pass: birthdays of both calendars, machines asleep, crashes; nobody gets anything twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.customer import OrderStatus
from bot.core.settings import Settings
from storage.db import Database
from tests.care.shop import LivingShop, at, only

BIRTHDAYS = [
    ("12-25", ["2026-12-25 09:30", "2027-12-25 09:30"]),
    ("02-29", ["2027-02-28 09:30", "2028-02-29 09:30"]),
    ("农历腊月三十", ["2027-02-05 09:30", "2028-01-25 09:30"]),  # short years: 廿九, 除夕
    ("农历八月十五", ["2027-09-15 09:30"]),
    ("1990年农历闰五月初三", ["2027-06-07 09:30"]),
]


@pytest.mark.parametrize(("written", "moments"), BIRTHDAYS, ids=[b[0] for b in BIRTHDAYS])
def test_a_birthday_comes_once_in_each_year(
    database: Database, settings: Settings, written: str, moments: list[str]
) -> None:
    shop = LivingShop(database, only(settings, "生日祝福"), at("2026-11-20"))
    shop.buyer("alice", birthday=written)
    shop.live(at("2028-03-05"))
    assert shop.said() == [("生日祝福", moment) for moment in moments]


def test_the_coupon_comes_in_the_month_before_over_the_year_end(
    database: Database, settings: Settings
) -> None:
    shop = LivingShop(database, only(settings, "生日券"), at("2026-11-20"))
    who = shop.buyer("alice", birthday="01-31")
    shop.order(who, "A1", price="600")
    shop.live(at("2027-02-10"))
    assert shop.said() == [("生日券", "2026-12-31 10:00")] and "20元" in shop.texts()[0]


def test_a_birthday_corrected_moves_and_one_deleted_is_not_wished(
    database: Database, settings: Settings
) -> None:
    shop = LivingShop(database, only(settings, "生日祝福"), at("2026-11-20"))
    alice, bob = shop.buyer("alice", birthday="12-20"), shop.buyer("bob", birthday="12-21")
    shop.live(at("2026-12-01"))
    for who, day in ((alice, "12-28"), (bob, "")):
        shop.buyer("alice" if who == alice else "bob", birthday=day)
    shop.live(at("2027-01-10"))
    assert shop.said() == [("生日祝福", "2026-12-28 09:30")]


def test_who_is_born_within_the_next_days_is_wished_when_it_is_learnt_today(
    database: Database, settings: Settings
) -> None:
    shop = LivingShop(database, only(settings, "生日祝福"), at("2026-11-20"))
    shop.live(at("2026-11-25"))
    shop.buyer("alice", birthday="11-27")
    shop.live(at("2026-12-10"))
    assert shop.said() == [("生日祝福", "2026-11-27 09:30")]


def test_asleep_for_forty_days_greetings_are_let_go_with_their_reason(
    database: Database, settings: Settings
) -> None:
    rules = ("生日祝福", "节日问候", "快用完", "想念老客", "大单回访电话", "大评委")
    shop = LivingShop(database, only(settings, *rules), at("2026-11-20"))
    born = shop.buyer("alice", birthday="12-10")
    shop.order(born, "A1", price="2500")
    shop.live(at("2026-11-21"))
    shop.sleep(at("2027-01-01", "11:00"))
    care = shop.care()
    assert care["生日祝福", "2026"] == ("skipped", "过了时候，没有补发")
    assert care["大评委", "A1"] == ("skipped", "过了时候，没有补发")
    assert care["节日问候", "元旦/2027"][0] == "said"  # still the same day
    assert shop.tasks() == [("大单回访电话", "2027-01-01 11:00")]  # until somebody has done it
    assert shop.said() == [("节日问候", "2027-01-01 11:00")]


@pytest.mark.parametrize(("hours", "said"), [(3, True), (48, True), (100, False)])
def test_a_reminder_may_be_three_days_late(
    database: Database, settings: Settings, hours: int, said: bool
) -> None:
    shop = LivingShop(database, only(settings, "快用完"), at("2026-11-20"))
    shop.order(shop.buyer("alice"), "A1")
    shop.live(at("2027-01-13"))
    shop.sleep(at("2027-01-14", "10:00") + timedelta(hours=hours))
    assert bool(shop.said()) is said


def test_a_pass_done_again_and_facts_told_again_change_nothing(
    database: Database, settings: Settings
) -> None:
    shop = LivingShop(database, settings, at("2026-11-20"))
    who = shop.buyer("alice", birthday="12-10")
    shop.order(who, "A1")
    shop.live(at("2026-11-22"))
    before = shop.care()
    for _ in range(3):
        shop.planned = None
        shop.pass_days()
        shop.became(who, "A1", OrderStatus.PAID)
    assert shop.care() == before


def test_a_ring_that_is_cut_off_before_its_commit_rings_again_and_says_it_once(
    database: Database, settings: Settings
) -> None:
    shop = LivingShop(database, only(settings, "大评委"), at("2026-11-20"))
    shop.order(shop.buyer("alice"), "A1")
    shop.now = at("2026-11-30", "11:00")
    assert shop.ring_once(crash=True) and shop.said() == []
    shop.do_due()
    shop.do_due()
    assert len(shop.said()) == 1


def test_a_festival_reaches_hundreds_in_chunks_and_each_once(database: Database, settings: Settings) -> None:
    shop = LivingShop(database, only(settings, "节日问候", audience=""), at("2026-12-31"))
    for n in range(620):
        shop.buyer(f"b{n}")
    shop.live(at("2027-01-01", "12:00"))
    assert len(shop.said()) == 620
    assert shop.said()[0] == ("节日问候", "2027-01-01 09:30")
