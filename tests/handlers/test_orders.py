"""Shop events: in whatever order they come, the order, its value and its one notice are the same."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.customer import Customer, OpenPromise, Order, OrderItem, OrderStatus, Parcel
from bot.core.delivery import Kind, nowhere
from bot.core.effects import (
    CloseConsultations,
    Effect,
    KeepOrder,
    LeaveTask,
    MoveParcel,
    MovePromise,
    NotifySeller,
    Push,
    SetFields,
    SettleTask,
    SignOrder,
    TaskState,
)
from bot.core.events import OrderedBy, OrderEvent, ParcelEvent, ParcelState
from handlers import order_notices, orders, tracking
from handlers.promise_keeping import KEPT
from handlers.promises import Deed
from tests.handlers.shop import KNOWN, NOW, SHOP

CREATED, PAID, SHIPPED, SIGNED, REFUNDED, CANCELLED = (
    OrderStatus.CREATED,
    OrderStatus.PAID,
    OrderStatus.SHIPPED,
    OrderStatus.SIGNED,
    OrderStatus.REFUNDED,
    OrderStatus.CANCELLED,
)
CREAM = (OrderItem("玫瑰面霜", 2, Decimal("129.00")),)
FIRST, SECOND = ("顺丰", "SF1234567890123"), ("圆通", "YT1234567890123")


def event(happened: OrderStatus, **more: Any) -> OrderEvent:
    return OrderEvent(f"e-{happened}", happened, "T1", **more)


@dataclass
class Record:
    """What storage would keep of one order and its buyer, as its writers do."""

    customer: Customer = KNOWN
    order: Order | None = None
    pushed: dict[str, Push] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    now: datetime = NOW

    def take(self, happening: OrderEvent) -> list[Effect]:
        found = orders.decide(happening, self.customer, self.order, SHOP, self.now)
        for effect in found:
            match effect:
                case KeepOrder():
                    self._keep(effect)
                case SetFields():
                    self.customer = replace(self.customer, **effect.fields)
                case Push(key=str(key)):
                    self.pushed.setdefault(key, effect)
                case NotifySeller(key=str(key)):
                    self.told.setdefault(key, effect.text)
        self.now += timedelta(seconds=1)
        return found

    def _keep(self, effect: KeepOrder) -> None:
        blank = Order(1, effect.number, effect.customer_id, CREATED, Decimal(0), self.now)
        kept = replace(self.order or blank, **effect.fields)
        if effect.items is not None:
            kept = replace(kept, items=effect.items)
        parcels = {p.tracking_no: p for p in kept.parcels}
        for parcel in effect.parcels:
            before = parcels.get(parcel.tracking_no)
            signed = (before and before.signed_at) or parcel.signed_at
            number = before.id if before else len(parcels) + 1
            parcels[parcel.tracking_no] = replace(before or parcel, id=number, signed_at=signed)
            announced = replace(parcels[parcel.tracking_no], announced=parcel.announced)
            parcels[parcel.tracking_no] = announced
        self.order = replace(kept, parcels=tuple(parcels.values()))
        self.customer = replace(self.customer, orders=(self.order,))

    @property
    def state(self) -> tuple[Any, ...]:
        """Everything that does not depend on when the events came."""
        assert self.order
        order = self.order
        parcels = {(p.courier, p.tracking_no, p.signed_at is not None, p.announced) for p in order.parcels}
        facts = (order.status, order.total, order.items, order.refunded, order.kept, order.paid_at)
        return facts, parcels, set(self.pushed)


def lived(events: list[OrderEvent], customer: Customer = KNOWN) -> Record:
    record = Record(customer)
    for happening in events:
        record.take(happening)
    return record


PAID_AT = NOW - timedelta(hours=2)
LIFE = [
    event(CREATED, items=CREAM, total=Decimal(258)),
    event(PAID, items=CREAM, total=Decimal("248.00"), paid_at=PAID_AT),
    event(SHIPPED, items=CREAM, parcels=(FIRST,)),
    event(SIGNED, total=Decimal("248.00")),
]


@given(st.permutations(LIFE), st.lists(st.integers(0, len(LIFE) - 1)))
def test_a_whole_life_in_any_order_is_the_same(told: list[OrderEvent], again: list[int]) -> None:
    record = lived([*told, *(LIFE[n] for n in again)])
    facts, parcels, pushed = record.state
    assert facts == (SIGNED, Decimal("248.00"), CREAM, Decimal(0), Decimal("248.00"), PAID_AT)
    assert parcels == {(*FIRST, True, True)}
    assert pushed == {"ship:T1:SF1234567890123"}


@given(
    st.permutations(
        [
            *LIFE,
            event(REFUNDED, refund=Decimal("100.00")),
            event(REFUNDED, refund=Decimal("48.00")),
        ]
    )
)
def test_money_back_in_part_leaves_the_order_standing(told: list[OrderEvent]) -> None:
    record = lived(told)
    assert record.order
    assert (record.order.status, record.order.kept) == (SIGNED, Decimal("100.00"))


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        ([event(REFUNDED)], REFUNDED),
        ([event(REFUNDED, refund=Decimal("200.00")), event(REFUNDED, refund=Decimal("48.00"))], REFUNDED),
        ([event(CANCELLED)], CANCELLED),
        ([event(CANCELLED), event(REFUNDED)], REFUNDED),
    ],
)
@given(data=st.data())
def test_all_the_money_back_takes_all_the_value_back(
    data: st.DataObject, ending: list[OrderEvent], status: OrderStatus
) -> None:
    record = lived(data.draw(st.permutations([*LIFE, *ending])))
    assert record.order
    assert (record.order.status, record.order.kept) == (status, Decimal(0))
    assert [p.signed_at is not None for p in record.order.parcels] == [True]
    assert len(record.pushed) <= 1


def test_a_late_paid_does_not_move_a_shipped_order_back() -> None:
    record = lived([event(SHIPPED, items=CREAM, parcels=(FIRST,)), event(PAID)])
    assert record.order
    assert (record.order.status, record.order.total) == (SHIPPED, Decimal("258.00"))


def test_what_a_seller_recorded_is_not_overwritten() -> None:
    typed = Order(4, "T1", 1, PAID, Decimal(200), NOW, (OrderItem("面霜礼盒", 1, Decimal(200)),))
    record = Record(replace(KNOWN, name="老客小王", phone="13900000000", orders=(typed,)), typed)
    by = OrderedBy("王女士", "13812345678", "杭州市西湖区")
    record.take(event(PAID, items=CREAM, total=Decimal(258), customer=by))
    assert record.order
    assert (record.order.items, record.order.total) == (typed.items, Decimal(200))
    one = record.customer
    assert (one.name, one.phone, one.address) == ("老客小王", "13900000000", "杭州市西湖区")


def test_a_parcel_that_the_seller_has_told_of_is_not_told_again() -> None:
    parcel = Parcel(1, *FIRST, NOW)
    typed = Order(4, "T1", 1, SHIPPED, Decimal(200), NOW, CREAM, (parcel,))
    record = Record(replace(KNOWN, orders=(typed,)), typed)
    record.take(event(SHIPPED, parcels=(FIRST, SECOND)))
    assert set(record.pushed) == {"ship:T1:YT1234567890123"}
    assert record.order
    assert len(record.order.parcels) == 2


def test_the_notice_is_the_one_of_the_command() -> None:
    (notice,) = lived([LIFE[2]]).pushed.values()
    assert notice.text.startswith("玫瑰面霜×2已经寄出：\n顺丰 SF1234567890123\n")
    assert "天干的时候" in notice.text
    assert (notice.kind, notice.template, notice.template_data["order"]) == (Kind.NOTICE, "shipping", "T1")
    assert not notice.hold


@pytest.mark.parametrize(
    ("happening", "customer", "told"),
    [
        (replace(LIFE[2], shipped_at=NOW - timedelta(days=4)), KNOWN, ()),
        (event(SHIPPED), KNOWN, ()),
        (LIFE[2], replace(KNOWN, contact=nowhere(1), phone="13812345678"), ("没有聊天账号", "13812345678")),
        (LIFE[2], replace(KNOWN, red_line_at=NOW), ("碰了红线", "SF1234567890123")),
    ],
)
def test_when_the_bot_does_not_tell_the_buyer(
    happening: OrderEvent, customer: Customer, told: tuple[str, ...]
) -> None:
    record = lived([happening, happening], customer)
    assert not record.pushed
    assert len(record.told) == bool(told)
    for word in told:
        assert word in "".join(record.told.values())


def test_many_parcels_of_a_day_are_tasks_and_one_alert() -> None:
    """A connected shop whose buyers have no chat account must not flood the seller."""
    left, told = {}, set()
    for n in range(40):
        nobody = replace(KNOWN, id=n, contact=nowhere(n), phone=f"138{n:08}")
        record = Record(nobody)
        shipping = OrderEvent(f"e{n}", SHIPPED, f"T{n}", items=CREAM, parcels=((FIRST[0], f"SF{n:013}"),))
        for effect in (*record.take(shipping), *record.take(replace(shipping, happened=SIGNED, parcels=()))):
            if isinstance(effect, LeaveTask):
                left[effect.key] = effect
            if isinstance(effect, NotifySeller):
                told.add(effect.key)
    assert (len(left), len(told)) == (40, 1)
    task = left["told:ship:T7:SF0000000000007"]
    assert (task.customer_id, task.why) == (7, "没有聊天账号，打 13800000007")
    assert "SF0000000000007" in task.text and task.until == NOW + order_notices.OLD_NEWS


def test_who_turns_up_in_the_chat_is_told_and_the_seller_has_nothing_left_to_do() -> None:
    record = lived([LIFE[2]], replace(KNOWN, contact=nowhere(1), phone="13812345678"))
    record.customer = KNOWN
    found = record.take(LIFE[3])
    assert list(record.pushed) == ["ship:T1:SF1234567890123"]
    assert SettleTask("told:ship:T1:SF1234567890123", TaskState.DONE) in found


def promised(what: Deed, id_: int = 1, made: timedelta = timedelta(hours=-5)) -> OpenPromise:
    return OpenPromise(id_, what, "今晚发货", "老板", NOW + made, NOW + timedelta(hours=9))


@pytest.mark.parametrize(
    ("happenings", "promises", "kept"),
    [
        ([LIFE[2]], [promised(Deed.SHIP)], {1}),
        ([event(SHIPPED)], [promised(Deed.SHIP)], {1}),
        ([LIFE[2]], [promised(Deed.SHIP), promised(Deed.RESEND, 2), promised(Deed.ANSWER, 3)], {1}),
        ([LIFE[0], LIFE[1], LIFE[3]], [promised(Deed.SHIP)], set()),
        ([replace(LIFE[2], shipped_at=NOW - timedelta(hours=6))], [promised(Deed.SHIP)], set()),
    ],
)
def test_what_was_promised_is_kept_with_the_parcel(
    happenings: list[OrderEvent], promises: list[OpenPromise], kept: set[int]
) -> None:
    record = Record(replace(KNOWN, promises=tuple(promises)))
    moved = [e for one in happenings for e in record.take(one) if isinstance(e, MovePromise)]
    assert {e.promise_id for e in moved if e.state == KEPT} == kept


def test_a_second_parcel_is_the_one_sent_after() -> None:
    record = lived([LIFE[2]], replace(KNOWN, promises=(promised(Deed.RESEND), promised(Deed.SHIP, 2))))
    record.customer = replace(record.customer, promises=(promised(Deed.RESEND), promised(Deed.SHIP, 2)))
    assert not any(isinstance(e, MovePromise) for e in record.take(LIFE[2]))
    again = record.take(event(SHIPPED, parcels=(SECOND,)))
    assert [e.promise_id for e in again if isinstance(e, MovePromise)] == [1]


@pytest.mark.parametrize(("happened", "closes"), [(CREATED, 1), (PAID, 1), (SHIPPED, 1), (CANCELLED, 0)])
def test_an_order_closes_what_was_asked_before(happened: OrderStatus, closes: int) -> None:
    found = Record().take(event(happened))
    assert sum(isinstance(e, CloseConsultations) for e in found) == closes


def test_products_go_by_the_name_of_the_list() -> None:
    record = lived([event(PAID, items=(OrderItem("面霜", 1, Decimal(129), "MS-01"),))])
    assert record.order
    assert record.order.items == (OrderItem("玫瑰面霜", 1, Decimal(129), "MS-01"),)


# --- parcels ------------------------------------------------------------------------------------

WAY = replace(
    Order(7, "T1", 1, SHIPPED, Decimal(258), NOW, CREAM),
    parcels=(Parcel(1, *FIRST, NOW), Parcel(2, *SECOND, NOW)),
)


def parcel_event(state: ParcelState | None, minutes: int = 0, **more: Any) -> ParcelEvent:
    return ParcelEvent(FIRST[1], state, NOW + timedelta(minutes=minutes), **more)


def moved(found: list[Effect]) -> dict[str, Any]:
    return {k: v for e in found if isinstance(e, MoveParcel) for k, v in e.changes.items()}


def test_an_order_is_signed_with_its_last_parcel() -> None:
    now = NOW + timedelta(hours=1)
    found = tracking.decide(parcel_event(ParcelState.SIGNED), KNOWN, WAY, WAY.parcels[0], now)
    assert moved(found)["signed_at"] == NOW
    assert not any(isinstance(e, SignOrder) for e in found)
    arrived = replace(WAY, parcels=(WAY.parcels[0], replace(WAY.parcels[1], signed_at=NOW)))
    found = tracking.decide(parcel_event(ParcelState.SIGNED), KNOWN, arrived, arrived.parcels[0], now)
    assert SignOrder(7, NOW) in found


def test_older_news_change_nothing() -> None:
    parcel = replace(WAY.parcels[0], state="派件", state_at=NOW)
    assert tracking.decide(parcel_event(ParcelState.UNDER_WAY, -5), KNOWN, WAY, parcel, NOW) == []
    assert tracking.decide(parcel_event(None), KNOWN, WAY, parcel, NOW) == []


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (ParcelState.TROUBLE, "出了问题"),
        (ParcelState.GOING_BACK, "退回"),
        (ParcelState.BACK, "退签"),
        (ParcelState.REFUSED, "拒收"),
    ],
)
def test_trouble_is_told_once_with_the_couriers_words(state: ParcelState, word: str) -> None:
    happening = parcel_event(state, words="收件人电话无法接通")
    first, again = (
        tracking.decide(happening, KNOWN, WAY, WAY.parcels[0], datetime.now(UTC)) for _ in range(2)
    )
    (told,) = [e for e in first if isinstance(e, NotifySeller)]
    for part in (word, "T1", "SF1234567890123", "收件人电话无法接通", "回 小王"):
        assert part in told.text
    assert [e.key for e in again if isinstance(e, NotifySeller)] == [told.key]


def test_a_service_that_gives_up_says_so() -> None:
    happening = ParcelEvent(FIRST[1], None, gave_up="3天查询无记录")
    (told,) = tracking.decide(happening, KNOWN, WAY, WAY.parcels[0], NOW)
    assert isinstance(told, NotifySeller)
    assert "3天查询无记录" in told.text
    assert "签收 T1" in told.text
