"""Pictures: uploaded as temporary media, then sent as customer-service messages (CHANNELS §1.7, §1.11)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import unused_port

from bot.channels.wechat_oa import capability_of
from bot.core.delivery import PICTURE, Kind, Outgoing, Verdict, Via
from tests.channels.wechat_oa_shop import OPENID, Bench, a_bench, a_text, advance, an_account
from tests.fakes.media import UPLOAD
from tests.fakes.pictures import SHOWN, a_png
from tests.fakes.wechat import CUSTOM_SEND, FOREVER, STABLE_TOKEN

PNG = a_png(5000)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with a_bench() as bench:
        bench.wechat.follow(OPENID).message.open(bench.wechat.now())
        yield bench


def a_picture(png: bytes = PNG, number: int = 1, **changed: Any) -> Outgoing:
    picture = Outgoing(
        id=number, account="oa", external_id=OPENID, kind=Kind.REPLY, text=PICTURE, picture=png
    )
    return replace(picture, **changed)


def counts(bench: Bench) -> tuple[int, int]:
    """(uploads, sends)."""
    return bench.wechat.called(UPLOAD), bench.wechat.called(CUSTOM_SEND)


def test_what_an_account_may_show() -> None:
    assert capability_of(an_account()).picture_bytes == 2_000_000
    assert capability_of(an_account(verified=False)).picture_bytes == 0


# --- what the phone shows


@pytest.mark.parametrize("size", [0, 5000, 2_000_000])
async def test_a_picture_arrives_byte_for_byte(bench: Bench, size: int) -> None:
    png = a_png(size)
    outcome = await bench.client().send(a_picture(png))
    assert (outcome.verdict, outcome.code, outcome.reason) == (Verdict.SENT, "0", "")
    assert bench.wechat.pictures[OPENID] == [png] and bench.wechat.phones[OPENID] == [SHOWN]
    assert counts(bench) == (1, 1)


async def test_pictures_count_like_texts(bench: Bench) -> None:
    client = bench.client()
    verdicts = [(await client.send(a_picture(number=n))).verdict for n in range(6)]
    assert verdicts == [Verdict.SENT] * 5 + [Verdict.QUOTA_USED]
    advance(bench.clock, timedelta(hours=48, seconds=1))
    assert (await client.send(a_picture())).verdict is Verdict.WINDOW_CLOSED
    bench.wechat.users[OPENID].following = False
    assert (await client.send(a_picture())).verdict is Verdict.UNREACHABLE


# --- what is not even asked


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (a_picture(via=Via.PASSIVE), "当场"),
        (a_picture(via=Via.TEMPLATE, template="shipping"), "模板"),
        (a_picture(a_png(2_000_001)), "最多发 2 MB"),
    ],
)
async def test_what_cannot_go_is_refused_before_the_call(bench: Bench, message: Outgoing, words: str) -> None:
    outcome = await bench.client().send(message)
    assert outcome.verdict is Verdict.REJECTED and words in outcome.reason
    assert bench.wechat.calls == [] and not outcome.reason.endswith("。")


async def test_an_unverified_account_shows_none(bench: Bench) -> None:
    outcome = await bench.client(verified=False).send(a_picture())
    assert (outcome.verdict, bench.wechat.calls) == (Verdict.REJECTED, [])


# --- uploads that go wrong: WeChat never had the message


@pytest.mark.parametrize(
    "fault",
    [
        {"drop": "before"},
        {"drop": "after"},
        {"status": 502},
        {"status": 413},
        {"status": 200, "body": b"[1]"},
        {"status": 200, "body": b"{}"},
        {"status": 200, "body": b'{"errcode": 0, "errmsg": "ok"}'},
        {"status": 200, "body": b'{"type": "image", "media_id": 7}'},
        {"status": 500, "body": b'{"type": "image", "media_id": "M"}'},
        {"code": -1},
        {"code": 45065},
    ],
)
async def test_an_upload_that_broke_off_is_made_again(bench: Bench, fault: dict[str, Any]) -> None:
    bench.wechat.inject(UPLOAD, **fault)
    client = bench.client()
    broken = await client.send(a_picture())
    assert broken.verdict is Verdict.RETRY and broken.reason
    assert counts(bench) == (1, 0) and bench.wechat.phones[OPENID] == []
    assert (await client.send(a_picture(attempts=1))).verdict is Verdict.SENT
    assert bench.wechat.pictures[OPENID] == [PNG] and counts(bench) == (2, 1)


async def test_an_upload_that_takes_too_long(bench: Bench) -> None:
    held = bench.wechat.inject(UPLOAD, hold=asyncio.Event())
    outcome = await bench.client(timeout=0.3).send(a_picture())
    assert outcome.verdict is Verdict.RETRY and counts(bench) == (1, 0)
    assert held.hold is not None
    held.hold.set()


async def test_nobody_there(bench: Bench) -> None:
    await bench.client().send(a_text("x"))
    client = bench.client(api_base=f"http://127.0.0.1:{unused_port()}")
    outcome = await client.send(a_picture())
    assert (outcome.verdict, outcome.reason) == (Verdict.RETRY, "连不上微信")


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (45009, Verdict.ACCOUNT_STOPPED),
        (45011, Verdict.ACCOUNT_STOPPED),
        (48001, Verdict.API_DISABLED),
        (99999, Verdict.REJECTED),
    ],
)
async def test_a_refused_upload_goes_by_the_table(bench: Bench, code: int, verdict: Verdict) -> None:
    bench.wechat.inject(UPLOAD, code)
    outcome = await bench.client().send(a_picture())
    assert (outcome.verdict, outcome.code) == (verdict, str(code)) and counts(bench) == (1, 0)


@pytest.mark.parametrize(
    ("content", "code"), [(b"GIF89a" + PNG, "40005"), (PNG[:5], "40006")], ids=["gif", "five"]
)
async def test_what_is_no_picture_is_refused_by_wechat(bench: Bench, content: bytes, code: str) -> None:
    outcome = await bench.client().send(a_picture(content))
    assert (outcome.verdict, outcome.code) == (Verdict.REJECTED, code) and code in outcome.reason
    assert counts(bench) == (1, 0)


# --- tokens


async def test_a_token_that_ended_is_renewed_for_the_upload(bench: Bench) -> None:
    client = bench.client()
    await client.send(a_text("一"))
    bench.wechat.revoke_tokens()
    assert (await client.send(a_picture())).verdict is Verdict.SENT
    assert (bench.wechat.called(STABLE_TOKEN), *counts(bench)) == (2, 2, 2)
    assert bench.wechat.pictures[OPENID] == [PNG]


async def test_a_token_that_is_never_good_stops_the_account(bench: Bench) -> None:
    bench.wechat.inject(UPLOAD, 40001, times=FOREVER)
    outcome = await bench.client().send(a_picture())
    assert (outcome.verdict, outcome.code) == (Verdict.ACCOUNT_STOPPED, "40001")
    assert counts(bench) == (2, 0)


async def test_no_token_to_be_had(bench: Bench) -> None:
    bench.wechat.inject(STABLE_TOKEN, drop="after")
    assert (await bench.client().send(a_picture())).verdict is Verdict.RETRY
    assert counts(bench) == (0, 0)


# --- after the upload


@pytest.mark.parametrize("fault", [{"drop": "before"}, {"drop": "after"}, {"status": 502}])
async def test_a_sending_that_broke_off_may_have_arrived(bench: Bench, fault: dict[str, Any]) -> None:
    bench.wechat.inject(CUSTOM_SEND, **fault)
    assert (await bench.client().send(a_picture())).verdict is Verdict.UNKNOWN
    assert counts(bench) == (1, 1)


async def test_a_media_id_that_wechat_does_not_know_is_uploaded_anew(bench: Bench) -> None:
    bench.wechat.inject(UPLOAD, status=200, body=b'{"type": "image", "media_id": "NOBODYS"}')
    client = bench.client()
    unknown = await client.send(a_picture())
    assert (unknown.verdict, unknown.code, unknown.most_attempts) == (Verdict.RETRY, "40007", 2)
    assert bench.wechat.phones[OPENID] == []
    assert (await client.send(a_picture(attempts=1))).verdict is Verdict.SENT
    assert bench.wechat.pictures[OPENID] == [PNG] and counts(bench) == (2, 2)


async def test_neither_picture_nor_token_nor_name_comes_into_the_log(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.wechat.inject(UPLOAD, 99999)
    outcome = await bench.client().send(a_picture())
    out, err = capsys.readouterr()
    told = out + err + repr(outcome)
    assert not any(secret in told for secret in (OPENID, "TOKEN_", "app-secret", "IHDR"))
