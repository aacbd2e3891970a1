"""Friend requests: accepted by rule, after a pause, once, and not too many (issue 7, part 3)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.core.events import Happening
from storage.db import Database
from tests.channels.onebot11_bench import ALICE, BOB, Bench, a_bench

SUBSCRIBE = Happening.SUBSCRIBE
ASKED = "set_friend_add_request"


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.close()


async def settled(bench: Bench) -> None:
    """Whatever was to be done about requests is done: the next friend has been greeted."""
    await bench.napcat.ask_to_be_friend(BOB, "我想买东西", flag="last")
    await bench.engine.until(
        lambda: (
            any(e.external_id == str(BOB) for e in bench.engine.happened(SUBSCRIBE))
            or bool(bench.engine.messages)
        )
    )


@pytest.mark.parametrize(
    ("rule", "comment", "accepted"),
    [
        ("all", "", True),
        ("all", "我是小鱼", True),
        (["买", "面霜"], "我想买东西", True),
        (["买", "面霜"], "问下面霜", True),
        (["买", "面霜"], "交个朋友", False),
    ],
)
async def test_the_rule(database: Database, rule: Any, comment: str, accepted: bool) -> None:
    async with a_bench(database, friends=rule) as bench:
        await bench.napcat.ask_to_be_friend(ALICE, comment)
        await settled(bench)
        assert (ALICE in bench.napcat.friends) is accepted
        greeted = {e.external_id for e in bench.engine.happened(SUBSCRIBE)}
        assert (str(ALICE) in greeted) is accepted


async def test_none_are_accepted_and_none_refused(database: Database) -> None:
    async with a_bench(database, friends="none") as bench:
        await bench.napcat.ask_to_be_friend(ALICE, "我想买东西")
        await bench.napcat.say(BOB, "在吗")
        await bench.heard("在吗")
        assert not bench.napcat.called(ASKED), "it stays in QQ for the seller"


async def test_who_he_is(database: Database) -> None:
    async with a_bench(database) as bench:
        await bench.napcat.ask_to_be_friend(ALICE, "张三介绍的，想买面霜")
        await settled(bench)
        first = next(e for e in bench.engine.happened(SUBSCRIBE) if e.external_id == str(ALICE))
        assert first.detail["comment"] == "张三介绍的，想买面霜"
        assert first.detail["scene"] == "QQ 加好友：张三介绍的，想买面霜"
        [params] = [p for p in bench.napcat.called(ASKED) if p["flag"] != "last"]
        assert params == {"flag": "1700000000", "approve": True, "remark": ""}


async def test_the_same_request_three_times(database: Database) -> None:
    async with a_bench(database) as bench:
        await bench.napcat.ask_to_be_friend(ALICE, "买", times=3)
        await settled(bench)
        assert [p["flag"] for p in bench.napcat.called(ASKED)] == ["1700000000", "last"]


async def test_not_too_many_a_day(database: Database) -> None:
    async with a_bench(database, daily_friends=2) as bench:
        for n in range(4):
            await bench.napcat.ask_to_be_friend(400000000 + n, "买", flag=f"f{n}")
        await bench.engine.until(lambda: len(bench.engine.happened(SUBSCRIBE)) >= 4)  # notice and answer each
        await asyncio.gather(*bench.channel._beside._tasks)  # the other two are looked at, and left
        bench.advance(timedelta(days=1))
        await settled(bench)
        assert [p["flag"] for p in bench.napcat.called(ASKED)] == ["f0", "f1", "last"]


async def test_a_request_that_is_gone(database: Database) -> None:
    async with a_bench(database) as bench:
        await bench.napcat.ask_to_be_friend(ALICE, "买")
        bench.napcat.requests.clear()
        await settled(bench)
        assert str(ALICE) not in {e.external_id for e in bench.engine.happened(SUBSCRIBE)}


async def test_who_adds_by_himself_is_greeted_too(database: Database) -> None:
    """An account that lets everybody in tells only that it has happened."""
    async with a_bench(database) as bench:
        await bench.napcat.push(
            {"time": 1, "self_id": bench.napcat.self_id, "post_type": "notice", "notice_type": "friend_add"}
            | {"user_id": ALICE}
        )
        await bench.engine.until(lambda: bool(bench.engine.happened(SUBSCRIBE)))
