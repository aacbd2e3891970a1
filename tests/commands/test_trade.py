"""订单, 发货, 签收."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.customer import OrderItem, OrderStatus
from bot.core.delivery import Kind, Status
from bot.core.effects import RecordOrder
from bot.core.money import CENT
from bot.core.settings import Product
from handlers.commands.goods import lines, product_meant
from storage.rows import ConsultationRow, OrderRow, ParcelRow
from tests.commands.conftest import Counter

SHIPPED = "发货 小丽 顺丰 SF1234567890123"


def test_an_order_is_recorded_with_its_consultation_closed(counter: Counter, xiaoli: int) -> None:
    counter.asked(xiaoli, "玫瑰面霜", "面霜多少钱")
    told = counter.say("订单 小丽 面霜 258 2")
    assert told == "记下了：20261121-1\n小丽，玫瑰面霜×2，共 258元，已付款\n发货时发：发货 20261121-1 单号"
    one = counter.customer(xiaoli)
    assert one.orders[0].items == (OrderItem("玫瑰面霜", 2, Decimal("129.00")),)
    assert (one.orders[0].total, one.orders[0].status, one.stage) == (Decimal(258), OrderStatus.PAID, "新客")
    closed = counter.rows(ConsultationRow)[0]
    assert (closed.state, closed.order_number) == ("ordered", "20261121-1")


def test_the_next_order_has_the_next_number_and_makes_a_regular(counter: Counter, xiaoli: int) -> None:
    counter.say("订单 小丽 面霜 129")
    assert "20261121-2" in counter.say("订单 小丽 洁面 69")
    assert counter.customer(xiaoli).stage == "老客户"
    counter.wait(days=1)
    assert "20261122-1" in counter.say("order alice 面膜 ￥５９.９")


def test_a_cancelled_order_makes_no_regular(counter: Counter, xiaoli: int) -> None:
    counter.write(RecordOrder(xiaoli, "x-1", (OrderItem("面膜", 1, Decimal(59)),), OrderStatus.CANCELLED))
    counter.say("订单 小丽 面霜 129")
    assert counter.customer(xiaoli).stage == "新客"


@pytest.mark.parametrize(
    ("line", "goods", "total"),
    [
        ("订单 小丽 面霜x2 258", "玫瑰面霜×2", "258.00"),
        ("订单 小丽 面霜 258 ２瓶", "玫瑰面霜×2", "258.00"),
        ("订单 小丽 面双 129", "玫瑰面霜", "129.00"),
        ("订单 小丽 SK-II 神仙水 1,290 1", "SK-II 神仙水", "1290.00"),
        ("订单 小丽 香薰 0", "香薰", "0.00"),
    ],
)
def test_how_a_line_of_an_order_may_be_typed(
    counter: Counter, xiaoli: int, line: str, goods: str, total: str
) -> None:
    counter.say(line)
    order = counter.customer(xiaoli).orders[0]
    assert (order.goods, order.total) == (goods, Decimal(total))


def test_what_the_shop_does_not_list_and_what_was_guessed_is_said(counter: Counter, xiaoli: int) -> None:
    assert "商品表里没有这个名字，按你写的记" in counter.say("订单 小丽 香薰 50")
    assert "你写的“面双”，按商品表记作 玫瑰面霜" in counter.say("订单 小丽 面双 129")


@given(st.integers(0, 999_999_900), st.integers(1, 999))
def test_an_amount_that_does_not_divide_stays_exact(cents: int, quantity: int) -> None:
    made = lines("面霜", quantity, cents * CENT)
    assert sum(i.quantity for i in made) == quantity
    assert sum(i.price * i.quantity for i in made) == cents * CENT


_PRODUCTS = tuple(
    Product.model_validate({"name": name, "aliases": aliases, "price": 1})
    for name, aliases in [
        ("玫瑰补水滋润面霜", ["补水霜"]),
        ("玫瑰补水滋润面膜", []),
        ("玫瑰精油30ml", []),
        ("水", []),
    ]
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("玫瑰补水滋润面霜", "玫瑰补水滋润面霜"),
        ("補水霜", "玫瑰补水滋润面霜"),
        ("补水双", "玫瑰补水滋润面霜"),
        ("玫瑰补水滋养面霜", "玫瑰补水滋润面霜"),
        ("滋润面膜", "玫瑰补水滋润面膜"),
        ("玫瑰补水", None),
        ("玫瑰精油50ml", None),
        ("玫瑰精油30ML", "玫瑰精油30ml"),
        ("水", "水"),
        ("香水", None),
    ],
)
def test_which_product_is_meant(typed: str, meant: str | None) -> None:
    found = product_meant(typed, _PRODUCTS)
    assert (found and found.name) == meant


def test_the_same_order_within_ten_minutes_is_asked_about(counter: Counter, xiaoli: int) -> None:
    counter.say("订单 小丽 面霜 258 2")
    counter.wait(minutes=9)
    told = counter.say("订单 小丽 玫瑰面霜 258 2")
    assert "9 分钟前记过一模一样的：20261121-1" in told
    assert len(counter.rows(OrderRow)) == 1
    assert "20261121-2" in counter.say("确认")
    counter.wait(minutes=10)
    assert "20261121-3" in counter.say("订单 小丽 面霜 258 2")


def test_shipping_records_the_parcel_and_holds_the_notice(counter: Counter, xiaoli: int) -> None:
    counter.say("订单 小丽 面霜 129")
    told = counter.say(SHIPPED)
    assert told.splitlines() == [
        "记下了：20261121-1 玫瑰面霜，顺丰 SF1234567890123",
        "发货通知 5 秒后发给 小丽，要收回发 撤。",
    ]
    order = counter.customer(xiaoli).orders[0]
    assert order.status is OrderStatus.SHIPPED
    assert [(p.courier, p.tracking_no) for p in order.parcels] == [("顺丰", "SF1234567890123")]
    (notice,) = counter.pushed()
    assert (notice.kind, notice.status, notice.origin) == (Kind.NOTICE, Status.HELD, "老板")
    assert notice.key == "ship:20261121-1:SF1234567890123#0"
    assert notice.text.startswith("玫瑰面霜已经寄出：\n顺丰 SF1234567890123\n天干的时候")
    assert notice.template == "shipping"
    assert notice.template_data == {
        "order": "20261121-1",
        "goods": "玫瑰面霜",
        "courier": "顺丰",
        "tracking_no": "SF1234567890123",
        "time": "2026-11-21 09:00",
    }


@pytest.mark.parametrize(
    "line",
    [
        "发货 20261121-1 顺丰 SF1234567890123",
        "发货 ２０２６１１２１－１ SF1234567890123",
        "发货 小丽 sf1234567890123",
        "发货 小丽 顺丰速运 SF 1234 5678 90123",
        "发货 小丽 SF1234567890123 顺丰",
        "发货 小丽 顺丰SF1234567890123",
        "发货小丽 顺丰 SF1234567890123",
        "ship alice SF1234567890123",
    ],
)
def test_how_a_parcel_may_be_typed(counter: Counter, xiaoli: int, line: str) -> None:
    counter.say("订单 小丽 面霜 129")
    counter.say(line)
    assert [(p.courier, p.tracking_no) for p in counter.rows(ParcelRow)] == [("顺丰", "SF1234567890123")]


def test_a_number_without_a_courier(counter: Counter, xiaoli: int) -> None:
    counter.say("订单 小丽 面霜 129")
    told = counter.say("发货 小丽 123456789012")
    assert "看不出是哪家快递，把快递也写上：发货 20261121-1 顺丰 123456789012" in told
    assert "看不出是哪家快递" in counter.say("发货 小丽 13812345678")
    assert not counter.rows(ParcelRow)
    counter.say("发货 小丽 同城跑腿 123456789012")
    assert counter.rows(ParcelRow)[0].courier == "同城跑腿"


def test_the_same_parcel_typed_twice_changes_nothing(counter: Counter, xiaoli: int) -> None:
    counter.say("订单 小丽 面霜 129")
    counter.say(SHIPPED)
    counter.wait(seconds=2)
    told = counter.say("发货 20261121-1 SF1234567890123")
    assert "早就记过：顺丰 SF1234567890123，11月21日 09:00 发" in told
    assert "3 秒后发出" in told
    assert (len(counter.rows(ParcelRow)), len(counter.pushed())) == (1, 1)


@pytest.mark.parametrize(
    ("status", "reason", "said"),
    [
        (Status.SENT, "", "已送出"),
        (Status.PARKED, "对方超过 48 小时没说话", "还没送出：对方超过 48 小时没说话"),
        (Status.FAILED, "平台不收", "没送出：平台不收"),
        (Status.UNKNOWN, "断网", "不知道送到没有：断网"),
        (Status.PLANNED, "平台忙", "排着还没发：平台忙"),
        (Status.SENDING, "", "正在发"),
        (Status.DROPPED, "已经过时", "没有发：已经过时"),
    ],
)
def test_typed_twice_tells_what_became_of_the_notice(
    counter: Counter, xiaoli: int, status: Status, reason: str, said: str
) -> None:
    counter.say("订单 小丽 面霜 129")
    counter.say(SHIPPED)
    sent_at = counter.now if status is Status.SENT else None
    counter.settle(counter.pushed()[0].id, status, reason=reason, sent_at=sent_at)
    told = counter.say(SHIPPED)
    assert f"发货通知：{said}" in told.replace("11月21日 09:00 已送出", "已送出")
    assert ("已送出" in told) == (status is Status.SENT)


def test_a_second_parcel_of_an_order_needs_a_yes(counter: Counter, xiaoli: int) -> None:
    counter.say("订单 小丽 面霜 129")
    counter.say(SHIPPED)
    told = counter.say("发货 小丽 YT1234567890123")
    assert "小丽 没有待发的订单" in told
    assert "补发就写订单号：发货 20261121-1 YT1234567890123" in told
    told = counter.say("发货 20261121-1 YT1234567890123")
    assert "20261121-1 已经发过：顺丰 SF1234567890123" in told
    assert len(counter.rows(ParcelRow)) == 1
    counter.say("确认")
    assert [p.courier for p in counter.rows(ParcelRow)] == ["顺丰", "圆通"]
    assert len(counter.pushed()) == 2


def test_what_looks_like_a_mistake_needs_a_yes(counter: Counter, xiaoli: int) -> None:
    counter.say("订单 小丽 面霜 129")
    assert "看着是圆通的单号，不是顺丰的" in counter.say("发货 小丽 顺丰 YT1234567890123")
    assert "看着是手机号" in counter.say("发货 小丽 顺丰 13912345678")
    counter.say(SHIPPED)
    counter.buyer("bob", name="大明")
    counter.say("订单 大明 面膜 59")
    assert "已经记在别人的订单 20261121-1 上" in counter.say("发货 大明 SF1234567890123")
    assert len(counter.rows(ParcelRow)) == 1


def test_several_orders_to_ship_are_listed(counter: Counter, xiaoli: int) -> None:
    counter.say("订单 小丽 面霜 129")
    counter.say("订单 小丽 洁面 69")
    told = counter.say(SHIPPED)
    assert told.splitlines() == [
        "小丽 有 2 单，写订单号：",
        "20261121-2 氨基酸洁面乳 69元 待发货",
        "20261121-1 玫瑰面霜 129元 待发货",
        "例：发货 20261121-2 顺丰 SF1234567890123",
    ]
    assert not counter.rows(ParcelRow)


def test_nothing_to_ship(counter: Counter, xiaoli: int) -> None:
    assert counter.say(SHIPPED) == "小丽 还没有订单。先记一单：订单 小丽 商品 金额"
    assert counter.say("发货 20261121-9 SF1234567890123").startswith("没有订单 20261121-9，也没有人叫这个")
    counter.write(RecordOrder(xiaoli, "x-1", (OrderItem("面膜", 1, Decimal(59)),), OrderStatus.REFUNDED))
    assert "x-1 已退款，没有记发货" in counter.say("发货 x-1 SF1234567890123")


def test_a_notice_that_may_not_go_now_is_not_called_sent(counter: Counter, xiaoli: int) -> None:
    counter.say("订单 小丽 面霜 129")
    with counter.may_not_send("对方超过 48 小时没说话，平台不让主动发"):
        told = counter.say(SHIPPED)
    assert "发货通知现在送不出去：对方超过 48 小时没说话" in told
    assert "已排好，最晚 小丽 下次来消息时送" in told


def test_without_a_hold_it_goes_at_once(without_hold: Counter, xiaoli: int) -> None:
    without_hold.say("订单 小丽 面霜 129")
    assert "发货通知马上发给 小丽。" in without_hold.say(SHIPPED)
    assert without_hold.pushed()[0].status == Status.PLANNED


def test_signing_by_name_and_number_once(counter: Counter, xiaoli: int) -> None:
    assert "还没有订单" in counter.say("签收 小丽")
    counter.say("订单 小丽 面霜 129")
    assert counter.say("签收 20261121-1") == ("20261121-1 待发货，签收不了。\n先记单号：发货 20261121-1 单号")
    counter.say(SHIPPED)
    counter.wait(days=2)
    assert counter.say("签收 小丽") == "记下了：20261121-1 玫瑰面霜，小丽 签收了。"
    order = counter.customer(xiaoli).orders[0]
    assert (order.status, order.parcels[0].signed_at) == (OrderStatus.SIGNED, counter.now)
    counter.wait(days=1)
    assert counter.say("sign 20261121-1") == "20261121-1 11月23日 09:00 就签收了，没有再记。"
    assert "就签收了" in counter.say("签收 小丽")
