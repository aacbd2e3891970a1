"""The gateway: welcome, heartbeats, resuming, endings, and what a hostile end can do (CHANNELS §3.3)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from bot.channels.qq_bot.closing import CLOSES, Next, ending_of
from bot.channels.qq_bot.gateway import LATER, LONGEST_WAIT, MANY, Gateway
from bot.channels.qq_bot.line import MOST_UNDER_WAY
from bot.channels.qq_bot.session import Session
from bot.channels.qq_bot.token import AccessToken
from tests.channels.qq_bot_shop import OPENID, Bench, Inbox, a_bench
from tests.fakes.qq import TOKEN


class Pauses:
    """Sleeps no longer than it takes others to have their turn; stops for good when `gate` is cleared."""

    def __init__(self) -> None:
        self.taken: list[float] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.changed = asyncio.Condition()

    async def __call__(self, seconds: float) -> None:
        async with self.changed:
            self.taken.append(seconds)
            self.changed.notify_all()
        await self.gate.wait()
        await asyncio.sleep(0)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(10), self.changed:
            await self.changed.wait_for(lambda: len(self.taken) >= count)


class Wired:
    """A running gateway connection on a bench."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.inbox, self.pauses = bench, Inbox(), Pauses()
        self.server = bench.qq.gateway
        self.gateway = self.another()

    def another(self) -> Gateway:
        bench, account = self.bench, self.bench.account(mode="websocket")
        token = AccessToken(account, bench.http, bench.tokens, bench.clock)
        return Gateway(
            account, bench.http, token, bench.notes, bench.clock, bench.tell, self.pauses, lambda: 0.5
        )

    async def start(self) -> None:
        await self.gateway.start(self.inbox.submit)

    async def has(self, *texts: str) -> None:
        """Everything said has come, in order, once."""
        await self.inbox.changes.until(lambda: len(self.inbox.texts) >= len(texts))
        assert self.inbox.texts == list(texts)

    async def says(self, text: str, known: str = "") -> None:
        await self.bench.qq.says(OPENID, text, known=known)


@asynccontextmanager
async def wired() -> AsyncIterator[Wired]:
    async with a_bench() as bench:
        line = Wired(bench)
        try:
            yield line
        finally:
            await line.gateway.stop()


@pytest.fixture
async def line() -> AsyncIterator[Wired]:
    async with wired() as line:
        yield line


async def test_identify_and_listen(line: Wired) -> None:
    await line.start()
    session = await line.server.welcomed()
    asked = line.server.heard[0]
    assert asked["op"] == 2 and asked["d"]["intents"] == 1 << 25 and asked["d"]["shard"] == [0, 1]
    await line.says("在吗")
    await line.says("面霜多少钱")
    await line.has("在吗", "面霜多少钱")
    await line.gateway.stop()
    assert json.loads(line.bench.notes.kept["qq"]) == {"id": session.known, "seq": len(session.sent)}


async def test_heartbeats_say_what_is_stored(line: Wired) -> None:
    line.server.interval = 50
    line.inbox.gate = asyncio.Event()
    await line.start()
    await line.server.welcomed()
    await line.says("在吗")
    beats = lambda: [h["d"] for h in line.server.heard if h["op"] == 1]  # noqa: E731
    await line.server.until(lambda: len(beats()) >= 2)
    assert set(beats()) == {1}  # READY, but not what is still being stored
    line.inbox.gate.set()
    await line.server.until(lambda: beats()[-1] == 2)


async def test_a_server_that_does_not_answer_heartbeats_is_left(line: Wired) -> None:
    line.server.interval, line.server.deaf = 50, True
    await line.start()
    await line.server.until(lambda: line.server.connections >= 2)
    assert any(h["op"] == 6 for h in line.server.heard) or line.pauses.taken


async def test_an_asked_for_heartbeat(line: Wired) -> None:
    await line.start()
    await line.server.welcomed()
    await line.server.tell({"op": 1})
    await line.server.until(lambda: any(h["op"] == 1 for h in line.server.heard))


async def test_reconnect_resumes_and_nothing_is_lost_or_doubled(line: Wired) -> None:
    await line.start()
    await line.server.welcomed()
    await line.says("一")
    await line.has("一")
    line.pauses.gate.clear()
    await line.server.tell({"op": 7})
    await line.pauses.until(1)
    await line.says("二")  # while nobody is there
    line.pauses.gate.set()
    await line.has("一", "二")
    assert [h["op"] for h in line.server.heard if h["op"] != 1] == [2, 6]


