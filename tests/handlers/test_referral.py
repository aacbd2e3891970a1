"""Who was brought by whom: from the newcomer's words, a code, the seller; thanks to both, and a call."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.core.complaint import Complaint, Step
from bot.core.customer import Customer
from bot.core.delivery import Kind
from bot.core.effects import AddTag, Effect, NotifySeller, Push, Refer
from bot.core.namesake import Namesake
from bot.core.person_settings import ReferralSettings
from handlers import referral
from tests.handlers.shop import KNOWN, NOW, SHOP, ring, situation

OPEN = Complaint(1, 1, Step.LISTEN, NOW, NOW, NOW)
NEWCOMER = replace(KNOWN, nickname="小周", first_seen_at=NOW)
WANG = Namesake(2, "王姐", "王姐", "王姐")


def heard(text: str, *named: Namesake, **fields: Any) -> list[Effect]:
    return referral.record(situation(replace(NEWCOMER, named=named, **fields), text))


def brought(found: list[Effect]) -> list[tuple[int, int, str]]:
    return [(e.customer_id, e.by_id, e.how) for e in found if isinstance(e, Refer)]


@given(st.integers(1, 10**12))
def test_a_code_is_its_owners(customer: int) -> None:
    own = referral.code(customer)
    assert referral.whose(own) == customer
    assert referral.whose(own.lower()) == customer
    assert referral.named_in(NEWCOMER, f"我有介绍码 {own}，谢谢")[1] == (customer,)


@given(st.text())
def test_anything_else_is_nobodys(text: str) -> None:
    referral.whose(text)
    referral.named_in(NEWCOMER, text)


def test_a_code_with_a_slip_is_nobodys() -> None:
    own = referral.code(12345)
    slips = [
        own[:n] + letter + own[n + 1 :] for n in range(2, len(own)) for letter in "2A" if letter != own[n]
    ]
    assert [slip for slip in slips if referral.whose(slip)] == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("你好，王姐介绍来的", ("王姐",)),
        ("朋友小李推荐我来买面霜", ("小李",)),
        ("张三让我来的", ("张三",)),
        ("抖音推荐的", ()),
        ("面霜多少钱", ()),
    ],
)
def test_whom_a_newcomer_names(text: str, names: tuple[str, ...]) -> None:
    assert referral.named_in(NEWCOMER, text)[0] == names


def test_the_one_of_that_name_has_brought_them() -> None:
    found = heard("王姐介绍来的", WANG)
    assert brought(found) == [(1, 2, referral.How.SAID)]
    [tag] = [e for e in found if isinstance(e, AddTag)]
    assert (tag.customer_id, tag.name) == (2, referral.BROUGHT)
    [told] = [e.text for e in found if isinstance(e, NotifySeller)]
    assert "介绍 删 小周" in told


def test_a_code_counts_as_said() -> None:
    by = Namesake(2, referral.code(2), "王姐")
    assert brought(heard(f"介绍码 {by.by}", by)) == [(1, 2, referral.How.CODE)]


@pytest.mark.parametrize("named", [(), (WANG, replace(WANG, id=3))])
def test_a_name_of_nobody_or_of_several_is_asked_of_the_seller(named: tuple[Namesake, ...]) -> None:
    found = heard("王姐介绍来的", *named)
    assert brought(found) == []
    [told] = [e.text for e in found if isinstance(e, NotifySeller)]
    assert "介绍 老客 小周" in told


@pytest.mark.parametrize(
    ("text", "named", "fields"),
    [
        ("朋友介绍来的", (), {}),  # nobody can say who that is
        ("面霜多少钱", (), {}),
        ("王姐介绍来的", (WANG,), {"first_seen_at": NOW - timedelta(days=30)}),
    ],
)
def test_nothing_follows(text: str, named: tuple[Namesake, ...], fields: dict[str, Any]) -> None:
    assert heard(text, *named, **fields) == []


# --- what follows ---------------------------------------------------------------------------------


def rings(now: datetime) -> dict[str, datetime]:
    [refer] = [
        e
        for e in referral.brought(NEWCOMER, WANG, referral.How.SELLER, "", SHOP, now)
        if isinstance(e, Refer)
    ]
    return {occasion.split(":")[0]: at for _, occasion, at in refer.rings}


@pytest.mark.parametrize(("hour", "hours_later"), [(10, 0), (21, 0), (6, 3), (23, 10)])
def test_both_are_thanked_at_a_waking_hour_the_call_is_within_the_week(hour: int, hours_later: int) -> None:
    now = NOW.astimezone(SHOP.shop.zone).replace(hour=hour)
    found = rings(now)
    assert found["came"] == found["brought"] == now + timedelta(hours=hours_later)
    assert timedelta() < found["call"] - now < timedelta(days=7)
    assert SHOP.shop.opening.is_open(found["call"])


def rung(customer: Customer, occasion: str, **more: Any) -> list[Effect]:
    return ring(customer, referral.RULE, occasion, NOW, **more)


def test_thanks_are_greetings_to_each() -> None:
    [came] = rung(NEWCOMER, "came:王姐")
    assert isinstance(came, Push) and came.kind is Kind.CARE and "王姐" in came.text
    [by] = rung(KNOWN, "brought:9:小周")
    assert isinstance(by, Push) and by.kind is Kind.CARE and "小周" in by.text
    assert came.key != by.key


def test_a_platforms_id_is_not_said_to_anybody() -> None:
    [by] = rung(KNOWN, "brought:9:oXyz_123")
    assert isinstance(by, Push) and "oXyz" not in by.text and "朋友" in by.text


@pytest.mark.parametrize("unwanted", [{"opted_out_at": NOW}, {"stopped_at": NOW}, {"complaints": (OPEN,)}])
@pytest.mark.parametrize("occasion", ["came:王姐", "brought:9:小周", "call:王姐"])
def test_who_wants_none_or_complains_is_left_alone(unwanted: dict[str, Any], occasion: str) -> None:
    assert rung(replace(NEWCOMER, **unwanted), occasion) == []


def test_what_cannot_go_is_the_sellers_to_say() -> None:
    [task] = rung(NEWCOMER, "came:王姐", refused=lambda _: "微信不让发")
    assert isinstance(task, NotifySeller) and "微信不让发" in task.text and "王姐" in task.text


def test_the_call_sells_nothing() -> None:
    [task] = rung(replace(NEWCOMER, phone="13812345678"), "call:王姐")
    assert isinstance(task, NotifySeller)
    assert "13812345678" in task.text and "王姐" in task.text
    script = task.text.splitlines()[-1]
    assert not [word for word in ("买", "优惠", "活动", "元", "下单") if word in script]


@pytest.mark.parametrize("wrong", [{"call_after": "8d"}, {"thanks_newcomer": "谢谢{谁}"}])
def test_settings_that_break_the_promise_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        ReferralSettings.model_validate(wrong)
