"""Fetching: exactly once, in order, over crashes, refusals and pages without end (CHANNELS §2.2, §8)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from bot.channels.wecom_kf import puller
from bot.core.events import BuyerEvent, BuyerMessage, Event, Happening, Inbound
from storage import pulling
from storage.db import Database
from tests.channels.wecom_kf_bench import ANN, Bench, a_bench, a_text
from tests.fakes.waiting import Changes
from tests.fakes.wecom_api import BATCHGET, SEND, SYNC


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(puller, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(puller, "LONGEST_PAUSE", 0.05)
    yield


@pytest.fixture
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    """On SQLite, or where `everywhere` says so on both databases."""
    database = Database(request.getfixturevalue(getattr(request, "param", "sqlite_url")))
    async with a_bench(database) as bench:
        yield bench
    database.close()


everywhere = pytest.mark.parametrize("bench", ["sqlite_url", "postgres_url"], indirect=True)


class Keeper:
    """The way in, as the engine is: durable, and each id once. `refuses` counts down before it stores."""

    def __init__(self) -> None:
        self.kept: dict[str, Event] = {}
        self.refuses = 0
        self.dies_after: int | None = None
        self.changes = Changes()

    async def submit(self, event: Event) -> None:
        assert isinstance(event, Inbound)
        if self.refuses:
            self.refuses -= 1
            raise OSError("no database")
        if self.dies_after is not None:
            if self.dies_after == 0:
                await asyncio.Event().wait()  # killed here: nothing after this ever happens
            self.dies_after -= 1
        self.kept.setdefault(event.message_id, event)
        self.changes.happened()

    @property
    def texts(self) -> list[str]:
        return [e.text for e in self.kept.values() if isinstance(e, BuyerMessage)]


async def caught_up(bench: Bench) -> None:
    """Everything that WeCom has is stored, and every wake-up followed to its end."""
    async with asyncio.timeout(20):
        while (await position(bench))[:2] != (f"cursor_{len(bench.wecom.log)}", True):
            pass  # each look takes its turn in a thread


async def position(bench: Bench) -> tuple[str, bool, str]:
    rows = await bench.database.read(
        lambda c: c.exec_driver_sql("SELECT cursor, asked = done, holder FROM pull").all()
    )
    cursor, done, holder = rows[0] if rows else ("", True, "")
    return cursor, bool(done), holder


@everywhere
async def test_what_was_said_comes_in_its_order_and_the_cursor_follows(bench: Bench) -> None:
    keeper, kf = Keeper(), bench.channel()
    bench.wecom.page = 7
    for n in range(40):
        bench.wecom.put(f"wm{n % 3}", "text", {"content": str(n)})
    await kf.start(keeper.submit)
    await caught_up(bench)
    await kf.stop()
    assert keeper.texts == [str(n) for n in range(40)]
    assert await position(bench) == ("cursor_40", True, "")
    cursors = [body.get("cursor") for body in bench.wecom.asked(SYNC)]
    assert cursors[:6] == [None, *(f"cursor_{n}" for n in (7, 14, 21, 28, 35))]
    assert set(cursors[6:]) <= {"cursor_40"}  # whether there is more, unless it was stopped before
    assert all(body["open_kfid"] == bench.wecom.open_kfid for body in bench.wecom.asked(SYNC))


async def test_a_wake_up_brings_its_token_and_the_cursor_of_before(bench: Bench) -> None:
    keeper, kf = Keeper(), bench.channel()
    await kf.start(keeper.submit)
    bench.wecom.put(ANN, "text", {"content": "在吗"})
    token = str(bench.wecom.wake_up()["Token"])
    await kf.wake(token)
    await caught_up(bench)
    await kf.stop()
    assert keeper.texts == ["在吗"]
    assert [body.get("token") for body in bench.wecom.asked(SYNC)][-1] == token


async def test_a_token_that_has_run_out_is_left_away(bench: Bench) -> None:
    keeper, kf = Keeper(), bench.channel()
    bench.wecom.put(ANN, "text", {"content": "在吗"})
    await kf.wake("ENC_never_issued")
    await kf.start(keeper.submit)
    await caught_up(bench)
    await kf.stop()
    assert keeper.texts == ["在吗"]
    old = bench.channel()
    await old.wake(str(bench.wecom.wake_up()["Token"]))
    bench.advance(timedelta(minutes=11))
    calls = bench.wecom.called(SYNC)
    await old.start(keeper.submit)
    await bench.wecom.changes.until(lambda: bench.wecom.called(SYNC) > calls)
    await old.stop()
    assert "token" not in bench.wecom.asked(SYNC)[-1]


async def test_pages_that_are_empty_are_passed(bench: Bench) -> None:
    keeper, kf = Keeper(), bench.channel()
    empty = b'{"errcode":0,"errmsg":"ok","next_cursor":"cursor_0","has_more":1,"msg_list":[]}'
    bench.wecom.put(ANN, "text", {"content": "在吗"})
    bench.wecom.inject(SYNC, status=200, body=empty)
    await kf.start(keeper.submit)
    await caught_up(bench)
    await kf.stop()
    assert keeper.texts == ["在吗"]


async def test_more_from_nowhere_is_not_asked_for_without_pause(bench: Bench) -> None:
    keeper, kf = Keeper(), bench.channel()
    stuck = b'{"errcode":0,"errmsg":"ok","next_cursor":"cursor_0","has_more":1,"msg_list":[]}'
    bench.wecom.put(ANN, "text", {"content": "在吗"})
    bench.wecom.inject(SYNC, status=200, body=stuck, times=4)
    await kf.start(keeper.submit)
    await caught_up(bench)
    await kf.stop()
    assert keeper.texts == ["在吗"]


@everywhere
async def test_three_wake_ups_at_once_are_one_fetching(bench: Bench) -> None:
    keeper, kf = Keeper(), bench.channel()
    await kf.start(keeper.submit)
    bench.wecom.put(ANN, "text", {"content": "在吗"})
    await asyncio.gather(*(kf.wake(str(bench.wecom.wake_up()["Token"])) for _ in range(3)))
    await caught_up(bench)
    await kf.stop()
    assert keeper.texts == ["在吗"] and bench.wecom.most_at_once[SYNC] == 1
    assert (await position(bench))[1]


async def test_the_same_message_twice_is_one(bench: Bench) -> None:
    keeper, kf = Keeper(), bench.channel()
    entry = bench.wecom.put(ANN, "text", {"content": "在吗"})
    bench.wecom.log += [entry, entry]
    await kf.start(keeper.submit)
    await caught_up(bench)
    await kf.stop()
    assert keeper.texts == ["在吗"]


# --- crashes and refusals


async def test_what_could_not_be_stored_is_fetched_again(bench: Bench) -> None:
    keeper, kf = Keeper(), bench.channel()
    keeper.refuses = 3
    for n in range(5):
        bench.wecom.put(ANN, "text", {"content": str(n)})
    await kf.start(keeper.submit)
    await caught_up(bench)
    await kf.stop()
    assert sorted(keeper.texts) == [str(n) for n in range(5)]


@everywhere
async def test_killed_between_two_messages_of_a_page(bench: Bench) -> None:
    keeper, kf = Keeper(), bench.channel()
    await kf.start(keeper.submit)
    keeper.dies_after = 2
    for n in range(5):
        bench.wecom.put(ANN, "text", {"content": str(n)})
    await kf.wake(str(bench.wecom.wake_up()["Token"]))
    await keeper.changes.until(lambda: len(keeper.kept) >= 2)
    assert kf._puller._task is not None
    kf._puller._task.cancel()  # its lease stays, as after kill -9
    assert (await position(bench))[0] == ""
    if bench.database.shared:
        bench.advance(pulling.LEASE + timedelta(seconds=1))
    keeper.dies_after = None
    again = bench.channel()
    await again.start(keeper.submit)
    await caught_up(bench)
    await again.stop()
    assert keeper.texts == [str(n) for n in range(5)]


@everywhere
async def test_a_mark_outlives_the_process_that_took_it(bench: Bench) -> None:
    taken = bench.channel()
    bench.wecom.put(ANN, "text", {"content": "在吗"})
    await taken.wake(str(bench.wecom.wake_up()["Token"]))  # acknowledged, then killed
    keeper, kf = Keeper(), bench.channel()
    await kf.start(keeper.submit)
    await caught_up(bench)
    await kf.stop()
    assert keeper.texts == ["在吗"] and (await position(bench))[1]


@pytest.mark.parametrize("bench", ["postgres_url"], indirect=True)
async def test_two_processes_never_fetch_at_once(bench: Bench) -> None:
    keeper = Keeper()
    first, second = bench.channel(), bench.channel()
    bench.wecom.page = 1
    for n in range(20):
        bench.wecom.put(ANN, "text", {"content": str(n)})
    await first.wake(str(bench.wecom.wake_up()["Token"]))
    await asyncio.gather(first.start(keeper.submit), second.start(keeper.submit))
    await caught_up(bench)
    await first.stop()
    await second.stop()
    assert keeper.texts == [str(n) for n in range(20)]
    assert bench.wecom.most_at_once[SYNC] == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"drop": "before"},
        {"status": 502},
        {"status": 200, "body": b"[" * 200_000},
        {"code": -1},
        {"code": 45033},
    ],
)
async def test_what_passes_by_itself_is_waited_for_without_a_word(
    bench: Bench, fault: dict[str, object]
) -> None:
    keeper, kf = Keeper(), bench.channel()
    bench.wecom.put(ANN, "text", {"content": "在吗"})
    bench.wecom.inject(SYNC, times=3, **fault)
    await kf.wake(str(bench.wecom.wake_up()["Token"]))
    await kf.start(keeper.submit)
    await caught_up(bench)
    await kf.stop()
    assert keeper.texts == ["在吗"] and not bench.told


@pytest.mark.parametrize("code", [60020, 48002, 95000, 95017])
async def test_who_hears_nothing_any_more_says_so(bench: Bench, code: int) -> None:
    keeper, kf = Keeper(), bench.channel()
    bench.wecom.put(ANN, "text", {"content": "在吗"})
    bench.wecom.inject(SYNC, code, times=3)
    await kf.start(keeper.submit)
    await caught_up(bench)
    await kf.stop()
    assert keeper.texts == ["在吗"]
    assert len({key for _, key in bench.told}) == 1 and "收不到消息" in bench.told[0][0]


async def test_a_cursor_that_wecom_has_forgotten_begins_anew(bench: Bench) -> None:
    keeper, kf = Keeper(), bench.channel()
    bench.wecom.put(ANN, "text", {"content": "一"})
    await kf.start(keeper.submit)
    await caught_up(bench)
    await kf.stop()
    await bench.database.write(lambda c: c.exec_driver_sql("UPDATE pull SET cursor = 'cursor_999'"))
    bench.wecom.put(ANN, "text", {"content": "二"})
    again = bench.channel()
    await again.start(keeper.submit)
    await caught_up(bench)
    await again.stop()
    assert keeper.texts == ["一", "二"] and (await position(bench))[0] == "cursor_2"


# --- the first fetching


async def test_what_is_old_when_the_account_is_connected_is_kept_and_not_answered(bench: Bench) -> None:
    keeper, kf = Keeper(), bench.channel()
    now = int(bench.wecom.now())
    for age, said in ((4 * 86400, "更早"), (86400, "昨天"), (3600, "刚才"), (60, "现在")):
        bench.wecom.put(ANN, "text", {"content": said}, send_time=now - age)
    bench.wecom.page = 1
    await kf.start(keeper.submit)
    await caught_up(bench)
    await kf.stop()
    assert keeper.texts == ["现在"]
    kept = [e for e in keeper.kept.values() if isinstance(e, BuyerEvent) and e.happening is Happening.OTHER]
    assert len(kept) == 2  # WeCom itself has forgotten the first


async def test_what_comes_late_later_is_answered(bench: Bench) -> None:
    keeper, kf = Keeper(), bench.channel()
    await kf.start(keeper.submit)
    await kf.stop()
    bench.advance(timedelta(days=1))
    bench.wecom.put(ANN, "text", {"content": "在吗"}, send_time=int(bench.wecom.now()) - 5 * 3600)
    again = bench.channel()
    await again.start(keeper.submit)
    await caught_up(bench)
    await again.stop()
    assert keeper.texts == ["在吗"]


@everywhere
async def test_an_entry_that_cannot_be_read_holds_up_nobody(bench: Bench) -> None:
    keeper, kf = Keeper(), bench.channel()
    bench.wecom.put(ANN, "text", {"content": "一"})
    bench.wecom.log += [{"send_time": 1714112500, "msgid": None}]
    bench.wecom.put(ANN, "text", {"content": "二\x00"})
    await kf.start(keeper.submit)
    await caught_up(bench)
    await kf.stop()
    assert keeper.texts == ["一", "二"]


# --- names


@everywhere
async def test_names_come_before_words(bench: Bench) -> None:
    keeper, kf = Keeper(), bench.channel()
    bench.wecom.person(ANN, nickname="小鱼", avatar="https://wx.qlogo.cn/1", gender=2, unionid="o_union")
    bench.wecom.put(ANN, "text", {"content": "在吗"})
    await kf.start(keeper.submit)
    await caught_up(bench)
    await kf.stop()
    profile, _ = keeper.kept.values()
    assert isinstance(profile, BuyerEvent) and profile.happening is Happening.PROFILE
    assert profile.detail == {
        "nickname": "小鱼",
        "avatar": "https://wx.qlogo.cn/1",
        "gender": "女",
        "union_id": "o_union",
    }


async def test_words_do_not_wait_for_names(bench: Bench) -> None:
    keeper, kf = Keeper(), bench.channel()
    bench.wecom.put(ANN, "text", {"content": "一"})
    bench.wecom.inject(BATCHGET, 48002)
    await kf.start(keeper.submit)
    await caught_up(bench)
    bench.wecom.inject(BATCHGET, status=200, body=b'{"errcode":0,"customer_list":[7,{"external_userid":[]}]}')
    bench.wecom.put(ANN, "text", {"content": "二"})
    await kf.wake(str(bench.wecom.wake_up()["Token"]))
    await caught_up(bench)
    await kf.stop()
    assert keeper.texts == ["一", "二"]


async def test_who_has_no_name_is_asked_about_once_a_day(bench: Bench) -> None:
    keeper, kf = Keeper(), bench.channel()
    await kf.start(keeper.submit)
    for n in range(3):
        bench.wecom.put(ANN, "text", {"content": str(n)})
        await kf.wake(str(bench.wecom.wake_up()["Token"]))
        await caught_up(bench)
    await kf.stop()
    assert bench.wecom.called(BATCHGET) == 1


async def test_hundreds_of_strangers_are_asked_about_by_the_hundred(bench: Bench) -> None:
    keeper, kf = Keeper(), bench.channel()
    for n in range(250):
        bench.wecom.put(f"wm{n:03}", "text", {"content": "在吗"})
    await kf.start(keeper.submit)
    await caught_up(bench)
    await kf.stop()
    assert len(keeper.texts) == 250
    assert max(len(body["external_userid_list"]) for body in bench.wecom.asked(BATCHGET)) == 100


# --- a report must not overtake what it is about


async def test_a_failure_waits_for_its_message_to_land(bench: Bench) -> None:
    keeper, kf = Keeper(), bench.channel()
    bench.wecom.person(ANN).right.open(bench.wecom.now())
    await kf.start(keeper.submit)
    held = bench.wecom.inject(SEND, hold=asyncio.Event())
    sending = asyncio.create_task(kf.send(a_text("在的")))
    await held.reached.wait()
    (msgid,) = bench.wecom.taken
    bench.wecom.event(ANN, "msg_send_fail", fail_msgid=msgid, fail_type=4)
    await kf.wake(str(bench.wecom.wake_up()["Token"]))
    await bench.wecom.changes.until(lambda: bench.wecom.called(SYNC) >= 2)
    assert not any(
        isinstance(e, BuyerEvent) and e.happening is Happening.DELIVERY for e in keeper.kept.values()
    )
    assert held.hold is not None
    held.hold.set()
    assert (await sending).platform_id == msgid
    await caught_up(bench)
    await kf.stop()
    assert any(isinstance(e, BuyerEvent) and e.happening is Happening.DELIVERY for e in keeper.kept.values())
