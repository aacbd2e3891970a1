"""The seller's own WeChat end to end: the real application, iLink's wire, the seller's other phone beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.channels.ilink_shop import OpenPhone, an_open_shop
from tests.fakes.faults import FOREVER
from tests.fakes.ilink_api import SEND, STATUS, UPDATES

SHOWN_LATER = "SELECT count(*) FROM outbox WHERE status = 'parked'"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[OpenPhone]:
    """Logged in; the owner is told things in WeChat."""
    async with an_open_shop(tmp_path) as shop:
        await shop.logged_in()
        yield shop


async def test_a_command_is_answered_where_it_was_typed(shop: OpenPhone) -> None:
    (answer,) = await shop.command("帮助")
    assert "今日" in answer and "客户" in answer
    assert await shop.rows("SELECT status, via FROM outbox") == [("sent", "api")]
    assert await shop.rows("SELECT count(*) FROM customer") == [(0,)]
    secrets = await shop.rows("SELECT count(*) FROM message WHERE text LIKE '%AARz%'")
    assert secrets == [(0,)]


async def test_an_alert_reaches_it_and_a_buyer_is_answered_by_it(shop: OpenPhone) -> None:
    await shop.command("帮助")
    before = len(shop.ilink.shown())
    await shop.buyer("叫老板来，我要投诉，面霜瓶子碎了")
    await shop.advance("10s")
    assert any("alice" in text for text in shop.ilink.shown()[before:])
    await shop.command("回 alice 这就给你补一瓶")
    await shop.advance("1m")
    assert "这就给你补一瓶" in await shop.phone("alice")
    assert "alice" not in await shop.phone("seller")


async def test_the_eleventh_message_and_the_twenty_fifth_hour_wait(shop: OpenPhone) -> None:
    await shop.command("帮助")
    for number in range(12):
        await shop.tell(f"第 {number} 件事")
    assert len(shop.ilink.shown()) == 10 and shop.ilink.called(SEND) == 10
    assert await shop.rows(SHOWN_LATER) == [(3,)]
    await shop.command("帮助")
    assert shop.ilink.shown()[-1].count("件事") == 3  # the answer first, then all that waited in one message
    assert "".join(shop.ilink.shown()).count("件事") == 12
    await shop.advance("25h")
    tried, waiting = shop.ilink.called(SEND), (await shop.rows(SHOWN_LATER))[0][0]
    await shop.tell("明天的事")
    assert shop.ilink.called(SEND) == tried and await shop.rows(SHOWN_LATER) == [(waiting + 1,)]
    assert "明天的事" in "".join(await shop.command("帮助"))


async def test_an_ended_login_is_told_on_the_other_phone_once(shop: OpenPhone) -> None:
    await shop.command("帮助")
    await shop.ilink.expire()
    await shop.ilink.until(lambda: len(shop.ilink.codes) == 2)
    await shop.tell("有事")
    await shop.tell("还有事")
    assert (await shop.phone("seller")).count("掉线") == 1
    assert await shop.rows("SELECT count(*) FROM outbox WHERE text LIKE '%掉线%'") == [(1,)]
    assert await shop.buyer("面霜多少钱")  # nobody else notices
    await shop.ilink.scan()
    assert (await shop.command("帮助"))[-1] == "有事\n\n还有事"
    assert (await shop.phone("seller")).count("掉线") == 1


async def test_a_restart_goes_on_where_it_was(shop: OpenPhone) -> None:
    await shop.command("帮助")
    await shop.client.close()
    await shop.ilink.say("今日")
    await shop.open()
    await shop.settled()
    assert len(shop.ilink.shown()) >= 2 and len(shop.ilink.codes) == 1
    assert await shop.rows("SELECT text FROM message ORDER BY id") == [("帮助",), ("今日",)]


async def test_a_stranger_becomes_no_customer(shop: OpenPhone) -> None:
    await shop.ilink.say("面霜多少钱", "stranger@im.wechat")
    await shop.settled()
    (said,) = shop.ilink.shown("stranger@im.wechat")
    assert "店主" in said and "129" not in said
    for table in ("customer", "message", "contact WHERE external_id LIKE 'stranger%'"):
        assert await shop.rows(f"SELECT count(*) FROM {table}") == [(0,)]
    assert "stranger@im.wechat" in await shop.phone("seller")


async def test_a_picture_is_no_command(shop: OpenPhone) -> None:
    await shop.ilink.say("", item_list=[{"type": 2, "image_item": {"media": {}}}])
    await shop.settled()
    assert len(shop.ilink.shown()) == 1


async def test_other_channels_do_not_notice_what_goes_wrong_here(shop: OpenPhone) -> None:
    await shop.command("帮助")
    gate = asyncio.Event()
    shop.ilink.inject(UPDATES, times=3, status=200, body=b"x" * (50 * 1024 * 1024))
    shop.ilink.inject(UPDATES, times=FOREVER, status=200, body=b"[" * 1_000_000)
    held = shop.ilink.inject(SEND, times=FOREVER, hold=gate)
    await shop.ilink.say("帮助")
    async with asyncio.timeout(10):
        await held.reached.wait()  # this side hangs, and the next poll brings 50 MB
    assert await shop.buyer("面霜多少钱") and "129" in "".join(await shop.buyer("面霜多少钱", "bob"))
    assert (await shop.client.get("/healthz")).status == 200
    gate.set()


async def test_who_has_not_logged_in_yet_loses_nothing(tmp_path: Path) -> None:
    async with an_open_shop(tmp_path) as shop:
        await shop.ilink.until(lambda: shop.ilink.called(STATUS) == 1)
        await shop.tell("有事")
        assert await shop.rows(SHOWN_LATER) == [(1,)] and shop.ilink.called(SEND) == 0
        await shop.logged_in()
        assert "有事" in await shop.command("帮助")
