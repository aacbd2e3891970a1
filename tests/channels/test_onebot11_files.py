"""Files that friends send, fetched through NapCat and from Tencent's servers (CHANNELS §4)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
import pytest

from bot.channels import fetching
from bot.channels.base import MOST_FETCHED, CarryingFiles, Fetched, NotFetched
from bot.channels.onebot11 import files
from bot.channels.onebot11.link import NoAnswer
from bot.channels.onebot11.wire import Frame
from bot.core.events import MessageKind
from storage.db import Database
from tests.channels.onebot11_bench import ALICE, SELF, Bench, a_bench, an_account
from tests.fakes import onebot_wire as wire

NAME = "十一月订单.xlsx"
DATA = b"PK\x03\x04" + bytes(range(256)) * 20


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
async def bench(database: Database) -> AsyncIterator[Bench]:
    """We connect to NapCat; its own address is where the fake of Tencent's server lives, too."""
    async with a_bench(database, mode="forward_ws") as opened:
        yield opened


async def received(bench: Bench, segment: dict[str, Any]) -> Mapping[str, Any]:
    """The payload of a message with this file."""
    event = await bench.napcat.say(ALICE, segment)
    known = str(event["message_id"])
    await bench.engine.until(lambda: any(m.message_id == known for m in bench.engine.messages))
    message = next(m for m in bench.engine.messages if m.message_id == known)
    assert message.kind is MessageKind.FILE
    return message.payload


async def refusal(channel: CarryingFiles, payload: Mapping[str, Any]) -> tuple[str, bool]:
    """Why there is no file, and whether there may be one later."""
    with pytest.raises(NotFetched) as refused:
        await channel.fetch(payload)
    return str(refused.value), refused.value.again


def called(bench: Bench) -> list[str]:
    return [c["action"] for c in bench.napcat.calls if "file" in c["action"]]


# --- it arrives ---------------------------------------------------------------------------------


async def test_a_file_by_its_link(bench: Bench) -> None:
    """As NapCat is after its installation: a path on its own disk helps nobody, the link does."""
    payload = await received(bench, bench.napcat.files.sent(NAME, DATA))
    assert isinstance(bench.channel, CarryingFiles)
    assert await bench.channel.fetch(payload) == Fetched(NAME, DATA)
    assert called(bench) == ["get_file", "get_private_file_url"]
    assert len(bench.napcat.files.downloads.asked) == 1


@pytest.mark.parametrize("post_format", ["array", "string"])
async def test_a_file_that_comes_along(database: Database, post_format: str) -> None:
    async with a_bench(database, napcat_post_format=post_format) as bench:
        bench.napcat.files.as_base64 = True
        payload = await received(bench, bench.napcat.files.sent(NAME, DATA))
        assert await bench.channel.fetch(payload) == Fetched(NAME, DATA)
        assert (called(bench), bench.napcat.files.downloads.asked) == (["get_file"], [])


@pytest.mark.parametrize("more", [0, 1])
async def test_what_no_frame_can_carry_is_not_asked_for_in_one(bench: Bench, more: int) -> None:
    """Its answer would end the connection."""
    bench.napcat.files.as_base64 = True
    data = bytes(files.MOST_IN_FRAME + more)
    payload = await received(bench, bench.napcat.files.sent(NAME, data))
    assert await bench.channel.fetch(payload) == Fetched(NAME, data)
    assert called(bench) == [["get_file"], ["get_private_file_url"]][more]
    assert bench.napcat.connections == 1


@pytest.mark.parametrize("size", ["", "many", [], 0, -5])
async def test_a_file_whose_size_nobody_tells(bench: Bench, size: Any) -> None:
    payload = await received(bench, bench.napcat.files.sent(NAME, DATA, size=size))
    assert await bench.channel.fetch(payload) == Fetched(NAME, DATA)


async def test_a_notice_has_but_a_link(bench: Bench) -> None:
    link = bench.napcat.files.downloads.keep(NAME, DATA)
    file = {"name": NAME, "size": len(DATA), "url": link}
    await bench.napcat.push(wire.notice(SELF, ALICE, bench.napcat.now(), "offline_file", file=file))
    await bench.engine.until(lambda: bool(bench.engine.messages))
    assert await bench.channel.fetch(bench.engine.messages[0].payload) == Fetched(NAME, DATA)
    assert called(bench) == []


async def test_a_link_in_the_message_is_the_last_resort(bench: Bench) -> None:
    bench.napcat.files.links = None
    segment = bench.napcat.files.sent(NAME, DATA)
    segment["data"]["url"] = bench.napcat.files.downloads.keep(NAME, DATA)
    assert await bench.channel.fetch(await received(bench, segment)) == Fetched(NAME, DATA)
    assert called(bench) == ["get_file", "get_private_file_url"]


# --- it does not --------------------------------------------------------------------------------


async def test_too_large_by_its_own_account(bench: Bench) -> None:
    payload = await received(bench, bench.napcat.files.sent(NAME, b"", size=str(MOST_FETCHED + 1)))
    assert await refusal(bench.channel, payload) == (fetching.TOO_LARGE, False)
    assert called(bench) == []


