"""Where somebody came from, who has the conversation, and what the platform knows of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.core.customer import Customer
from bot.core.effects import Effect, KnowIdentity, Known, SetFields
from bot.core.events import BuyerEvent, Happening
from handlers import decide_event
from handlers.sessions import LONGEST_SESSION
from tests.handlers.shop import KNOWN, NEW, NOW, READER, SHOP, after, reply


def happens(customer: Customer, happening: Happening, **detail: Any) -> list[Effect]:
    event = BuyerEvent("kf", "alice", "e1", NOW - timedelta(minutes=1), happening, detail)
    return decide_event(customer, event, SHOP, NOW, READER)


def test_who_comes_in_without_a_code_is_not_greeted_but_the_way_is_noted() -> None:
    found = happens(NEW, Happening.ENTERED, scene="douyin")
    assert found == [SetFields(NEW.id, {"note": "来源：douyin"})]
    assert happens(after(NEW, found), Happening.ENTERED, scene="douyin") == []
    assert happens(NEW, Happening.ENTERED) == []


def test_a_person_who_has_it_has_it_until_the_end_is_told_or_the_session_is_over() -> None:
    (taken,) = happens(KNOWN, Happening.TAKEN_OVER, seller="小张")
    until = NOW - timedelta(minutes=1) + LONGEST_SESSION
    assert taken == SetFields(KNOWN.id, {"taken_over_by": "小张", "taken_over_until": until})
    theirs = after(KNOWN, [taken])
    assert theirs.taken_over(NOW + timedelta(hours=47)) and not theirs.taken_over(NOW + timedelta(hours=48))
    given = happens(theirs, Happening.HANDED_BACK)
    assert not after(theirs, given).taken_over(NOW)
    assert happens(KNOWN, Happening.HANDED_BACK) == []


def test_nobodys_name_is_the_owners() -> None:
    (taken,) = happens(KNOWN, Happening.TAKEN_OVER, seller="")
    assert isinstance(taken, SetFields) and taken.fields["taken_over_by"] == "老板"


def test_taking_it_is_no_answer_and_a_red_line_stays() -> None:
    assert all(isinstance(e, SetFields) for e in happens(KNOWN, Happening.TAKEN_OVER, seller="小张"))
    red = replace(KNOWN, red_line_at=NOW, taken_over_until=NOW + timedelta(hours=1))
    assert after(red, happens(red, Happening.HANDED_BACK)).taken_over(NOW)


def test_the_platforms_profile_fills_what_is_empty() -> None:
    told = {"nickname": "小鱼", "avatar": "https://wx.qlogo.cn/1", "gender": "女"}
    nobody = replace(NEW, nickname="")
    (found,) = happens(nobody, Happening.PROFILE, **told)
    facts = {"头像": "https://wx.qlogo.cn/1", "性别": "女"}
    assert found == SetFields(NEW.id, {"facts": facts, "nickname": "小鱼"})
    known = replace(NEW, nickname="小鱼", facts=facts)
    assert happens(known, Happening.PROFILE, **told) == []


def test_what_somebody_wrote_stays_and_another_nickname_is_one_more() -> None:
    mine = replace(NEW, nickname="大客户", facts={"性别": "男", "身高": "170"})
    fields, also = happens(
        mine, Happening.PROFILE, nickname="小鱼", avatar="https://wx.qlogo.cn/1", gender="女"
    )
    assert fields == SetFields(mine.id, {"facts": {**mine.facts, "头像": "https://wx.qlogo.cn/1"}})
    assert also == KnowIdentity(mine.id, Known.NICKNAME, "小鱼", "kf")
    assert happens(mine, Happening.PROFILE, nickname="", avatar="", gender="") == []


def test_none_of_it_is_answered() -> None:
    for happening in (Happening.ENTERED, Happening.TAKEN_OVER, Happening.HANDED_BACK, Happening.PROFILE):
        assert reply(happens(NEW, happening, nickname="小鱼", scene="x")) is None
