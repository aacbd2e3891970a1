"""Files that people send: fetched by their media id, bounded in size and time, named harmlessly (CHANNELS §2.4)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import unused_port

from bot.channels.base import MOST_FETCHED, CarryingFiles, Fetched, NotFetched
from bot.channels.fetching import LONGEST_NAME, NAMELESS
from bot.channels.wecom_kf import WecomKf
from bot.channels.wecom_kf.disposition import name_of
from bot.channels.wecom_kf.errors import TABLE
from bot.channels.wecom_kf.files import media_id_in
from bot.channels.wecom_kf.inbound import Reading, read
from bot.core.delivery import Verdict
from bot.core.events import BuyerMessage, MessageKind
from storage.db import Database
from tests.channels.wecom_kf_bench import ANN, NOW, Bench, a_bench, a_text
from tests.fakes.wecom import OPEN_KFID
from tests.fakes.wecom_api import FOREVER, GETTOKEN, SEND
from tests.fakes.wecom_files import MEDIA_GET, MEGABYTE

SHEET = b"PK\x03\x04" + bytes(range(256)) * 40
NAME = "七月订单.xlsx"


@pytest.fixture
async def bench(sqlite_url: str) -> AsyncIterator[Bench]:
    database = Database(sqlite_url)
    async with a_bench(database) as bench:
        yield bench
    database.close()


def sent(bench: Bench, name: str = NAME, data: bytes = SHEET, **how: Any) -> dict[str, Any]:
    """The payload of a message that brings this file, read as any message is."""
    entry = bench.wecom.put_file(ANN, name, data, **how)
    (message,) = read(entry, Reading("kf", OPEN_KFID, NOW - timedelta(days=1)), NOW)
    assert isinstance(message, BuyerMessage) and message.kind is MessageKind.FILE
    return dict(message.payload)


async def refused(kf: WecomKf, payload: dict[str, Any]) -> tuple[str, bool]:
    """Why it was not fetched, and whether it may be later."""
    with pytest.raises(NotFetched) as failed:
        await kf.fetch(payload)
    return str(failed.value), failed.value.again


# --- what arrives


async def test_the_bytes_and_a_chinese_name(bench: Bench) -> None:
    kf = bench.channel()
    assert isinstance(kf, CarryingFiles)
    assert await kf.fetch(sent(bench)) == Fetched(NAME, SHEET)
    assert bench.wecom.called(MEDIA_GET) == 1


async def test_the_largest_that_there_are(bench: Bench) -> None:
    whole = bytes(MOST_FETCHED)
    assert (await bench.channel().fetch(sent(bench, data=whole))).data == whole


async def test_a_file_may_itself_look_like_a_refusal(bench: Bench) -> None:
    lookalike = json.dumps({"errcode": 42001, "errmsg": "access_token expired"}).encode()
    assert await bench.channel().fetch(sent(bench, "a.json", lookalike)) == Fetched("a.json", lookalike)
    assert bench.wecom.called(MEDIA_GET) == 1


async def test_one_that_was_compressed_on_its_way(bench: Bench) -> None:
    assert await bench.channel().fetch(sent(bench, gzipped=True)) == Fetched(NAME, SHEET)


async def test_files_do_not_hold_up_messages(bench: Bench) -> None:
    kf, payload = bench.channel(), sent(bench)
    held = bench.wecom.inject(MEDIA_GET, hold=asyncio.Event(), times=FOREVER)
    fetching = [asyncio.create_task(kf.fetch(payload)) for _ in range(6)]
    await held.reached.wait()
    assert (await kf.send(a_text("在的"))).verdict is Verdict.SENT and bench.wecom.called(SEND) == 1
    assert held.hold is not None
    held.hold.set()
    assert await asyncio.gather(*fetching) == [Fetched(NAME, SHEET)] * 6
    assert bench.wecom.most_at_once[MEDIA_GET] <= 2


# --- tokens


@pytest.mark.parametrize("expired", [True, False])
async def test_a_token_that_ended_is_renewed(bench: Bench, expired: bool) -> None:
    kf, payload = bench.channel(), sent(bench)
    await kf.fetch(payload)
    if expired:
        bench.wecom.inject(MEDIA_GET, 42001)
    bench.wecom.revoke_tokens()
    assert await kf.fetch(payload) == Fetched(NAME, SHEET)
    assert (bench.wecom.called(GETTOKEN), bench.wecom.called(MEDIA_GET)) == (2, 3)


async def test_a_token_that_is_never_good(bench: Bench) -> None:
    bench.wecom.inject(MEDIA_GET, 40014, times=FOREVER)
    assert await refused(bench.channel(), sent(bench)) == (TABLE[40014].reason, True)
    assert bench.wecom.called(MEDIA_GET) == 2


async def test_no_token_to_be_had(bench: Bench) -> None:
    why, again = await refused(bench.channel(secret="wrong"), sent(bench))
    assert "secret 不对" in why and again and bench.wecom.called(MEDIA_GET) == 0


# --- what cannot be had


async def test_media_that_wecom_does_not_know(bench: Bench) -> None:
    assert await refused(bench.channel(), {"media_id": "NOBODYS"}) == (
        "企业微信里没有这个文件了，它只保留 3 天，请重新发一次",
        False,
    )


async def test_a_file_is_gone_after_three_days(bench: Bench) -> None:
    kf, payload = bench.channel(), sent(bench)
    bench.advance(timedelta(days=3))
    assert (await kf.fetch(payload)).data == SHEET
    bench.advance(timedelta(seconds=1))
    why, again = await refused(kf, payload)
    assert "3 天" in why and not again


@pytest.mark.parametrize("media_id", [None, "", 7, ["M"], "M\nM", "文", "x" * 1025])
async def test_a_message_without_a_media_id(bench: Bench, media_id: Any) -> None:
    assert media_id_in({"media_id": media_id}) == media_id_in({}) == ""
    assert await refused(bench.channel(), {"media_id": media_id}) == ("这条消息里没有文件", False)
    assert bench.wecom.calls == []


async def test_too_large_is_cut_off(bench: Bench) -> None:
    payload = sent(bench, endless=True)
    assert await refused(bench.channel(), payload) == ("文件太大，这里最多收 20 MB", False)
    # what lies in the sockets' buffers has been given, but not read
    assert MOST_FETCHED <= bench.wecom.files.of(payload["media_id"]).given < MOST_FETCHED + 20 * MEGABYTE


@pytest.mark.parametrize(
    ("code", "again"),
    [(-1, True), (45009, True), (45033, True), (60020, True), (40058, False), (95999, False)],
)
async def test_refusals_of_wecom(bench: Bench, code: int, again: bool) -> None:
    bench.wecom.inject(MEDIA_GET, code)
    why, may_pass = await refused(bench.channel(), sent(bench))
    assert may_pass is again and (TABLE[code].reason in why if again else str(code) in why)


async def test_neither_a_file_nor_a_refusal(bench: Bench) -> None:
    bench.wecom.inject(MEDIA_GET, 0)
    assert await refused(bench.channel(), sent(bench)) == ("企业微信没有给出文件，请过一会儿再试", True)


@pytest.mark.parametrize(
    "fault",
    [
        {"drop": "before"},
        {"drop": "after"},
        {"status": 502},
        {"status": 404},
        {"status": 302},
        {"status": 200},
        {"status": 200, "body": b"[]"},
        {"status": 200, "body": b""},
        {"status": 200, "body": b'{"video_url": "https://example.com"}'},
    ],
)
async def test_no_answer_may_be_one_later(bench: Bench, fault: dict[str, Any]) -> None:
    kf, payload = bench.channel(), sent(bench)
    # aiohttp asks a second time for a GET whose connection was dropped, but for no more
    bench.wecom.inject(MEDIA_GET, times=FOREVER, **fault)
    assert await refused(kf, payload) == ("下载文件时断了，请过一会儿再试", True)
    bench.wecom.heal()
    assert (await kf.fetch(payload)).data == SHEET


async def test_half_a_file_is_none(bench: Bench) -> None:
    assert await refused(bench.channel(), sent(bench, broken=True)) == (
        "下载文件时断了，请过一会儿再试",
        True,
    )


async def test_one_that_takes_too_long(bench: Bench) -> None:
    held = bench.wecom.inject(MEDIA_GET, hold=asyncio.Event())
    assert await refused(bench.channel(timeout=0.2), sent(bench)) == ("下载文件时断了，请过一会儿再试", True)
    assert held.hold is not None
    held.hold.set()


async def test_nobody_there(bench: Bench) -> None:
    payload = sent(bench)
    await bench.channel().fetch(payload)  # the token is there
    gone = bench.channel(api_base=f"http://127.0.0.1:{unused_port()}")
    assert await refused(gone, payload) == ("连不上企业微信，文件没取到，请过一会儿再试", True)


# --- names


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (f'attachment; filename="{NAME}"', NAME),
        (f"attachment; filename={NAME}", NAME),
        ("attachment; filename*=UTF-8''%E4%B8%83%E6%9C%88.csv", "七月.csv"),
        ("attachment; filename=\"_.csv\"; filename*=utf-8'zh-CN'%E4%B8%83.csv", "七.csv"),
        ("attachment; filename*=gbk''%C6%DF.csv; filename=\"a.csv\"", "a.csv"),
        ('attachment; filename="%E4%B8%83%E6%9C%88.csv"', "七月.csv"),
        ('attachment; filename="100%25.csv"', "100%25.csv"),
        ('attachment; filename="%C6%DF.csv"', "%C6%DF.csv"),
        ('attachment; FileName = "a;b.csv" ; size=3', "a;b.csv"),
        (r'attachment; filename="a\"b.csv"', 'a"b.csv'),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        (r'attachment; filename="C:\Users\an\a.csv"', "a.csv"),
        ("attachment; filename*=UTF-8''..%2F..%5Ca%0D%0A%00b.csv", "ab.csv"),
        ("attachment; filename*=UTF-8''a%E2%80%A8%E2%80%AEb.csv", "ab.csv"),
        ("attachment; filename*=UTF-8''%2F; filename=a.csv", "a.csv"),
        ('attachment; filename=".."', NAMELESS),
        ('attachment; filename=" \t "', NAMELESS),
        ('attachment; filename="a/"', NAMELESS),
        ('attachment; filename="', NAMELESS),
        ("attachment; filename*=七", NAMELESS),
        ("attachment", NAMELESS),
    ],
)
async def test_names_are_harmless(bench: Bench, disposition: str, name: str) -> None:
    assert await bench.channel().fetch(sent(bench, disposition=disposition)) == Fetched(name, SHEET)


def test_a_long_name_keeps_its_ending() -> None:
    assert name_of(f'attachment; filename="{"长" * 300}.xlsx"') == "长" * (LONGEST_NAME - 5) + ".xlsx"
    assert name_of(f'attachment; filename="a.{"长" * 300}"') == "a." + "长" * (LONGEST_NAME - 2)


def test_bytes_that_are_no_text_leave_the_ending() -> None:
    assert name_of('attachment; filename="\udcc6\udcdfa.xlsx"') == "a.xlsx"
