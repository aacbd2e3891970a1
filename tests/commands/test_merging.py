"""合并, 拆分: two on record become one after 确认, and two again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.core.customer import OrderItem
from bot.core.effects import RecordOrder, SetFields
from storage.rows import ContactRow, MergeRow, OrderRow
from tests.commands.conftest import Counter


@pytest.fixture
def two(counter: Counter, xiaoli: int) -> tuple[int, int]:
    counter.wait(hours=1)
    return xiaoli, counter.buyer("bob", name="王芳", phone="13900001111")


def order(counter: Counter, customer: int, number: str) -> None:
    counter.write(RecordOrder(customer, number, (OrderItem("玫瑰面霜", 1, Decimal(129)),)))


def owners(counter: Counter) -> dict[str, int]:
    return {row.number: row.customer_id for row in counter.rows(OrderRow)}


def test_what_is_joined_is_shown_and_waits(counter: Counter, two: tuple[int, int]) -> None:
    order(counter, two[1], "A")
    counter.write(SetFields(two[1], {"opted_out_at": counter.now}))
    shown = counter.say("合并 王芳 小丽")
    for words in ("小丽 #1", "王芳 #2", "订单1", "电话不一样", "退订", "确认"):
        assert words in shown
    assert owners(counter) == {"A": two[1]}
    assert "好，不做了" in counter.say("取消")
    assert counter.rows(MergeRow) == []


def test_one_person_afterwards_by_either_name(counter: Counter, two: tuple[int, int]) -> None:
    order(counter, two[0], "A")
    order(counter, two[1], "B")
    counter.say("合并 小丽 王芳")
    assert "拆分 #1" in counter.say("确认")
    assert owners(counter) == {"A": 1, "B": 1}
    card = counter.say("客户 王芳")
    for name in ("小丽", "#2", "13812345678", "bob", "alice", "1111"):
        assert counter.say(f"客户 {name}") == card
    assert "B" in card and "A" in card
    assert "王芳" in counter.say("资料 小丽")


def test_split_gives_everything_back(counter: Counter, two: tuple[int, int]) -> None:
    order(counter, two[0], "A")
    order(counter, two[1], "B")
    counter.say("合并 小丽 王芳")
    counter.say("确认")
    counter.wait(days=1)
    order(counter, two[0], "C")
    told = counter.say("拆分 王芳")
    assert "王芳 #2" in told
    assert owners(counter) == {"A": 1, "B": 2, "C": 1}
    assert {c.external_id: c.customer_id for c in counter.rows(ContactRow) if c.customer_id} == {
        "alice": 1,
        "bob": 2,
    }
    assert "没有合并过" in counter.say("拆分 小丽")


def test_merged_again_after_a_split(counter: Counter, two: tuple[int, int]) -> None:
    for _ in range(2):
        counter.say("合并 小丽 王芳")
        counter.say("确认")
        counter.say("拆分 小丽")
    assert counter.customer(2).name == "王芳"
    assert len(counter.rows(MergeRow)) == 2


def test_two_of_the_same_name(counter: Counter, xiaoli: int) -> None:
    counter.wait(hours=1)
    counter.buyer("bob", name="小丽")
    assert "#1" in counter.say("合并 小丽 小丽")
    counter.say("确认")
    assert "小丽 #1" in counter.say("客户 小丽")


def test_several_of_the_same_name_are_told_apart_by_number(counter: Counter, xiaoli: int) -> None:
    for who in ("bob", "carl"):
        counter.buyer(who, name="小丽")
    assert "合并 #1 #2" in counter.say("合并 小丽 小丽")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("合并 小丽", "用法：合并 甲 乙"),
        ("合并 小丽 alice", "已经是一个人"),
        ("合并 小丽 小丽", "没有两位"),
        ("合并 小丽 谁呀", "没有找到"),
        ("拆分 小丽", "没有合并过"),
        ("拆分", "用法：拆分 名"),
    ],
)
def test_what_cannot_be_done_is_said(counter: Counter, xiaoli: int, line: str, answer: str) -> None:
    assert answer in counter.say(line)


def test_the_notes_and_the_first_day_are_the_persons(counter: Counter, two: tuple[int, int]) -> None:
    counter.say("备注 小丽 怕痒")
    counter.say("备注 王芳 要顺丰")
    counter.say("合并 小丽 王芳")
    counter.say("确认")
    one = counter.customer(1)
    assert [line.split()[-1] for line in one.note.splitlines()] == ["怕痒", "要顺丰"]
    assert counter.now - one.first_seen_at == timedelta(hours=1)


def test_an_erased_person_is_not_taken_apart(counter: Counter, two: tuple[int, int]) -> None:
    from bot.core.effects import ErasePerson

    counter.say("合并 小丽 王芳")
    counter.say("确认")
    counter.write(ErasePerson(1))
    assert "拆不开" in counter.say("拆分 #1")
