"""Coming back is a whole message too, and only the buyer's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.effects import NotifySeller, Reply, SetFields
from handlers.optout import answer, comes_back
from handlers.situation import Situation
from tests.handlers.shop import KNOWN, NOW, READER, SHOP

BACK = """恢复订阅
恢复订阅！
 恢復訂閱
恢复
重新订阅
重新接收
继续推送
我要订阅
我想订阅
我想重新订阅
取消退订
恢复推送吧
恢复接收消息
可以给我发活动了
又可以发消息了
还是继续发活动吧
我想收活动消息了
订阅
subscribe
恢复订阅，谢谢""".splitlines()
STAY = """重新发
重新发一下
重新发货
继续发
恢复发货
恢复出厂设置
我要订货
我要订两瓶
不要恢复订阅
不恢复
别恢复
怎么恢复订阅
可以恢复订阅吗
可以发货了
可以给我发货了吗
可以发了
订阅号在哪
皮肤恢复了
我想收货
重新下单
取消订单
取消订阅
退订
好的""".splitlines()


def situation(text: str, *, opted_out: bool = True, **fields: object) -> Situation:
    out = NOW - timedelta(days=9) if opted_out else None
    customer = replace(KNOWN, opted_out_at=out, **fields)
    return Situation(customer, text, READER.read(text), SHOP, NOW, ("m1",))


@pytest.mark.parametrize("text", BACK)
def test_a_whole_message_comes_back(text: str) -> None:
    assert comes_back(text)
    effects = answer(situation(text))
    assert SetFields(KNOWN.id, {"opted_out_at": None}) in effects
    assert [e.text for e in effects if isinstance(e, Reply)] == [SHOP.texts.opted_in]
    assert [e for e in effects if isinstance(e, NotifySeller)]


@pytest.mark.parametrize("text", STAY)
def test_what_only_resembles_it_does_not(text: str) -> None:
    assert not comes_back(text)


@pytest.mark.parametrize("text", ["恢复订阅", "订阅"])
def test_who_never_opted_out_is_answered_like_everybody(text: str) -> None:
    assert answer(situation(text, opted_out=False)) == []


def test_the_sellers_own_stop_stays() -> None:
    effects = answer(situation("恢复订阅", stopped_at=NOW))
    [told] = [e.text for e in effects if isinstance(e, NotifySeller)]
    assert "还停着" in told
    assert not [e for e in effects if isinstance(e, SetFields) and "stopped_at" in e.fields]


def test_the_bot_is_silent_while_the_seller_talks() -> None:
    effects = answer(situation("恢复订阅", taken_over_until=NOW + timedelta(minutes=5)))
    assert not [e for e in effects if isinstance(e, Reply)]
    assert SetFields(KNOWN.id, {"opted_out_at": None}) in effects


def test_out_and_back_and_out() -> None:
    assert SetFields(KNOWN.id, {"opted_out_at": NOW}) in answer(situation("退订", opted_out=False))
    assert SetFields(KNOWN.id, {"opted_out_at": None}) in answer(situation("恢复订阅"))
