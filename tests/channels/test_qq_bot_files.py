"""Files that users send to a QQ bot: downloaded from Tencent, and from nobody else (CHANNELS §3.4)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import unused_port

from bot.channels.base import MOST_FETCHED, CarryingFiles, Fetched, NotFetched
from bot.channels.fetching import BROKE_OFF, FOREIGN, GONE, NO_FILE, TOO_LARGE
from bot.channels.qq_bot.files import fetched
from bot.channels.qq_bot.inbound import events_of
from bot.channels.qq_bot.payload import fields_of
from bot.core.events import BuyerMessage, MessageKind
from tests.channels.qq_bot_shop import NOW, OPENID, Bench, Inbox, a_bench
from tests.fakes.qq_wire import as_bytes, dispatch, private

NAME = "十一月订单.xlsx"
DATA = b"PK\x03\x04" + bytes(range(256)) * 20


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with a_bench() as bench:
        yield bench


def attached(*attachments: Any) -> Mapping[str, Any]:
    """The payload of a message with these attachments, as it is stored."""
    data = private(OPENID, "", "M1", NOW.timestamp(), attachments=list(attachments))
    [message] = events_of(fields_of(as_bytes(dispatch("C2C_MESSAGE_CREATE", data, "E:1", 1))), "qq")
    assert isinstance(message, BuyerMessage) and message.kind is MessageKind.FILE
    return message.payload


def a_file(bench: Bench, data: bytes = DATA, name: str = NAME, **how: Any) -> dict[str, Any]:
    url = bench.qq.downloads.keep(name, data, **how)
    return {"content_type": "file", "filename": name, "size": len(data), "url": url}


async def refusal(bench: Bench, payload: Mapping[str, Any]) -> tuple[str, bool]:
    """Why there is no file, and whether there may be one later."""
    with pytest.raises(NotFetched) as refused:
        await bench.client().fetch(payload)
    return str(refused.value), refused.value.again


# --- it arrives


async def test_a_file_that_was_sent_arrives_as_it_was(bench: Bench) -> None:
    inbox, client = Inbox(), bench.client(mode="websocket")
    await client.start(inbox.submit)
    try:
        await bench.qq.gateway.welcomed()
        await bench.qq.sends_file(OPENID, NAME, DATA)
        await inbox.changes.until(lambda: bool(inbox.events))
    finally:
        await client.stop()
    [message] = inbox.events
    assert isinstance(message, BuyerMessage) and message.kind is MessageKind.FILE
    assert isinstance(client, CarryingFiles)
    assert await client.fetch(message.payload) == Fetched(NAME, DATA)
    assert len(bench.qq.downloads.asked) == 1


@pytest.mark.parametrize("changed", [{"size": str(len(DATA))}, {"size": None}, {"content_type": None}])
async def test_a_file_of_which_less_is_known(bench: Bench, changed: dict[str, Any]) -> None:
    assert await bench.client().fetch(attached(a_file(bench) | changed)) == Fetched(NAME, DATA)


async def test_a_file_among_others(bench: Bench) -> None:
    picture = {"content_type": "image/png", "url": "https://multimedia.nt.qq.com.cn/x"}
    assert (await bench.client().fetch(attached(a_file(bench), picture))).data == DATA


async def test_the_largest(bench: Bench) -> None:
    data = bytes(MOST_FETCHED)
    assert (await bench.client().fetch(attached(a_file(bench, data)))).data == data


# --- it does not


@pytest.mark.parametrize("size", [MOST_FETCHED + 1, str(MOST_FETCHED + 1)])
async def test_too_large_by_its_own_account(bench: Bench, size: int | str) -> None:
    assert await refusal(bench, attached(a_file(bench) | {"size": size})) == (TOO_LARGE, False)
    assert bench.qq.downloads.asked == []


async def test_too_large_whatever_was_said(bench: Bench) -> None:
    assert await refusal(bench, attached(a_file(bench, endless=True))) == (TOO_LARGE, False)
    assert MOST_FETCHED < bench.qq.downloads.poured < MOST_FETCHED * 2
    larger = a_file(bench, bytes(MOST_FETCHED + 1)) | {"size": 5}
    assert await refusal(bench, attached(larger)) == (TOO_LARGE, False)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://multimedia.nt.qq.com.cn/x",
        "ftp://multimedia.nt.qq.com.cn/x",
        "https://example.com/x",
        "https://example.com/?.qq.com",
        "https://qq.com.example.com/x",
        "https://evilqq.com/x",
        "https://multimedia.nt.qq.com.cn@example.com/x",
        "https://user:word@multimedia.nt.qq.com.cn/x",
        "https://example.com\\.qq.com/x",
        "https://example.com#.qq.com/x",
        "https://127.0.0.1/x",
        "https://a.qq.com:port/x",
        "https://a.qq.com/\r\nX: y",
        "https://a b.qq.com/x",
        "/etc/passwd",
        "https://a.qq.com/" + "x" * 5000,
    ],
)
async def test_addresses_that_are_not_asked(bench: Bench, url: str) -> None:
    assert await refusal(bench, attached(a_file(bench) | {"url": url})) == (FOREIGN, False)


async def test_another_port_of_the_apis_machine_is_another_machine(bench: Bench) -> None:
    url = f"http://127.0.0.1:{unused_port()}/x"
    assert await refusal(bench, attached(a_file(bench) | {"url": url})) == (FOREIGN, False)


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"status": 302, "headers": {"Location": "/users/@me"}}, (FOREIGN, False)),
        ({"status": 308, "headers": {"Location": "http://169.254.169.254/"}}, (FOREIGN, False)),
        ({"headers": {"Content-Encoding": "deflate"}}, (FOREIGN, False)),
        ({"status": 404}, (GONE, False)),
        ({"status": 503}, (BROKE_OFF, True)),
        ({"status": 429}, (BROKE_OFF, True)),
        ({"short": True}, (BROKE_OFF, True)),
    ],
)
async def test_downloads_that_fail(bench: Bench, how: dict[str, Any], why: tuple[str, bool]) -> None:
    assert await refusal(bench, attached(a_file(bench, **how))) == why
    assert len(bench.qq.downloads.asked) == 1


async def test_nobody_there(bench: Bench) -> None:
    base = f"http://127.0.0.1:{unused_port()}"
    with pytest.raises(NotFetched, match=BROKE_OFF) as refused:
        await bench.client(api_base=base).fetch(attached(a_file(bench) | {"url": f"{base}/x"}))
    assert refused.value.again


async def test_a_download_that_takes_too_long(bench: Bench) -> None:
    payload = attached(a_file(bench, hold=(gate := asyncio.Event())))
    with pytest.raises(NotFetched, match=BROKE_OFF) as refused:
        await fetched(bench.http, bench.qq.api_base, payload, aiohttp.ClientTimeout(total=0.1))
    gate.set()
    assert refused.value.again


@pytest.mark.parametrize("url", [None, ""])
async def test_a_file_without_a_link(bench: Bench, url: Any) -> None:
    assert await refusal(bench, attached(a_file(bench) | {"url": url})) == (GONE, False)


@pytest.mark.parametrize(
    "payload", [{}, {"attachments": "?"}, {"attachments": [7, {"content_type": "image/png", "url": "x"}]}]
)
async def test_no_file_at_all(bench: Bench, payload: dict[str, Any]) -> None:
    assert await refusal(bench, payload) == (NO_FILE, False)


# --- its name


@pytest.mark.parametrize(("told", "name"), [("..\\../订单.csv", "订单.csv"), (None, "文件"), (7, "文件")])
async def test_a_name_arrives_without_folders(bench: Bench, told: Any, name: str) -> None:
    payload = attached(a_file(bench) | {"filename": told})
    assert await bench.client().fetch(payload) == Fetched(name, DATA)
