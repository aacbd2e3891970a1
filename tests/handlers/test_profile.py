"""What buyers say of themselves fills their profile, and shows who they are; what is another's does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.core.customer import Customer, Order, OrderItem, OrderStatus, Tag, TagSource
from bot.core.effects import (
    Effect,
    KnowIdentity,
    Known,
    LookAlike,
    MergeCustomers,
    NotifySeller,
    SetFields,
)
from bot.core.namesake import Namesake
from bot.core.person_settings import ProfileSettings
from handlers.profile import filling, same
from handlers.profile.completeness import completeness, next_question
from handlers.profile.words import differ, phones_in
from storage.sheets.moments import birthday
from tests.handlers.shop import KNOWN, NOW, SHOP, situation

BLANK = replace(KNOWN, nickname="")
ME = "13812345678"


def told(text: str, customer: Customer = BLANK) -> dict[str, Any]:
    """The fields that are written."""
    fields: dict[str, Any] = {}
    for effect in filling.record(situation(customer, text)):
        if isinstance(effect, SetFields):
            fields |= effect.fields
    return {name: value for name, value in fields.items() if name != "found"}


# --- the phone ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "我电话13812345678",
        "我的手机号是138 1234 5678",
        "我手机号：１３８１２３４５６７８",
        "电话：138-1234-5678",
        "13812345678",
        "好的，13812345678",
        "有事打我13812345678",
        "王芳 13812345678 浙江省杭州市西湖区文三路1号5栋201",
        "收件人：王芳，电话：13812345678，地址：浙江省杭州市西湖区文三路1号",
        "我的新号码 13812345678，以后打这个",
        "朋友介绍来的，我电话13812345678",
        "我妈的号是13900001111，我的手机号是13812345678",
        "手机号+86 13812345678",
    ],
)
def test_a_phone_of_ones_own(text: str) -> None:
    assert told(text).get("phone") == ME


@pytest.mark.parametrize(
    "text",
    [
        "寄给我妈 13812345678",
        "帮我寄给我妈，王桂芳 13812345678 浙江省杭州市西湖区文三路1号",
        "送朋友的，收件人李雷 13812345678 上海市徐汇区漕溪路1号",
        "这个是送人的，13812345678 上海市徐汇区漕溪路1号 李雷",
        "给我老婆买的，电话13812345678",
        "我老公电话13812345678",
        "收件人是我妹妹 电话13812345678",
        "我朋友也要一瓶，13812345678",
        "快递员电话13812345678一直打不通",
        "13812345678这个是你们客服的电话吗",
        "有个13812345678的号打来说是你们的",
        "帮别人买的 电话13812345678 收件人张三",
        "他的电话13812345678",
        "订单号13812345678901",
        "单号SF1381234567890",
        "电话13812345678，备用13900001111",
    ],
)
def test_a_phone_that_is_not_ones_own(text: str) -> None:
    found = filling.record(situation(replace(BLANK, same_phone=(other(),)), text))
    assert "phone" not in told(text)
    assert not [e for e in found if isinstance(e, MergeCustomers)]


def test_another_name_in_the_block_is_anothers_parcel() -> None:
    me = replace(BLANK, name="王芳", phone="13900001111")
    assert told("李雷 13812345678 浙江省杭州市西湖区文三路1号", me) == {}
    assert told("王芳 13812345678 浙江省杭州市西湖区文三路1号", replace(me, phone=""))["phone"] == ME


@pytest.mark.parametrize(
    ("one", "other", "unlike"),
    [
        ("王芳", "李雷", True),
        ("王芳", "王芳", False),
        ("王芳", "小丽", False),
        ("王芳", "王姐", False),
        ("王芳", "芳", False),
        ("王芳", "", False),
        ("alice", "王芳", False),
        ("欧阳娜娜", "娜娜", False),
    ],
)
def test_names_that_cannot_be_one_persons(one: str, other: str, unlike: bool) -> None:
    assert differ(one, other) is unlike
    assert differ(other, one) is unlike


@given(st.text())
def test_any_text_can_be_looked_at(text: str) -> None:
    phones_in(text)
    filling.record(situation(BLANK, text))


# --- the other fields -----------------------------------------------------------------------------

BLOCK = "王芳 13812345678 浙江省杭州市西湖区文三路1号"
ADDRESS = "浙江省杭州市西湖区文三路1号"


def test_a_block_fills_name_phone_and_address() -> None:
    assert told(BLOCK) == {"name": "王芳", "phone": ME, "address": ADDRESS}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("我生日3月5号", "03-05"),
        ("我是90年3月5日出生的", "1990-03-05"),
        ("我生日是农历八月十五", "农历八月十五"),
        ("我的生日是正月初三", "农历正月初三"),
        ("我1990年农历闰四月初三生日", "1990年农历闰四月初三"),
        ("我农历腊月三十的生日", "农历十二月三十"),
    ],
)
def test_ones_own_birthday(text: str, day: str) -> None:
    assert told(text)["birthday"] == day
    assert birthday(day) == day, "what tables are read as is written alike"


@pytest.mark.parametrize(
    "text",
    ["我女儿生日3月5号", "老婆生日是农历八月十五", "他生日3月5日", "你们公司生日是3月5日吧", "有生日券吗"],
)
def test_a_birthday_of_somebody_else(text: str) -> None:
    assert "birthday" not in told(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("地址：浙江省杭州市西湖区文三路1号", ADDRESS),
        ("寄到浙江省杭州市西湖区文三路1号", ADDRESS),
        ("收货地址改成浙江省杭州市西湖区文三路1号", ADDRESS),
        ("退货寄回浙江省杭州市西湖区文三路1号吗", ""),
        ("你们在浙江省杭州市西湖区文三路1号吗", ""),
        ("寄给我妈，地址浙江省杭州市西湖区文三路1号", ""),
    ],
)
def test_ones_own_address(text: str, address: str) -> None:
    assert told(text).get("address", "") == address


def test_sizes_are_facts() -> None:
    assert told("我身高165体重110斤，平时穿M码")["facts"] == {"身高": "165cm", "体重": "55kg", "尺码": "M"}
    assert told("给我老公买，身高180") == {}


# --- whose word stands ----------------------------------------------------------------------------


def after(customer: Customer, text: str) -> Customer:
    for effect in filling.record(situation(customer, text)):
        if isinstance(effect, SetFields):
            customer = replace(customer, **effect.fields)
    return customer


def test_the_bots_own_finding_is_renewed() -> None:
    once = after(BLANK, BLOCK)
    moved = after(once, "地址换成上海市徐汇区漕溪路9号3栋")
    assert moved.address.startswith("上海市徐汇区")
    found = filling.record(situation(once, "我换号了，我的新号码13900001111"))
    assert KnowIdentity(1, Known.PHONE, ME) in found, "the earlier phone still finds the person"
    assert after(once, "我的新号码13900001111").phone == "13900001111"


def test_the_sellers_word_stays_and_what_was_said_is_kept_beside_it() -> None:
    mine = replace(BLANK, name="王芳", address="杭州老地址", phone="13900001111", birthday="01-02")
    said = after(mine, BLOCK + "，我生日3月5号")
    assert (said.address, said.phone, said.birthday) == ("杭州老地址", "13900001111", "01-02")
    assert filling.said_otherwise(said, "address") == ADDRESS
    assert filling.said_otherwise(said, "birthday") == "03-05"
    assert KnowIdentity(1, Known.PHONE, ME) in filling.record(situation(mine, BLOCK))


def test_the_same_again_changes_nothing() -> None:
    once = after(BLANK, BLOCK)
    assert filling.record(situation(once, BLOCK)) == []
    mine = after(replace(BLANK, name="王芳", address="杭州老地址"), BLOCK)
    assert filling.record(situation(mine, BLOCK)) == []


def test_a_name_and_an_address_are_looked_up() -> None:
    assert LookAlike(1) in filling.record(situation(BLANK, BLOCK))
    assert LookAlike(1) not in filling.record(situation(BLANK, "我电话13812345678"))


# --- one person -----------------------------------------------------------------------------------


def other(**more: Any) -> Namesake:
    seen = more.pop("first_seen_at", NOW - timedelta(days=90))
    return Namesake(2, more.pop("by", ME), "小丽", first_seen_at=seen, **more)


def joined(found: list[Effect]) -> list[MergeCustomers]:
    return [e for e in found if isinstance(e, MergeCustomers)]


def alerts(found: list[Effect]) -> list[str]:
    return [e.text for e in found if isinstance(e, NotifySeller)]


def heard(text: str, *others: Namesake, **fields: Any) -> list[Effect]:
    return filling.record(situation(replace(BLANK, same_phone=others, **fields), text))


def test_the_same_phone_of_their_own_is_one_person() -> None:
    found = heard("我电话13812345678", other())
    assert [(e.customer_id, e.other_id, e.by) for e in joined(found)] == [(1, 2, same.BY_BOT)]
    [text] = alerts(found)
    assert "拆分 #2" in text, "the elder's number undoes it"


@pytest.mark.parametrize(
    ("text", "others", "fields"),
    [
        (BLOCK, (other(name="李雷"),), {}),  # another whole name
        ("我电话13812345678", (other(birthday="01-02"),), {"birthday": "1990-03-05"}),
        ("我电话13812345678", (other(), replace(other(), id=3)), {}),  # a phone of several
    ],
)
def test_what_speaks_against_it_is_asked_of_the_seller(
    text: str, others: tuple[Namesake, ...], fields: dict[str, Any]
) -> None:
    found = heard(text, *others, **fields)
    assert joined(found) == []
    [question] = alerts(found)
    assert "合并 #2 #1" in question


@pytest.mark.parametrize(
    ("one", "two", "merged"),
    [("03-05", "1990-03-05", True), ("农历八月十五", "10-06", True), ("农历八月十五", "农历八月初一", False)],
)
def test_birthdays_are_compared_by_the_day(one: str, two: str, merged: bool) -> None:
    found = heard("我电话13812345678", other(birthday=two), birthday=one)
    assert bool(joined(found)) is merged


def test_who_was_taken_apart_stays_apart() -> None:
    found = heard("我电话13812345678", other(apart=True))
    assert joined(found) == [] and alerts(found) == []


def test_a_nickname_is_nothing() -> None:
    found = heard("在吗", other(by="小王"))
    assert joined(found) == [] and alerts(found) == []


def test_a_union_id_is_one_person_whatever_the_names() -> None:
    one = replace(BLANK, name="王芳", union_id="u1", same_union=(other(by="u1", name="李雷"),))
    found = filling.record(situation(one, "在吗"))
    assert len(joined(found)) == 1
    assert KnowIdentity(1, Known.UNION_ID, "u1") in found


@pytest.mark.parametrize(("recipient", "merges"), [("", True), ("王芳", True), ("李雷", False)])
def test_the_phone_of_an_order(recipient: str, merges: bool) -> None:
    one = replace(BLANK, same_phone=(other(name="王芳"),))
    assert bool(joined(same.by_order(one, recipient))) is merges


# --- how much is known ------------------------------------------------------------------------------


def tag(name: str, days: int = 0) -> Tag:
    at = NOW - timedelta(days=days)
    return Tag(name, TagSource.BOT, at, at)


ORDER = Order(1, "1", 1, OrderStatus.PAID, Decimal(129), NOW, (OrderItem("玫瑰面霜", 1, Decimal(129)),))
WHOLE = replace(
    BLANK,
    name="王芳",
    phone=ME,
    address=ADDRESS,
    birthday="1990-03-05",
    facts={"性别": "女", "尺码": "M"},
    orders=(ORDER,),
)


def test_hard_facts_weigh_a_fifth() -> None:
    assert completeness(BLANK, SHOP, NOW).score == 0
    whole = completeness(WHOLE, SHOP, NOW)
    assert whole.score == 20
    assert whole.hard["年龄段"] == "90后"
    assert not set(whole.hard) & set(whole.missing)


def test_each_group_of_traits_weighs_alike() -> None:
    groups = {rule.group: rule.tag for rule in SHOP.tags}
    tags = tuple(tag(groups[sources[0]]) for sources in SHOP.profile.soft.values())
    assert len(tags) == 10
    for n in range(len(tags) + 1):
        assert completeness(replace(BLANK, tags=tags[:n]), SHOP, NOW).score == 8 * n
    assert completeness(replace(WHOLE, tags=tags), SHOP, NOW).score == 100


def test_a_doubtful_trait_is_none_and_an_old_one_is_worth_a_look() -> None:
    known = completeness(replace(BLANK, tags=(tag("羊毛党?"), tag("健身", 400)), phone="1381"), SHOP, NOW)
    assert known.soft["促销态度"] == ()
    assert [line.split("：")[0] for line in known.stale] == ["电话 1381", "羊毛党", "健身"]


@pytest.mark.parametrize(
    ("customer", "asks"),
    [
        (BLANK, "姓名"),
        (replace(BLANK, name="王芳"), "电话"),
        (replace(BLANK, name="王芳", phone=ME, orders=(ORDER,)), "地址"),
        (replace(BLANK, name="王芳", phone=ME, address=ADDRESS, orders=(ORDER,)), "生日"),
        (replace(BLANK, name="王芳", phone=ME), "工作"),  # nobody is asked for an address before they buy
        (WHOLE, "工作"),
        (replace(BLANK, opted_out_at=NOW), None),
        (replace(BLANK, red_line_at=NOW), None),
    ],
)
def test_the_one_thing_to_ask_next(customer: Customer, asks: str | None) -> None:
    found = next_question(customer, SHOP, NOW)
    assert (found[0] if found else None) == asks


@pytest.mark.parametrize(
    "text",
    ["公司需要您登记一下姓名，不外传", "请填写您的电话，保密", "怎么称呼您"],
)
def test_no_form_and_nothing_in_the_companys_name(text: str) -> None:
    with pytest.raises(ValidationError):
        ProfileSettings(questions={"姓名": text})


def test_an_unknown_hard_item_is_refused() -> None:
    with pytest.raises(ValidationError):
        ProfileSettings(hard=("身份证",))
