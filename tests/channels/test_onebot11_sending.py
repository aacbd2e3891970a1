"""Sending through NapCat: answers, silence, hang-ups, our own words come back, limits (CHANNELS §4.2-4.4)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.onebot11.presence import NO_LINK, NO_TOKEN, NOT_ONLINE, OTHER_QQ
from bot.core.delivery import Kind, Verdict
from bot.core.events import Happening
from storage.db import Database
from tests.channels.onebot11_bench import ALICE, BOB, SELF, TOKEN, Bench, a_bench, a_text
from tests.fakes import onebot_wire as wire
from tests.fakes.onebot import refused, timed_out

SPOKE = Happening.SELLER_SPOKE


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture(params=[False, True], ids=["echo after", "echo before"])
async def bench(request: pytest.FixtureRequest, database: Database) -> AsyncIterator[Bench]:
    async with a_bench(database, napcat_echo_first=request.param) as opened:
        opened.napcat.friends |= {ALICE, BOB}
        yield opened


async def nothing_more(bench: Bench) -> None:
    """Everything that was on its way has been heard: what is said after it has."""
    await bench.napcat.say(BOB, "到这里为止")
    await bench.heard("到这里为止")


# --- answers ------------------------------------------------------------------------------------


async def test_a_text(bench: Bench) -> None:
    outcome = await bench.channel.send(a_text("面霜 129元一瓶，有货。[CQ:at,qq=all]"))
    assert (outcome.verdict, outcome.platform_id) == (Verdict.SENT, "2000000001")
    assert bench.napcat.phones[ALICE] == ["面霜 129元一瓶，有货。[CQ:at,qq=all]"]
    [frame] = bench.napcat.calls
    assert frame["action"] == "send_private_msg" and isinstance(frame["echo"], str)
    assert "group_id" not in frame["params"]


async def test_fifty_at_once_get_each_their_own_answer(bench: Bench) -> None:
    outcomes = await asyncio.gather(*(bench.channel.send(a_text(f"第{n}条", n)) for n in range(50)))
    ids = {o.platform_id for o in outcomes}
    assert len(ids) == 50 and all(o.verdict is Verdict.SENT for o in outcomes)
    await nothing_more(bench)
    assert not bench.engine.happened(SPOKE)


@pytest.mark.parametrize("text", ["", "  \n ", "\0", "\ud800"])
async def test_nothing_to_say(bench: Bench, text: str) -> None:
    assert (await bench.channel.send(a_text(text))).verdict is Verdict.REJECTED
    assert not bench.napcat.calls


@pytest.mark.parametrize("to", ["alice", "", "12 34", "-5"])
async def test_nobody_to_say_it_to(bench: Bench, to: str) -> None:
    assert (await bench.channel.send(a_text("在", to=to))).verdict is Verdict.REJECTED
    assert not bench.napcat.calls


async def test_who_is_no_friend_cannot_be_reached(bench: Bench) -> None:
    bench.napcat.friends.clear()
    outcome = await bench.channel.send(a_text("在的"))
    assert (outcome.verdict, outcome.code) == (Verdict.UNREACHABLE, "1200/16")
    bench.napcat.friends.add(ALICE)
    bench.napcat.blocked_by.add(ALICE)
    assert (await bench.channel.send(a_text("在的"))).verdict is Verdict.UNREACHABLE


async def test_a_frozen_account_stops(bench: Bench) -> None:
    bench.napcat.frozen = True
    outcome = await bench.channel.send(a_text("在的"))
    assert outcome.verdict is Verdict.ACCOUNT_STOPPED and outcome.retry_after == timedelta(hours=6)


async def test_qq_that_does_not_answer_napcat_leaves_it_unknown(bench: Bench) -> None:
    bench.napcat.inject(failed=timed_out())
    outcome = await bench.channel.send(a_text("在的"))
    assert outcome.verdict is Verdict.UNKNOWN and not bench.napcat.phones[ALICE]


async def test_a_refusal_for_good_is_not_unknown(bench: Bench) -> None:
    bench.napcat.inject(failed=refused(16, "发送失败，请先添加对方为好友"))
    assert (await bench.channel.send(a_text("在的"))).verdict is Verdict.UNREACHABLE


# --- no answer ----------------------------------------------------------------------------------


async def test_silence_is_unknown(database: Database) -> None:
    async with a_bench(database, napcat_report_self=False, channel_answer_within=0.05) as bench:
        bench.napcat.friends.add(ALICE)
        bench.napcat.inject(silent=True)
        assert (await bench.channel.send(a_text("在的"))).verdict is Verdict.UNKNOWN


async def test_silence_but_it_came_back_as_our_own(database: Database) -> None:
    async with a_bench(database, channel_answer_within=0.3) as bench:
        bench.napcat.friends.add(ALICE)
        bench.napcat.inject(silent=True)
        outcome = await bench.channel.send(a_text("在的"))
        assert (outcome.verdict, outcome.platform_id) == (Verdict.SENT, "2000000001")


async def test_a_call_under_way_when_the_connection_ends_is_unknown(database: Database) -> None:
    async with a_bench(database, napcat_report_self=False) as bench:
        bench.napcat.friends.add(ALICE)
        held = bench.napcat.inject(hang_up=True, after=True)
        assert (await bench.channel.send(a_text("在的"))).verdict is Verdict.UNKNOWN
        assert held.reached.is_set() and bench.napcat.phones[ALICE] == ["在的"]


async def test_an_answer_that_comes_too_late_is_nobodys(database: Database) -> None:
    async with a_bench(database, channel_answer_within=0.05, napcat_report_self=False) as bench:
        bench.napcat.friends.add(ALICE)
        gate = asyncio.Event()
        bench.napcat.inject(hold=gate)
        assert (await bench.channel.send(a_text("第一条"))).verdict is Verdict.UNKNOWN
        gate.set()
        assert (await bench.channel.send(a_text("第二条"))).platform_id == "2000000002"


@pytest.mark.parametrize("echo", [1, None, {"a": 1}, [1], "other-1", True])
async def test_answers_to_what_was_not_asked(bench: Bench, echo: Any) -> None:
    await bench.napcat.push({"status": "ok", "retcode": 0, "data": {"message_id": 9}, "echo": echo})
    assert (await bench.channel.send(a_text("在的"))).platform_id == "2000000001"


# --- whose words --------------------------------------------------------------------------------


async def test_the_bots_words_are_never_the_sellers(bench: Bench) -> None:
    for n in range(5):
        await bench.channel.send(a_text("在的，您说。", n))
    await nothing_more(bench)
    assert not bench.engine.happened(SPOKE)


async def test_the_sellers_words_are(bench: Bench) -> None:
    event = await bench.napcat.say_as_self(ALICE, "亲，明天发货")
    await bench.engine.until(lambda: bool(bench.engine.happened(SPOKE)))
    [spoke] = bench.engine.happened(SPOKE)
    assert (spoke.external_id, spoke.message_id) == (str(ALICE), str(event["message_id"]))
    assert spoke.detail == {"text": "亲，明天发货"} and spoke.at == bench.clock.now()


async def test_the_sellers_words_while_the_bot_is_sending(bench: Bench) -> None:
    gate = asyncio.Event()
    held = bench.napcat.inject(hold=gate)
    sending = asyncio.create_task(bench.channel.send(a_text("在的，您说。")))
    await held.reached.wait()
    await bench.napcat.say_as_self(ALICE, "我来了")
    await nothing_more(bench)
    assert not bench.engine.happened(SPOKE)  # only the answer can tell whose words these are
    gate.set()
    assert (await sending).verdict is Verdict.SENT
    await bench.engine.until(lambda: bool(bench.engine.happened(SPOKE)))
    assert [e.detail["text"] for e in bench.engine.happened(SPOKE)] == ["我来了"]


async def test_words_that_come_back_changed_are_known_by_their_id(database: Database) -> None:
    async with a_bench(database, napcat_report_self=False) as bench:
        bench.napcat.friends.add(ALICE)
        outcome = await bench.channel.send(a_text("看这里 https://a.example/x"))
        came_back = [wire.text("看这里 [链接已被屏蔽]")]
        message_id, now = int(outcome.platform_id), bench.napcat.now()
        await bench.napcat.push(wire.own_message(SELF, ALICE, message_id, now, came_back))
        await nothing_more(bench)
        assert not bench.engine.happened(SPOKE)


async def test_line_ends_may_change(database: Database) -> None:
    async with a_bench(database, napcat_report_self=False) as bench:
        bench.napcat.friends.add(ALICE)
        gate = asyncio.Event()
        held = bench.napcat.inject(hold=gate)
        sending = asyncio.create_task(bench.channel.send(a_text("面霜 129元\n有货")))
        await held.reached.wait()
        changed = [wire.text("面霜 129元\r\n有货 ")]
        await bench.napcat.push(wire.own_message(SELF, ALICE, 4242, bench.napcat.now(), changed))
        await nothing_more(bench)
        gate.set()
        await sending
        await nothing_more(bench)
        assert not bench.engine.happened(SPOKE)


# --- temporary sessions -------------------------------------------------------------------------


async def test_who_is_unknown_has_no_group(bench: Bench) -> None:
    await bench.channel.send(a_text("在的"))
    assert "group_id" not in bench.napcat.called("send_private_msg")[0]


# --- limits -------------------------------------------------------------------------------------


async def test_a_day_has_its_limit(database: Database) -> None:
    async with a_bench(database, daily_limit=3) as bench:
        bench.napcat.friends.add(ALICE)
        assert [(await bench.channel.send(a_text(str(n), n))).verdict for n in range(3)] == [Verdict.SENT] * 3
        outcome = await bench.channel.send(a_text("第四条"))
        assert (outcome.verdict, outcome.code) == (Verdict.ACCOUNT_STOPPED, "daily_limit")
        assert outcome.retry_after == timedelta(hours=12) and len(bench.napcat.phones[ALICE]) == 3
        bench.advance(timedelta(hours=12))
        assert (await bench.channel.send(a_text("第四条"))).verdict is Verdict.SENT


async def test_greetings_have_their_own(database: Database) -> None:
    async with a_bench(database, daily_pushes=1) as bench:
        bench.napcat.friends.add(ALICE)
        assert (await bench.channel.send(a_text("生日快乐", kind=Kind.CARE))).verdict is Verdict.SENT
        outcome = await bench.channel.send(a_text("上新了", kind=Kind.PROMO))
        assert (outcome.verdict, outcome.code) == (Verdict.RETRY, "daily_pushes")
        assert outcome.retry_after == timedelta(hours=12 + 9), "not at midnight"
        assert (await bench.channel.send(a_text("发货了", kind=Kind.NOTICE))).verdict is Verdict.SENT


async def test_what_failed_does_not_count(database: Database) -> None:
    async with a_bench(database, daily_limit=1) as bench:
        assert (await bench.channel.send(a_text("在的"))).verdict is Verdict.UNREACHABLE
        bench.napcat.friends.add(ALICE)
        assert (await bench.channel.send(a_text("在的"))).verdict is Verdict.SENT


async def test_jitter(database: Database) -> None:
    async with a_bench(database, jitter="0.4s", channel_chance=lambda: 0.25) as bench:
        bench.napcat.friends.add(ALICE)
        loop = asyncio.get_running_loop()
        began = loop.time()
        assert (await bench.channel.send(a_text("在的"))).verdict is Verdict.SENT
        assert loop.time() - began >= 0.1


# --- not connected ------------------------------------------------------------------------------


async def test_messages_wait_while_nobody_is_there(database: Database) -> None:
    async with a_bench(database, connected=False, channel_grace=0.0) as bench:
        first = await bench.channel.send(a_text("在的"))
        assert (first.verdict, first.reason) == (Verdict.ACCOUNT_STOPPED, NO_LINK)
        holds = [
            first.retry_after,
            *[(await bench.channel.send(a_text("在的"))).retry_after for _ in range(5)],
        ]
        minutes = [1, 2, 4, 8, 10, 10]
        assert holds == [timedelta(minutes=m) for m in minutes]


async def test_a_message_waits_a_little_for_a_connection_that_has_just_gone(database: Database) -> None:
    async with a_bench(database) as bench:
        bench.napcat.friends.add(ALICE)
        await bench.napcat.hang_up()
        await bench.napcat.ended.wait()
        sending = asyncio.create_task(bench.channel.send(a_text("在的")))
        await bench.connect()
        assert (await sending).verdict is Verdict.SENT


async def test_while_qq_is_offline_messages_wait(database: Database) -> None:
    async with a_bench(database) as bench:
        bench.napcat.friends.add(ALICE)
        await bench.napcat.push(
            wire.notice(SELF, SELF, bench.napcat.now(), "bot_offline", tag="下线", message="登录已失效")
        )
        await nothing_more(bench)
        sending = asyncio.create_task(bench.channel.send(a_text("在的")))
        await bench.napcat.beat(60_000, online=True)
        assert (await sending).verdict is Verdict.SENT


async def test_why_nothing_goes(database: Database) -> None:
    async with a_bench(database, channel_grace=0.0) as bench:
        await bench.napcat.beat(60_000, online=False)
        await nothing_more(bench)
        assert (await bench.channel.send(a_text("在的"))).reason == NOT_ONLINE


async def test_another_qq(database: Database) -> None:
    async with a_bench(database, mode="forward_ws", self_id=SELF + 1, channel_grace=0.0) as bench:
        await bench.napcat.ended.wait()
        assert (await bench.channel.send(a_text("在的"))).reason in (OTHER_QQ, NO_LINK)
        assert not bench.napcat.called("send_private_msg")


async def test_a_token_that_is_not_accepted(database: Database) -> None:
    wrong = {"mode": "forward_ws", "access_token": TOKEN + "x", "channel_grace": 0.0}
    async with a_bench(database, connected=False, **wrong) as bench:
        async with asyncio.timeout(10):
            while not bench.napcat.refused_tokens:
                await bench.channel.send(a_text("在的"))
            while (await bench.channel.send(a_text("在的"))).reason != NO_TOKEN:
                pass
        assert not bench.napcat.calls


async def test_the_seller_is_told_when_it_lasts(database: Database) -> None:
    async with a_bench(database, connected=False, channel_alarm_after=0.05) as bench:
        await bench.alarmed.wait()
        assert len(bench.told) == 1 and str(SELF) in bench.told[0] and NO_LINK in bench.told[0]


async def test_a_short_break_alarms_nobody(database: Database) -> None:
    async with a_bench(database, channel_alarm_after=5.0) as bench:
        for _ in range(3):
            await bench.napcat.hang_up()
            await bench.napcat.ended.wait()
            await bench.connect()
        await nothing_more(bench)
        assert not bench.told


async def test_a_stop_lets_the_call_under_way_be_answered(database: Database, tmp_path: Path) -> None:
    async with a_bench(database) as bench:
        bench.napcat.friends.add(ALICE)
        gate = asyncio.Event()
        held = bench.napcat.inject(hold=gate)
        sending = asyncio.create_task(bench.channel.send(a_text("在的")))
        await held.reached.wait()
        stopping = asyncio.create_task(bench.channel.stop())
        gate.set()
        assert (await sending).verdict is Verdict.SENT
        await stopping
        late = await bench.channel.send(a_text("还有"))
        assert (late.verdict, late.code) == (Verdict.RETRY, "stopping")
