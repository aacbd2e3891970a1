"""Pictures through NapCat: as base64, in one segment; back they come as a name and a link (CHANNELS §4.3)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from bot.channels.onebot11.errors import capability_of
from bot.channels.onebot11.message import to_send
from bot.core.delivery import PICTURE, Kind, Outgoing, Status, Verdict
from bot.core.events import Happening
from storage.db import Database
from storage.load import ensure_contacts
from storage.rows import MessageRow, OutboxRow
from tests.channels.onebot11_bench import ALICE, BOB, NOW, SELF, Bench, a_bench, a_text, an_account
from tests.fakes import onebot_wire as wire
from tests.fakes.onebot import Failed, refused
from tests.fakes.pictures import SHOWN, a_png

PNG = a_png(3000, colour=7)
OTHER = a_png(2999, colour=8)
MOST = capability_of(an_account()).picture_bytes
SPOKE = Happening.SELLER_SPOKE


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture(params=[False, True], ids=["echo after", "echo before"])
async def bench(request: pytest.FixtureRequest, database: Database) -> AsyncIterator[Bench]:
    async with a_bench(database, napcat_echo_first=request.param) as opened:
        opened.napcat.friends |= {ALICE, BOB}
        yield opened


def a_picture(png: bytes = PNG, **more: Any) -> Outgoing:
    return replace(a_text(PICTURE, **more), picture=png)


async def comes_back(bench: Bench, png: bytes, message_id: int = 4242, **changed: Any) -> None:
    """A picture went out from the account itself; then everything that was on its way has been heard."""
    image = wire.sent_image(to_send("", png)[0]["data"]["file"])
    image["data"] |= changed
    await bench.napcat.push(wire.own_message(SELF, ALICE, message_id, bench.napcat.now(), [image]))
    await nothing_more(bench)


async def nothing_more(bench: Bench) -> None:
    event = await bench.napcat.say(BOB, "到这里为止")
    await bench.engine.until(
        lambda: any(m.message_id == str(event["message_id"]) for m in bench.engine.messages)
    )


# --- it arrives ---------------------------------------------------------------------------------


async def test_a_picture_arrives_as_it_was(bench: Bench) -> None:
    outcome = await bench.channel.send(a_picture())
    assert (outcome.verdict, outcome.platform_id) == (Verdict.SENT, "2000000001")
    assert (bench.napcat.pictures[ALICE], bench.napcat.phones[ALICE]) == ([PNG], [SHOWN])
    [params] = bench.napcat.called("send_private_msg")
    assert (params["user_id"], [s["type"] for s in params["message"]]) == (ALICE, ["image"])


async def test_texts_and_pictures_each_get_their_own_answer(bench: Bench) -> None:
    messages = [a_picture(a_png(colour=n), number=n) if n % 2 else a_text(f"第{n}条", n) for n in range(20)]
    outcomes = await asyncio.gather(*(bench.channel.send(m) for m in messages))
    assert len({o.platform_id for o in outcomes}) == 20 and {o.verdict for o in outcomes} == {Verdict.SENT}
    assert sorted(bench.napcat.pictures[ALICE]) == sorted(a_png(colour=n) for n in range(1, 20, 2))
    await nothing_more(bench)
    assert not bench.engine.happened(SPOKE)


async def test_the_largest_picture_and_one_byte_more(bench: Bench) -> None:
    largest = a_png(MOST)
    assert (await bench.channel.send(a_picture(largest))).verdict is Verdict.SENT
    outcome = await bench.channel.send(a_picture(a_png(MOST + 1)))
    assert (outcome.verdict, outcome.reason) == (Verdict.REJECTED, "图片太大")
    await nothing_more(bench)
    assert bench.napcat.pictures[ALICE] == [largest] and bench.napcat.connections == 1


async def test_a_picture_needs_no_words_but_somebody_to_go_to(bench: Bench) -> None:
    assert (await bench.channel.send(replace(a_picture(), text=""))).verdict is Verdict.SENT
    assert (await bench.channel.send(a_picture(to="alice"))).verdict is Verdict.REJECTED


async def test_a_temporary_session_names_its_group(bench: Bench, database: Database) -> None:
    bench.napcat.friends.clear()
    bench.napcat.groups[700] = {ALICE}
    assert (await bench.channel.send(a_picture())).verdict is Verdict.UNREACHABLE
    await database.write(_wrote_through_the_group)
    assert (await bench.channel.send(a_picture())).verdict is Verdict.SENT
    assert bench.napcat.pictures[ALICE] == [PNG]


async def test_a_picture_counts_for_the_day(database: Database) -> None:
    async with a_bench(database, daily_limit=2, daily_pushes=1) as bench:
        bench.napcat.friends.add(ALICE)
        assert (await bench.channel.send(a_picture(kind=Kind.PROMO))).verdict is Verdict.SENT
        assert (await bench.channel.send(a_picture(kind=Kind.PROMO))).code == "daily_pushes"
        assert (await bench.channel.send(a_picture())).verdict is Verdict.SENT
        assert (await bench.channel.send(a_picture())).code == "daily_limit"


# --- it does not --------------------------------------------------------------------------------


async def test_a_picture_that_qq_could_not_be_given_is_tried_again(bench: Bench) -> None:
    bench.napcat.inject(failed=refused(-1, "rich media transfer failed"))
    outcome = await bench.channel.send(a_picture())
    assert (outcome.verdict, outcome.reason) == (Verdict.RETRY, "图片没传到 QQ")
    assert (await bench.channel.send(a_picture())).verdict is Verdict.SENT
    assert bench.napcat.pictures[ALICE] == [PNG]


async def test_silence_is_unknown_unless_it_came_back(database: Database) -> None:
    async with a_bench(database, channel_answer_within=0.3) as bench:
        bench.napcat.friends.add(ALICE)
        bench.napcat.inject(silent=True)
        outcome = await bench.channel.send(a_picture())
        assert (outcome.verdict, outcome.platform_id) == (Verdict.SENT, "2000000001")
        bench.napcat.report_self = False
        bench.napcat.inject(silent=True)
        assert (await bench.channel.send(a_picture())).verdict is Verdict.UNKNOWN
        assert bench.napcat.pictures[ALICE] == [PNG, PNG]


# --- whose picture ------------------------------------------------------------------------------


async def test_the_bots_picture_is_never_the_sellers(bench: Bench) -> None:
    for number in range(5):
        await bench.channel.send(a_picture(number=number))
    await nothing_more(bench)
    assert not bench.engine.happened(SPOKE) and len(bench.napcat.pictures[ALICE]) == 5


async def test_the_sellers_picture_is(bench: Bench) -> None:
    await bench.channel.send(a_picture())
    await comes_back(bench, OTHER)
    await bench.engine.until(lambda: bool(bench.engine.happened(SPOKE)))
    [spoke] = bench.engine.happened(SPOKE)
    assert (spoke.external_id, spoke.message_id) == (str(ALICE), "4242")


async def test_the_sellers_picture_while_the_bot_is_sending_its_own(bench: Bench) -> None:
    held = bench.napcat.inject(hold=(gate := asyncio.Event()))
    sending = asyncio.create_task(bench.channel.send(a_picture()))
    await held.reached.wait()
    await comes_back(bench, OTHER)
    assert not bench.engine.happened(SPOKE)  # only the answer can tell whose picture this is
    gate.set()
    assert (await sending).platform_id == "2000000001"
    await bench.engine.until(lambda: bool(bench.engine.happened(SPOKE)))
    await nothing_more(bench)
    assert [e.message_id for e in bench.engine.happened(SPOKE)] == ["4242"]


@pytest.mark.parametrize("size", ["3000", 3000, None])
async def test_a_picture_that_comes_back_before_its_answer(database: Database, size: Any) -> None:
    async with a_bench(database, napcat_report_self=False) as bench:
        bench.napcat.friends.add(ALICE)
        held = bench.napcat.inject(hold=(gate := asyncio.Event()))
        sending = asyncio.create_task(bench.channel.send(a_picture()))
        await held.reached.wait()
        await comes_back(bench, PNG, file_size=size)
        gate.set()
        assert (await sending).verdict is Verdict.SENT
        await nothing_more(bench)
        assert not bench.engine.happened(SPOKE)


async def test_words_under_way_are_no_picture(database: Database) -> None:
    async with a_bench(database, napcat_report_self=False, channel_answer_within=0.3) as bench:
        bench.napcat.friends.add(ALICE)
        held = bench.napcat.inject(silent=True)
        sending = asyncio.create_task(bench.channel.send(a_text("在的")))
        await held.reached.wait()
        await comes_back(bench, PNG)
        assert (await sending).verdict is Verdict.UNKNOWN
        await bench.engine.until(lambda: bool(bench.engine.happened(SPOKE)))


async def test_a_picture_nobody_answered_for_may_come_back_late(database: Database) -> None:
    """Also after a restart: the row says that it may be there, and how large it is."""
    async with a_bench(database, napcat_report_self=False, channel_answer_within=0.05) as bench:
        bench.napcat.friends.add(ALICE)
        bench.napcat.inject(silent=True)
        assert (await bench.channel.send(a_picture())).verdict is Verdict.UNKNOWN
        await database.write(_left_unknown)
        await comes_back(bench, PNG)
        assert not bench.engine.happened(SPOKE)
        await comes_back(bench, OTHER, 4243)
        await bench.engine.until(lambda: bool(bench.engine.happened(SPOKE)))


# --- the fake is as strict as NapCat ------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("base64://", 1200),
        ("base64://AAA", 1200),
        (to_send("", PNG)[0]["data"]["file"].removeprefix("base64://"), 1200),
        (None, 1200),
        (to_send("", PNG[:-1])[0]["data"]["file"], 1200),
        (to_send("", PNG)[0]["data"]["file"], 0),
    ],
)
async def test_files_that_napcat_refuses(bench: Bench, file: Any, code: int) -> None:
    params = {"user_id": ALICE, "message": [{"type": "image", "data": {"file": file}}]}
    try:
        bench.napcat.perform("send_private_msg", params)
        taken = 0
    except Failed as failed:
        taken = failed.retcode
    assert (taken, bench.napcat.pictures[ALICE]) == (code, [] if code else [PNG])


def _alice(connection: Connection) -> int:
    return ensure_contacts(connection, [("qq", str(ALICE))], [], NOW)["qq", str(ALICE)].id


def _wrote_through_the_group(connection: Connection) -> None:
    values = {"account": "qq", "contact_id": _alice(connection), "kind": "text", "message_id": "1"}
    times = {"at": NOW, "received_at": NOW}
    connection.execute(insert(MessageRow).values(**values, **times, payload={"group_id": 700}))


def _left_unknown(connection: Connection) -> None:
    values = {"contact_id": _alice(connection), "kind": Kind.ALERT, "text": PICTURE, "picture": PNG}
    times = {"due_at": NOW, "created_at": NOW, "began_at": NOW}
    connection.execute(insert(OutboxRow).values(**values, **times, status=Status.UNKNOWN))
