"""Floods, fifty megabytes and slow ends at every channel's door: all refused, nobody disturbed (issue 7)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from tests.open_shop import OpenShop
from tests.worlds import opened

DOORS = {
    "wechat_oa": "POST /callback/oa",
    "wecom_kf": "POST /callback/kf",
    "qq_bot": "POST /callback/qq",
    "onebot11": "GET /ws/qq",
}
REFUSED = {400, 403, 413}
WRONG = {
    "timestamp": "1",
    "nonce": "1",
    "signature": "0" * 40,
    "msg_signature": "0" * 40,
    "access_token": "wrong",
}
HUGE = 50 * 1024 * 1024


class Wire:
    """A request as bytes: its head says fifty megabytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, url: URL, door: str) -> Wire:
        wire = cls(*await asyncio.open_connection(url.host, url.port))
        wire.writer.write(f"{door} HTTP/1.1\r\nHost: shop\r\nContent-Length: {HUGE}\r\n\r\n<xml>".encode())
        return wire

    async def pour(self) -> tuple[int, int]:
        """Send it all, until there is an answer: its status, and the bytes sent by then."""
        answer = asyncio.create_task(self.reader.readline())
        sent, piece = 0, b"[" * 64 * 1024
        while sent < HUGE and not answer.done():
            self.writer.write(piece)
            await self.writer.drain()
            sent += len(piece)
        status = int((await answer).split()[1])
        await self.close()
        return status, sent

    async def close(self) -> None:
        self.writer.close()
        with suppress(ConnectionError):
            await self.writer.wait_closed()


@pytest.mark.parametrize("place", DOORS)
async def test_hostile_ends(place: str, tmp_path: Path) -> None:
    async with opened(place, tmp_path, OpenShop) as world, aiohttp.ClientSession() as http:
        assert isinstance(world.shop, OpenShop)
        method, path = DOORS[place].split()
        url = URL(world.shop.url) / path.removeprefix("/")
        slow = [await Wire.open(url, f"{method} {path}") for _ in range(50)]

        async def knock(number: int) -> int:
            body = b"[" * 10_000 + str(number).encode() if method == "POST" else None
            async with http.request(method, url.with_query(WRONG), data=body) as answer:
                return answer.status

        flood = asyncio.gather(*(knock(number) for number in range(300)))
        assert "129" in "".join(await world.say("alice", "面霜多少钱")), "this channel answers"
        assert await world.shop.say("bob", "面霜多少钱"), "so does another"
        assert set(await flood) <= REFUSED
        status, sent = await (await Wire.open(url, f"{method} {path}")).pour()
        assert status in REFUSED and sent < HUGE, "refused before it was read"
        assert await world.shop.rows("SELECT count(*) FROM message WHERE kind = 'text'") == [(2,)]
        await asyncio.gather(*(wire.close() for wire in slow))
