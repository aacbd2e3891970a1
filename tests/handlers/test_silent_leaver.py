"""Who was cross and then silent is flagged; whoever spoke, bought or complains is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.complaint import Complaint, Step
from bot.core.customer import Customer, Order, OrderStatus, Tag, TagSource
from bot.core.delivery import Kind
from bot.core.effects import AddTag, Effect, NotifySeller, RemoveTag, StartTimer
from handlers import silent_leaver
from handlers.rings import Ring
from handlers.silent_leaver import LEAVING, cross
from handlers.situation import Situation
from handlers.understanding import Reader
from tests.handlers.shop import KNOWN, NOW, SHOP, order

READER = Reader(SHOP)
READER.warm()
WEEK = timedelta(days=7)
XIAOLI = replace(KNOWN, name="小丽")
COMPLAINT = Complaint(3, 1, Step.TALK, NOW, NOW, NOW)


def said(text: str, customer: Customer = XIAOLI, now: datetime = NOW, heard: bool = True) -> Situation:
    return Situation(customer, text, READER.read(text), SHOP, now, ("m1",), heard)


def timers(effects: list[Effect]) -> list[StartTimer]:
    return [e for e in effects if isinstance(e, StartTimer)]


def leaves(
    customer: Customer = XIAOLI, now: datetime = NOW + WEEK, refused: str = "", **heard: Any
) -> list[Effect]:
    """The ring of 太贵了算了, said at NOW."""
    (timer,) = timers(silent_leaver.record(said("太贵了算了")))
    contact = replace(customer.contact, **({"message_at": NOW} | heard))
    quiet = replace(customer, contact=contact)
    return silent_leaver.ring(Ring(quiet, timer.occasion, SHOP, now, lambda _: refused))


@pytest.mark.parametrize(
    ("text", "watched"),
    [
        ("太贵了算了", True),
        ("算了", True),
        ("随便吧", True),
        ("不买了", True),
        ("去别家买了", True),
        ("再也不来了", True),
        ("垃圾", True),
        ("服务态度真差", True),
        ("你们什么破店！！", True),
        ("面霜过敏了", True),
        ("多少钱？？", False),
        ("你好！！在吗！！", False),
        ("太好用了！！！！", False),
        ("可以退吗！！", False),
        ("好的谢谢", False),
        ("不用了", False),
        ("面霜多少钱", False),
        ("便宜点吧", False),
        ("两瓶一起买能便宜点吗", False),
    ],
)
def test_who_is_watched(text: str, watched: bool) -> None:
    assert cross(said(text)) == watched
    assert bool(timers(silent_leaver.record(said(text)))) == watched


def test_the_watch_ends_after_a_week_in_shop_hours() -> None:
    (timer,) = silent_leaver.record(said("太贵了算了"))
    assert timer == StartTimer("silent_leaver", 1, f"{NOW.isoformat()} 太贵了算了", NOW + WEEK)
    night = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)  # 23:30 in the shop
    (late,) = timers(silent_leaver.record(said("太贵了算了", now=night)))
    assert late.due_at == datetime(2026, 11, 29, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "situation", [said("垃圾", replace(XIAOLI, complaints=(COMPLAINT,))), said("垃圾", heard=False)]
)
def test_a_complaint_watches_by_itself(situation: Situation) -> None:
    assert silent_leaver.record(situation) == []


def test_who_left_is_flagged_and_the_seller_told_with_a_line_to_send() -> None:
    tag, told = leaves()
    assert tag == AddTag(1, LEAVING, TagSource.BOT, "太贵了算了")
    assert isinstance(told, NotifySeller)
    assert told.text == (
        "小丽 说了这句就没再出声，也没下单，我记了标签“可能流失”：\n"
        "11月21日：“太贵了算了”\n"
        "想留住他就打：回 小丽 上次您说的我一直记着，还想听您说两句，我来办"
    )
    assert not told.awaits


def bought(status: OrderStatus, created_at: datetime) -> Order:
    return replace(order(status), created_at=created_at)


@pytest.mark.parametrize(
    ("customer", "heard"),
    [
        (XIAOLI, {"message_at": NOW + timedelta(seconds=1)}),
        (replace(XIAOLI, orders=(bought(OrderStatus.PAID, NOW + timedelta(days=2)),)), {}),
        (replace(XIAOLI, complaints=(COMPLAINT,)), {}),
    ],
    ids=["spoke", "bought", "complains"],
)
def test_who_came_back_is_not_flagged(customer: Customer, heard: dict[str, Any]) -> None:
    assert leaves(customer, **heard) == []


@pytest.mark.parametrize(
    "old",
    [
        bought(OrderStatus.PAID, NOW - timedelta(days=1)),
        bought(OrderStatus.CANCELLED, NOW + timedelta(days=1)),
    ],
    ids=["bought before", "cancelled"],
)
def test_an_order_that_says_nothing(old: Order) -> None:
    assert leaves(replace(XIAOLI, orders=(old,)))


def test_of_several_cross_messages_only_the_last_is_told() -> None:
    later = NOW + timedelta(minutes=5)
    first, last = (
        timers(silent_leaver.record(said(text, now=at)))[0] for text, at in (("垃圾", NOW), ("不买了", later))
    )
    quiet = replace(XIAOLI, contact=replace(XIAOLI.contact, message_at=later))
    assert silent_leaver.ring(Ring(quiet, first.occasion, SHOP, first.due_at)) == []
    assert len(silent_leaver.ring(Ring(quiet, last.occasion, SHOP, last.due_at))) == 2


def test_who_opted_out_is_flagged_too_and_the_seller_knows() -> None:
    _, told = leaves(replace(XIAOLI, opted_out_at=NOW, phone="13812345678"), refused="对方超过 48 小时没说话")
    assert isinstance(told, NotifySeller)
    assert "他退订了，只说这件事，别带活动。" in told.text
    assert "现在发不过去（对方超过 48 小时没说话），打了先排着，急的话打电话 13812345678。" in told.text


def test_a_ring_at_night_waits() -> None:
    (waits,) = leaves(now=NOW + WEEK + timedelta(hours=16))
    assert isinstance(waits, StartTimer)
    assert waits.due_at == datetime(2026, 11, 29, 1, 0, tzinfo=UTC)
    assert waits.occasion == f"{NOW.isoformat()} 太贵了算了"


@pytest.mark.parametrize(("source", "removed"), [(TagSource.BOT, True), (TagSource.SELLER, False)])
def test_who_writes_again_is_not_gone(source: TagSource, removed: bool) -> None:
    gone = replace(XIAOLI, tags=(Tag(LEAVING, source, NOW, NOW),))
    assert (RemoveTag(1, LEAVING) in silent_leaver.record(said("面霜多少钱", gone))) == removed
    assert (RemoveTag(1, LEAVING) in silent_leaver.record(said("", gone, heard=False))) == removed


@given(st.text(max_size=80))
def test_whatever_was_said_its_ring_can_read_it(text: str) -> None:
    for timer in timers(silent_leaver.record(said(f"垃圾，不买了 {text}"))):
        quiet = replace(XIAOLI, contact=replace(XIAOLI.contact, message_at=NOW))
        effects = silent_leaver.ring(Ring(quiet, timer.occasion, SHOP, timer.due_at))
        assert [type(e) for e in effects] == [AddTag, NotifySeller]
        assert not any(getattr(e, "kind", None) is Kind.RELAY for e in effects)
