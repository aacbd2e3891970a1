"""Pictures: uploaded as temporary media, then sent under the id of their message (CHANNELS §2.3, §2.4)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import unused_port

from bot.channels.wecom_kf import capability_of
from bot.channels.wecom_kf.errors import TABLE
from bot.core.delivery import PICTURE, Kind, Outgoing, Verdict
from storage import pulling
from storage.db import Database
from tests.channels.wecom_kf_bench import ANN, Bench, a_bench, a_text, an_account
from tests.fakes.media import UPLOAD
from tests.fakes.pictures import SHOWN, a_png
from tests.fakes.wecom_api import FOREVER, GETTOKEN, PERSON, SEND, SEND_ON_EVENT, Code

PNG = a_png(5000)


@pytest.fixture
async def bench(sqlite_url: str) -> AsyncIterator[Bench]:
    database = Database(sqlite_url)
    async with a_bench(database) as bench:
        bench.wecom.person(ANN).right.open(bench.wecom.now())
        yield bench
    database.close()


def a_picture(png: bytes = PNG, number: int = 1, **changed: Any) -> Outgoing:
    return replace(a_text(PICTURE, number, kind=Kind.REPLY), picture=png, **changed)


def counts(bench: Bench) -> tuple[int, int]:
    """(uploads, sends)."""
    return bench.wecom.called(UPLOAD), bench.wecom.called(SEND)


def test_what_the_account_may_show() -> None:
    assert capability_of(an_account()).picture_bytes == 10_000_000


# --- what the phone shows


@pytest.mark.parametrize("size", [0, 5000, 10_000_000])
async def test_a_picture_arrives_byte_for_byte(bench: Bench, size: int) -> None:
    png = a_png(size)
    outcome = await bench.channel().send(a_picture(png))
    assert (outcome.verdict, outcome.code, outcome.reason) == (Verdict.SENT, "0", "")
    assert bench.wecom.pictures[ANN] == [png] and bench.wecom.phones[ANN] == [SHOWN]
    assert outcome.platform_id in bench.wecom.taken and counts(bench) == (1, 1)


async def test_pictures_count_like_texts(bench: Bench) -> None:
    kf = bench.channel()
    verdicts = [(await kf.send(a_picture(number=n))).verdict for n in range(6)]
    assert verdicts == [Verdict.SENT] * 5 + [Verdict.QUOTA_USED]
    bench.advance(timedelta(hours=48, seconds=1))
    assert (await kf.send(a_picture(number=7))).verdict is Verdict.WINDOW_CLOSED


async def test_no_more_at_once_than_wecom_allows(bench: Bench) -> None:
    kf = bench.channel()
    for n in range(20):
        bench.wecom.person(f"wm{n}").right.open(bench.wecom.now())
    sent = await asyncio.gather(*(kf.send(a_picture(number=n, external_id=f"wm{n}")) for n in range(20)))
    assert {outcome.verdict for outcome in sent} == {Verdict.SENT}
    assert bench.wecom.most_at_once[UPLOAD] <= 4 and bench.wecom.called(GETTOKEN) == 1


async def test_whose_text_would_be_a_menu_is_still_a_picture(bench: Bench) -> None:
    asked = a_picture(text="您满意吗？", kind=Kind.COMPLAINT)
    assert (await bench.channel().send(asked)).verdict is Verdict.SENT
    assert bench.wecom.pictures[ANN] == [PNG] and counts(bench) == (1, 1)


async def test_no_picture_goes_by_a_welcome_code(bench: Bench) -> None:
    until = bench.clock.now() + timedelta(seconds=20)
    bench.wecom.codes["CODE"] = Code(ANN, until.timestamp())
    await bench.database.write(lambda c: pulling.keep_code(c, "kf", ANN, "CODE", until))
    kf = bench.channel()
    assert (await kf.send(a_picture(number=1))).verdict is Verdict.SENT
    assert bench.wecom.called(SEND_ON_EVENT) == 0
    assert (await kf.send(a_text("欢迎", 2))).verdict is Verdict.SENT  # the code is still there
    assert bench.wecom.called(SEND_ON_EVENT) == 1


async def test_while_a_person_has_the_conversation(bench: Bench) -> None:
    bench.wecom.people[ANN].state, bench.wecom.people[ANN].servicer = PERSON, "zhangsan"
    outcome = await bench.channel().send(a_picture(kind=Kind.RELAY))
    assert outcome.verdict is Verdict.WINDOW_CLOSED and "zhangsan" in outcome.reason
    assert not bench.wecom.pictures[ANN]


async def test_too_large_is_refused_before_the_call(bench: Bench) -> None:
    outcome = await bench.channel().send(a_picture(a_png(10_000_001)))
    assert (outcome.verdict, bench.wecom.calls) == (Verdict.REJECTED, [])
    assert "最多发 10 MB" in outcome.reason


# --- uploads that go wrong: WeCom never had the message


@pytest.mark.parametrize("repeatable", [True, False])
@pytest.mark.parametrize(
    "fault",
    [
        {"drop": "before"},
        {"drop": "after"},
        {"status": 502},
        {"status": 413},
        {"status": 200, "body": b"[]"},
        {"status": 200, "body": b'{"media_id": "M"}'},
        {"status": 200, "body": b'{"errcode": 0, "media_id": 7}'},
        {"code": -1},
        {"code": 45033},
    ],
)
async def test_an_upload_that_broke_off_is_made_again(
    bench: Bench, fault: dict[str, Any], repeatable: bool
) -> None:
    bench.wecom.inject(UPLOAD, **fault)
    kf = bench.channel(repeatable=repeatable)
    broken = await kf.send(a_picture())
    assert broken.verdict is Verdict.RETRY and broken.reason
    assert counts(bench) == (1, 0) and bench.wecom.phones[ANN] == []
    assert (await kf.send(a_picture(attempts=1))).verdict is Verdict.SENT
    assert bench.wecom.pictures[ANN] == [PNG] and counts(bench) == (2, 1)


async def test_an_upload_that_takes_too_long(bench: Bench) -> None:
    held = bench.wecom.inject(UPLOAD, hold=asyncio.Event())
    outcome = await bench.channel(timeout=0.2, repeatable=False).send(a_picture())
    assert outcome.verdict is Verdict.RETRY and counts(bench) == (1, 0)
    assert held.hold is not None
    held.hold.set()


async def test_nobody_there(bench: Bench) -> None:
    await bench.channel().send(a_text("一"))
    kf = bench.channel(api_base=f"http://127.0.0.1:{unused_port()}")
    assert (await kf.send(a_picture())).verdict is Verdict.RETRY


@pytest.mark.parametrize("attempts", [0, 1])
@pytest.mark.parametrize("code", [40096, 45009, 60020, 95999])
async def test_a_refused_upload_goes_by_the_table_also_when_repeated(
    bench: Bench, code: int, attempts: int
) -> None:
    bench.wecom.inject(UPLOAD, code)
    outcome = await bench.channel().send(a_picture(attempts=attempts))
    expected = TABLE[code].verdict if code in TABLE else Verdict.REJECTED
    assert (outcome.verdict, outcome.code) == (expected, str(code)) and counts(bench) == (1, 0)


@pytest.mark.parametrize(
    ("content", "code"), [(b"GIF89a" + PNG, "40005"), (PNG[:5], "40006")], ids=["gif", "five"]
)
async def test_what_is_no_picture_is_refused_by_wecom(bench: Bench, content: bytes, code: str) -> None:
    outcome = await bench.channel().send(a_picture(content))
    assert (outcome.verdict, outcome.code) == (Verdict.REJECTED, code) and code in outcome.reason
    assert counts(bench) == (1, 0)


# --- tokens


async def test_a_token_that_ended_is_renewed_for_the_upload(bench: Bench) -> None:
    kf = bench.channel()
    await kf.send(a_text("一", 1))
    bench.wecom.revoke_tokens()
    assert (await kf.send(a_picture(number=2))).verdict is Verdict.SENT
    assert (bench.wecom.called(GETTOKEN), *counts(bench)) == (2, 2, 2)
    assert bench.wecom.pictures[ANN] == [PNG]


async def test_a_token_that_is_never_good_stops_the_account(bench: Bench) -> None:
    bench.wecom.inject(UPLOAD, 42001, times=FOREVER)
    outcome = await bench.channel().send(a_picture())
    assert (outcome.verdict, outcome.code) == (Verdict.ACCOUNT_STOPPED, "42001")
    assert counts(bench) == (2, 0)


# --- after the upload


@pytest.mark.parametrize("fault", [{"drop": "before"}, {"drop": "after"}, {"status": 502}])
async def test_the_same_picture_again_is_shown_once(bench: Bench, fault: dict[str, Any]) -> None:
    bench.wecom.inject(SEND, **fault)
    assert (await bench.channel().send(a_picture())).verdict is Verdict.RETRY
    again = await bench.channel().send(a_picture(attempts=1))  # another process, the same rows
    assert again.verdict is Verdict.SENT and bench.wecom.pictures[ANN] == [PNG]
    assert len({asked["msgid"] for asked in bench.wecom.asked(SEND)}) == 1


async def test_where_ids_are_not_trusted_it_may_have_arrived(bench: Bench) -> None:
    bench.wecom.inject(SEND, drop="after")
    assert (await bench.channel(repeatable=False).send(a_picture())).verdict is Verdict.UNKNOWN


async def test_a_media_id_that_wecom_does_not_know_is_uploaded_anew(bench: Bench) -> None:
    bench.wecom.inject(UPLOAD, status=200, body=b'{"errcode": 0, "media_id": "NOBODYS"}')
    kf = bench.channel()
    unknown = await kf.send(a_picture())
    assert (unknown.verdict, unknown.code, unknown.most_attempts) == (Verdict.RETRY, "40007", 2)
    assert bench.wecom.phones[ANN] == []
    assert (await kf.send(a_picture(attempts=1))).verdict is Verdict.SENT
    assert bench.wecom.pictures[ANN] == [PNG] and counts(bench) == (2, 2)
