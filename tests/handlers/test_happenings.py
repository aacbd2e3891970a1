"""What buyers do beside writing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.customer import Customer
from bot.core.effects import (
    Effect,
    ErasePerson,
    GrantNotice,
    MarkContact,
    NotifySeller,
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