async def test_an_invalid_session_is_begun_anew(line: Wired) -> None:
    await line.start()
    await line.server.welcomed()
    await line.server.tell({"op": 9, "d": False})
    await line.server.until(lambda: len(line.server.sessions) == 2)
    await line.server.until(lambda: len(line.server.live) == 1)
    await line.says("在吗")
    await line.has("在吗")


async def test_a_session_that_may_be_resumed(line: Wired) -> None:
    await line.start()
    await line.server.welcomed()
    await line.server.tell({"op": 9, "d": True})
    await line.server.until(lambda: any(h["op"] == 6 for h in line.server.heard))
    assert len(line.server.sessions) == 1


@pytest.mark.parametrize("code", [*sorted(CLOSES), 1006, 1000, 4999])
async def test_every_close_code(code: int) -> None:
    async with wired() as line:
        await line.start()
        await line.server.welcomed()
        if code == 1006:
            line.server.live[0].socket._writer.transport.abort()  # type: ignore[union-attr]
        else:
            await line.server.close(code)
        await line.server.until(lambda: line.server.connections == 2)
        await line.server.until(
            lambda: (
                [h["op"] for h in line.server.heard].count(2) + sum(h["op"] == 6 for h in line.server.heard)
                == 2
            )
        )
        resumed = ending_of(code).next is Next.RESUME
        assert line.server.heard[-1]["op"] == (6 if resumed else 2)
        if ending_of(code).next is Next.LATER:
            assert line.pauses.taken[0] == LATER
            assert ending_of(code).reason in line.bench.told[0]
        else:
            assert not line.bench.told


async def test_a_bad_token_is_renewed(line: Wired) -> None:
    await line.bench.tokens.write("qq", "stolen", line.bench.qq.now() + 7000, replaces=None)
    await line.start()
    await line.server.welcomed()
    assert line.bench.tokens.rows["qq"][0].startswith("TOKEN-")


async def test_a_wrong_secret_is_told_and_does_not_storm(line: Wired) -> None:
    line.bench.qq.inject(TOKEN, 100016, times=3, status=200)
    await line.start()
    await line.server.welcomed()
    assert len(line.bench.told) == 3 and "app_secret" in line.bench.told[0]
    assert all(pause >= 600 for pause in line.pauses.taken)


async def test_a_session_is_taken_up_after_a_restart(line: Wired) -> None:
    await line.start()
    await line.server.welcomed()
    await line.says("一")
    await line.has("一")
    await line.gateway.stop()
    await line.says("二")
    line.gateway = line.another()
    await line.start()
    await line.has("一", "二")
    assert len(line.server.sessions) == 1


async def test_after_a_kill_what_was_noted_before_is_told_again(line: Wired) -> None:
    await line.start()
    session = await line.server.welcomed()
    await line.says("一")
    await line.has("一")
    # the note is from READY: the process died before the next heartbeat
    await line.gateway.stop()
    line.bench.notes.kept["qq"] = json.dumps({"id": session.known, "seq": 1})
    line.gateway = line.another()
    await line.start()
    await line.has("一", "一")  # the same message id: the engine knows it


async def test_what_could_not_be_stored_is_asked_for_again(line: Wired) -> None:
    await line.start()
    await line.server.welcomed()
    line.inbox.broken = 1
    await line.says("一")
    await line.has("一")
    assert any(h["op"] == 6 and h["d"]["seq"] == 1 for h in line.server.heard)


async def test_used_up_connections_are_waited_for(line: Wired) -> None:
    line.server.limit = {"total": 1000, "remaining": 0, "reset_after": 3_600_000, "max_concurrency": 1}
    await line.start()
    await line.pauses.until(1)
    assert line.pauses.taken[0] == 3600
    assert not line.server.connections


# --- hostile ends


def sends(frame: str | bytes) -> Callable[[web.WebSocketResponse], Awaitable[None]]:
    async def script(socket: web.WebSocketResponse) -> None:
        try:
            await (socket.send_str(frame) if isinstance(frame, str) else socket.send_bytes(frame))
            await socket.receive()
        except ConnectionError:
            pass

    return script


HELLO = json.dumps({"op": 10, "d": {"heartbeat_interval": 40000}})


