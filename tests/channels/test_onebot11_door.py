"""Who may connect, and what becomes of who misbehaves (CHANNELS §4.4, §8; issue 7: hostile ends)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from yarl import URL

from bot.channels.onebot11.intake import MOST_WAITING
from bot.core.delivery import Verdict
from bot.core.events import Happening
from storage.db import Database
from tests.channels.onebot11_bench import ALICE, BOB, SELF, TOKEN, Bench, a_bench, a_text
from tests.fakes import onebot_wire as wire


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
async def bench(database: Database) -> AsyncIterator[Bench]:
    async with a_bench(database, connected=False) as opened:
        opened.napcat.friends |= {ALICE, BOB}
        yield opened


async def refused(bench: Bench, **headers: str | None) -> int:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
        await bench.connect(**headers)
    return refusal.value.status


# --- who may come in ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": None}, 403),
        ({"Authorization": ""}, 403),
        ({"Authorization": "Bearer "}, 403),  # what NapCat sends with an empty token
        ({"Authorization": "Bearer wrong"}, 403),
        ({"Authorization": f"Bearer {TOKEN}x"}, 403),
        ({"Authorization": f"Bearer {TOKEN[:-1]}"}, 403),
        ({"Authorization": TOKEN}, 403),
        ({"Authorization": f"Basic {TOKEN}"}, 403),
        ({"Authorization": "Bearer \u00e4\u00f6"}, 403),
        ({"X_Self_ID": None}, 403),
        ({"X_Self_ID": ""}, 403),
        ({"X_Self_ID": "10002"}, 403),
        ({"X_Self_ID": "10001 "}, None),
        ({"X_Self_ID": "0010001"}, 403),
        ({"x_client_role": "API"}, 400),
        ({"x_client_role": "Event"}, 400),
    ],
)
async def test_who_is_refused(bench: Bench, headers: dict[str, str | None], status: int | None) -> None:
    if status is None:
        await bench.connect(**headers)
    else:
        assert await refused(bench, **headers) == status
        assert not bench.napcat.connections and not bench.engine.events


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": f"bearer {TOKEN}"},
        {"Authorization": f"Token {TOKEN}"},
        {"x_client_role": None},
        {"x_client_role": "universal"},
    ],
)
async def test_who_is_let_in(bench: Bench, headers: dict[str, str | None]) -> None:
    await bench.connect(**headers)
    await bench.napcat.say(ALICE, "在吗")
    assert (await bench.heard("在吗")).external_id == str(ALICE)


async def test_a_token_in_the_address(bench: Bench) -> None:
    bench.door += f"?access_token={TOKEN}"
    await bench.connect(Authorization=None)
    bench.door = bench.door.replace(TOKEN, "wrong")
    assert await refused(bench, Authorization=None) == 403
    bench.door += f"&access_token={TOKEN}"
    assert await refused(bench, Authorization=None) == 403, "two are none"
    assert await refused(bench, Authorization="Bearer wrong") == 403


async def test_two_headers_are_none(bench: Bench) -> None:
    async with aiohttp.ClientSession() as http:
        for name, values in (("X-Self-ID", (SELF, SELF)), ("Authorization", (f"Bearer {TOKEN}",) * 2)):
            usual = [("X-Self-ID", str(SELF)), ("Authorization", f"Bearer {TOKEN}")]
            headers = [(n, v) for n, v in usual if n != name] + [(name, str(v)) for v in values]
            with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
                await http.ws_connect(bench.door, headers=headers)
            assert refusal.value.status == 403


async def test_an_ordinary_request_is_no_websocket(bench: Bench) -> None:
    async with aiohttp.ClientSession() as http:
        url = bench.door.replace("ws://", "http://")
        assert (await http.get(url)).status == 403
        headers = {"X-Self-ID": str(SELF), "Authorization": f"Bearer {TOKEN}"}
        assert (await http.get(url, headers=headers)).status == 400
        upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "99"}
        assert (await http.get(url, headers=headers | upgrade)).status == 400


async def test_an_account_that_connects_by_itself_has_no_door(database: Database) -> None:
    async with a_bench(database, mode="forward_ws") as bench:
        assert await refused(bench) == 404


# --- newest wins --------------------------------------------------------------------------------


async def test_the_newest_connection_wins(bench: Bench) -> None:
    await bench.connect()
    old = bench.napcat._sockets[0]
    await bench.connect()
    await bench.napcat.changes.until(lambda: old.closed)
    assert (await bench.channel.send(a_text("在的"))).verdict is Verdict.SENT
    assert bench.napcat.connections == 2 and bench.napcat._sockets != [old]


async def test_a_storm_of_reconnections(bench: Bench) -> None:
    turned_away = 0
    for _ in range(60):
        try:
            await bench.connect()
        except aiohttp.WSServerHandshakeError as busy:
            assert busy.status == 503
            turned_away += 1
    assert bench.napcat.connections == 60 - turned_away > 0
    assert (await bench.channel.send(a_text("在的"))).verdict is Verdict.SENT
    await bench.napcat.say(ALICE, "还在吗")
    assert await bench.heard("还在吗")


async def test_a_storm_of_strangers(bench: Bench) -> None:
    await bench.connect()
    statuses = await asyncio.gather(*(refused(bench, Authorization="Bearer guess") for _ in range(200)))
    assert set(statuses) == {403} and bench.napcat.connections == 1
    assert (await bench.channel.send(a_text("在的"))).verdict is Verdict.SENT


# --- what is said -------------------------------------------------------------------------------


async def test_the_same_message_again_and_again(bench: Bench) -> None:
    await bench.connect()
    event = await bench.napcat.say(ALICE, "在吗")
    await bench.napcat.push(event, times=20)
    await bench.napcat.hang_up()
    await bench.connect()
    await bench.napcat.push(event, times=20)
    await bench.napcat.say(ALICE, "完")
    await bench.heard("完")
    assert [m.text for m in bench.engine.messages] == ["在吗", "完"]


async def test_names_are_told_once(bench: Bench) -> None:
    await bench.connect()
    for text in ("一", "二", "三"):
        await bench.napcat.say(ALICE, text)
    await bench.heard("三")
    [profile] = bench.engine.happened(Happening.PROFILE)
    assert profile.detail == {"nickname": f"网名{ALICE}"}
    assert bench.engine.events.index(profile) == 0, "before the first words are read"


@pytest.mark.parametrize("post_format", ["array", "string"])
async def test_order_is_kept(database: Database, post_format: str) -> None:
    async with a_bench(database, napcat_post_format=post_format) as bench:
        for n in range(100):
            await bench.napcat.say(ALICE if n % 3 else BOB, f"第{n}句[表情],&")
        await bench.heard("第99句[表情],&")
        assert [m.text for m in bench.engine.messages] == [f"第{n}句[表情],&" for n in range(100)]


async def test_another_accounts_events_are_not_ours(bench: Bench) -> None:
    await bench.connect()
    for self_id in (SELF + 1, None, "x", [], str(SELF) + "0"):
        event = wire.private_message(SELF, ALICE, 5, bench.napcat.now(), [wire.text("别人的")])
        await bench.napcat.push(event | {"self_id": self_id})
    await bench.napcat.say(ALICE, "我们的")
    await bench.heard("我们的")
    assert [m.text for m in bench.engine.messages] == ["我们的"]


async def test_what_cannot_be_stored_now_is_stored_later(bench: Bench) -> None:
    await bench.connect()
    bench.engine.fails = 3
    await bench.napcat.say(ALICE, "在吗")
    await bench.napcat.say(ALICE, "面霜多少钱")
    await bench.heard("在吗")
    await bench.heard("面霜多少钱")
    assert len(bench.engine.messages) == 2


async def test_what_was_heard_is_stored_before_the_end(bench: Bench) -> None:
    await bench.connect()
    bench.engine.gate = asyncio.Event()
    await bench.napcat.say(ALICE, "在吗")
    await bench.napcat.hang_up()
    stopping = asyncio.create_task(bench.channel.stop())
    bench.engine.gate.set()
    await stopping
    assert [m.text for m in bench.engine.messages] == ["在吗"]


# --- hostile ends -------------------------------------------------------------------------------


HOSTILE = [
    ("not json", "hello"),
    ("json of another kind", "[1,2,3]"),
    ("cut off", '{"post_type": "message"'),
    ("bomb", "[" * 100_000),
    ("nested objects", '{"a":' * 50_000 + "1" + "}" * 50_000),
    ("long number", '{"user_id": ' + "9" * 100_000 + "}"),
    ("not a number", '{"user_id": NaN}'),
    ("bytes", b"\xff\xfe\x00"),
    ("surrogates", json.dumps(wire.private_message(SELF, ALICE, 7, 1, [wire.text("\ud800\0")]))),
    ("a huge list", json.dumps({"post_type": "message", "message": [{}] * 100_000})),
]


@pytest.mark.parametrize("frame", [h[1] for h in HOSTILE], ids=[h[0] for h in HOSTILE])
async def test_hostile_frames(bench: Bench, frame: str | bytes) -> None:
    await bench.connect()
    for _ in range(3):
        await bench.napcat.raw(frame)
    await bench.napcat.say(BOB, "面霜多少钱")
    await bench.heard("面霜多少钱")
    assert all(m.text in ("面霜多少钱", "") for m in bench.engine.messages)
    assert bench.napcat.connections == 1


class Wire:
    """A WebSocket by hand, for what no library sends."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, door: str) -> Wire:
        url = URL(door)
        reader, writer = await asyncio.open_connection(url.host, url.port)
        lines = [
            f"GET {url.path} HTTP/1.1",
            f"Host: {url.host}:{url.port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            f"X-Self-ID: {SELF}",
            f"Authorization: Bearer {TOKEN}",
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 101"), answer
        return cls(reader, writer)

    async def goodbye(self) -> int:
        """The code of the close frame that comes."""
        async with asyncio.timeout(10):
            head = await self.reader.readexactly(4)
        assert head[0] == 0x88
        return int.from_bytes(head[2:])


async def test_a_frame_of_fifty_megabytes_is_refused_by_its_head(bench: Bench) -> None:
    hostile = await Wire.open(bench.door)
    hostile.writer.write(b"\x81\xff" + (50 * 1024 * 1024).to_bytes(8) + b"mask")
    assert await hostile.goodbye() == 1009
    hostile.writer.close()


async def test_a_frame_in_endless_pieces(bench: Bench) -> None:
    hostile = await Wire.open(bench.door)
    hostile.writer.write(b"\x01\x80mask")  # a text frame that is to be continued
    piece = b"\x00\xff" + (64 * 1024).to_bytes(8) + b"mask" + b"x" * 64 * 1024
    for _ in range(20):  # 1.25 MiB in pieces of 64 KiB
        hostile.writer.write(piece)
    assert await hostile.goodbye() == 1009
    hostile.writer.close()


async def test_a_frame_that_never_ends_holds_nobody_up(bench: Bench) -> None:
    slow = await Wire.open(bench.door)
    slow.writer.write(b"\x81\xfe\x10\x00mask" + b"x")
    await bench.connect()
    await bench.napcat.say(ALICE, "在吗")
    assert await bench.heard("在吗")
    assert await slow.goodbye() == 1000  # replaced by the newer one
    slow.writer.close()


async def test_a_handshake_that_never_ends_holds_nobody_up(bench: Bench) -> None:
    url = URL(bench.door)
    slow = [await asyncio.open_connection(url.host, url.port) for _ in range(50)]
    for _, writer in slow:
        writer.write(f"GET {url.path} HTTP/1.1\r\nX-Self-ID: ".encode())
    await bench.connect()
    await bench.napcat.say(ALICE, "在吗")
    assert await bench.heard("在吗")
    for _, writer in slow:
        writer.close()


async def test_no_compression_is_agreed_upon(bench: Bench) -> None:
    """A bomb of a kilobyte could be a gigabyte."""
    headers = {"X-Self-ID": str(SELF), "Authorization": f"Bearer {TOKEN}"}
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(bench.door, headers=headers, compress=15) as ws,
    ):
        assert ws.compress == 0


