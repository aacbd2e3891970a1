"""A QQ bot end to end: the real application, QQ's wire, every promise of CONTRACT §7."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.core.durations import parse_duration
from tests.fakes.qq import FOREVER, USERS
from tests.open_shop import OpenShop
from tests.qq_world import QqWorld, TimelyQq, with_account
from tests.worlds import opened as opened_world

ANN, BEN, GROUP = "0PENIDANN", "0PENIDBEN", "GR0UP1"


class QqShop(OpenShop):
    """A running application with QQ around it."""

    def __init__(self, config: Path, qq: TimelyQq) -> None:
        super().__init__(config)
        self.qq = qq

    async def open(self) -> None:
        await super().open()
        self.qq.callback_url = f"{self.url}/callback/qq"

    async def advance(self, span: str) -> None:
        await super().advance(span)
        self.qq.ahead += parse_duration(span)

    async def asks(self, who: str = ANN, what: str = "面霜多少钱") -> list[str]:
        """What comes back within some seconds."""
        before = len(self.qq.phones[who])
        assert (await self.qq.says(who, what)).status == 200
        await self.advance("5s")
        return self.qq.phones[who][before:]


Opened = Callable[..., Any]


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Opened]:
    """Opens a shop: `await opened(proactive=True)`."""
    async with AsyncExitStack() as stack:

        async def open_(**more: Any) -> QqShop:
            qq = await stack.enter_async_context(TimelyQq())
            shop = await QqShop.opened(with_account(tmp_path, qq, **more), qq)
            stack.push_async_callback(shop.close)
            return shop

        yield open_


async def test_a_question_is_answered_by_naming_it(opened: Opened) -> None:
    shop = await opened()
    assert await shop.qq.validate_url() and await shop.qq.validate_url(signed=True)
    (answer,) = await shop.asks()
    assert "129" in answer
    assert shop.qq.sends()[0]["msg_id"] == "ROBOT1.0_in1!"
    assert await shop.rows("SELECT status, via FROM outbox WHERE kind = 'reply'") == [("sent", "answer")]


async def test_the_same_message_again_is_kept_and_answered_once(opened: Opened) -> None:
    shop = await opened()
    await asyncio.gather(*(shop.qq.says(ANN, "面霜多少钱", known="ROBOT1.0_x!") for _ in range(8)))
    await shop.advance("30d")
    await shop.qq.says(ANN, "面霜多少钱", known="ROBOT1.0_x!")
    await shop.advance("1m")
    assert await shop.rows("SELECT count(*) FROM message WHERE account = 'qq'") == [(1,)]
    assert len(shop.qq.phones[ANN]) == 1


async def test_a_friend_is_greeted_by_naming_the_event(opened: Opened) -> None:
    shop = await opened()
    await shop.qq.does(ANN, "FRIEND_ADD")
    await shop.advance("5s")
    assert "小林护肤" in shop.qq.phones[ANN][0]
    (sent,) = shop.qq.sends()
    assert sent["event_id"].startswith("FRIEND_ADD:") and "msg_seq" not in sent
    await shop.qq.does(ANN, "FRIEND_DEL")
    await shop.seller(f"回 {ANN} 还在吗")
    await shop.advance("1m")
    assert len(shop.qq.sends()) == 1


async def test_who_switches_pushes_off_has_opted_out(opened: Opened) -> None:
    shop = await opened()
    await shop.asks()
    await shop.qq.does(ANN, "C2C_MSG_REJECT")
    assert await shop.rows("SELECT count(*) FROM customer WHERE opted_out_at IS NOT NULL") == [(1,)]
    await shop.advance("1s")
    assert "关掉了主动消息" in await shop.alerts()
    await shop.qq.does(ANN, "C2C_MSG_RECEIVE")
    assert await shop.rows("SELECT count(*) FROM customer WHERE opted_out_at IS NOT NULL") == [(0,)]


async def test_a_buyer_is_called_by_name(opened: Opened) -> None:
    shop = await opened()
    await shop.qq.says(ANN, "面霜多少钱", author={"username": "安安"})
    await shop.advance("5s")
    assert "安安" in await shop.seller("客户 安安")


# --- groups


async def test_in_a_group_everybody_is_asked_into_a_private_chat(opened: Opened) -> None:
    shop = await opened()
    await shop.qq.says_in_group(GROUP, "MEMBER1", "我的订单到哪了，电话13800138000")
    await shop.advance("5s")
    (said,) = shop.qq.phones[GROUP]
    assert "群里" in said and "138" not in said
    await shop.qq.says_in_group(GROUP, "MEMBER1", "快点")
    await shop.qq.says_in_group(GROUP, "MEMBER2", "面霜多少钱")
    await shop.advance("5s")
    assert len(shop.qq.phones[GROUP]) == 2 and "129" not in shop.qq.phones[GROUP][1]
    assert await shop.rows("SELECT count(*) FROM customer") == [(0,)]
    assert await shop.rows("SELECT count(*) FROM message") == [(3,)]


async def test_a_group_that_cannot_be_answered_in_time_is_not_answered(opened: Opened) -> None:
    shop = await opened()
    shop.qq.inject(USERS.replace("users", "groups"), 100001, times=FOREVER)
    await shop.qq.says_in_group(GROUP, "MEMBER1", "面霜多少钱")
    await shop.advance("1h")
    shop.qq.heal()
    await shop.advance("1h")
    assert not shop.qq.phones[GROUP]


# --- windows and quotas


async def test_what_may_not_go_waits_for_the_next_message(opened: Opened) -> None:
    shop = await opened()
    await shop.asks()
    await shop.advance("2h")
    answered = await shop.seller(f"回 {ANN} 面霜今天到货了")
    assert "1 小时" in answered and "下次来消息" in answered
    await shop.advance("1d")
    assert "面霜今天到货了" not in shop.qq.phones[ANN]
    await shop.asks(ANN, "包邮吗")
    assert shop.qq.phones[ANN].count("面霜今天到货了") == 1
    assert "已经送出" in await shop.alerts()


async def test_the_fourth_message_is_the_last_until_the_buyer_speaks(opened: Opened) -> None:
    shop = await opened()
    await shop.asks()
    for number in range(6):
        await shop.seller(f"回 {ANN} 第{number}句")
        await shop.advance("10s")
    assert sum("句" in said for said in shop.qq.phones[ANN]) == 3
    await shop.qq.says(ANN, "好")
    await shop.advance("1m")
    assert [said for said in shop.qq.phones[ANN] if "句" in said] == [f"第{n}句" for n in range(6)]
    assert {b["msg_id"] for b in shop.qq.sends()[4:]} == {"ROBOT1.0_in2!"}


async def test_a_refused_window_is_believed(opened: Opened) -> None:
    shop = await opened()
    await shop.asks()
    shop.qq.inject(USERS, 40034024)
    await shop.seller(f"回 {ANN} 稍等")
    await shop.advance("10s")
    assert await shop.rows("SELECT status FROM outbox WHERE kind = 'relay'") == [("parked",)]
    await shop.asks(ANN, "好")
    assert shop.qq.phones[ANN].count("稍等") == 1


# --- pushes


async def test_without_leave_nothing_is_tried_that_answers_nothing(opened: Opened) -> None:
    shop = await opened()
    await shop.asks()
    await shop.advance("2h")
    tried = len(shop.qq.sends())
    await shop.seller(f"回 {ANN} 到货了")
    await shop.advance("1h")
    assert len(shop.qq.sends()) == tried


async def test_leave_to_push_is_tried_and_remembered(opened: Opened) -> None:
    shop = await opened(proactive=True)
    await shop.asks()
    await shop.advance("2h")
    await shop.seller(f"回 {ANN} 到货了")
    await shop.advance("1m")
    assert "msg_id" not in shop.qq.sends()[-1]
    assert await shop.rows("SELECT status FROM outbox WHERE kind = 'relay'") == [("parked",)]
    tried = len(shop.qq.sends())
    await shop.seller(f"回 {ANN} 还要吗")
    await shop.advance("1m")
    assert len(shop.qq.sends()) == tried
    assert "不能主动发消息" in await shop.alerts()
    # who writes is answered all the same, with what has waited
    await shop.asks(ANN, "包邮吗")
    assert {"到货了", "还要吗"} <= set(shop.qq.phones[ANN])


async def test_a_bot_that_may_push(opened: Opened) -> None:
    shop = await opened(proactive=True)
    shop.qq.may_push = True
    await shop.asks()
    await shop.advance("2h")
    await shop.seller(f"回 {ANN} 到货了")
    await shop.advance("1m")
    assert shop.qq.phones[ANN][-1] == "到货了"
    assert await shop.rows("SELECT status, via FROM outbox WHERE kind = 'relay'") == [("sent", "api")]


# --- broken calls


async def test_a_broken_call_is_repeated_and_recognised(opened: Opened) -> None:
    shop = await opened()
    shop.qq.inject(USERS, drop="after")
    await shop.qq.says(ANN, "面霜多少钱")
    await shop.advance("10s")
    await shop.qq.says(BEN, "在吗")
    await shop.advance("1h")
    first, second = (b for b in shop.qq.sends() if b["msg_id"] == "ROBOT1.0_in1!")
    assert first == second
    assert len(shop.qq.phones[ANN]) == 1
    assert await shop.rows("SELECT DISTINCT status FROM outbox WHERE via = 'answer'") == [("sent",)]


async def test_a_repeat_names_the_old_message_although_there_is_a_newer_one(opened: Opened) -> None:
    shop = await opened()
    shop.qq.inject(USERS, drop="after", times=2)
    await shop.qq.says(ANN, "面霜多少钱")
    await shop.advance("4s")
    await shop.qq.says(ANN, "精华多少钱")
    await shop.advance("2m")
    assert sum("129" in said for said in shop.qq.phones[ANN]) == 1
    assert sum("159" in said for said in shop.qq.phones[ANN]) == 1


async def test_what_never_gets_an_answer_is_unknown_and_not_repeated(opened: Opened) -> None:
    shop = await opened()
    shop.qq.inject(USERS, status=502, times=FOREVER)
    await shop.qq.says(ANN, "面霜多少钱")
    await shop.advance("1h")
    assert await shop.rows("SELECT status FROM outbox WHERE kind = 'reply'") == [("unknown",)]
    assert (await shop.alerts()).count("不知道送到没有") == 1
    shop.qq.heal()
    await shop.asks(ANN, "包邮吗")
    assert not any("129" in said for said in shop.qq.phones[ANN])


# --- hostile ends


async def test_nothing_of_a_strangers_is_stored(opened: Opened) -> None:
    shop = await opened()
    for body in (b"", b"[" * 100_000, b'{"op":0}', b'{"op":13,"d":{"plain_token":"{}","event_ts":"1"}}'):
        status, _ = await shop.qq.post(body, {"Content-Type": "application/json"})
        assert status in (400, 403)
    status, _ = await shop.qq.post(b"x" * (50 * 1024 * 1024))
    assert status in (413, None)
    assert (await shop.client.get("/callback/qq")).status == 404
    counts = "SELECT (SELECT count(*) FROM message), (SELECT count(*) FROM customer)"
    assert await shop.rows(counts) == [(0, 0)]
    assert await shop.asks()


async def test_a_flood_of_wrong_signatures_disturbs_nobody(opened: Opened) -> None:
    shop = await opened()
    wrong = {"X-Signature-Ed25519": "0" * 128, "X-Signature-Timestamp": str(int(shop.qq.now()))}
    flood = asyncio.gather(*(shop.qq.post(b"x" * 10_000, wrong) for _ in range(300)))
    assert "面霜" in await shop.seller("价格 面霜") or await shop.seller("帮助")
    assert {status for status, _ in await flood} == {403}
    assert await shop.asks()


async def test_a_hung_platform_holds_up_nobody_else(opened: Opened) -> None:
    shop = await opened()
    gate = asyncio.Event()
    fault = shop.qq.inject(USERS, hold=gate)
    await shop.qq.says(ANN, "面霜多少钱")
    async with asyncio.timeout(20):
        await fault.reached.wait()
    assert await shop.seller("帮助")
    gate.set()


async def test_gateway_and_restart(tmp_path: Path) -> None:
    async with opened_world("qq_bot-gateway", tmp_path, OpenShop) as world:
        assert isinstance(world, QqWorld)
        assert await world.say("alice", "面霜多少钱")
        await world.shop.kill()
        await world.qq.says(world.name("alice"), "包邮吗")  # while nobody is there
        await world.open()
        await world.qq.gateway.until(lambda: any(h["op"] == 6 for h in world.qq.gateway.heard), within=30)
        await world.qq.gateway.acknowledged(await world.qq.gateway.welcomed())
        await world.advance("5s")
        first, second = await world.phone("alice")
        assert "129" in first and "包邮" in second
