"""微信客服 end to end: the real application, WeCom's wire, every promise of CONTRACT §7."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.channels.wecom_kf_bench import OpenKf, an_open_shop
from tests.fakes.wecom_api import FOREVER, SEND, SEND_ON_EVENT, SYNC

ANN = "wm_ann"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[OpenKf]:
    async with an_open_shop(tmp_path, servicers="{xiaolin: 老板}") as shop:
        shop.wecom.person(ANN, nickname="小鱼", avatar="https://wx.qlogo.cn/1", unionid="o_1")
        yield shop


async def test_a_question_is_answered_by_api(shop: OpenKf) -> None:
    (answer,) = await shop.said(ANN, "面霜多少钱")
    assert "129" in answer
    assert await shop.rows("SELECT status, via FROM outbox WHERE kind = 'reply'") == [("sent", "api")]
    assert shop.wecom.statuses == [200]


async def test_the_callback_does_not_wait_for_the_fetching(shop: OpenKf) -> None:
    held = shop.wecom.inject(SYNC, hold=asyncio.Event())
    assert await shop.wecom.say(ANN, "面霜多少钱") == 1
    assert held.hold is not None
    held.hold.set()
    await shop.settled()
    assert "129" in shop.wecom.phones[ANN][0]


async def test_pieces_are_answered_as_one_after_a_silence(shop: OpenKf) -> None:
    for piece in ("你好", "那个面霜"):
        await shop.wecom.say(ANN, piece)
    await shop.settled("10s")
    assert len(shop.wecom.phones[ANN]) == 1


async def test_the_seller_sees_a_name_and_the_card_a_picture(shop: OpenKf) -> None:
    await shop.said(ANN, "你们老板是男的女的")
    assert "小鱼" in await shop.alerts()
    assert "小鱼" in await shop.seller("客户 小鱼")
    ((facts,),) = await shop.rows("SELECT facts FROM customer WHERE nickname = '小鱼'")
    assert "https://wx.qlogo.cn/1" in facts
    assert await shop.rows("SELECT value FROM identity WHERE kind = 'union_id'") == [("o_1",)]


async def test_who_opens_the_chat_is_greeted_by_code_once(shop: OpenKf) -> None:
    assert await shop.wecom.enter(ANN, "douyin")
    await shop.settled()
    (hello,) = shop.wecom.phones[ANN]
    assert "小林护肤" in hello and shop.wecom.called(SEND_ON_EVENT) == 1 and not shop.wecom.called(SEND)
    assert "douyin" in await shop.seller("客户 小鱼")
    await shop.wecom.enter(ANN)
    await shop.settled()
    await shop.advance("3d")
    assert await shop.wecom.enter(ANN)
    await shop.settled()
    assert shop.wecom.phones[ANN] == [hello]


async def test_who_comes_in_while_nobody_is_there_is_not_greeted_later(shop: OpenKf) -> None:
    held = shop.wecom.inject(SYNC, hold=asyncio.Event())
    await shop.wecom.enter(ANN, "douyin")
    await shop.advance("25s")
    assert held.hold is not None
    held.hold.set()
    await shop.settled()
    assert not shop.wecom.phones[ANN]
    assert "douyin" in await shop.seller("客户 小鱼")
    assert len(await shop.said(ANN, "面霜多少钱")) == 1


async def test_the_fifth_message_is_the_last_until_the_buyer_speaks(shop: OpenKf) -> None:
    await shop.said(ANN, "面霜多少钱")
    for number in range(7):
        await shop.seller(f"回 小鱼 第{number}句")
        await shop.advance("10s")
    assert len(shop.wecom.phones[ANN]) == 5
    assert "5 条" in await shop.alerts()
    await shop.wecom.say(ANN, "好")
    await shop.settled("1m")
    assert [t for t in shop.wecom.phones[ANN] if "句" in t] == [f"第{n}句" for n in range(7)]


async def test_after_48_hours_it_waits_and_the_seller_is_told(shop: OpenKf) -> None:
    await shop.said(ANN, "面霜多少钱")
    await shop.advance("3d")
    await shop.seller("回 小鱼 到货了")
    await shop.advance("10s")
    assert await shop.rows("SELECT status FROM outbox WHERE kind = 'relay'") == [("parked",)]
    assert "到货了" not in "".join(shop.wecom.phones[ANN])
    await shop.said(ANN, "在吗")
    assert sum("到货了" in t for t in shop.wecom.phones[ANN]) == 1


async def test_what_was_called_sent_and_failed_is_told(shop: OpenKf) -> None:
    await shop.said(ANN, "面霜多少钱")
    await shop.seller("回 小鱼 到货了")
    await shop.advance("10s")
    assert await shop.rows("SELECT status FROM outbox WHERE kind = 'relay'") == [("sent",)]
    ((msgid,),) = await shop.rows("SELECT platform_id FROM outbox WHERE kind = 'relay'")
    await shop.wecom.fail(msgid, 10)
    await shop.settled()
    assert await shop.rows("SELECT status, reason FROM outbox WHERE kind = 'relay'") == [
        ("failed", "买家拒收了")
    ]
    assert "没送到（买家拒收了）" in await shop.alerts()
    assert await shop.rows("SELECT reachable FROM contact WHERE external_id = 'wm_ann'") == [(0,)]
    await shop.said(ANN, "在吗")
    assert await shop.rows("SELECT reachable FROM contact WHERE external_id = 'wm_ann'") == [(1,)]


async def test_while_a_person_has_it_the_bot_is_silent_and_answers_again_afterwards(shop: OpenKf) -> None:
    await shop.said(ANN, "面霜多少钱")
    await shop.wecom.take(ANN, "xiaolin")
    await shop.wecom.servicer_says(ANN, "xiaolin", "我是小林，半小时内发货")
    before = shop.wecom.called(SEND)
    assert await shop.said(ANN, "精华多少钱") == []
    await shop.advance("2h")
    assert await shop.said(ANN, "精华多少钱") == []
    assert shop.wecom.called(SEND) == before
    alerts = await shop.alerts()
    assert "记下了" in alerts and "发货" in alerts
    assert await shop.rows("SELECT taken_over_by FROM customer WHERE nickname = '小鱼'") == [("老板",)]
    await shop.wecom.end(ANN)
    await shop.settled()
    assert "159" in (await shop.said(ANN, "精华多少钱"))[0]


async def test_a_session_that_began_with_a_person_is_found_out(shop: OpenKf) -> None:
    shop.wecom.person(ANN).state, shop.wecom.person(ANN).servicer = 3, "xiaolin"
    assert await shop.said(ANN, "面霜多少钱") == []
    assert await shop.rows("SELECT status FROM outbox WHERE kind = 'reply'") == [("failed",)]
    tried = shop.wecom.called(SEND)
    assert await shop.said(ANN, "精华多少钱") == []
    assert shop.wecom.called(SEND) == tried
    await shop.wecom.end(ANN)
    await shop.settled()
    assert len(await shop.said(ANN, "面霜多少钱")) == 1


async def test_satisfied_can_be_tapped_and_is_understood(shop: OpenKf) -> None:
    await shop.said(ANN, "面霜多少钱")
    await shop.seller("订单 小鱼 玫瑰面霜 129")
    await shop.said(ANN, "昨天收到的面霜瓶子碎了，漏了一箱子，气死了！！")
    await shop.advance("15m")
    for line in ("道歉", "原因 漏放了泡沫垫", "解释", "方案 补发一瓶 明天", "补偿 红包10元"):
        await shop.wecom.say(ANN, "嗯")
        await shop.settled()
        await shop.seller(f"投诉 1 {line}")
        await shop.advance("20s")
    assert shop.wecom.phones[ANN][-1].endswith("[满意][不满意]"), shop.wecom.phones[ANN]
    await shop.said(ANN, "满意", menu_id="101")
    assert "满意了" in await shop.alerts()


async def test_an_opt_out_holds(shop: OpenKf) -> None:
    await shop.said(ANN, "面霜多少钱")
    assert await shop.said(ANN, "退订")
    assert await shop.rows("SELECT opted_out_at IS NOT NULL FROM customer WHERE nickname = '小鱼'") == [(1,)]


async def test_a_restart_answers_nothing_again(shop: OpenKf) -> None:
    await shop.said(ANN, "面霜多少钱")
    calls = shop.wecom.called(SEND)
    await shop.restart()
    assert len(await shop.said(ANN, "精华多少钱")) == 1
    assert shop.wecom.called(SEND) == calls + 1
    assert await shop.rows("SELECT count(*) FROM message WHERE kind = 'text'") == [(2,)]
    first = [body.get("cursor") for body in shop.wecom.asked(SYNC)]
    assert first.count(None) == 1


async def test_what_was_said_while_the_bot_was_away_is_answered_when_it_is_back(shop: OpenKf) -> None:
    await shop.said(ANN, "面霜多少钱")
    await shop.close()
    assert await shop.wecom.say(ANN, "精华多少钱") == 4
    await shop.open()
    await shop.settled()
    assert "159" in shop.wecom.phones[ANN][-1]


async def test_killed_after_the_wake_up_was_acknowledged(shop: OpenKf) -> None:
    await shop.said(ANN, "面霜多少钱")
    held = shop.wecom.inject(SYNC, hold=asyncio.Event(), times=FOREVER)
    assert await shop.wecom.say(ANN, "精华多少钱") == 1
    await held.reached.wait()
    await shop.kill()
    shop.wecom.heal()
    assert held.hold is not None
    held.hold.set()
    await shop.open()
    await shop.settled()
    assert ["129" in t or "159" in t for t in shop.wecom.phones[ANN]] == [True, True]


async def test_duplicates_from_several_wake_ups_are_answered_once(shop: OpenKf) -> None:
    entry = shop.wecom.put(ANN, "text", {"content": "面霜多少钱"})
    shop.wecom.log.append(entry)
    await asyncio.gather(*(shop.wecom.wake() for _ in range(5)))
    await shop.settled()
    await shop.kill()
    await shop.open()
    shop.wecom.log.append(entry)
    await shop.wecom.wake()
    await shop.settled()
    assert len(shop.wecom.phones[ANN]) == 1


async def test_who_hears_nothing_tells_the_seller(shop: OpenKf) -> None:
    shop.wecom.inject(SYNC, 60020, times=FOREVER)
    await shop.wecom.say(ANN, "面霜多少钱")
    async with asyncio.timeout(10):
        while "收不到消息" not in await shop.alerts():
            pass
    assert "203.0.113.7" in await shop.alerts()


async def test_a_seller_may_command_from_there(tmp_path: Path) -> None:
    async with an_open_shop(tmp_path) as shop:
        text = shop.config.read_text("utf-8").replace(
            "- {account: sandbox, id: seller} ",
            "- {account: kf, id: wm_boss}\n      - {account: sandbox, id: seller} ",
        )
        shop.config.write_text(text, "utf-8")
        await shop.restart()
        assert "接管" in "\n".join(await shop.said("wm_boss", "帮助"))
        await shop.said(ANN, "你们老板是男的女的")
        assert "男的女的" in "\n".join(shop.wecom.phones["wm_boss"])
