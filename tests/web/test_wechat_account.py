"""An Official Account end to end: the real application, WeChat's wire, every promise of CONTRACT §7."""

from __future__ import annotations

import asyncio

import pytest

from tests.fakes.wechat import CUSTOM_SEND, FOREVER, TEMPLATE_SEND
from tests.web.conftest import Opened, OpenShop
from tests.wechat_shop import AES_KEY

ANN = "openid-of-ann"


async def sale(shop: OpenShop, tracking: str = "SF1234567890123") -> None:
    await shop.wechat.post_text(ANN, "面霜多少钱")
    await shop.seller(f"订单 {ANN} 玫瑰面霜 129")
    await shop.seller(f"发货 {ANN} {tracking}")


async def notices(shop: OpenShop) -> list[tuple[str, str]]:
    return [tuple(r) for r in await shop.rows("SELECT status, via FROM outbox WHERE kind = 'notice'")]


@pytest.mark.parametrize("key", ["", AES_KEY], ids=["plaintext", "encrypted"])
async def test_a_question_is_answered_in_the_http_answer(opened: Opened, key: str) -> None:
    shop = await opened(key)
    assert await shop.wechat.verify_url()
    exchange = await shop.wechat.post_text(ANN, "面霜多少钱")
    assert exchange.shown is not None and "129" in exchange.shown
    assert not shop.wechat.called(CUSTOM_SEND)
    assert await shop.rows("SELECT status, via FROM outbox") == [("sent", "passive")]


async def test_the_same_message_again_is_answered_alike_and_kept_once(opened: Opened) -> None:
    shop = await opened(AES_KEY)
    first = await shop.wechat.post_text(ANN, "面霜多少钱", msg_id=777)
    again = await asyncio.gather(*(shop.wechat.post_text(ANN, "面霜多少钱", msg_id=777) for _ in range(8)))
    await shop.advance("30d")
    again.append(await shop.wechat.post_text(ANN, "面霜多少钱", msg_id=777))
    assert {exchange.shown for exchange in again} == {first.shown}
    assert await shop.rows("SELECT count(*) FROM message WHERE account = 'oa'") == [(1,)]


async def test_following_is_greeted_once_in_a_life(opened: Opened) -> None:
    shop = await opened()
    greeted = await shop.wechat.subscribe(ANN, "douyin")
    assert greeted.shown is not None and "小林护肤" in greeted.shown
    await shop.wechat.unsubscribe(ANN)
    assert (await shop.wechat.subscribe(ANN)).shown is None
    assert "douyin" in await shop.seller(f"客户 {ANN}")


async def test_pieces_are_answered_as_one_after_a_silence(opened: Opened) -> None:
    shop = await opened()
    for piece in ("你好", "那个面霜"):
        assert (await shop.wechat.post_text(ANN, piece)).shown is None
    await shop.advance("5s")
    await shop.advance("5s")
    (answer,) = shop.wechat.phones[ANN]
    assert "129" in answer or "玫瑰面霜" in answer


async def test_a_notice_goes_by_api_in_the_window_and_by_template_outside(opened: Opened) -> None:
    shop = await opened()
    await sale(shop)
    await shop.advance("10s")
    assert await notices(shop) == [("sent", "api")]
    await shop.advance("3d")
    await shop.seller(f"订单 {ANN} 桃花面膜 59")
    await shop.seller(f"发货 {ANN} YT1234567890123")
    await shop.advance("10s")
    assert await notices(shop) == [("sent", "api"), ("sent", "template")]
    assert shop.wechat.called(TEMPLATE_SEND) == 1
    assert not await shop.alerts()


async def test_what_may_not_go_waits_and_goes_with_the_next_message(opened: Opened) -> None:
    shop = await opened(template=False)
    await shop.wechat.post_text(ANN, "面霜多少钱")
    await shop.advance("3d")
    await shop.seller(f"订单 {ANN} 玫瑰面霜 129")
    answered = await shop.seller(f"发货 {ANN} SF1234567890123")
    assert "48 小时" in answered
    await shop.advance("1d")
    assert await notices(shop) == [("parked", "api")]
    before = len(shop.wechat.phones[ANN])
    await shop.wechat.post_text(ANN, "包邮吗")
    await shop.advance("10s")
    assert sum("SF1234567890123" in text for text in shop.wechat.phones[ANN][before:]) == 1
    assert await notices(shop) == [("sent", "api")]
    assert "已经送出" in await shop.alerts()


async def test_the_fifth_message_is_the_last_until_the_buyer_speaks(opened: Opened) -> None:
    shop = await opened()
    await shop.wechat.post_text(ANN, "面霜多少钱")
    for number in range(7):
        await shop.seller(f"回 {ANN} 第{number}句")
        await shop.advance("10s")
    assert sum("句" in text for text in shop.wechat.phones[ANN]) == 5
    await shop.wechat.post_text(ANN, "好")
    await shop.advance("1m")
    assert [t for t in shop.wechat.phones[ANN] if "句" in t] == [f"第{n}句" for n in range(7)]


async def test_a_refused_window_is_believed_and_told_once(opened: Opened) -> None:
    shop = await opened(template=False)
    shop.wechat.inject(CUSTOM_SEND, 45015, times=FOREVER)
    await sale(shop)
    await shop.advance("1h")
    assert await notices(shop) == [("parked", "api")]
    assert (await shop.alerts()).count("还没送出") == 1
    shop.wechat.heal()
    await shop.wechat.post_text(ANN, "到哪了")
    await shop.advance("10s")
    assert await notices(shop) == [("sent", "api")]


