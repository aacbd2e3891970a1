"""Pictures by a QQ bot: uploaded, then shown; what an upload's failure means (CHANNELS §3.5 media)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import unused_port

from bot.channels.qq_bot import capability_of
from bot.channels.qq_bot.errors import TABLE
from bot.channels.qq_bot.picture import upload_of
from bot.core.delivery import NO_ANSWER, PICTURE, Outgoing, Verdict
from tests.channels.qq_bot_shop import GROUP, OPENID, Bench, a_bench, a_push, advance, an_account, an_answer
from tests.fakes.pictures import SHOWN, a_png, is_png
from tests.fakes.qq import FILES, FOREVER, TOKEN, USERS

PNG = a_png(3000, colour=7)
MOST = capability_of(an_account()).picture_bytes


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with a_bench() as bench:
        bench.qq.chats[OPENID].there = bench.qq.chats[GROUP].there = True
        bench.qq.allow(OPENID, "M1")
        yield bench


def shown(message: Outgoing, png: bytes = PNG) -> Outgoing:
    """The same message as a picture."""
    return replace(message, text=PICTURE, picture=png)


def a_picture(number: int = 1, *, unsure: bool = False, png: bytes = PNG) -> Outgoing:
    return replace(shown(an_answer("", "M1", number), png), unsure=unsure)


# --- it arrives


async def test_a_picture_arrives_as_it_was(bench: Bench) -> None:
    outcome = await bench.client().send(a_picture(3))
    assert outcome.verdict is Verdict.SENT and outcome.platform_id.startswith("ROBOT1.0_out")
    assert (bench.qq.pictures[OPENID], bench.qq.phones[OPENID]) == ([PNG], [SHOWN])
    [uploaded], [sent] = bench.qq.uploads(), bench.qq.sends()
    assert (uploaded["file_type"], uploaded["srv_send_msg"]) == (1, False)
    assert sent["media"]["file_info"].startswith("FILE-INFO-1-")
    assert {k: sent[k] for k in ("msg_type", "msg_id", "msg_seq")} == {
        "msg_type": 7,
        "msg_id": "M1",
        "msg_seq": 6,
    }


async def test_the_seq_rises_over_texts_and_pictures(bench: Bench) -> None:
    client = bench.client()
    for message in (an_answer("周报", "M1", 7), a_picture(8), an_answer("完", "M1", 9), a_picture(10)):
        assert (await client.send(message)).verdict is Verdict.SENT
    seqs = [b["msg_seq"] for b in bench.qq.sends()]
    assert seqs == sorted(set(seqs)) == [14, 16, 18, 20]
    assert bench.qq.phones[OPENID] == ["周报", SHOWN, "完", SHOWN]


async def test_a_picture_counts_as_an_answer(bench: Bench) -> None:
    client = bench.client()
    outcomes = [await client.send(a_picture(number)) for number in range(1, 7)]
    assert [o.verdict for o in outcomes] == [Verdict.SENT] * 5 + [Verdict.QUOTA_USED]
    advance(bench.clock, minutes=61)
    assert (await client.send(a_picture(9))).verdict is Verdict.WINDOW_CLOSED


async def test_a_picture_that_answers_an_event_or_nothing(bench: Bench) -> None:
    bench.qq.allow(OPENID, "FRIEND_ADD:1", "FRIEND_ADD")
    bench.qq.may_push = True
    client = bench.client()
    assert (await client.send(shown(an_answer("", "FRIEND_ADD:1", event=True)))).verdict is Verdict.SENT
    assert (await client.send(shown(a_push("")))).verdict is Verdict.SENT
    event, push = bench.qq.sends()
    assert event["event_id"] == "FRIEND_ADD:1" and "msg_seq" not in event
    assert set(push) == {"content", "msg_type", "media"}
    assert bench.qq.pictures[OPENID] == [PNG, PNG]


async def test_the_largest_picture_and_one_byte_more(bench: Bench) -> None:
    largest = a_png(MOST)
    assert (await bench.client().send(a_picture(png=largest))).verdict is Verdict.SENT
    assert bench.qq.pictures[OPENID] == [largest]
    assert (await bench.client().send(a_picture(2, png=a_png(MOST + 1)))).verdict is Verdict.REJECTED
    assert len(bench.qq.uploads()) == 1


async def test_no_picture_goes_to_a_group(bench: Bench) -> None:
    bench.qq.allow(GROUP, "G1")
    outcome = await bench.client().send(shown(an_answer("", "G1", to=f"group:{GROUP}/{OPENID}")))
    assert outcome.verdict is Verdict.REJECTED and not bench.qq.calls


# --- the upload fails


@pytest.mark.parametrize("code", sorted(TABLE))
async def test_every_code_of_an_upload(bench: Bench, code: int) -> None:
    """What QQ has not seen is neither there nor in doubt, whatever the code means for a message."""
    bench.qq.inject(FILES, code, times=FOREVER)
    outcome = await bench.client().send(a_picture())
    meant = TABLE[code].verdict
    assert outcome.verdict is (Verdict.RETRY if meant is Verdict.SENT else meant)
    assert (outcome.code, bool(outcome.reason)) == (str(code), True)
    assert len(bench.qq.uploads()) <= 2 and not bench.qq.sends()


@pytest.mark.parametrize("code", [304082, 304083])
@pytest.mark.parametrize("where", [FILES, USERS])
async def test_what_qq_could_not_fetch_is_uploaded_again(bench: Bench, where: str, code: int) -> None:
    bench.qq.inject(where, code)
    client = bench.client()
    outcome = await client.send(a_picture())
    assert (outcome.verdict, outcome.code) == (Verdict.RETRY, str(code))
    assert (await client.send(a_picture())).verdict is Verdict.SENT
    assert len(bench.qq.uploads()) == 2 and bench.qq.pictures[OPENID] == [PNG]


BROKEN: list[dict[str, Any]] = [
    {"drop": "before"},
    {"drop": "after"},
    {"status": 502},
    {"status": 500, "body": b'{"code":50000,"message":"internal"}'},
    {"status": 413, "body": b"<html>413 Request Entity Too Large</html>"},
    {"status": 200, "body": b"hello"},
    {"status": 200, "body": b"{}"},
    {"status": 200, "body": b'{"file_info":""}'},
    {"status": 200, "body": b'{"file_info":{"a":1}}'},
    {"status": 200, "body": b'{"file_info":"x","code":304023}'},
]


@pytest.mark.parametrize("fault", BROKEN)
@pytest.mark.parametrize("message", [a_picture(), shown(a_push(""))], ids=["answer", "push"])
async def test_a_broken_upload_is_tried_again_and_doubles_nothing(
    bench: Bench, message: Outgoing, fault: dict[str, Any]
) -> None:
    bench.qq.may_push = True
    bench.qq.inject(FILES, **fault)
    client = bench.client()
    outcome = await client.send(message)
    assert outcome.verdict is Verdict.RETRY and outcome.code != NO_ANSWER and outcome.reason
    assert not bench.qq.sends()
    assert (await client.send(message)).verdict is Verdict.SENT
    assert bench.qq.pictures[OPENID] == [PNG]


async def test_nobody_there(bench: Bench) -> None:
    await bench.client().send(an_answer("嗯", "M1"))
    outcome = await bench.client(api_base=f"http://127.0.0.1:{unused_port()}").send(a_picture(2))
    assert (outcome.verdict, outcome.code) == (Verdict.RETRY, "")


async def test_a_slow_upload(bench: Bench) -> None:
    fault = bench.qq.inject(FILES, hold=(gate := asyncio.Event()))
    outcome = await bench.client(timeout=0.1).send(a_picture())
    gate.set()
    assert fault.reached.is_set() and (outcome.verdict, outcome.code) == (Verdict.RETRY, "")


@pytest.mark.parametrize(("unsure", "verdict"), [(False, Verdict.REJECTED), (True, Verdict.RETRY)])
async def test_a_refused_upload_does_not_settle_what_became_of_the_attempt_before(
    bench: Bench, unsure: bool, verdict: Verdict
) -> None:
    bench.qq.inject(FILES, 40093002)
    assert (await bench.client().send(a_picture(unsure=unsure))).verdict is verdict


async def test_a_token_refused_at_the_upload_is_renewed_once(bench: Bench) -> None:
    client = bench.client()
    await client.send(an_answer("嗯", "M1", 1))
    bench.qq.revoke_tokens()
    assert (await client.send(a_picture(2))).verdict is Verdict.SENT
    assert bench.qq.token_calls == 2 and bench.qq.pictures[OPENID] == [PNG]


async def test_without_a_token_nothing_is_uploaded(bench: Bench) -> None:
    bench.qq.inject(TOKEN, 100001)
    assert (await bench.client().send(a_picture())).verdict is Verdict.RETRY
    assert not bench.qq.uploads()


# --- the message fails


async def test_a_picture_whose_message_broke_off_is_recognised(bench: Bench) -> None:
    bench.qq.inject(USERS, drop="after")
    client = bench.client()
    outcome = await client.send(a_picture())
    assert (outcome.verdict, outcome.code) == (Verdict.RETRY, NO_ANSWER)
    again = await client.send(a_picture(unsure=True))
    assert (again.verdict, again.code) == (Verdict.SENT, "40054005")
    assert bench.qq.pictures[OPENID] == [PNG]


async def test_a_push_whose_message_broke_off_is_unknown(bench: Bench) -> None:
    bench.qq.may_push = True
    bench.qq.inject(USERS, drop="after")
    assert (await bench.client().send(shown(a_push("")))).verdict is Verdict.UNKNOWN


# --- the fake is as strict as QQ


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"file_type": 4}, 50001),
        ({"srv_send_msg": True}, 40034102),
        ({"file_data": "base64://AAAA"}, 40093001),
        ({"file_data": upload_of(PNG)["file_data"][:-1]}, 40093001),
        ({"file_data": upload_of(PNG[:-1])["file_data"]}, 304083),
        ({"file_data": upload_of(b"GIF89a")["file_data"]}, 304083),
        ({"more": 1}, 50001),
    ],
)
async def test_uploads_that_qq_refuses(bench: Bench, wrong: dict[str, Any], code: int) -> None:
    assert await refusal(bench, upload_of(PNG) | wrong) == (400, code)


async def test_uploads_that_qq_refuses_before_it_looks(bench: Bench) -> None:
    assert await refusal(bench, upload_of(PNG), token="TOKEN-of-another") == (401, 11244)
    assert await refusal(bench, upload_of(a_png(4 * 1024 * 1024))) == (413, None)
    assert not is_png(b"") and is_png(PNG) and not is_png(PNG.replace(b"teSt", b"teSu"))


async def refusal(bench: Bench, body: dict[str, Any], token: str = "") -> tuple[int, int | None]:
    """The status and code that an upload is answered."""
    await bench.client().send(an_answer("嗯", "M1"))
    given = f"QQBot {token}" if token else bench.qq.used_tokens[-1]
    url = f"{bench.qq.api_base}/v2/users/{OPENID}/files"
    headers = {"Authorization": given, "Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, data=BytesIO(json.dumps(body).encode()), headers=headers) as answer,
    ):
        is_json = answer.content_type == "application/json"
        return answer.status, (await answer.json())["code"] if is_json else None
