"""The bot connects by itself: token, reconnection with back-off, whose QQ it is (CHANNELS §4.1)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from bot.channels.onebot11.forward import LONGEST_PAUSE, keep_connected, pause_after
from bot.core.delivery import Verdict
from storage.db import Database
from tests.channels.onebot11_bench import ALICE, SELF, TOKEN, a_bench, a_text, an_account

FORWARD = {"mode": "forward_ws", "channel_chance": lambda: 0.0}


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.close()


async def test_both_ways(database: Database) -> None:
    async with a_bench(database, **FORWARD) as bench:
        await bench.napcat.say(ALICE, "在吗")
        assert (await bench.heard("在吗")).external_id == str(ALICE)
        assert (await bench.channel.send(a_text("在的"))).verdict is Verdict.SENT
        assert bench.napcat.phones[ALICE] == ["在的"]


async def test_it_comes_back(database: Database) -> None:
    async with a_bench(database, **FORWARD) as bench:
        bench.napcat.friends.add(ALICE)
        await bench.napcat.hang_up()
        await bench.napcat.ended.wait()
        await bench.napcat.wait_connected()
        assert (await bench.channel.send(a_text("在的"))).verdict is Verdict.SENT


async def test_without_a_hello_it_asks_whose_it_is(database: Database) -> None:
    async with a_bench(database, napcat_says_hello=False, **FORWARD) as bench:
        bench.napcat.friends.add(ALICE)
        assert (await bench.channel.send(a_text("在的"))).verdict is Verdict.SENT
        assert bench.napcat.calls[0]["action"] == "get_login_info"


async def test_another_ones_qq_gets_nothing(database: Database) -> None:
    async with a_bench(
        database, napcat_says_hello=False, self_id=SELF + 1, channel_grace=0.0, **FORWARD
    ) as bench:
        await bench.napcat.ended.wait()
        assert (await bench.channel.send(a_text("在的"))).verdict is Verdict.ACCOUNT_STOPPED
        assert not bench.napcat.called("send_private_msg") and not bench.engine.events


async def test_heartbeat_loss_brings_a_new_connection(database: Database) -> None:
    async with a_bench(database, **FORWARD) as bench:
        await bench.napcat.beat(30)
        await bench.napcat.ended.wait()
        await bench.napcat.wait_connected()
        assert bench.napcat.connections == 2


async def test_a_frame_that_is_too_large_ends_the_connection(database: Database) -> None:
    async with a_bench(database, **FORWARD) as bench:
        await bench.napcat.raw("x" * 2 * 1024 * 1024)
        await bench.napcat.ended.wait()
        await bench.napcat.wait_connected()
        await bench.napcat.say(ALICE, "在吗")
        assert await bench.heard("在吗")


class Pauses:
    """A sleep that only notes; after so many the keeping ends."""

    def __init__(self, most: int) -> None:
        self.seconds: list[float] = []
        self._most = most

    async def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)
        if len(self.seconds) == self._most:
            raise asyncio.CancelledError
        await asyncio.sleep(0)


class Talks:
    """Notes who was talked to."""

    def __init__(self) -> None:
        self.sockets: list[aiohttp.ClientWebSocketResponse] = []

    async def talk(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.sockets.append(socket)
        raise RuntimeError("broke in the middle")


async def test_nobody_there_is_asked_less_and_less_often() -> None:
    pauses, talks = Pauses(9), Talks()
    account = an_account(mode="forward_ws", url=f"ws://127.0.0.1:{unused_port()}")
    async with aiohttp.ClientSession() as http:
        with pytest.raises(asyncio.CancelledError):
            await keep_connected(account, http, talks.talk, lambda: 1.0, pauses.sleep)
    assert pauses.seconds == [2, 4, 8, 16, 32, 60, 60, 60, 60] and not talks.sockets


async def test_who_hangs_up_at_once_is_not_stormed() -> None:
    async def hang_up(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(timeout=0.1)
        await socket.prepare(request)
        await socket.close()
        return socket

    async def listen(socket: aiohttp.ClientWebSocketResponse) -> None:
        await socket.receive()
        await socket.close()

    app, pauses = web.Application(), Pauses(6)
    app.router.add_get("/", hang_up)
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        url = str(server.make_url("/")).replace("http", "ws")
        with pytest.raises(asyncio.CancelledError):
            await keep_connected(
                an_account(mode="forward_ws", url=url), http, listen, lambda: 0.0, pauses.sleep
            )
    assert pauses.seconds == [1, 2, 4, 8, 16, 30]


@pytest.mark.parametrize("status", [200, 302, 401, 403, 404, 500, 503])
async def test_what_is_no_napcat(status: int) -> None:
    async def refuse(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers={"Location": "/elsewhere"} if status == 302 else {})

    app, pauses, talks = web.Application(), Pauses(2), Talks()
    app.router.add_get("/", refuse)
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        url = str(server.make_url("/")).replace("http", "ws")
        with pytest.raises(asyncio.CancelledError):
            await keep_connected(
                an_account(mode="forward_ws", url=url), http, talks.talk, lambda: 0.0, pauses.sleep
            )
    assert len(pauses.seconds) == 2 and not talks.sockets


async def test_a_talk_that_breaks_is_begun_again(database: Database) -> None:
    async with a_bench(database, connected=False) as bench, aiohttp.ClientSession() as http:
        pauses, talks = Pauses(3), Talks()
        account = an_account(mode="forward_ws", url=bench.napcat.url)
        with pytest.raises(asyncio.CancelledError):
            await keep_connected(account, http, talks.talk, lambda: 0.0, pauses.sleep)
        assert len(talks.sockets) == 3
        for socket in talks.sockets:
            await socket.close()


def test_pauses_have_chance_in_them() -> None:
    assert pause_after(3, 0.0) == 4.0 and pause_after(3, 1.0) == 8.0
    assert all(pause_after(n, 1.0) <= LONGEST_PAUSE for n in range(10_000))


async def test_the_token_stands_in_the_header(database: Database) -> None:
    async with a_bench(database, **FORWARD) as bench:
        assert TOKEN not in bench.napcat.url and bench.napcat.refused_tokens == 0