async def test_too_large_whatever_was_said(bench: Bench) -> None:
    downloads = bench.napcat.files.downloads
    payload = await received(bench, bench.napcat.files.sent(NAME, DATA, endless=True))
    assert await refusal(bench.channel, payload) == (fetching.TOO_LARGE, False)
    assert MOST_FETCHED < downloads.poured < MOST_FETCHED * 2
    payload = await received(bench, bench.napcat.files.sent(NAME, bytes(MOST_FETCHED + 1), size="5"))
    assert await refusal(bench.channel, payload) == (fetching.TOO_LARGE, False)


async def test_the_largest(bench: Bench) -> None:
    data = bytes(MOST_FETCHED)
    payload = await received(bench, bench.napcat.files.sent(NAME, data))
    assert await bench.channel.fetch(payload) == Fetched(NAME, data)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("file:///etc/passwd", files.NOT_GIVEN),
        ("C:\\Users\\me\\a.xlsx", files.NOT_GIVEN),
        (None, files.NOT_GIVEN),
        ("http://127.0.0.1:1/", fetching.FOREIGN),
        ("http://[::1]/", fetching.FOREIGN),
        ("http://2130706433/", fetching.FOREIGN),
        ("http://169.254.169.254/latest/meta-data/", fetching.FOREIGN),
        ("https://example.com/a.xlsx", fetching.FOREIGN),
        ("https://qq.com.example.com/a.xlsx", fetching.FOREIGN),
        ("https://evilqq.com/a.xlsx", fetching.FOREIGN),
        ("https://njc-download.ftn.qq.com@example.com/", fetching.FOREIGN),
        ("https://user:word@njc-download.ftn.qq.com/", fetching.FOREIGN),
        ("https://example.com\\.qq.com/", fetching.FOREIGN),
        ("https://a.qq.com:port/", fetching.FOREIGN),
        ("https://a.qq.com\r\nX: y", fetching.FOREIGN),
    ],
)
async def test_addresses_that_are_not_asked(bench: Bench, url: Any, why: str) -> None:
    bench.napcat.files.links = False
    bench.napcat.files.said = {"url": url, "base64": "no base64!"}
    payload = await received(bench, bench.napcat.files.sent(NAME, DATA))
    assert await refusal(bench.channel, payload) == (why, False)


async def test_our_own_machine_is_not_asked_for_a_napcat_that_came_to_us(database: Database) -> None:
    async with a_bench(database) as bench:
        payload = await received(bench, bench.napcat.files.sent(NAME, DATA))
        assert await refusal(bench.channel, payload) == (fetching.FOREIGN, False)
        assert bench.napcat.files.downloads.asked == []


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"status": 302, "headers": {"Location": "/"}}, (fetching.FOREIGN, False)),
        ({"status": 307, "headers": {"Location": "http://169.254.169.254/"}}, (fetching.FOREIGN, False)),
        ({"headers": {"Content-Encoding": "deflate"}}, (fetching.FOREIGN, False)),
        ({"status": 404}, (fetching.GONE, False)),
        ({"status": 503}, (fetching.BROKE_OFF, True)),
        ({"short": True}, (fetching.BROKE_OFF, True)),
    ],
)
async def test_downloads_that_fail(bench: Bench, how: dict[str, Any], why: tuple[str, bool]) -> None:
    payload = await received(bench, bench.napcat.files.sent(NAME, DATA, **how))
    assert await refusal(bench.channel, payload) == why
    assert len(bench.napcat.files.downloads.asked) == 1


async def test_while_nothing_is_connected(database: Database) -> None:
    async with a_bench(database, channel_grace=0.0) as bench:
        payload = await received(bench, bench.napcat.files.sent(NAME, DATA))
        await bench.channel.hang_up()
        assert await refusal(bench.channel, payload) == (files.NO_LINK, True)


async def test_slow_ends() -> None:
    async def silent(_: str, __: dict[str, object]) -> Frame:
        raise NoAnswer("get_file")

    payload = {"segments": [{"type": "file", "data": {"file": NAME, "file_id": "1", "file_size": 5}}]}
    async with aiohttp.ClientSession() as http:
        assert await refusal(files.Files(an_account(), http, silent), payload) == (files.NO_WORD, True)


async def test_a_download_that_takes_too_long(bench: Bench) -> None:
    link = bench.napcat.files.downloads.keep(NAME, DATA, hold=(gate := asyncio.Event()))
    payload = {"segments": [{"type": "file", "data": {"name": NAME, "url": link}}]}
    account = an_account(mode="forward_ws", url=bench.napcat.url)

    async def never(action: str, _: dict[str, object]) -> Frame:
        raise AssertionError(action)

    async with aiohttp.ClientSession() as http:
        taker = files.Files(account, http, never, aiohttp.ClientTimeout(total=0.1))
        assert await refusal(taker, payload) == (fetching.BROKE_OFF, True)
    gate.set()


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        ({}, fetching.NO_FILE),
        ({"segments": "?"}, fetching.NO_FILE),
        ({"segments": [7, {"type": "image", "data": {"file": "a.jpg"}}]}, fetching.NO_FILE),
        ({"segments": [{"type": "file", "data": None}]}, files.NOT_GIVEN),
    ],
)
async def test_no_file_at_all(bench: Bench, payload: dict[str, Any], why: str) -> None:
    assert await refusal(bench.channel, payload) == (why, False)
