"""A personal QQ in front of the real application: GET /ws/{account}, the outbox, take-over, restarts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import text

from bot.app import build
from bot.configuration import load
from bot.core.durations import parse_duration
from bot.web import keys
from tests.fakes import onebot_wire as wire
from tests.fakes.onebot import timed_out
from tests.onebot11_world import TimelyNapcat, account_block
from tests.shop import copy_config
from tests.when import migrated

ALICE, BOB, OWNER = 300000001, 300000002, 20001
SELLER = "      - {account: sandbox, id: seller}"
SENT = "FROM outbox o JOIN contact c ON c.id = o.contact_id WHERE c.account = 'qq'"


class OpenShop:
    """A running application with its QQ; everything that is due is done when a call returns."""

    def __init__(self, client: TestClient[Any, Any], napcat: TimelyNapcat) -> None:
        self.client, self.napcat = client, napcat

    async def connect(self, account: str = "qq", **headers: str | None) -> None:
        url = str(self.client.make_url(f"/ws/{account}")).replace("http://", "ws://")
        await self.napcat.connect(url, **headers)

    async def settle(self, span: str = "0s") -> None:
        answer = await self.client.post("/sandbox/clock", json={"advance": span})
        assert answer.status == 200
        self.napcat.ahead += parse_duration(span)

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        app = self.client.app
        assert app is not None
        return await app[keys.DATABASE].read(lambda c: [tuple(r) for r in c.execute(text(query))])

    async def until(self, query: str, rows: list[tuple[Any, ...]]) -> None:
        """Look until the database says so: OneBot acknowledges nothing."""
        async with asyncio.timeout(20):
            while await self.rows(query) != rows:
                pass

    async def stored(self, event: dict[str, Any]) -> None:
        query = f"SELECT count(*) FROM message WHERE account = 'qq' AND message_id = '{event['message_id']}'"
        await self.until(query, [(1,)])

    async def say(self, who: int, *words: Any, **more: Any) -> list[str]:
        """What they are answered, the silence waited for."""
        before = len(self.napcat.phones[who])
        event = await self.napcat.say(who, *words, **more)
        await self.stored(event)
        await self.settle("3s")
        return self.napcat.phones[who][before:]

    async def spoke(self, to: int, words: str) -> None:
        await self.stored(await self.napcat.say_as_self(to, words))

    async def seller(self, line: str) -> str:
        answer = await self.client.post("/sandbox/messages", json={"from": "seller", "text": line})
        return "\n".join(reply["text"] for reply in (await answer.json())["replies"])

    async def alerts(self) -> str:
        shown = await (await self.client.get("/sandbox/messages", params={"with": "seller"})).json()
        return "\n".join(m["text"] for m in shown["messages"] if m["kind"] == "alert")


Opened = Callable[..., Awaitable[OpenShop]]


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Opened]:
    """Opens the shop, or opens it again: `await opened(more="    daily_limit: 2\\n")`."""
    async with AsyncExitStack() as stack:
        napcat = await stack.enter_async_context(TimelyNapcat())
        running: list[TestClient[Any, Any]] = []

        async def open_(*, gap: str = "0s", more: str = "", connected: bool = True) -> OpenShop:
            for client in running:
                await client.close()
            running.clear()
            block = account_block(napcat, gap=gap, more=more)
            bound = SELLER + f"\n      - {{account: qq, id: '{OWNER}'}}"
            config = copy_config(tmp_path, **{"\naccounts:\n": "\naccounts:\n" + block, SELLER: bound})
            settings = load(config, {})
            migrated(settings.storage.url)
            client = await stack.enter_async_context(TestClient(TestServer(build(settings))))
            running.append(client)
            shop = OpenShop(client, napcat)
            if connected:
                await shop.connect()
            return shop

        yield open_


async def test_a_question(opened: Opened) -> None:
    shop = await opened()
    assert "129" in "".join(await shop.say(ALICE, "面霜多少钱"))
    assert f"网名{ALICE}" in await shop.seller(f"客户 {ALICE}")
    assert await shop.rows(f"SELECT status {SENT}") == [("sent",)]


async def test_a_picture(opened: Opened) -> None:
    shop = await opened()
    assert "看不了" in "".join(await shop.say(ALICE, wire.image("碎了.jpg")))
    [(payload,)] = await shop.rows("SELECT payload FROM message WHERE kind = 'image'")
    assert "multimedia.nt.qq.com.cn" in str(payload)


async def test_commands_come_from_the_bound_number_only(opened: Opened) -> None:
    shop = await opened()
    await shop.say(ALICE, "面霜多少钱")
    assert "面霜" in "".join(await shop.say(OWNER, "未下单"))
    answer = "".join(await shop.say(ALICE, "未下单"))
    assert "玫瑰面霜" not in answer or "129" not in answer
    assert str(ALICE) not in answer


async def test_the_same_message_twice_and_after_a_restart(opened: Opened) -> None:
    shop = await opened()
    event = await shop.napcat.say(ALICE, "面霜多少钱")
    await shop.stored(event)
    await shop.napcat.push(event, times=5)
    await shop.settle("3s")
    shop = await opened()
    await shop.napcat.push(event, times=5)
    await shop.say(BOB, "包邮吗")
    assert len(shop.napcat.phones[ALICE]) == 1
    assert await shop.rows("SELECT count(*) FROM message WHERE text = '面霜多少钱'") == [(1,)]


async def test_anothers_message_with_the_same_id_is_another_message(opened: Opened) -> None:
    shop = await opened()
    await shop.say(ALICE, "面霜多少钱", message_id=77)
    event = await shop.napcat.say(BOB, "精华多少钱", message_id=77)
    query = f"SELECT text FROM message WHERE message_id = '77@{BOB}'"
    await shop.until(query, [("精华多少钱",)])
    await shop.napcat.push(event, times=3)
    await shop.settle("3s")
    assert len(shop.napcat.phones[BOB]) == 1 and "159" in shop.napcat.phones[BOB][0]


# --- take-over ----------------------------------------------------------------------------------


async def test_the_seller_at_his_phone_silences_the_bot(opened: Opened) -> None:
    shop = await opened()
    await shop.say(ALICE, "面霜多少钱")
    await shop.spoke(ALICE, "我来跟您说")
    assert await shop.say(ALICE, "精华多少钱") == []
    assert "159" in "".join(await shop.say(BOB, "精华多少钱")), "only there"


async def test_the_bots_own_words_silence_nobody(opened: Opened) -> None:
    shop = await opened()
    for _ in range(3):
        for question in ("面霜多少钱", "包邮吗", "精华多少钱"):
            assert await shop.say(ALICE, question)
    assert await shop.rows("SELECT count(*) FROM customer WHERE taken_over_until IS NOT NULL") == [(0,)]
    assert await shop.rows("SELECT count(*) FROM message WHERE text = 'seller_spoke'") == [(0,)]


async def test_words_of_the_life_before_are_the_bots_too(opened: Opened) -> None:
    """QQ took the message, NapCat said it had not heard; the echo comes to the next process."""
    shop = await opened()
    shop.napcat.report_self = False
    shop.napcat.inject(after=True, failed=timed_out())
    [said] = await shop.say(ALICE, "面霜多少钱")
    assert await shop.rows(f"SELECT status {SENT}") == [("unknown",)]
    assert "不知道送到没有" in await shop.alerts()
    shop = await opened()
    late = wire.own_message(shop.napcat.self_id, ALICE, 4242, shop.napcat.now(), [wire.text(said)])
    await shop.napcat.push(late)
    assert "159" in "".join(await shop.say(ALICE, "精华多少钱"))


# --- temporary sessions and friends -------------------------------------------------------------


async def test_a_temporary_session_is_answered_through_its_group(opened: Opened) -> None:
    shop = await opened()
    shop.napcat.groups[700] = {ALICE}
    assert "129" in "".join(await shop.say(ALICE, "面霜多少钱", sub_type="group", group_id=700))
    shop = await opened()
    await shop.seller(f"回 {ALICE} 给您留了一瓶")
    await shop.settle("10s")
    assert shop.napcat.phones[ALICE][-1] == "给您留了一瓶"
    assert [p.get("group_id") for p in shop.napcat.called("send_private_msg")][-1] == 700


async def test_who_cannot_be_reached_waits_until_he_writes(opened: Opened) -> None:
    shop = await opened()
    shop.napcat.groups[700] = {ALICE}
    shop.napcat.closed_groups.add(700)
    assert await shop.say(ALICE, "面霜多少钱", sub_type="group", group_id=700) == []
    assert "先加好友" in await shop.alerts()
    assert any("129" in t for t in await shop.say(ALICE, "加上了，在吗"))


async def test_a_new_friend_is_greeted_once(opened: Opened) -> None:
    shop = await opened()
    await shop.napcat.ask_to_be_friend(ALICE, "我想买东西", times=3)
    await shop.until("SELECT count(*) FROM message WHERE text = 'subscribe'", [(2,)])  # answer and notice
    await shop.settle("3s")
    assert len(shop.napcat.phones[ALICE]) == 1 and "小林护肤" in shop.napcat.phones[ALICE][0]
    assert "加好友" in await shop.seller(f"客户 {ALICE}")


async def test_nothing_is_said_in_a_group(opened: Opened) -> None:
    shop = await opened()
    at = {"type": "at", "data": {"qq": str(shop.napcat.self_id)}}
    event = wire.group_message(
        shop.napcat.self_id, ALICE, 5, shop.napcat.now(), [at, wire.text(" 我的订单到哪了")]
    )
    await shop.napcat.push(event)
    await shop.say(BOB, "面霜多少钱")
    assert not shop.napcat.phones[ALICE]
    assert await shop.rows("SELECT count(*) FROM message WHERE account = 'qq' AND kind = 'text'") == [(1,)]


async def test_recalls_are_on_record(opened: Opened) -> None:
    shop = await opened()
    event = await shop.napcat.say(ALICE, "面霜多少钱")
    await shop.stored(event)
    recall = {"message_id": event["message_id"]}
    await shop.napcat.push(
        wire.notice(shop.napcat.self_id, ALICE, shop.napcat.now(), "friend_recall", **recall)
    )
    name = f"friend_recall:{ALICE}:{event['message_id']}"
    await shop.until(f"SELECT count(*) FROM message WHERE message_id = '{name}'", [(1,)])


# --- the connection -----------------------------------------------------------------------------


async def test_what_could_not_go_goes_when_the_connection_is_back(opened: Opened) -> None:
    shop = await opened()
    await shop.say(ALICE, "面霜多少钱")
    shop = await opened(connected=False)
    await shop.seller(f"回 {ALICE} 给您留了一瓶")
    await shop.settle("10s")  # until the seller can take nothing back; then ten seconds of patience
    waiting = "SELECT status FROM outbox WHERE text = '给您留了一瓶'"
    assert await shop.rows(waiting) == [("planned",)]
    assert "QQ 没连上" in await shop.alerts()
    await shop.connect()
    await shop.until(waiting, [("sent",)])
    assert shop.napcat.phones[ALICE][-1] == "给您留了一瓶"


async def test_a_limit_outlives_a_restart(opened: Opened) -> None:
    shop = await opened(more="    daily_limit: 2\n")
    for question in ("面霜多少钱", "包邮吗"):
        await shop.say(ALICE, question)
    shop = await opened(more="    daily_limit: 2\n")
    assert await shop.say(ALICE, "精华多少钱") == []
    assert "到了每天的上限" in await shop.alerts()
    await shop.settle("1d")
    assert any("159" in t for t in shop.napcat.phones[ALICE]), "the day after"


async def test_the_pace_is_kept(opened: Opened) -> None:
    shop = await opened(gap="2s")
    for who in range(300000010, 300000016):
        await shop.stored(await shop.napcat.say(who, "面霜多少钱"))
    await shop.settle("1m")
    sent = [datetime.fromisoformat(at) for (at,) in await shop.rows(f"SELECT o.sent_at {SENT} ORDER BY 1")]
    assert len(sent) == 6
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(sent)]
    assert min(gaps) > 1.5, "two seconds, give or take how long a call takes"


async def test_who_is_no_account(opened: Opened) -> None:
    shop = await opened(connected=False)
    for account in ("none", "sandbox"):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
            await shop.connect(account)
        assert refusal.value.status == 404
    with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
        await shop.connect(Authorization="Bearer guess")
    assert refusal.value.status == 403
    figures = await (await shop.client.get("/metrics")).text()
    assert 'huitouke_callbacks_refused_total{account="qq",status="403"} 1.0' in figures
    assert await shop.rows("SELECT count(*) FROM message WHERE account = 'qq'") == [(0,)]


async def test_a_flood_does_not_stop_the_other_channels(opened: Opened) -> None:
    shop = await opened()
    shop.napcat.friends.add(ALICE)

    async def flood() -> None:
        for n in range(400):
            await shop.napcat.say(ALICE, f"在吗{n}")

    flooding = asyncio.create_task(flood())
    asked = {"from": "bob", "text": "面霜多少钱"}
    async with asyncio.timeout(60):
        answer = await shop.client.post("/sandbox/messages", json=asked)
    assert "129" in "".join(r["text"] for r in (await answer.json())["replies"])
    await flooding
    counted = "SELECT count(*) FROM message WHERE account = 'qq' AND text LIKE '在吗%'"
    async with asyncio.timeout(60):
        await shop.until(counted, [(400,)])
