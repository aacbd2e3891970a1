"""Who turns out to be one person while messages and orders come in: in the same transaction, once, by whoever."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bot.core.customer import OrderItem, OrderStatus
from bot.core.delivery import Kind
from bot.core.effects import SetFields, SplitCustomers
from bot.core.events import BuyerEvent, Happening, OrderedBy, OrderEvent
from bot.core.settings import Settings
from bot.engine import Engine
from handlers import referral
from handlers.brain import Brain
from storage.db import Database
from storage.queues import claim_timers
from storage.rows import (
    ContactRow,
    CustomerRow,
    FailureRow,
    IdentityRow,
    MergeRow,
    MessageRow,
    OrderRow,
    ReferralRow,
    TagRow,
    TimerRow,
    ValueRow,
)
from tests.bench import Bench, answer_of, reader, with_accounts
from tests.fakes.platform import Platform

PHONE = "我电话13812345678"
PLATFORMS = ("sandbox", "oa", "other")


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database, {name: Platform() for name in PLATFORMS})


@pytest.fixture
def brain(settings: Settings) -> Brain:
    return Brain(with_accounts(settings), reader(settings))


@pytest.fixture
def engine(bench: Bench, brain: Brain) -> Engine:
    return bench.engine(brain)


def living(bench: Bench) -> list[Any]:
    return [row for row in bench.rows(CustomerRow) if row.merged_into is None]


def owner(bench: Bench, account: str, name: str) -> int:
    return int(bench.rows(ContactRow, account=account, external_id=name)[0].customer_id)


async def say(bench: Bench, engine: Engine, account: str, who: str, text: str) -> None:
    """What is said is dealt with when the buyer has been silent."""
    await engine.submit(bench.message(account, who, text))
    bench.hand.forward(seconds=30)
    await ring(bench, engine)
    bench.hand.forward(seconds=30)


async def ring(bench: Bench, engine: Engine) -> None:
    """Ring every due timer."""
    now = bench.clock.now()
    for bell in await bench.database.write(lambda c: claim_timers(c, now, 200)):
        await engine.submit(bell)


async def two_with_one_phone(bench: Bench, engine: Engine) -> None:
    await say(bench, engine, "oa", "a", PHONE)
    await say(bench, engine, "other", "b", "面霜多少钱")
    await say(bench, engine, "other", "b", PHONE)


async def test_the_phone_that_both_call_their_own_makes_them_one(bench: Bench, engine: Engine) -> None:
    await two_with_one_phone(bench, engine)
    [one] = living(bench)
    assert one.id == owner(bench, "oa", "a") == owner(bench, "other", "b")
    assert {m.customer_id for m in bench.rows(MessageRow)} == {one.id}
    assert {t.customer_id for t in bench.rows(TagRow)} == {one.id}
    assert {t.customer_id for t in bench.rows(TimerRow)} == {one.id}
    [told] = [text for text in bench.alerts() if "合成一个人" in text]
    assert f"拆分 #{one.id}" in told
    assert bench.rows(FailureRow) == []


async def test_each_account_goes_on_being_answered_where_it_writes(bench: Bench, engine: Engine) -> None:
    await two_with_one_phone(bench, engine)
    before = len(answer_of(bench, "other", "b"))
    bench.write(SetFields(owner(bench, "oa", "a"), {"greeted_at": None}))
    await asyncio.gather(
        engine.submit(bench.message("oa", "a", "洗面奶多少钱")),
        engine.submit(bench.message("other", "b", "防晒霜多少钱")),
    )
    answers = [answer_of(bench, "oa", "a")[-1], answer_of(bench, "other", "b")[before]]
    assert "69" in answers[0] and "99" in answers[1]
    assert sum("小助手" in text for text in answers) == 1, "one is decided on what the other has left"
    assert {t.name for t in bench.rows(TagRow)} >= {"关注氨基酸洁面乳", "关注轻透防晒霜"}
    assert bench.rows(FailureRow) == []


@pytest.mark.parametrize("text", [PHONE, PHONE + "，面霜多少钱"])
async def test_both_at_once(bench: Bench, engine: Engine, text: str) -> None:
    """Answered at once, or after a silence that ends for both in the same moment."""
    await asyncio.gather(*(engine.submit(bench.message(account, "a", text)) for account in PLATFORMS))
    bench.hand.forward(seconds=30)
    now = bench.clock.now()
    bells = await bench.database.write(lambda c: claim_timers(c, now, 200))
    await asyncio.gather(*(engine.submit(bell) for bell in bells))
    assert len(living(bench)) == 1


async def test_the_phone_in_an_earlier_piece(bench: Bench, engine: Engine) -> None:
    await say(bench, engine, "oa", "a", PHONE)
    bench.hand.forward(hours=1)
    await engine.submit(bench.message("other", "b", "在吗"))
    bench.hand.forward(seconds=1)
    await engine.submit(bench.message("other", "b", "我的手机号13812345678"))
    bench.hand.forward(seconds=5)
    for _ in range(3):
        await ring(bench, engine)
        bench.hand.forward(seconds=5)
    assert len(living(bench)) == 1


@pytest.mark.parametrize(
    "text", ["寄给我妈 13812345678", "这单送朋友，13812345678", "快递员13812345678打不通"]
)
async def test_the_phone_of_another_joins_nobody(bench: Bench, engine: Engine, text: str) -> None:
    await say(bench, engine, "oa", "a", PHONE)
    await say(bench, engine, "other", "b", text)
    assert len(living(bench)) == 2
    assert bench.rows(MergeRow) == []


async def test_who_was_taken_apart_is_not_joined_again(bench: Bench, engine: Engine) -> None:
    await two_with_one_phone(bench, engine)
    bench.write(SplitCustomers(owner(bench, "oa", "a"), "老板"))
    assert len(living(bench)) == 2
    assert {c.phone for c in living(bench)} == {"13812345678"}
    await say(bench, engine, "other", "b", "13812345678 我的手机号13812345678")
    assert len(living(bench)) == 2


async def test_who_opted_out_on_one_account_is_left_alone_on_the_other(bench: Bench, engine: Engine) -> None:
    await say(bench, engine, "oa", "a", "退订")
    await say(bench, engine, "oa", "a", PHONE)
    await say(bench, engine, "other", "b", PHONE)
    [one] = living(bench)
    assert one.opted_out_at is not None


def order(number: str, account: str = "", who: str = "", **by: str) -> OrderEvent:
    customer = OrderedBy(account=account, external_id=who, phone="13812345678", **by)
    items = (OrderItem("玫瑰面霜", 1, Decimal(129)),)
    return OrderEvent(f"e{number}", OrderStatus.PAID, number, customer, items)


async def test_the_phone_of_an_order(bench: Bench, engine: Engine) -> None:
    await say(bench, engine, "oa", "a", PHONE)
    await say(bench, engine, "other", "b", "在吗")
    await engine.submit(order("1", "other", "b"))
    [one] = living(bench)
    assert [o.customer_id for o in bench.rows(OrderRow)] == [one.id]
    assert [v.orders for v in bench.rows(ValueRow, customer_id=one.id)] == [1]
    assert [v.customer_id for v in bench.rows(ValueRow)] == [one.id]


async def test_the_phone_of_an_order_for_somebody_else(bench: Bench, engine: Engine) -> None:
    await say(bench, engine, "oa", "a", "王芳 13812345678 浙江省杭州市西湖区文三路1号")
    await say(bench, engine, "other", "b", "在吗")
    await engine.submit(order("1", "other", "b", name="李雷"))
    assert len(living(bench)) == 2
    assert [text for text in bench.alerts() if "合并 #" in text]


async def test_worth_is_of_both_and_of_each_again(bench: Bench, engine: Engine) -> None:
    await say(bench, engine, "oa", "a", PHONE)
    await say(bench, engine, "other", "b", "在吗")
    for n, (account, who) in enumerate((("oa", "a"), ("other", "b"))):
        event = order(str(n), account, who)
        await engine.submit(replace(event, customer=replace(event.customer, phone="")))
    await say(bench, engine, "other", "b", PHONE)
    [value] = bench.rows(ValueRow)
    assert (value.orders, value.spent) == (2, Decimal(258))
    await engine.submit(bench.message("sandbox", "seller", f"拆分 #{value.customer_id}"))
    assert sorted((v.orders, v.spent) for v in bench.rows(ValueRow)) == [(1, Decimal(129)), (1, Decimal(129))]


async def test_a_union_id_joins_whatever_the_event(bench: Bench, engine: Engine) -> None:
    await say(bench, engine, "oa", "a", "在吗")
    now = bench.clock.now()
    for account, who, id_ in (("oa", "a", "s1"), ("other", "b", "s2")):
        event = BuyerEvent(account, who, id_, now, Happening.SUBSCRIBE, {"union_id": "u1"})
        await engine.submit(event)
    assert len(living(bench)) == 1
    assert {(i.kind, i.value) for i in bench.rows(IdentityRow)} == {("union_id", "u1")}


async def test_a_bell_that_was_on_its_way_rings_for_the_person(bench: Bench, engine: Engine) -> None:
    """Claimed before the merge, it is nobody's any more; its row rings again for who they are now."""
    await say(bench, engine, "oa", "a", PHONE)
    bench.hand.forward(hours=1)
    await engine.submit(bench.message("other", "b", "在吗"))
    now = bench.hand.forward(seconds=3)
    claimed = [
        t for t in await bench.database.write(lambda c: claim_timers(c, now, 10)) if t.rule == "pieces"
    ]
    await engine.submit(bench.message("other", "b", PHONE + "，面霜怎么用"))
    for bell in claimed:
        await engine.submit(bell)
    assert bench.rows(FailureRow) == []
    assert len(living(bench)) == 1


