"""What every effect leaves in the tables: once, however often it comes, and nothing of an erased person."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel

from bot.core.customer import OrderItem, OrderStatus, TagSource
from bot.core.delivery import PICTURE, Contact, Kind, Status
from bot.core.effects import (
    AddTag,
    AskSeller,
    Audit,
    CloseConsultations,
    ErasePerson,
    GrantNotice,
    KeepOrder,
    NotifySeller,
    OpenConsultation,
    Push,
    QuestionAnswered,
    RecordOrder,
    RemoveTag,
    SetFields,
    SettleDelivery,
    ShipOrder,
    SignOrder,
    StartTimer,
    StopPushes,
)
from bot.core.settings import Settings
from handlers.brain import Brain
from storage import load
from storage.db import Database
from storage.rows import (
    AuditRow,
    ConsentRow,
    ConsultationRow,
    CustomerRow,
    MessageRow,
    OrderItemRow,
    OrderRow,
    OutboxRow,
    ParcelRow,
    QuestionRow,
    TagRow,
)
from storage.state import PUSHES_STOPPED, read_state
from storage.writers.trade import ENOUGH_WORDS
from tests.bench import NINE, Bench, reader, with_accounts
from tests.fakes.platform import Platform

BOT, SELLER = TagSource.BOT, TagSource.SELLER


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database, {"sandbox": Platform(), "oa": Platform()})


@pytest.fixture
def buyer(bench: Bench) -> int:
    contact = bench.contact("oa", "a")
    assert contact.customer_id
    return contact.customer_id


# --- tags ---------------------------------------------------------------------------------------


def the_tag(bench: Bench) -> tuple[str, int, str]:
    [row] = bench.rows(TagRow)
    return row.source, row.times, row.words


def test_a_tag_that_is_seen_again_counts_and_keeps_its_latest_words(bench: Bench, buyer: int) -> None:
    bench.write(AddTag(buyer, "油皮", BOT, "我油皮"))
    bench.hand.forward(days=1)
    bench.write(AddTag(buyer, "油皮", BOT, "出油多"), AddTag(buyer, "油皮", BOT, "很油"))
    assert the_tag(bench) == (BOT, 3, "很油")
    [row] = bench.rows(TagRow)
    assert (row.first_at, row.last_at) == (NINE, NINE + timedelta(days=1))


def test_the_bot_never_overwrites_what_the_seller_said(bench: Bench, buyer: int) -> None:
    bench.write(AddTag(buyer, "油皮", SELLER, "店主写的"))
    bench.write(AddTag(buyer, "油皮", BOT, "我油皮"))
    assert the_tag(bench) == (SELLER, 2, "店主写的")


def test_the_seller_may_overwrite_the_bot(bench: Bench, buyer: int) -> None:
    bench.write(AddTag(buyer, "油皮", BOT, "我油皮"))
    bench.write(AddTag(buyer, "油皮", SELLER, "店主写的"))
    assert the_tag(bench) == (SELLER, 1, "店主写的")


def test_a_tag_is_one_persons(bench: Bench, buyer: int) -> None:
    other = bench.contact("oa", "b").customer_id
    assert other
    bench.write(AddTag(buyer, "油皮", BOT), AddTag(other, "油皮", BOT))
    bench.write(RemoveTag(buyer, "油皮"))
    assert [r.customer_id for r in bench.rows(TagRow)] == [other]


# --- consultations and orders -------------------------------------------------------------------


def test_an_order_without_a_total_costs_nothing(bench: Bench, buyer: int) -> None:
    bench.write(KeepOrder("A1", buyer, {}))
    [row] = bench.rows(OrderRow)
    assert (type(row.total), row.total, row.status) == (Decimal, Decimal(0), OrderStatus.CREATED)


def test_one_open_consultation_a_product(bench: Bench, buyer: int) -> None:
    bench.write(OpenConsultation(buyer, "面霜", "多少钱"), OpenConsultation(buyer, "面霜", "包邮吗"))
    bench.hand.forward(hours=1)
    bench.write(OpenConsultation(buyer, "面霜", "好用吗"), OpenConsultation(buyer, None, "在吗"))
    rows = {r.product: r for r in bench.rows(ConsultationRow)}
    assert (rows["面霜"].words, rows["面霜"].questions) == ("多少钱\n包邮吗\n好用吗", 3)
    assert rows["面霜"].last_at == NINE + timedelta(hours=1)
    assert rows[""].questions == 1


def test_a_closed_consultation_is_followed_by_a_new_one(bench: Bench, buyer: int) -> None:
    bench.write(OpenConsultation(buyer, "面霜", "多少钱"))
    bench.write(CloseConsultations(buyer, "ordered", "20261121-1"))
    bench.write(OpenConsultation(buyer, "面霜", "还有吗"))
    assert [(r.state, r.order_number, r.words) for r in bench.rows(ConsultationRow)] == [
        ("ordered", "20261121-1", "多少钱"),
        ("open", "", "还有吗"),
    ]


def test_the_words_of_a_consultation_are_enough_at_some_point(bench: Bench, buyer: int) -> None:
    bench.write(OpenConsultation(buyer, "面霜", "问" * 5000))
    for _ in range(3):
        bench.write(OpenConsultation(buyer, "面霜", "再问" * 300))
    [row] = bench.rows(ConsultationRow)
    assert len(row.words) == ENOUGH_WORDS
    assert row.questions == 4


def test_an_order_number_is_one_order(bench: Bench, buyer: int) -> None:
    items = (OrderItem("面霜", 2, Decimal("129.90")), OrderItem("洁面", 1, Decimal("0.01")))
    bench.write(RecordOrder(buyer, "1", items), RecordOrder(buyer, "1", items))
    bench.write(RecordOrder(buyer, "1", items[:1]))
    [order] = bench.rows(OrderRow)
    assert order.total == Decimal("259.81")
    assert len(bench.rows(OrderItemRow)) == 2


def test_a_parcel_is_shipped_once_and_a_second_one_too(bench: Bench, buyer: int) -> None:
    bench.write(RecordOrder(buyer, "1", (OrderItem("面霜", 1, Decimal(129)),)))
    [order] = bench.rows(OrderRow)
    bench.write(ShipOrder(order.id, "中通", "T1"), ShipOrder(order.id, "中通", "T1"))
    bench.write(ShipOrder(order.id, "顺丰", "T1"))
    assert [(r.courier, r.tracking_no) for r in bench.rows(ParcelRow)] == [("中通", "T1")]
    assert bench.rows(OrderRow)[0].status == OrderStatus.SHIPPED
    bench.write(ShipOrder(order.id, "中通", "T2"))
    assert len(bench.rows(ParcelRow)) == 2


def test_what_is_signed_does_not_become_shipped_again(bench: Bench, buyer: int) -> None:
    bench.write(RecordOrder(buyer, "1", ()))
    [order] = bench.rows(OrderRow)
    bench.write(ShipOrder(order.id, "中通", "T1"))
    bench.write(SignOrder(order.id))
    bench.hand.forward(hours=1)
    bench.write(SignOrder(order.id), ShipOrder(order.id, "中通", "T1"))
    assert bench.rows(OrderRow)[0].status == OrderStatus.SIGNED
    assert bench.rows(ParcelRow)[0].signed_at == NINE


# --- what goes out ------------------------------------------------------------------------------


def test_an_alert_is_told_every_seller_once(database: Database) -> None:
    bench = Bench(database, {"sandbox": Platform()}, sellers=(("sandbox", "a"), ("sandbox", "b")))
    bench.write(NotifySeller("有人找你", "k"), NotifySeller("有人找你", "k"))
    bench.write(NotifySeller("有人找你", "k"), NotifySeller("没有钥匙"), NotifySeller("没有钥匙"))
    assert sorted(bench.alerts()) == ["有人找你"] * 2 + ["没有钥匙"] * 4


def test_a_long_alert_fits_the_sellers_account(bench: Bench) -> None:
    """A platform refuses what is too long, and nobody is alerted about a lost alert."""
    words = "买家写了很多。" * 300
    bench.write(NotifySeller(words, "k"))
    bench.write(NotifySeller(words, "k"))
    assert "".join(bench.alerts()) == words
    assert all(len(text.encode()) <= 2000 for text in bench.alerts())


def test_a_picture_follows_its_alert_once_and_only_where_it_is_carried(bench: Bench) -> None:
    bench.write(NotifySeller("上周的报表", "r1", picture=b"png"))
    bench.around = replace(bench.around, carries=lambda account, png: account == "sandbox" and bool(png))
    for _ in range(2):
        bench.write(NotifySeller("上周的报表", "r2", picture=b"png"), NotifySeller("有人找你", "k"))
    rows = [(row.text, row.picture, row.expires_at) for row in bench.rows(OutboxRow)]
    picture = (PICTURE, b"png", NINE + timedelta(days=1))
    assert rows == [("上周的报表", None, None)] * 2 + [picture, ("有人找你", None, None)]


def test_a_long_push_is_parts_with_one_key(bench: Bench, buyer: int) -> None:
    push = Push(buyer, "今天上新。" * 300, Kind.RELAY, key="k", hold=timedelta(seconds=5))
    bench.write(push, push)
    rows = bench.outbox("oa", "a")
    assert [r.key for r in rows] == [f"k#{n}" for n in range(len(rows))]
    assert {r.status for r in rows} == {Status.HELD}
    assert "".join(r.text for r in rows) == push.text


def test_a_push_goes_where_the_customer_was_heard_last(bench: Bench, buyer: int) -> None:
    far: list[Contact] = []
    for name, hours, reachable in (("b", 1, True), ("c", 2, True), ("d", 3, False)):
        at = NINE + timedelta(hours=hours)
        far.append(bench.contact("oa", name, customer_id=buyer, message_at=at, reachable=reachable))
    bench.write(Push(buyer, "你好", Kind.RELAY))
    assert [r.contact_id for r in bench.rows(OutboxRow)] == [far[1].id]


def test_a_late_refusal_fails_the_row_of_its_account(bench: Bench) -> None:
    mine = bench.planned(bench.contact("oa", "a"), "x", status=Status.SENT, platform_id="77")
    theirs = bench.planned(bench.contact("sandbox", "a"), "x", status=Status.SENT, platform_id="77")
    bench.write(SettleDelivery("oa", "77", True), SettleDelivery("oa", "", False))
    assert bench.status(mine) == Status.SENT
    bench.write(SettleDelivery("oa", "77", False, "用户拒收"))
    assert [bench.status(r) for r in (mine, theirs)] == [Status.FAILED, Status.SENT]


@pytest.mark.parametrize(
    ("changes", "left"),
    [([1, 1], 2), ([1, -1], 0), ([-1], 0), ([1, 1, 0], 0), ([0, 1], 1), ([1, -1, -1, 1], 1)],
)
def test_grants_are_counted_and_never_negative(bench: Bench, changes: list[int], left: int) -> None:
    contact = bench.contact("oa", "a")
    bench.write(*(GrantNotice(contact.id, "t", change) for change in changes))
    assert [r.remaining for r in bench.rows(ConsentRow)] == [left]


def test_stopping_and_going_on(bench: Bench) -> None:
    for stopped in (True, False, True):
        bench.write(StopPushes(stopped))
        with bench.database.transaction() as connection:
            assert bool(read_state(connection, PUSHES_STOPPED)) is stopped


def test_one_open_question_a_seller(bench: Bench) -> None:
    bench.write(AskSeller("老板", {"n": 1}))
    bench.write(AskSeller("老板", {"n": 2}), AskSeller("小工", {"n": 3}))
    bench.write(QuestionAnswered("老板"), AskSeller("老板", {"n": 4}))
    with bench.database.transaction() as connection:
        assert load.open_question(connection, "老板", bench.clock.now()) == {"n": 4}
        assert load.open_question(connection, "老板", NINE + timedelta(minutes=10)) is None
    assert len(bench.rows(QuestionRow)) == 2


def test_an_unknown_effect_is_refused_and_leaves_nothing(bench: Bench, buyer: int) -> None:
    with pytest.raises(TypeError, match="str"):
        bench.write(AddTag(buyer, "油皮", BOT), "not an effect")  # type: ignore[arg-type]
    assert bench.rows(TagRow) == []


# --- erasing ------------------------------------------------------------------------------------

SECRET = "秘密"


def everything_with_the_secret(bench: Bench) -> set[str]:
    """table.column of every place where the secret can still be read."""
    found = set()
    for name, rows in SQLModel.metadata.tables.items():
        with bench.database.transaction() as connection:
            for row in connection.execute(select(rows)):
                for column, value in row._mapping.items():
                    text = (
                        value
                        if isinstance(value, str)
                        else json.dumps(value, default=str, ensure_ascii=False)
                    )
                    if SECRET in text:
                        found.add(f"{name}.{column}")
    return found


async def test_of_an_erased_person_nothing_personal_is_left(bench: Bench, settings: Settings) -> None:
    brain = Brain(with_accounts(settings), reader(settings))
    engine = bench.engine(brain)
    await engine.submit(bench.message("oa", "a", f"面霜多少钱，我叫{SECRET}"))
    await engine.submit(bench.message("oa", "a", f"我是{SECRET}"))
    contact = bench.contact("oa", "a")
    buyer = contact.customer_id
    assert buyer
    every = dict.fromkeys(("name", "nickname", "phone", "address", "birthday", "note"), SECRET)
    bench.write(
        SetFields(buyer, every),
        AddTag(buyer, "油皮", BOT, SECRET),
        OpenConsultation(buyer, "面霜", SECRET),
        Audit("老板", "备注", SECRET, buyer),
        StartTimer("r", buyer, SECRET, NINE + timedelta(hours=1), {"x": SECRET}),
        Push(buyer, SECRET, Kind.NOTICE, template="shipping", template_data={"goods": SECRET}),
        RecordOrder(buyer, "1", (OrderItem("面霜", 1, Decimal(129)),)),
    )
    bench.write(Push(buyer, SECRET, Kind.RELAY, hold=timedelta(seconds=5)))
    bench.write(ErasePerson(buyer))
    alerts = [r for r in bench.rows(OutboxRow, kind=Kind.ALERT) if SECRET in r.text]
    left = everything_with_the_secret(bench)
    # what the sellers were told about it stays on their side: no alert knows whom it is about
    assert left == ({"outbox.text"} if alerts else set())
    mine = bench.outbox("oa", "a")
    assert {r.text for r in mine} == {""}
    assert not {r.status for r in mine} & {Status.HELD, Status.PLANNED, Status.PARKED}
    assert bench.rows(MessageRow, waiting=True) == []
    assert len(bench.rows(OrderRow)) == 1
    assert [r.actor for r in bench.rows(AuditRow)] == ["老板"]
    assert bench.rows(CustomerRow, id=buyer)[0].first_seen_at == NINE


async def test_an_erased_person_who_writes_again_is_answered(bench: Bench, settings: Settings) -> None:
    brain = Brain(with_accounts(settings), reader(settings))
    engine = bench.engine(brain)
    await engine.submit(bench.message("oa", "a", "在吗"))
    contact = bench.contact("oa", "a")
    assert contact.customer_id
    bench.write(ErasePerson(contact.customer_id))
    await engine.submit(bench.message("oa", "a", "面霜多少钱"))
    await bench.deliver()
    assert "129" in bench.platforms["oa"].texts[-1]
