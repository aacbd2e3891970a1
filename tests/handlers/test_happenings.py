"""What buyers do beside writing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.core.complaint import Complaint, Step
from bot.core.customer import Customer, OpenPromise, Piece
from bot.core.effects import (
    BuyerAnswered,
    CancelTimer,
    Effect,
    ErasePerson,
    GrantNotice,
    MakePromise,
    MarkContact,
    MoveComplaint,
    MovePromise,
    NotifySeller,
    PiecesAnswered,
    Reply,
    SetFields,
    SettleDelivery,
)
from bot.core.events import BuyerEvent, Happening
from handlers import decide_event
from tests.handlers.shop import KNOWN, NEW, NOW, READER, SHOP, after, reply

HELLO = SHOP.texts.hello.format(shop="小林护肤")


def happens(customer: Customer, happening: Happening, **detail: Any) -> list[Effect]:
    event = BuyerEvent("sandbox", "alice", "e1", NOW, happening, detail)
    return decide_event(customer, event, SHOP, NOW, READER)


def test_a_follower_is_greeted_once() -> None:
    first = happens(NEW, Happening.SUBSCRIBE)
    assert first == [Reply(HELLO), SetFields(1, {"greeted_at": NOW})]
    assert happens(after(NEW, first), Happening.SUBSCRIBE) == []


def test_the_source_is_noted_once_beside_what_the_seller_wrote() -> None:
    first = happens(replace(KNOWN, note="老客介绍"), Happening.SUBSCRIBE, scene="海报1")
    assert SetFields(1, {"note": "老客介绍\n来源：海报1"}) in first
    assert happens(after(KNOWN, first), Happening.SUBSCRIBE, scene="海报1") == []


def test_leaving() -> None:
    assert happens(KNOWN, Happening.UNSUBSCRIBE) == [MarkContact(7, {"reachable": False})]


def test_a_menu_key_is_read_as_words() -> None:
    assert reply(happens(KNOWN, Happening.CLICK, key="包邮")) == SHOP.faq[0].answer
    assert reply(happens(NEW, Happening.CLICK, key="V1001")) == HELLO
    assert reply(happens(KNOWN, Happening.CLICK, key="V1001")) == "在的，您说。"
    assert reply(happens(KNOWN, Happening.CLICK)) == "在的，您说。"


def test_nothing_is_said_into_the_sellers_conversation() -> None:
    taken = replace(NEW, taken_over_until=NOW + timedelta(minutes=1))
    assert happens(taken, Happening.SUBSCRIBE) == []
    assert happens(taken, Happening.CLICK, key="包邮") == []


def test_late_word_on_a_delivery() -> None:
    settled, told = happens(KNOWN, Happening.DELIVERY, platform_id="99", ok=False, reason="用户拒收")
    assert settled == SettleDelivery("sandbox", "99", False, "用户拒收")
    assert isinstance(told, NotifySeller) and "用户拒收" in told.text
    assert happens(KNOWN, Happening.DELIVERY, platform_id="99", ok=True) == [
        SettleDelivery("sandbox", "99", True)
    ]


def test_consent() -> None:
    assert happens(KNOWN, Happening.CONSENT, grants={"T1": 1, "T2": 0}) == [
        GrantNotice(7, "T1", 1),
        GrantNotice(7, "T2", 0),
    ]


def test_who_withdraws_consent_is_erased_and_the_seller_knows() -> None:
    erase, told = happens(KNOWN, Happening.PRIVACY_REVOKED)
    assert erase == ErasePerson(1)
    assert isinstance(told, NotifySeller)


@pytest.mark.parametrize("happening", [Happening.SCAN, Happening.OTHER])
def test_the_rest_has_no_consequence(happening: Happening) -> None:
    assert happens(KNOWN, happening) == []


# --- the seller in the platform's own app -------------------------------------------------------

HALF_AN_HOUR = SHOP.conversation.take_over


def spoke(customer: Customer, text: str, at: datetime = NOW, now: datetime = NOW) -> list[Effect]:
    event = BuyerEvent("sandbox", "alice", "e1", at, Happening.SELLER_SPOKE, {"text": text, "seller": "老板"})
    return decide_event(customer, event, SHOP, now, READER)


def test_a_seller_who_speaks_himself_silences_the_bot_and_has_answered() -> None:
    assert spoke(KNOWN, "在的") == [
        SetFields(1, {"taken_over_by": "老板", "taken_over_until": NOW + HALF_AN_HOUR}),
        BuyerAnswered(1, "老板"),
    ]


def test_the_silence_is_counted_from_the_last_words() -> None:
    later = NOW + timedelta(minutes=20)
    once = after(KNOWN, spoke(KNOWN, "在的"))
    twice = after(once, spoke(once, "稍等", later, later))
    assert twice.taken_over(later + HALF_AN_HOUR - timedelta(seconds=1))
    assert not twice.taken_over(later + HALF_AN_HOUR)


def test_words_that_a_platform_tells_late_silence_nobody_now() -> None:
    now = NOW + timedelta(hours=5)
    assert not after(KNOWN, spoke(KNOWN, "在的", NOW, now)).taken_over(now)


def test_words_told_late_do_not_shorten_a_silence() -> None:
    until = NOW + timedelta(minutes=25)
    one = replace(KNOWN, taken_over_by="小李", taken_over_until=until)
    assert after(one, spoke(one, "在的", NOW - timedelta(hours=1))).taken_over_until == until


def test_who_speaks_is_the_owner_if_the_platform_does_not_say() -> None:
    said = happens(KNOWN, Happening.SELLER_SPOKE, text="在的")
    assert BuyerAnswered(1, "老板") in said


def test_what_waited_for_the_buyers_silence_is_dropped() -> None:
    one = replace(KNOWN, pieces=(Piece("m1", "面霜", NOW),))
    found = spoke(one, "在的")
    assert PiecesAnswered(1) in found
    assert CancelTimer("pieces", 1, "") in found


def test_what_the_seller_promises_there_is_noted_and_told_once() -> None:
    found = spoke(KNOWN, "今晚就发")
    made = [e for e in found if isinstance(e, MakePromise)]
    assert [(e.what, e.by) for e in made] == [("发货", "老板")]
    assert [e for e in found if isinstance(e, NotifySeller)] == [
        NotifySeller(
            "你在聊天里回了 小王，记下了：今晚22:00前发货。没这意思就打：没答应 小王", "spoke:sandbox:e1"
        )
    ]


def test_an_answer_there_keeps_a_promised_one() -> None:
    promise = OpenPromise(4, "答复", "今晚答复您", "老板", NOW, NOW + timedelta(hours=3))
    assert MovePromise(4, 1, "kept") in spoke(replace(KNOWN, promises=(promise,)), "查到了")


@pytest.mark.parametrize("step", [step for step in Step if step is not Step.CLOSED])
def test_an_open_complaint_is_not_moved_by_guess(step: Step) -> None:
    complaint = Complaint(3, 1, step, NOW, NOW, NOW)
    found = spoke(replace(KNOWN, complaints=(complaint,)), "对不起，是我们没包好")
    moves = [(e.move.before, e.move.after) for e in found if isinstance(e, MoveComplaint)]
    assert moves == ([(Step.LISTEN, Step.TALK)] if step is Step.LISTEN else []), "listening is over"
    told = [e.text for e in found if isinstance(e, NotifySeller)]
    assert [t.splitlines()[-1][-9:] for t in told] == (
        ["打：投诉 3 完成"] if step in (Step.TALK, Step.APOLOGISE) else []
    )


def test_a_red_line_stays() -> None:
    one = replace(KNOWN, red_line_at=NOW)
    assert after(one, spoke(one, "我马上过来")).red_line_at == NOW