async def test_several_processes_at_once(settings: Settings, postgres_url: str) -> None:
    """Each hears the phone from another account; whoever comes second sees the first."""
    databases = [Database(postgres_url) for _ in range(3)]
    bench = Bench(databases[0], {name: Platform() for name in PLATFORMS})
    brain = Brain(with_accounts(settings), reader(settings))
    engines = [bench.engine(brain, database) for database in databases]
    for n in range(4):
        phone = f"我电话1381234567{n}，面霜多少钱"
        await asyncio.gather(
            *(
                engine.submit(bench.message(account, f"p{n}", phone))
                for engine, account in zip(engines, PLATFORMS, strict=True)
            )
        )
        assert len(living(bench)) == n + 1
    assert bench.rows(FailureRow) == []
    for database in databases:
        database.close()


# --- brought along ------------------------------------------------------------------------------


async def test_who_says_by_whom_they_were_sent_is_linked_and_both_are_thanked(
    bench: Bench, engine: Engine
) -> None:
    await say(bench, engine, "oa", "a", "在吗")
    wang = owner(bench, "oa", "a")
    bench.write(SetFields(wang, {"name": "王姐"}))
    await say(bench, engine, "other", "b", "你好，王姐介绍来的，面霜多少钱")
    [linked] = bench.rows(ReferralRow)
    assert (linked.by_id, linked.customer_id) == (wang, owner(bench, "other", "b"))
    for _ in range(4):
        await ring(bench, engine)
        bench.hand.forward(seconds=5)
    thanks = [r for r in bench.outbox() if r.kind == Kind.CARE]
    assert sorted(r.contact_id for r in thanks) == sorted(
        c.id for c in bench.rows(ContactRow) if c.customer_id
    )
    bench.hand.forward(days=7)
    for _ in range(4):
        await ring(bench, engine)
    assert [text for text in bench.alerts() if "打个电话" in text and "别提卖东西" in text]