async def test_a_broken_call_is_unknown_and_never_repeated(opened: Opened) -> None:
    shop = await opened()
    shop.wechat.inject(CUSTOM_SEND, drop="after")
    await sale(shop)
    await shop.advance("10d")
    assert await notices(shop) == [("unknown", "api")]
    assert shop.wechat.called(CUSTOM_SEND) == 1
    assert (await shop.alerts()).count("不知道送到没有") == 1


async def test_a_busy_platform_is_tried_again(opened: Opened) -> None:
    shop = await opened()
    shop.wechat.inject(CUSTOM_SEND, -1, times=2)
    await sale(shop)
    await shop.advance("1h")
    assert await notices(shop) == [("sent", "api")]
    assert sum("SF1234567890123" in text for text in shop.wechat.phones[ANN]) == 1


async def test_a_frozen_account_holds_everything_and_says_so_once(opened: Opened) -> None:
    shop = await opened()
    shop.wechat.inject(CUSTOM_SEND, 40164, times=1)
    await sale(shop)
    await shop.advance("10s")
    assert await notices(shop) == [("planned", "api")]
    assert (await shop.alerts()).count("现在发不出消息") == 1
    await shop.advance("1h")
    assert await notices(shop) == [("sent", "api")]


async def test_an_undelivered_template_is_failed_and_told(opened: Opened) -> None:
    shop = await opened()
    await shop.wechat.post_text(ANN, "面霜多少钱")
    await shop.advance("3d")
    await shop.seller(f"订单 {ANN} 玫瑰面霜 129")
    await shop.seller(f"发货 {ANN} SF1234567890123")
    await shop.advance("10s")
    (number,) = shop.wechat.notices
    await shop.wechat.finish_template(number, "failed:user block")
    assert await notices(shop) == [("failed", "template")]
    await shop.advance("1s")
    assert "没送到" in await shop.alerts()


async def test_nothing_is_sent_to_who_left(opened: Opened) -> None:
    shop = await opened()
    await shop.wechat.post_text(ANN, "面霜多少钱")
    await shop.wechat.unsubscribe(ANN)
    await shop.seller(f"回 {ANN} 还在吗")
    await shop.advance("1h")
    assert not shop.wechat.called(CUSTOM_SEND)
    assert await shop.rows("SELECT status FROM outbox WHERE kind = 'relay'") == [("parked",)]


async def test_withdrawn_consent_erases(opened: Opened) -> None:
    shop = await opened()
    await shop.wechat.post_text(ANN, "我叫安安，面霜多少钱")
    await shop.wechat.post_event(ANN, "user_authorization_revoke", OpenID=ANN, RevokeInfo=1)
    await shop.advance("1s")
    assert await shop.rows("SELECT count(*) FROM message WHERE text LIKE '%安安%'") == [(0,)]
    assert "隐私授权" in await shop.alerts()


async def test_an_unverified_account_answers_passively_and_keeps_the_rest(opened: Opened) -> None:
    shop = await opened(verified=False)
    await shop.wechat.post_text(ANN, "面霜多少钱")
    long = "。".join(f"第{n}件要说的事，说得仔细一点" for n in range(80))
    await shop.seller(f"回 {ANN} {long}")
    await shop.seller(f"交还 {ANN}")
    await shop.advance("1m")
    assert not shop.wechat.calls
    shown = [(await shop.wechat.post_text(ANN, "嗯")).shown for _ in range(4)]
    said = "".join(s or "" for s in shown)
    assert all(f"第{n}件" in said for n in range(80))
    assert all(len((s or "").encode()) <= 2000 for s in shown)
    assert "回我一个字" in (shown[0] or "")


async def test_the_right_to_send_that_turns_out_missing(opened: Opened) -> None:
    shop = await opened(template=False)
    shop.wechat.inject(CUSTOM_SEND, 48001, times=FOREVER)
    await sale(shop)
    await shop.advance("1h")
    assert await notices(shop) == [("parked", "api")]
    answer = await shop.wechat.post_text(ANN, "到哪了")
    assert answer.shown is not None and "SF1234567890123" in answer.shown
    assert await shop.rows("SELECT count(*) FROM outbox WHERE kind = 'notice' AND status = 'sent'") == [(1,)]


async def test_pictures_voice_and_the_unknown_are_kept(opened: Opened) -> None:
    shop = await opened(AES_KEY)
    voice = await shop.wechat.post_message(ANN, "voice", MediaId="M1", Format="amr", Recognition="面霜多少钱")
    assert voice.shown is not None and "129" in voice.shown
    await shop.wechat.post_message(ANN, "image", PicUrl="http://p/1", MediaId="M2")
    await shop.wechat.post_message(
        ANN, "location", Location_X="23.1", Location_Y="113.3", Scale=20, Label="广州"
    )
    await shop.wechat.post_message(ANN, "hologram", Depth=3)
    kinds = await shop.rows("SELECT kind, payload FROM message WHERE account = 'oa' ORDER BY id")
    assert [kind for kind, _ in kinds] == ["voice", "image", "location", "unknown"]
    assert "M2" in str(kinds[1][1]) and "113.3" in str(kinds[2][1]) and "3" in str(kinds[3][1])
