"""Sending: what an answer names, windows, every error code, tokens, broken calls (CHANNELS §3.1, §3.5)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import unused_port
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.channels.qq_bot import capability_of
from bot.channels.qq_bot.api import Answer
from bot.channels.qq_bot.errors import TABLE, outcome_of
from bot.channels.qq_bot.wording import fit, without_links
from bot.core.delivery import NO_ANSWER, Outcome, Outgoing, Verdict, Via, Window
from tests.channels.qq_bot_shop import GROUP, OPENID, Bench, a_bench, a_push, advance, an_account, an_answer
from tests.fakes.qq import FOREVER, GROUPS, TOKEN, USERS


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with a_bench() as bench:
        bench.qq.chats[OPENID].there = bench.qq.chats[GROUP].there = True
        bench.qq.allow(OPENID, "M1")
        yield bench


async def sent(bench: Bench, message: Outgoing, **changed: object) -> Outcome:
    return await bench.client(**changed).send(message)


# --- what a bot can do


def test_capability() -> None:
    can = capability_of(an_account())
    assert (can.passive, can.api, can.answers, can.idempotent, can.proactive) == (
        False,
        True,
        True,
        True,
        False,
    )
    assert can.message_window == Window(4, timedelta(minutes=59))
    assert can.room is not None and can.room.window.lasts < timedelta(minutes=5)
    assert can.text_bytes <= 2000
    assert capability_of(an_account(proactive=True)).proactive


@pytest.mark.parametrize(
    "wrong",
    [
        {"app_id": "wx1"},
        {"app_id": 100000000},
        {"app_secret": ""},
        {"mode": "polling"},
        {"proactive": "maybe"},
        {"api_base": "api.sgroup.qq.com"},
        {"token": "x"},
    ],
)
def test_an_account_is_strict(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        an_account(**wrong)


def test_the_secret_is_not_shown() -> None:
    assert "naOC0ocQE3shWLAfffVLB1rhYPG7" not in repr(an_account())


# --- what an answer names


async def test_an_answer_names_its_message_with_a_rising_seq(bench: Bench) -> None:
    client = bench.client()
    for number in (7, 8, 9):
        outcome = await client.send(an_answer(f"第{number}句", "M1", number))
        assert outcome.verdict is Verdict.SENT and outcome.platform_id.startswith("ROBOT1.0_out")
    assert [b["msg_id"] for b in bench.qq.sends()] == ["M1"] * 3
    seqs = [b["msg_seq"] for b in bench.qq.sends()]
    assert seqs == sorted(set(seqs))
    assert bench.qq.phones[OPENID] == ["第7句", "第8句", "第9句"]


async def test_a_greeting_names_its_event_and_nothing_else(bench: Bench) -> None:
    bench.qq.allow(OPENID, "FRIEND_ADD:1", "FRIEND_ADD")
    assert (await sent(bench, an_answer("你好", "FRIEND_ADD:1", event=True))).verdict is Verdict.SENT
    assert bench.qq.sends() == [{"content": "你好", "msg_type": 0, "event_id": "FRIEND_ADD:1"}]


async def test_a_group_is_answered_in_the_group(bench: Bench) -> None:
    bench.qq.allow(GROUP, "G1")
    outcome = await sent(bench, an_answer("私聊我", "G1", to=f"group:{GROUP}/{OPENID}"))
    assert outcome.verdict is Verdict.SENT
    assert (bench.qq.phones[GROUP], bench.qq.phones[OPENID]) == (["私聊我"], [])


async def test_an_answer_to_nothing_waits(bench: Bench) -> None:
    outcome = await sent(bench, Outgoing(1, "qq", OPENID, a_push("x").kind, "x", Via.ANSWER))
    assert outcome.verdict is Verdict.WINDOW_CLOSED and not bench.qq.sends()


async def test_a_push_names_nothing_and_is_refused_as_a_push(bench: Bench) -> None:
    outcome = await sent(bench, a_push("上新了"), proactive=True)
    assert (outcome.verdict, outcome.code) == (Verdict.API_DISABLED, "40034102")
    bench.qq.may_push = True
    assert (await sent(bench, a_push("上新了"), proactive=True)).verdict is Verdict.SENT
    assert bench.qq.sends()[-1] == {"content": "上新了", "msg_type": 0}


# --- windows and quotas, as the platform keeps them


async def test_the_sixth_answer_and_the_late_one(bench: Bench) -> None:
    client = bench.client()
    outcomes = [await client.send(an_answer("嗯", "M1", number)) for number in range(1, 7)]
    assert [o.verdict for o in outcomes] == [Verdict.SENT] * 5 + [Verdict.QUOTA_USED]
    bench.qq.allow(OPENID, "M2")
    advance(bench.clock, minutes=61)
    assert (await client.send(an_answer("嗯", "M2", 9))).verdict is Verdict.WINDOW_CLOSED


async def test_a_repeat_is_recognised(bench: Bench) -> None:
    client = bench.client()
    await client.send(an_answer("嗯", "M1", 3))
    again = await client.send(an_answer("嗯", "M1", 3))
    assert (again.verdict, again.code) == (Verdict.SENT, "40054005")
    assert bench.qq.phones[OPENID] == ["嗯"]


# --- links, lengths, characters


async def test_a_refused_link_is_taken_out(bench: Bench) -> None:
    outcome = await sent(bench, an_answer("单号 SF123，详情 https://www.sf-express.com/x?a=1 ，慢慢看", "M1"))
    assert outcome.verdict is Verdict.SENT
    assert bench.qq.phones[OPENID] == ["单号 SF123，详情 （链接发不了） ，慢慢看"]
    first, second = bench.qq.sends()
    assert first["msg_seq"] < second["msg_seq"] < 2 * 2 + 0  # the next row's is higher still


async def test_a_registered_domain_goes_as_it_is(bench: Bench) -> None:
    bench.qq.domains.add("shop.example.com")
    await sent(bench, an_answer("看 https://shop.example.com/a", "M1"))
    assert bench.qq.phones[OPENID] == ["看 https://shop.example.com/a"]


async def test_a_text_that_is_refused_without_any_link(bench: Bench) -> None:
    bench.qq.inject(USERS, 40054010, times=FOREVER)
    assert (await sent(bench, an_answer("没有链接", "M1"))).verdict is Verdict.REJECTED
    assert len(bench.qq.sends()) == 1


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("www.taobao.com/a", "（链接发不了）"),
        ("去 item.taobao.com 看", "去 （链接发不了） 看"),
        ("SF1234567890123", "SF1234567890123"),
        ("129.50元，v2.0", "129.50元，v2.0"),
        ("https://a.cn。好的", "（链接发不了）。好的"),
    ],
)
def test_links(said: str, left: str) -> None:
    assert without_links(said) == left


async def test_empty_and_unfit_texts(bench: Bench) -> None:
    assert (await sent(bench, an_answer(" \x00\n", "M1"))).verdict is Verdict.REJECTED
    assert not bench.qq.sends()
    await sent(bench, an_answer("a\x00b\ud800c\r\nd😀", "M1"))
    assert bench.qq.phones[OPENID] == ["abc\nd😀"]


@given(st.text(max_size=300))
def test_any_text_can_be_sent(text: str) -> None:
    fit(text).encode()
    without_links(fit(text)).encode()


# --- the table


@pytest.mark.parametrize("code", sorted(TABLE))
async def test_every_code(bench: Bench, code: int) -> None:
    bench.qq.inject(USERS, code, times=FOREVER)
    outcome = await sent(bench, an_answer("嗯", "M1"))
    assert outcome.verdict is TABLE[code].verdict
    assert outcome.code == str(code)
    assert outcome.reason and not set(outcome.reason) & set("。!")
    assert len(bench.qq.sends()) <= 2


@pytest.mark.parametrize(
    ("status", "fields", "verdict"),
    [
        (200, {"id": "x"}, Verdict.SENT),
        (202, {"code": 304023, "data": {"message_audit": {"audit_id": "A1"}}}, Verdict.SENT),
        (400, {"code": 12345}, Verdict.REJECTED),
        (404, {}, Verdict.REJECTED),
        (429, {}, Verdict.RETRY),
        (401, {}, Verdict.ACCOUNT_STOPPED),
        (400, {"code": 0, "err_code": 22009}, Verdict.QUOTA_USED),
        (400, {"code": "22009"}, Verdict.REJECTED),
    ],
)
def test_answers(status: int, fields: dict[str, Any], verdict: Verdict) -> None:
    assert outcome_of(Answer(status, fields)).verdict is verdict


async def test_a_message_in_audit_is_known_by_its_audit(bench: Bench) -> None:
    told = Answer(202, {"code": 304023, "data": {"message_audit": {"audit_id": "A1"}}})
    assert outcome_of(told).platform_id == "A1"


# --- broken calls


async def test_nobody_there(bench: Bench) -> None:
    await bench.client().send(an_answer("嗯", "M1"))
    down = f"http://127.0.0.1:{unused_port()}"
    outcome = await sent(bench, an_answer("嗯", "M1", 2), api_base=down)
    assert (outcome.verdict, outcome.code) == (Verdict.RETRY, "")


@pytest.mark.parametrize(
    "fault",
    [
        {"drop": "before"},
        {"drop": "after"},
        {"status": 502},
        {"status": 500, "body": b'{"code":50000,"message":"internal"}'},
        {"status": 200, "body": b"hello"},
        {"status": 200, "body": b"[]"},
        {"status": 200, "body": b"[" * 100_000},
        {"status": 200, "body": b" " * 1_000_000},
    ],
)
async def test_a_broken_answer_may_only_be_repeated(bench: Bench, fault: dict[str, Any]) -> None:
    bench.qq.inject(USERS, **fault)
    client = bench.client()
    outcome = await client.send(an_answer("嗯", "M1"))
    assert (outcome.verdict, outcome.code) == (Verdict.RETRY, NO_ANSWER)
    assert (await client.send(an_answer("嗯", "M1"))).verdict is Verdict.SENT
    assert bench.qq.phones[OPENID] == ["嗯"]


async def test_a_slow_answer(bench: Bench) -> None:
    fault = bench.qq.inject(USERS, hold=asyncio.Event())
    outcome = await bench.client(timeout=0.1).send(an_answer("嗯", "M1"))
    assert (outcome.verdict, outcome.code) == (Verdict.RETRY, NO_ANSWER)
    assert fault.hold is not None
    fault.hold.set()


@pytest.mark.parametrize("message", [a_push("嗯"), an_answer("嗯", "FRIEND_ADD:1", event=True)])
async def test_what_names_no_message_is_unknown(bench: Bench, message: Outgoing) -> None:
    bench.qq.inject(USERS, drop="after")
    outcome = await sent(bench, message)
    assert (outcome.verdict, outcome.code) == (Verdict.UNKNOWN, "")


# --- the token


async def test_one_fetch_for_fifty(bench: Bench) -> None:
    client = bench.client()
    fetching = bench.qq.inject(TOKEN, hold=(gate := asyncio.Event()))
    for number in range(50):
        bench.qq.allow(OPENID, f"N{number}")
    sends = [asyncio.create_task(client.send(an_answer("嗯", f"N{n}", n + 1))) for n in range(50)]
    await fetching.reached.wait()
    gate.set()
    assert {(await s).verdict for s in sends} == {Verdict.SENT}
    assert bench.qq.token_calls == 1
    assert bench.qq.used_tokens[0].startswith("QQBot TOKEN-1-")


async def test_a_token_is_renewed_in_its_last_minute_and_not_before(bench: Bench) -> None:
    client = bench.client()
    bench.qq.allow(OPENID, "M1")
    await client.send(an_answer("嗯", "M1", 1))
    advance(bench.clock, seconds=7200 - 61)
    bench.qq.allow(OPENID, "M2")
    await client.send(an_answer("嗯", "M2", 2))
    assert bench.qq.token_calls == 1
    advance(bench.clock, seconds=12)
    bench.qq.allow(OPENID, "M3")
    await client.send(an_answer("嗯", "M3", 3))
    assert bench.qq.token_calls == 2
    assert len(set(bench.qq.used_tokens)) == 2


async def test_a_short_token_is_not_fetched_for_every_message(bench: Bench) -> None:
    bench.qq.lasts = 40
    client = bench.client()
    for number in range(4):
        await client.send(an_answer("嗯", "M1", number))
    assert bench.qq.token_calls == 1


async def test_the_token_survives_a_restart(bench: Bench) -> None:
    await bench.client().send(an_answer("嗯", "M1", 1))
    await bench.client().send(an_answer("嗯", "M1", 2))
    assert bench.qq.token_calls == 1


async def test_a_refused_token_is_renewed_once_and_the_call_repeated_once(bench: Bench) -> None:
    client = bench.client()
    await client.send(an_answer("嗯", "M1", 1))
    bench.qq.revoke_tokens()
    assert (await client.send(an_answer("嗯", "M1", 2))).verdict is Verdict.SENT
    assert bench.qq.token_calls == 2
    bench.qq.inject(USERS, 11244, times=FOREVER, status=401)
    before = len(bench.qq.sends())
    outcome = await client.send(an_answer("嗯", "M1", 3))
    assert outcome.verdict is Verdict.ACCOUNT_STOPPED
    assert len(bench.qq.sends()) - before == 2 and bench.qq.token_calls == 3


async def test_a_wrong_secret_stops_the_account(bench: Bench) -> None:
    outcome = await sent(bench, an_answer("嗯", "M1"), app_secret="wrong")
    assert (outcome.verdict, outcome.code) == (Verdict.ACCOUNT_STOPPED, "100016")
    assert "app_secret" in outcome.reason


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        ({"code": 100001}, Verdict.RETRY),
        ({"status": 500}, Verdict.RETRY),
        ({"drop": "after"}, Verdict.RETRY),
        ({"status": 200, "body": b'{"access_token":"a","expires_in":"soon"}'}, Verdict.RETRY),
        ({"status": 200, "body": b'{"access_token":"a","expires_in":-1}'}, Verdict.RETRY),
        ({"status": 200, "body": b'{"access_token":"a\\r\\nX: y","expires_in":7200}'}, Verdict.RETRY),
        ({"status": 200, "body": b"{}"}, Verdict.RETRY),
        ({"status": 400, "body": b"{}"}, Verdict.ACCOUNT_STOPPED),
    ],
)
async def test_no_token_condemns_no_message(bench: Bench, fault: dict[str, Any], verdict: Verdict) -> None:
    bench.qq.inject(TOKEN, **fault)
    client = bench.client()
    assert (await client.send(an_answer("嗯", "M1"))).verdict is verdict
    assert not bench.qq.sends()
    assert (await client.send(an_answer("嗯", "M1"))).verdict is Verdict.SENT


@pytest.mark.parametrize("told", ['"7200"', "7200"])
async def test_expiry_as_text_and_as_number(bench: Bench, told: str) -> None:
    bench.qq.inject(TOKEN, status=200, body=b'{"access_token":"a","expires_in":%s}' % told.encode())
    await bench.client().send(an_answer("嗯", "M1"))
    token, ends = bench.tokens.rows["qq"]
    # the first token is not the fake's, so it is refused and renewed once
    assert token.startswith("TOKEN-") and ends > bench.qq.now()
    assert bench.qq.phones[OPENID] == ["嗯"]


async def test_groups_use_their_own_road(bench: Bench) -> None:
    bench.qq.allow(GROUP, "G1")
    bench.qq.inject(GROUPS, 40054002)
    outcome = await sent(bench, an_answer("私聊我", "G1", to=f"group:{GROUP}/{OPENID}"))
    assert outcome.verdict is Verdict.UNREACHABLE
