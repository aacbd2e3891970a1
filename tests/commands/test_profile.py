"""生日 and 资料: what the seller writes down stands, and what is missing is asked for one thing at a time."""

from __future__ import annotations

import pytest

from bot.core.effects import SetFields
from tests.commands.conftest import Counter


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("3月5日", "03-05"),
        ("03-05", "03-05"),
        ("1990-03-05", "1990-03-05"),
        ("1990年3月5日", "1990-03-05"),
        ("90年3月5日", "1990-03-05"),
        ("农历八月十五", "农历八月十五"),
        ("八月十五", "农历八月十五"),
        ("正月初三", "农历正月初三"),
        ("1990年农历闰四月初三", "1990年农历闰四月初三"),
        ("2月29日", "02-29"),
    ],
)
def test_a_birthday_is_kept_in_one_way(counter: Counter, xiaoli: int, typed: str, kept: str) -> None:
    assert kept in counter.say(f"生日 小丽 {typed}")
    assert counter.customer(xiaoli).birthday == kept
    assert kept in counter.say("生日 小丽")


@pytest.mark.parametrize("typed", ["2月30日", "13月1日", "不知道", "农历十三月初一", "1990", "昨天"])
def test_what_is_no_day_is_refused_with_the_usage(counter: Counter, xiaoli: int, typed: str) -> None:
    assert "用法：生日 名 [日期]" in counter.say(f"生日 小丽 {typed}")
    assert counter.customer(xiaoli).birthday == ""


def test_a_birthday_is_taken_away_and_the_old_one_is_named(counter: Counter, xiaoli: int) -> None:
    counter.say("生日 小丽 3月5日")
    assert "原来是 03-05" in counter.say("生日 小丽 农历八月十五")
    counter.say("生日 小丽 删")
    assert counter.customer(xiaoli).birthday == ""
    assert "还不知道" in counter.say("生日 小丽")


def test_the_sellers_birthday_is_not_the_bots_any_more(counter: Counter, xiaoli: int) -> None:
    counter.write(
        SetFields(xiaoli, {"birthday": "03-05", "found": {"birthday": {"value": "03-05", "at": ""}}})
    )
    counter.say("生日 小丽 3月5日")
    assert counter.customer(xiaoli).found == {}


def test_what_is_known_and_the_one_thing_to_ask(counter: Counter, xiaoli: int) -> None:
    counter.tag(xiaoli, "敏感肌")
    shown = counter.say("资料 小丽")
    for words in ("完整度 13%", "姓名 小丽", "喜好 敏感肌", "还不知道：地址"):
        assert words in shown, shown
    assert shown.count("可以问") == 1


def test_what_the_buyer_said_beside_the_sellers_word(counter: Counter, xiaoli: int) -> None:
    counter.write(SetFields(xiaoli, {"address": "杭州", "found": {"address": {"value": "上海", "at": ""}}}))
    assert "资料 小丽 地址 上海" in counter.say("资料 小丽")
    counter.say("资料 小丽 地址 上海")
    assert counter.customer(xiaoli).address == "上海"
    assert "他自己说过" not in counter.say("资料 小丽")


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("姓名 李丽", "name", "李丽"),
        ("昵称 丽丽", "nickname", "丽丽"),
        ("电话 138 0000 1111", "phone", "13800001111"),
        ("电话 0571-88886666", "phone", "0571-88886666"),
        ("地址 杭州市西湖区 文三路1号", "address", "杭州市西湖区 文三路1号"),
        ("生日 农历八月十五", "birthday", "农历八月十五"),
    ],
)
def test_the_seller_writes_a_field(counter: Counter, xiaoli: int, line: str, field: str, value: str) -> None:
    assert value in counter.say(f"资料 小丽 {line}")
    assert getattr(counter.customer(xiaoli), field) == value


def test_the_seller_writes_a_fact(counter: Counter, xiaoli: int) -> None:
    counter.say("资料 小丽 性别 女")
    counter.say("资料 小丽 尺码 M")
    assert counter.customer(xiaoli).facts == {"性别": "女", "尺码": "M"}
    assert "性别 女" in counter.say("资料 小丽")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("资料 小丽 民族 汉", "没有“民族”这一项"),
        ("资料 小丽 电话", "还差内容"),
        ("资料 小丽 电话 没有", "电话看不懂"),
        ("资料 小丽 生日 哪天", "用法"),
        ("资料 谁", "没有找到"),
    ],
)
def test_what_cannot_be_written_is_said(counter: Counter, xiaoli: int, line: str, answer: str) -> None:
    assert answer in counter.say(line)


def test_a_phone_that_somebody_has_is_pointed_out(counter: Counter, xiaoli: int) -> None:
    counter.buyer("bob", name="王芳")
    assert "合并 #2 #1" in counter.say("资料 王芳 电话 13812345678")


def test_nothing_is_asked_of_who_wants_no_messages(counter: Counter, xiaoli: int) -> None:
    counter.write(SetFields(xiaoli, {"opted_out_at": counter.now}))
    assert "先别问" in counter.say("资料 小丽")