async def test_a_code_links_to_its_owner(bench: Bench, engine: Engine) -> None:
    await say(bench, engine, "oa", "a", "在吗")
    code = referral.code(owner(bench, "oa", "a"))
    await say(bench, engine, "other", "b", f"介绍码 {code}")
    [linked] = bench.rows(ReferralRow)
    assert linked.how == "介绍码"


async def test_a_referral_in_a_circle_is_refused(bench: Bench, engine: Engine) -> None:
    for account, who in (("oa", "a"), ("other", "b")):
        await say(bench, engine, account, who, "在吗")
        bench.write(SetFields(owner(bench, account, who), {"name": f"姓{who}"}))

    async def seller(text: str) -> None:
        await engine.submit(bench.message("sandbox", "seller", text))

    await seller("介绍 姓a 姓b")
    await seller("介绍 姓b 姓a")
    await seller("介绍 姓a 姓b")
    assert len(bench.rows(ReferralRow)) == 1
    await seller("介绍榜")
    assert "姓a：带来 1 位" in answer_of(bench, "sandbox", "seller")[-1]
    await seller("介绍榜 姓a 送了一支小样")
    assert bench.rows(ReferralRow)[0].reward == "送了一支小样"
    await seller("介绍 删 姓b")
    assert bench.rows(ReferralRow) == []
    assert [t for t in bench.rows(TimerRow) if t.rule == "referral"] == []