async def test_a_flood_waits_in_the_socket(bench: Bench) -> None:
    await bench.connect()
    bench.engine.gate = asyncio.Event()

    async def flood() -> None:
        for n in range(5_000):
            await bench.napcat.say(ALICE, f"{n}" + "多" * 1000)

    flooding = asyncio.create_task(flood())
    intake = bench.channel._listener._intake
    while intake._queue.qsize() < MOST_WAITING:
        await asyncio.sleep(0)
    for _ in range(1000):
        await asyncio.sleep(0)
    assert intake._queue.qsize() == MOST_WAITING and not bench.engine.events
    bench.engine.gate.set()
    await flooding
    await bench.heard("4999" + "多" * 1000)
    assert len(bench.engine.messages) == 5_000


async def test_answers_come_through_a_flood(bench: Bench) -> None:
    await bench.connect()
    for n in range(300):
        await bench.napcat.say(ALICE, f"{n}")
    assert (await bench.channel.send(a_text("在的", to=BOB))).verdict is Verdict.SENT


async def test_heartbeat_loss_is_seen(bench: Bench) -> None:
    await bench.connect()
    await bench.napcat.beat(30)
    await bench.napcat.ended.wait()
    await bench.connect()
    await bench.napcat.say(ALICE, "在吗")
    assert await bench.heard("在吗")


async def test_a_connection_that_breathes_is_kept(bench: Bench) -> None:
    await bench.connect()
    loop = asyncio.get_running_loop()
    until, said = loop.time() + 1.5, 0
    while loop.time() < until:  # longer than silence would be borne
        await bench.napcat.beat(400)
        said += 1
        await bench.napcat.say(ALICE, f"第{said}句")
        await bench.heard(f"第{said}句")
    assert bench.napcat.connections == 1 and not bench.napcat.ended.is_set()
