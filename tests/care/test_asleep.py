"""The machine was off for hours, days, weeks: each kind's policy says what is made up for, and why not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.core.customer import OrderStatus
from bot.core.settings import Settings
from storage.db import Database
from storage.rows import OutboxRow
from tests.care.shop import LivingShop, at, only
from tests.commands.conftest import Counter

LATE = ("skipped", "过了时候，没有补发")
RULES = ("生日祝福", "催付", "签收问一声", "快用完", "大单回访电话")
DUE = at("2027-01-14", "10:00")
"""When 快用完 is due; the rest a little before."""


def asleep(url: str, settings: Settings, until: datetime) -> LivingShop:
    """Five people with something due on the morning of that day, and a machine that is off until then."""
    shop = LivingShop(Database(url), only(settings, *RULES), at("2026-11-20"))
    shop.order(shop.buyer("runs out"), "R1")
    shop.live(at("2027-01-09"))
    shop.order(shop.buyer("spent much"), "C1", price="2500")
    shop.live(at("2027-01-13", "23:30"))
    shop.buyer("born", birthday="01-14")
    shop.pass_days()
    shop.live(at("2027-01-14", "08:00"))
    shop.order(shop.buyer("unpaid"), "U1", status=OrderStatus.CREATED)
    shop.order(one := shop.buyer("signed"), "S1")
    shop.became(one, "S1", OrderStatus.SIGNED)
    shop.sleep(until)
    return shop


@pytest.mark.parametrize(
    ("slept", "said", "skipped"),
    [
        (timedelta(hours=3), {"生日祝福", "催付", "签收问一声", "快用完"}, set()),
        (timedelta(days=2), {"快用完"}, {"生日祝福", "催付", "签收问一声"}),
        (timedelta(days=40), set(), {"生日祝福", "催付", "签收问一声", "快用完"}),
    ],
    ids=["three hours", "two days", "forty days"],
)
def test_what_is_made_up_for_and_what_is_let_go(
    sqlite_url: str, settings: Settings, slept: timedelta, said: set[str], skipped: set[str]
) -> None:
    shop = asleep(sqlite_url, settings, DUE + slept)
    assert {rule for rule, _ in shop.said()} == said
    assert {rule for (rule, _), became in shop.care().items() if became == LATE} == skipped
    assert [about for about, _ in shop.tasks()] == ["大单回访电话"], "a call waits until somebody has made it"


def test_the_seller_can_ask_why_nothing_came(sqlite_url: str, settings: Settings) -> None:
    shop = asleep(sqlite_url, settings, DUE + timedelta(days=40))
    counter = Counter(shop.database, shop.settings, shop.now)
    assert "1月14日 09:30 的生日祝福没有发：过了时候，没有补发" in counter.say("为什么 born")
    assert "1月14日 10:00 的快用完没有发：过了时候，没有补发" in counter.say("为什么 runs out")


def test_what_was_missed_goes_out_in_turns(sqlite_url: str, settings: Settings) -> None:
    shop = LivingShop(Database(sqlite_url), only(settings, "快用完"), at("2026-11-20"))
    for n in range(60):
        shop.order(shop.buyer(f"b{n}"), f"A{n}")
    shop.live(at("2027-01-13"))
    woken = DUE + timedelta(hours=30)
    shop.sleep(woken)
    turns = sorted(row.due_at - woken for row in shop.rows(OutboxRow) if row.rule)
    assert len(turns) == 60 and timedelta() <= turns[0] and turns[-1] < timedelta(hours=1)
    assert max(sum(one <= turn < one + timedelta(minutes=10) for turn in turns) for one in turns) < 30


def test_what_is_on_time_waits_for_nobody(sqlite_url: str, settings: Settings) -> None:
    shop = LivingShop(Database(sqlite_url), only(settings, "快用完"), at("2026-11-20"))
    shop.order(shop.buyer("alice"), "A1")
    shop.live(DUE)
    assert [row.due_at for row in shop.rows(OutboxRow) if row.rule] == [DUE]
