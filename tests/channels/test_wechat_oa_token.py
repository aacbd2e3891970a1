"""stable_token: one request for all who wait, shared, renewed in time and after a refusal (CHANNELS §1.6)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.core.delivery import Verdict
from tests.channels.wechat_oa_shop import OPENID, Bench, a_bench, a_notice, a_text, advance
from tests.fakes.wechat import CUSTOM_SEND, FOREVER, STABLE_TOKEN


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with a_bench() as bench:
        bench.wechat.follow(OPENID).message.open(bench.wechat.now())
        yield bench


def counts(bench: Bench) -> tuple[int, int]:
    """(token requests, sends)."""
    return bench.wechat.called(STABLE_TOKEN), bench.wechat.called(CUSTOM_SEND)


def forced(bench: Bench) -> list[bool]:
    return [asked["force_refresh"] for path, asked in bench.wechat.calls if path == STABLE_TOKEN]


async def test_fifty_at_once_ask_once(bench: Bench) -> None:
    client = bench.client()
    for number in range(50):
        bench.wechat.follow(f"o{number}").message.open(bench.wechat.now())
    outcomes = await asyncio.gather(*(client.send(a_text("在的", n, f"o{n}")) for n in range(50)))
    assert {outcome.verdict for outcome in outcomes} == {Verdict.SENT}
    assert counts(bench) == (1, 50)
    assert bench.wechat.calls[0] == (
        STABLE_TOKEN,
        {
            "grant_type": "client_credential",
            "appid": "wxba5fad812f8e6fb9",
            "secret": "app-secret",
            "force_refresh": False,
        },
    )


async def test_another_process_uses_the_stored_token(bench: Bench) -> None:
    await bench.client().send(a_text("一"))
    await bench.client().send(a_text("二"))
    assert counts(bench) == (1, 2)


async def test_renewed_before_it_ends(bench: Bench) -> None:
    client = bench.client()
    await client.send(a_text("一"))
    advance(bench.clock, timedelta(seconds=7200 - 241))
    await client.send(a_text("二"))
    assert counts(bench) == (1, 2)
    advance(bench.clock, timedelta(seconds=2))
    assert (await client.send(a_text("三"))).verdict is Verdict.SENT
    assert counts(bench) == (2, 3) and forced(bench) == [False, False]


async def test_an_expired_stored_token_is_replaced(bench: Bench) -> None:
    bench.tokens.rows["oa"] = ("OLD", bench.wechat.now() - 1)
    assert (await bench.client().send(a_text("一"))).verdict is Verdict.SENT
    assert bench.tokens.rows["oa"][0] != "OLD"


@pytest.mark.parametrize("code", [40001, 40014, 42001, 41001])
async def test_refused_once_one_refresh_one_retry(bench: Bench, code: int) -> None:
    client = bench.client()
    bench.wechat.inject(CUSTOM_SEND, code)
    assert (await client.send(a_text("一"))).verdict is Verdict.SENT
    assert counts(bench) == (2, 2)
    assert bench.wechat.phones[OPENID] == ["一"]


async def test_somebody_else_has_forced_another_token(bench: Bench) -> None:
    client = bench.client()
    await client.send(a_text("一"))
    bench.wechat.revoke_tokens()
    assert (await client.send(a_text("二"))).verdict is Verdict.SENT
    assert counts(bench) == (2, 3) and forced(bench) == [False, False]


async def test_fifty_refused_at_once_refresh_once(bench: Bench) -> None:
    client = bench.client()
    for number in range(50):
        bench.wechat.follow(f"o{number}").message.open(bench.wechat.now())
    await client.send(a_text("一"))
    bench.wechat.inject(CUSTOM_SEND, 40001, times=50)
    outcomes = await asyncio.gather(*(client.send(a_text("在的", n, f"o{n}")) for n in range(50)))
    assert {outcome.verdict for outcome in outcomes} == {Verdict.SENT}
    assert counts(bench) == (2, 101)


async def test_a_newer_stored_token_is_taken_instead_of_a_refresh(bench: Bench) -> None:
    first, second = bench.client(), bench.client()
    await first.send(a_text("一"))
    await second.send(a_text("二"))
    bench.wechat.revoke_tokens()
    await first.send(a_text("三"))
    assert (await second.send(a_text("四"))).verdict is Verdict.SENT
    assert bench.wechat.called(STABLE_TOKEN) == 2


async def test_refused_forever_two_sends_and_the_account_stops(bench: Bench) -> None:
    client = bench.client()
    bench.wechat.inject(CUSTOM_SEND, 40001, times=FOREVER)
    outcome = await client.send(a_text("一"))
    assert (outcome.verdict, outcome.code) == (Verdict.ACCOUNT_STOPPED, "40001")
    assert outcome.retry_after == timedelta(minutes=30)
    assert counts(bench) == (2, 2)


async def test_a_token_handed_out_again_after_its_refusal_is_forced_next_time(bench: Bench) -> None:
    client = bench.client()
    bench.wechat.inject(CUSTOM_SEND, 40001, times=3)
    await client.send(a_text("一"))
    assert forced(bench) == [False, False]
    assert (await client.send(a_text("一"))).verdict is Verdict.SENT
    assert forced(bench) == [False, False, True]


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (-1, Verdict.RETRY),
        (40013, Verdict.ACCOUNT_STOPPED),
        (40125, Verdict.ACCOUNT_STOPPED),
        (40243, Verdict.ACCOUNT_STOPPED),
        (40164, Verdict.ACCOUNT_STOPPED),
        (45009, Verdict.ACCOUNT_STOPPED),
        (45011, Verdict.ACCOUNT_STOPPED),
        (40001, Verdict.ACCOUNT_STOPPED),
        (48001, Verdict.ACCOUNT_STOPPED),
        (99999, Verdict.ACCOUNT_STOPPED),
    ],
)
async def test_no_token_never_condemns_a_message(bench: Bench, code: int, verdict: Verdict) -> None:
    client = bench.client()
    bench.wechat.inject(STABLE_TOKEN, code)
    outcome = await client.send(a_text("一"))
    assert (outcome.verdict, outcome.code) == (verdict, str(code)) and outcome.reason
    assert counts(bench) == (1, 0)
    assert (await client.send(a_text("一"))).verdict is Verdict.SENT


async def test_the_refused_ip_is_named(bench: Bench) -> None:
    errmsg = "invalid ip 1.2.3.4 ipv6 ::ffff:1.2.3.4, not in whitelist"
    bench.wechat.inject(STABLE_TOKEN, 40164, message=errmsg)
    assert "1.2.3.4" in (await bench.client().send(a_text("一"))).reason


@pytest.mark.parametrize("fault", [{"drop": "before"}, {"status": 502}, {"status": 200}, {"drop": "after"}])
async def test_a_broken_token_request_is_tried_again_later(bench: Bench, fault: dict[str, object]) -> None:
    bench.wechat.inject(STABLE_TOKEN, **fault)  # type: ignore[arg-type]
    for message in (a_text("一"), a_notice()):
        client = bench.client()
        assert (await client.send(message)).verdict in (Verdict.RETRY, Verdict.SENT)
    assert bench.wechat.calls[0][0] == bench.wechat.calls[1][0] == STABLE_TOKEN


@pytest.mark.parametrize(
    "body",
    [b"{}", b'{"access_token": ""}', b'{"access_token": "x"}', b"[]", b'{"access_token":1,"expires_in":1}'],
)
async def test_an_answer_without_a_token(bench: Bench, body: bytes) -> None:
    bench.wechat.inject(STABLE_TOKEN, status=200, body=body)
    outcome = await bench.client().send(a_text("一"))
    assert outcome.verdict is Verdict.RETRY and bench.wechat.called(CUSTOM_SEND) == 0


async def test_those_who_waited_for_a_failure_share_it(bench: Bench) -> None:
    client = bench.client()
    bench.wechat.inject(STABLE_TOKEN, 40125, times=FOREVER)
    outcomes = await asyncio.gather(*(client.send(a_text("在的", n)) for n in range(20)))
    assert {outcome.code for outcome in outcomes} == {"40125"}
    assert counts(bench) == (1, 0)


async def test_a_cancelled_sender_leaves_the_next_one_free(bench: Bench) -> None:
    client = bench.client()
    hold = asyncio.Event()
    fault = bench.wechat.inject(STABLE_TOKEN, hold=hold)
    waiting = asyncio.create_task(client.send(a_text("一")))
    await fault.reached.wait()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    hold.set()
    assert (await client.send(a_text("二"))).verdict is Verdict.SENT


async def test_another_process_was_quicker(bench: Bench) -> None:
    hold = asyncio.Event()
    fault = bench.wechat.inject(STABLE_TOKEN, hold=hold)
    sending = asyncio.create_task(bench.client().send(a_text("一")))
    await fault.reached.wait()
    bench.tokens.rows["oa"] = ("THEIRS", bench.wechat.now() + 7200)
    hold.set()
    assert (await sending).verdict is Verdict.SENT
    assert bench.wechat.used_tokens[0] == "THEIRS"  # which WeChat refused, so it was renewed
    assert counts(bench) == (2, 2)