@pytest.mark.parametrize(
    "frame",
    [
        "hello",
        "[]",
        "{}",
        '{"op":10}',
        '{"op":10,"d":{"heartbeat_interval":"soon"}}',
        '{"op":10,"d":{"heartbeat_interval":true}}',
        '{"op":0,"t":"READY"}',
        "[" * 100_000,
        b"\x00\x01",
        "x" * (50 * 1024 * 1024),
    ],
    ids=["text", "list", "empty", "no interval", "words", "true", "no hello", "bomb", "binary", "50 MB"],
)
async def test_nonsense_for_a_hello(frame: str | bytes) -> None:
    async with wired() as line:
        line.server.script.append(sends(frame))
        await line.start()
        await line.server.welcomed()
        await line.says("在吗")
        await line.has("在吗")


@pytest.mark.parametrize(
    "frame", ["hello", "[" * 100_000, "x" * (5 * 1024 * 1024), '{"op":0,"s":2,"t":"READY","d":{}}']
)
async def test_nonsense_in_the_middle(frame: str) -> None:
    async with wired() as line:
        await line.start()
        await line.server.welcomed()
        await line.server.tell(frame)
        await line.server.until(lambda: any(h["op"] == 6 for h in line.server.heard))
        await line.says("在吗")
        await line.has("在吗")


@pytest.mark.parametrize("seq", [-1, "1", None, True, 10**30, 1.5])
async def test_a_strange_sequence_number_is_no_event(line: Wired, seq: Any) -> None:
    await line.start()
    await line.server.welcomed()
    await line.server.tell({"op": 0, "s": seq, "t": "C2C_MESSAGE_CREATE", "d": {}})
    await line.says("在吗")
    await line.has("在吗")


async def test_an_event_that_cannot_be_understood_does_not_stop_the_rest(line: Wired) -> None:
    await line.start()
    await line.server.welcomed()
    await line.server.dispatch({"op": 0, "t": "C2C_MESSAGE_CREATE", "d": {"author": []}})
    await line.says("在吗")
    await line.has("在吗")
    assert line.server.connections == 1


async def test_a_flood_is_left_in_the_socket(line: Wired) -> None:
    line.inbox.gate = asyncio.Event()
    await line.start()
    await line.server.welcomed()
    for number in range(500):
        await line.says(f"第{number}句")
    await line.inbox.changes.until(lambda: line.inbox.most_waiting >= MOST_UNDER_WAY)
    assert line.inbox.most_waiting == MOST_UNDER_WAY
    line.inbox.gate.set()
    await line.has(*(f"第{number}句" for number in range(500)))
    assert line.inbox.most_waiting == MOST_UNDER_WAY


async def test_a_reconnect_storm_is_slowed_down(line: Wired) -> None:
    async def slam(socket: web.WebSocketResponse) -> None:
        await socket.close(code=4900)

    line.server.script.extend([slam] * 12)
    await line.start()
    await line.server.welcomed()
    assert line.pauses.taken[:7] == [1, 2, 4, 8, 16, 32, LONGEST_WAIT]
    assert line.pauses.taken[11] == LONGEST_WAIT
    assert len(line.bench.told) == 1 and len(line.pauses.taken) >= MANY


async def test_a_session_that_is_never_taken_up_is_given_up(line: Wired) -> None:
    async def expired(socket: web.WebSocketResponse) -> None:
        await socket.send_str(HELLO)
        await socket.receive()
        await socket.close(code=4009)

    line.bench.notes.kept["qq"] = json.dumps({"id": "long-gone", "seq": 7})
    line.server.script.extend([expired] * 3)
    await line.start()
    await line.server.welcomed()
    assert line.server.connections == 4


@pytest.mark.parametrize("url", ["", None, 7, "http://127.0.0.1/", "file:///etc/passwd"])
async def test_a_strange_address_is_not_connected_to(line: Wired, url: Any) -> None:
    line.server.url = url
    await line.start()
    await line.pauses.until(2)
    assert not line.server.connections


@pytest.mark.parametrize(
    "note", ["", "x", "[]", "{}", '{"id":7,"seq":1}', '{"id":"a","seq":"1"}', '{"id":"","seq":1}']
)
def test_a_note_that_says_nothing(note: str) -> None:
    session = Session()
    session.read(note)
    assert (session.id, session.stored) == ("", 0)


def test_only_what_is_whole_counts_as_stored() -> None:
    session = Session()
    session.begin("s")
    for seq in (1, 2, 3):
        session.received(seq)
    session.done(1)
    session.done(3)
    assert session.stored == 1
    session.done(2)
    assert session.stored == 3
    session.received(4)
    session.rewind()
    assert session.stored == 3
