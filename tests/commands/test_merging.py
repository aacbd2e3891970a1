"""合并, 拆分: two on record become one after 确认, and two again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.core.customer import OrderItem
from bot.core.effects import RecordOrder, SetFields
from storage.rows import ContactRow, CustomerRow, MergeRow, OrderRow
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


def test_the_card_is_of_whom_the_answer_names(counter: Counter) -> None:
    counter.buyer("ming", name="李明", phone="13800000001", address="杭州市西湖区文三路1号")
    counter.wait(hours=1)
    counter.buyer("tb", name="吴强", nickname="tb_ming", phone="13900000002", address="上海市南京西路2号")
    shown = counter.say("合并 李明 吴强")
    for words in ("合并后叫 李明", "合并后用 13800000001", "合并后用 杭州市西湖区文三路1号"):
        assert words in shown
    assert counter.say("确认").startswith("合成一个人了：李明 #1。")
    card = counter.say("客户 李明")
    head, _, phone, address, *_ = card.splitlines()
    assert head.startswith("李明（昵称 tb_ming） #1 · ")
    assert (phone, address) == ("电话：13800000001，另有 13900000002", "地址：杭州市西湖区文三路1号")
    assert counter.say("客户 13900000002") == counter.say("客户 吴强") == card
    assert "李明" in counter.say("找 13900000002")
    counter.say("拆分 李明")
    assert "电话：13800000001\n" in counter.say("客户 李明")
    assert "电话：13900000002\n" in counter.say("客户 吴强")


def test_the_answer_names_whom_the_card_shows_when_the_sellers_word_wins(counter: Counter) -> None:
    read = {"name": {"value": "李明", "at": counter.now.isoformat()}}
    counter.buyer("ming", name="李明", found=read)
    counter.wait(hours=1)
    counter.buyer("tb", name="吴强")
    assert "合并后叫 吴强" in counter.say("合并 李明 吴强")
    assert counter.say("确认").startswith("合成一个人了：吴强 #1。")
    assert counter.say("客户 #1").startswith("吴强 #1 · ")


def test_who_has_no_name_is_called_by_the_number_once(counter: Counter, xiaoli: int) -> None:
    counter.wait(hours=1)
    counter.put(CustomerRow, id=19, first_seen_at=counter.now, source="订单")
    assert counter.say("客户 #19").startswith("#19 · ")
    assert "· #19，只有订单" in counter.say("合并 小丽 #19")
    counter.say("确认")
    assert "合进来的 #19 又是自己一个人" in counter.say("拆分 小丽")


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
