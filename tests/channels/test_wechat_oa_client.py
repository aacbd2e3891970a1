"""Sending: windows, every error code, broken calls, templates (CHANNELS §1.7, §1.8, §1.10)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp.test_utils import unused_port
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wechat_oa import capability_of
from bot.channels.wechat_oa.errors import CHINA, TABLE, outcome_of, until_tomorrow
from bot.channels.wechat_oa.template import LONGEST, value_for
from bot.core.delivery import Outgoing, Verdict, Window
from tests.channels.wechat_oa_shop import (
    KEYWORDS,
    NOW,
    OPENID,
    TEMPLATE,
    Bench,
    a_bench,
    a_notice,
    a_text,
    advance,
    an_account,
)
from tests.fakes.wechat import CUSTOM_SEND, STABLE_TOKEN, TEMPLATE_SEND
from tests.fakes.wechat_body import fits


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with a_bench() as bench:
        bench.wechat.follow(OPENID).message.open(bench.wechat.now())
        yield bench


# --- what an account can do


def test_capability_of_a_verified_service_account() -> None:
    can = capability_of(an_account())
    assert (can.passive, can.api, can.idempotent, can.text_bytes) == (True, True, False, 2000)
    assert can.message_window == Window(5, timedelta(hours=48))
    assert can.touch_window == Window(3, timedelta(minutes=1))
    assert can.templates == {"shipping"}
    assert (can.pace.per_account, can.pace.per_person, can.pace.jitter) == (0.05, 1.0, 0.3)


def test_templates_are_for_verified_service_accounts() -> None:
    assert capability_of(an_account(kind="subscription")).templates == frozenset()
    assert capability_of(an_account(verified=False)).templates == frozenset()
    assert not capability_of(an_account(verified=False)).api


@pytest.mark.parametrize("message", [a_text("在的"), a_notice()])
async def test_an_unverified_account_asks_nobody(message: Outgoing) -> None:
    async with a_bench(verified=False) as bench:
        outcome = await bench.client(verified=False).send(message)
        assert (outcome.verdict, bench.wechat.calls) == (Verdict.API_DISABLED, [])


# --- customer-service texts


@pytest.mark.parametrize(
    "text", ["在的，现货～", 'a"b\\n\n换行', "😀]]>\\u4f60", "x" * 2000, "a\x07b\udc80c"]
)
async def test_a_text_arrives_unescaped(bench: Bench, text: str) -> None:
    outcome = await bench.client().send(a_text(text))
    assert (outcome.verdict, outcome.code, outcome.reason) == (Verdict.SENT, "0", "")
    assert bench.wechat.phones[OPENID] == [text.replace("\x07", "").replace("\udc80", "")]


async def test_five_in_48_hours(bench: Bench) -> None:
    client = bench.client()
    verdicts = [(await client.send(a_text("在的", n))).verdict for n in range(6)]
    assert verdicts == [Verdict.SENT] * 5 + [Verdict.QUOTA_USED]
    bench.wechat.users[OPENID].message.open(bench.wechat.now())
    assert (await client.send(a_text("又来了"))).verdict is Verdict.SENT
    advance(bench.clock, timedelta(hours=48, seconds=1))
    late = await client.send(a_text("晚了"))
    assert (late.verdict, late.code) == (Verdict.WINDOW_CLOSED, "45015")


async def test_three_in_a_minute(bench: Bench) -> None:
    client = bench.client()
    bench.wechat.follow("o2").touch.open(bench.wechat.now())
    verdicts = [(await client.send(a_text("欢迎", n, "o2"))).verdict for n in range(4)]
    assert verdicts == [Verdict.SENT] * 3 + [Verdict.QUOTA_USED]
    advance(bench.clock, timedelta(seconds=61))
    assert (await client.send(a_text("欢迎", to="o2"))).verdict is Verdict.WINDOW_CLOSED


async def test_what_the_platform_itself_refuses(bench: Bench) -> None:
    client = bench.client()
    bench.wechat.follow("o_gone").following = False
    codes = [
        (await client.send(message)).code
        for message in (a_text("x", to="o_unknown"), a_text("x", to="o_gone"), a_text(""), a_text("好" * 700))
    ]
    assert codes == ["40003", "43004", "44004", "45002"]


async def test_an_account_that_lost_its_rights() -> None:
    async with a_bench(verified=False) as bench:
        bench.wechat.follow(OPENID)
        assert (await bench.client().send(a_text("x"))).verdict is Verdict.API_DISABLED
        assert (await bench.client().send(a_notice())).verdict is Verdict.WINDOW_CLOSED


# --- the error table

DAY_LEFT = timedelta(hours=24) - timedelta(hours=14, minutes=20, seconds=45)  # NOW is 14:20:45 in China

ROWS = {
    -1: Verdict.RETRY,
    40003: Verdict.REJECTED,
    40007: Verdict.RETRY,
    46001: Verdict.RETRY,
    40013: Verdict.ACCOUNT_STOPPED,
    40125: Verdict.ACCOUNT_STOPPED,
    40243: Verdict.ACCOUNT_STOPPED,
    40164: Verdict.ACCOUNT_STOPPED,
    40037: Verdict.REJECTED,
    41030: Verdict.REJECTED,
    47003: Verdict.REJECTED,
    43004: Verdict.UNREACHABLE,
    43019: Verdict.UNREACHABLE,
    43101: Verdict.WINDOW_CLOSED,
    44004: Verdict.REJECTED,
    45002: Verdict.REJECTED,
    45008: Verdict.REJECTED,
    45009: Verdict.ACCOUNT_STOPPED,
    45011: Verdict.ACCOUNT_STOPPED,
    45015: Verdict.WINDOW_CLOSED,
    45047: Verdict.QUOTA_USED,
    45064: Verdict.REJECTED,
    45098: Verdict.REJECTED,
    45099: Verdict.REJECTED,
    45065: Verdict.SENT,
    45066: Verdict.RETRY,
    45080: Verdict.REJECTED,
    45081: Verdict.REJECTED,
    45087: Verdict.UNREACHABLE,
    47001: Verdict.REJECTED,
    47002: Verdict.REJECTED,
    48001: Verdict.API_DISABLED,
    48002: Verdict.UNREACHABLE,
    48004: Verdict.ACCOUNT_STOPPED,
    50002: Verdict.ACCOUNT_STOPPED,
    87014: Verdict.REJECTED,
    99999: Verdict.REJECTED,
}
WAITS = {45009: DAY_LEFT, 45011: timedelta(minutes=1), 45066: timedelta(minutes=1), -1: None, 45015: None}


@pytest.mark.parametrize(("code", "verdict"), ROWS.items())
async def test_error_table(bench: Bench, code: int, verdict: Verdict) -> None:
    bench.wechat.inject(CUSTOM_SEND, code)
    outcome = await bench.client().send(a_text("x"))
    assert (outcome.verdict, outcome.code) == (verdict, str(code))
    assert outcome.reason and not outcome.reason.endswith("。")
    assert bench.wechat.called(CUSTOM_SEND) == 1 and bench.wechat.phones[OPENID] == []
    if code in WAITS:
        assert outcome.retry_after == WAITS[code]
    if verdict is Verdict.ACCOUNT_STOPPED:
        assert outcome.retry_after is not None


def test_the_table_and_its_test_have_the_same_rows() -> None:
    assert set(TABLE) - {0, 40001, 40014, 42001, 41001} == set(ROWS) - {99999}


def test_unknown_codes_are_named() -> None:
    assert "99999" in outcome_of({"errcode": 99999, "errmsg": "?"}, NOW).reason


@pytest.mark.parametrize("clock", ["00:00:00", "14:20:45", "23:59:59"])
def test_until_tomorrow(clock: str) -> None:
    local = datetime.fromisoformat(f"2026-11-21T{clock}").replace(tzinfo=CHINA)
    assert (local + until_tomorrow(local)).isoformat() == "2026-11-22T00:00:00+08:00"


# --- broken calls

BROKEN: list[dict[str, Any]] = [
    {"drop": "before"},
    {"drop": "after"},
    {"status": 502},
    {"status": 200},
    {"status": 200, "body": b""},
    {"status": 200, "body": b"[1]"},
    {"status": 200, "body": b"{}"},
    {"status": 200, "body": b'{"errcode": "x"}'},
    {"status": 500, "body": b'{"errcode": 0}'},
    {"status": 302, "body": b""},
]


@pytest.mark.parametrize("fault", BROKEN)
async def test_a_broken_call(bench: Bench, fault: dict[str, Any]) -> None:
    bench.wechat.inject(CUSTOM_SEND, **fault)
    bench.wechat.inject(TEMPLATE_SEND, **fault)
    assert (await bench.client().send(a_text("x"))).verdict is Verdict.UNKNOWN
    assert (await bench.client().send(a_notice())).verdict is Verdict.RETRY
    assert (bench.wechat.called(CUSTOM_SEND), bench.wechat.called(TEMPLATE_SEND)) == (1, 1)


async def test_no_answer_in_time(bench: Bench) -> None:
    hold = asyncio.Event()
    bench.wechat.inject(CUSTOM_SEND, hold=hold)
    bench.wechat.inject(TEMPLATE_SEND, hold=hold)
    client = bench.client(timeout=0.3)
    assert (await client.send(a_text("x"))).verdict is Verdict.UNKNOWN
    assert (await client.send(a_notice())).verdict is Verdict.RETRY
    hold.set()
    assert (await client.send(a_notice())).code == "45065"
    assert len(bench.wechat.phones[OPENID]) == 2


@pytest.mark.parametrize("base", ["refused", "http://no-such-host.invalid", "http://["])
async def test_nobody_there(bench: Bench, base: str) -> None:
    await bench.client().send(a_text("x"))
    client = bench.client(api_base=f"http://127.0.0.1:{unused_port()}" if base == "refused" else base)
    outcome = await client.send(a_text("x"))
    assert (outcome.verdict, outcome.reason) == (Verdict.RETRY, "连不上微信")
    bench.tokens.rows.clear()
    assert (await client.send(a_text("x"))).verdict is Verdict.RETRY


async def test_secrets_and_words_stay_out_of_the_outcome_and_the_log(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    client = bench.client()
    for code in ROWS:
        bench.wechat.inject(CUSTOM_SEND, code)
        outcome = await client.send(a_text("面霜多少钱"))
        assert OPENID not in outcome.reason and "TOKEN_" not in outcome.reason
    out, err = capsys.readouterr()
    assert not any(secret in out + err for secret in (OPENID, "TOKEN_", "app-secret", "面霜多少钱"))


# --- templates


async def test_a_notice_and_its_receipt_number(bench: Bench) -> None:
    outcome = await bench.client().send(a_notice(7, time="2026-11-21 10:00"))
    assert outcome.verdict is Verdict.SENT
    openid, sent = bench.wechat.notices[int(outcome.platform_id)]
    assert openid == OPENID
    assert sent == {
        "touser": OPENID,
        "template_id": TEMPLATE,
        "client_msg_id": "huitouke-7",
        "data": {
            "character_string1": {"value": "A1001"},
            "thing2": {"value": "玫瑰面霜"},
            "thing3": {"value": "顺丰"},
            "character_string4": {"value": "SF123"},
            "time5": {"value": "2026-11-21 10:00"},
        },
    }


async def test_a_notice_outside_the_window_needs_no_right(bench: Bench) -> None:
    advance(bench.clock, timedelta(days=30))
    assert (await bench.client().send(a_notice())).verdict is Verdict.SENT


async def test_a_repeated_notice_is_recognised(bench: Bench) -> None:
    bench.wechat.inject(TEMPLATE_SEND, drop="after")
    client = bench.client()
    assert (await client.send(a_notice(7))).verdict is Verdict.RETRY
    again = await client.send(a_notice(7))
    assert (again.verdict, again.code) == (Verdict.SENT, "45065")
    assert len(bench.wechat.phones[OPENID]) == 1
    assert (await client.send(a_notice(8))).verdict is Verdict.SENT


async def test_awkward_values_fit_the_template(bench: Bench) -> None:
    notice = a_notice(order="订单 A1001", goods="面霜\n" * 20, courier="", tracking_no="9" * 60, time=" ")
    outcome = await bench.client().send(notice)
    assert outcome.verdict is Verdict.SENT
    _, sent = bench.wechat.notices[int(outcome.platform_id)]
    values = {name: entry["value"] for name, entry in sent["data"].items()}
    assert values["character_string1"] == "A1001" and values["thing3"] == "-"
    assert len(values["thing2"]) == 20 and values["thing2"].endswith("…")
    assert values["character_string4"] == "9" * 32
    assert values["time5"] == "2024-04-26 14:20"


@given(st.sampled_from(sorted(LONGEST)), st.text(max_size=60))
def test_any_value_fits(kind: str, text: str) -> None:
    value = value_for(f"{kind}12", text)
    assert 0 < len(value) <= LONGEST[kind] and fits(kind, value)


async def test_template_ids_and_data_are_checked(bench: Bench) -> None:
    unknown = await bench.client(templates={"shipping": "ANOTHER"}).send(a_notice())
    assert (unknown.verdict, unknown.code) == (Verdict.REJECTED, "40037")
    other = await bench.client(template_fields={"thing1": "goods"}).send(a_notice())
    assert (other.verdict, other.code) == (Verdict.REJECTED, "47003")
    bench.wechat.follow("o_gone").following = False
    assert (await bench.client().send(a_notice(to="o_gone"))).verdict is Verdict.UNREACHABLE


async def test_a_template_that_is_not_configured(bench: Bench) -> None:
    outcome = await bench.client(templates={}).send(a_notice())
    assert (outcome.verdict, bench.wechat.calls) == (Verdict.REJECTED, [])


# --- the fake itself


async def _post(bench: Bench, path: str, body: bytes, token: str | None = None) -> dict[str, Any]:
    params = {"access_token": token} if token is not None else {}
    async with bench.http.post(bench.wechat.api_base + path, data=body, params=params) as response:
        assert response.status == 200
        return dict(json.loads(await response.read()))


async def test_the_fake_is_strict(bench: Bench) -> None:
    asked = {"grant_type": "client_credential", "appid": bench.wechat.app_id, "secret": "app-secret"}
    assert (await _post(bench, STABLE_TOKEN, b"appid=x"))["errcode"] == 47001
    assert (await _post(bench, STABLE_TOKEN, json.dumps({**asked, "appid": "x"}).encode()))[
        "errcode"
    ] == 40013
    assert (await _post(bench, STABLE_TOKEN, json.dumps({**asked, "secret": "x"}).encode()))[
        "errcode"
    ] == 40125
    token = (await _post(bench, STABLE_TOKEN, json.dumps(asked).encode()))["access_token"]
    forced = json.dumps({**asked, "force_refresh": True}).encode()
    newer = (await _post(bench, STABLE_TOKEN, forced))["access_token"]
    assert (await _post(bench, STABLE_TOKEN, forced))["errcode"] == 45011
    escaped = json.dumps({"touser": OPENID, "msgtype": "text", "text": {"content": "在"}}).encode()
    assert (await _post(bench, CUSTOM_SEND, escaped, newer))["errcode"] == 47002
    assert (await _post(bench, CUSTOM_SEND, escaped, token))["errcode"] == 40001
    assert (await _post(bench, CUSTOM_SEND, escaped))["errcode"] == 41001
    advance(bench.clock, timedelta(hours=3))
    assert (await _post(bench, CUSTOM_SEND, escaped, newer))["errcode"] == 42001
    assert set(KEYWORDS) == set(an_account().template_fields)
