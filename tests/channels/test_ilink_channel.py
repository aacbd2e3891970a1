"""The seller's own WeChat before a strict iLink: polls, buffer, contexts, strangers, expiry, hostile ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.channels.ilink import store
from bot.channels.ilink.guests import NOT_HERE
from bot.channels.ilink.poller import ALARM_AFTER
from bot.core.delivery import Verdict
from storage import pulling
from storage.db import Database
from tests.channels.ilink_shop import NOW, Bench, a_bench, a_text
from tests.fakes.faults import FOREVER
from tests.fakes.ilink import ME
from tests.fakes.ilink_api import SEND, STARTED, STATUS, STOPPED, UPDATES

STRANGER = "stranger@im.wechat"


@pytest.fixture
async def bench(database: Database) -> AsyncIterator[Bench]:
    async with a_bench(database) as bench:
        yield bench


@pytest.fixture
async def desk(sqlite_url: str) -> AsyncIterator[Bench]:
    """The same where the database does not matter."""
    opened = Database(sqlite_url)
    async with a_bench(opened) as bench:
        yield bench
    opened.close()


def bound(bench: Bench) -> dict[str, object]:
    """A login made elsewhere: the token in the configuration, the id in full."""
    return {"bot_token": bench.ilink.log_in(), "sellers": (ME,)}


# --- login and listening


async def test_logged_in_once_for_every_start(bench: Bench) -> None:
    async with bench.listening():
        await bench.ilink.until(lambda: bench.ilink.called(STATUS) == 1)
        token = await bench.ilink.scan()
        await bench.ilink.say("今日")
        await bench.ilink.all_stored()
    assert [(e.external_id, e.text, e.account) for e in bench.events] == [("me", "今日", "phone")]
    async with bench.listening():
        await bench.ilink.say("帮助")
        await bench.ilink.all_stored()
    assert bench.texts == ["今日", "帮助"] and len(bench.screen.codes) == 1
    assert list(bench.ilink.logins) == [token]
    assert [bench.ilink.called(path) for path in (STARTED, STOPPED)] == [2, 2]


async def test_a_configured_token_needs_no_code(desk: Bench) -> None:
    async with desk.listening(**bound(desk)):
        await desk.ilink.say("今日")
        await desk.ilink.all_stored()
    assert desk.events[0].external_id == ME and desk.screen.codes == []
    assert int(desk.events[0].message_id) > 2**63


async def test_a_new_configured_token_replaces_the_old_one(desk: Bench) -> None:
    async with desk.listening(**bound(desk)):
        await desk.ilink.say("今日")
        await desk.ilink.all_stored()
    async with desk.listening(**bound(desk)):
        await desk.ilink.say("帮助")
        await desk.ilink.all_stored()
    assert desk.texts == ["今日", "帮助"] and desk.screen.codes == []


async def test_a_silent_poll_is_no_error(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    async with a_bench(database, patience=0.0) as bench, bench.listening(**bound(bench)):
        await bench.ilink.until(lambda: bench.ilink.called(UPDATES) == 3)
        await bench.ilink.say("今日")
        await bench.ilink.all_stored()
        assert bench.texts == ["今日"] and not bench.told
    database.close()


async def test_one_poll_at_a_time_and_another_number_each_time(desk: Bench) -> None:
    async with desk.listening(**bound(desk)):
        for number in range(5):
            await desk.ilink.say(f"第{number}句")
            await desk.ilink.all_stored()
    assert desk.ilink.most_polls_at_once == 1
    assert len(set(desk.ilink.uins)) == len(desk.ilink.uins) > 5
    assert desk.texts == [f"第{n}句" for n in range(5)]


async def test_two_processes_share_one_login(postgres_url: str) -> None:
    database = Database(postgres_url)
    async with a_bench(database) as bench:
        settings = bound(bench)
        async with bench.listening(**settings), bench.listening(**settings):
            for number in range(3):
                await bench.ilink.say(f"第{number}句")
                await bench.ilink.all_stored()
        assert bench.ilink.most_polls_at_once == 1 and len(bench.texts) == 3
    database.close()


# --- the buffer


async def test_a_restart_goes_on_from_the_buffer(desk: Bench) -> None:
    settings = bound(desk)
    async with desk.listening(**settings):
        await desk.ilink.say("一")
        await desk.ilink.all_stored()
    await desk.ilink.say("二")  # while nobody listens
    async with desk.listening(**settings):
        await desk.ilink.all_stored()
    assert desk.texts == ["一", "二"]
    assert desk.ilink.login.buffers[-1] == "buf-2"


async def test_the_buffer_moves_only_after_the_messages(bench: Bench) -> None:
    settings = bound(bench)
    await bench.ilink.say("一")
    await bench.ilink.say("二")
    bench.broken = 2  # a database that fails: the page comes again, and nothing is lost or doubled
    async with bench.listening(**settings):
        await bench.ilink.all_stored()
    assert bench.texts == ["一", "二"]
    assert bench.ilink.login.buffers[:3] == ["", "", ""]


async def test_killed_after_storing_and_before_the_buffer(desk: Bench) -> None:
    settings = bound(desk)
    await desk.ilink.say("一")
    async with desk.listening(**settings):
        await desk.ilink.all_stored()
    await desk.database.write(lambda c: pulling.claim(c, "phone", "dead", NOW, anyway=True))
    await desk.database.write(lambda c: pulling.advance(c, "phone", "dead", "", NOW, seen=None))
    await desk.ilink.say("二")
    async with desk.listening(**settings):  # whoever held the lease is gone, and its page comes again
        await desk.ilink.all_stored()
    assert desk.texts == ["一", "二"]


# --- sending


async def spoken(bench: Bench) -> None:
    await bench.ilink.say("今日")
    await bench.ilink.all_stored()


async def test_an_answer_carries_the_newest_context(desk: Bench) -> None:
    async with desk.listening(**bound(desk)) as channel:
        await spoken(desk)
        await spoken(desk)
        outcome = await channel.send(a_text("面霜只剩 2 瓶了", to=ME))
    assert outcome.verdict is Verdict.SENT and outcome.platform_id.isdecimal()
    assert desk.ilink.shown() == ["面霜只剩 2 瓶了"]
    sent = desk.ilink.asked(SEND)[0]["msg"]
    assert sent["context_token"] == "AARz3" and len(sent["item_list"]) == 1


async def test_a_message_that_comes_late_brings_no_old_context(desk: Bench) -> None:
    async with desk.listening(**bound(desk)) as channel:
        await desk.ilink.say("新")
        newest = desk.ilink.login.phones[ME].context
        await desk.ilink.say("旧", create_time_ms=1, context_token="stale")
        desk.ilink.login.phones[ME].context = newest
        await desk.ilink.all_stored()
        assert (await channel.send(a_text("好", to=ME))).verdict is Verdict.SENT


async def test_nothing_is_sent_to_who_has_not_written(desk: Bench) -> None:
    async with desk.listening(**bound(desk)) as channel:
        await desk.ilink.until(lambda: desk.ilink.called(UPDATES) == 1)
        assert (await channel.send(a_text("早上好", to=ME))).verdict is Verdict.WINDOW_CLOSED
    assert desk.ilink.called(SEND) == 0


async def test_without_a_login_what_is_to_be_said_waits(desk: Bench) -> None:
    async with desk.listening() as channel:
        await desk.ilink.until(lambda: desk.ilink.called(STATUS) == 1)
        assert (await channel.send(a_text("早上好"))).verdict is Verdict.WINDOW_CLOSED


async def test_the_platforms_own_limits_close_the_window(desk: Bench) -> None:
    async with desk.listening(**bound(desk)) as channel:
        await spoken(desk)
        for number in range(10):
            assert (await channel.send(a_text("好", number, ME))).verdict is Verdict.SENT
        refused = await channel.send(a_text("好", 11, ME))
        assert (refused.verdict, refused.code) == (Verdict.WINDOW_CLOSED, "-2")
        await spoken(desk)
        desk.clock.move_to(NOW + timedelta(hours=25))
        assert (await channel.send(a_text("好", 12, ME))).code == "-2"


@pytest.mark.parametrize(
    ("fault", "changed", "verdict"),
    [
        ({"code": -1}, {}, Verdict.RETRY),
        ({"status": 502}, {}, Verdict.UNKNOWN),
        ({"status": 404, "body": b'{"errmsg":"no"}'}, {}, Verdict.RETRY),
        ({"status": 200, "body": b"[" * 100_000}, {}, Verdict.UNKNOWN),
        ({"status": 200, "body": b'{"ret":"x"}'}, {}, Verdict.UNKNOWN),
        ({"drop": "after"}, {}, Verdict.UNKNOWN),
        ({"drop": "after"}, {"repeatable": True}, Verdict.RETRY),
    ],
)
async def test_how_a_call_may_end(
    desk: Bench, fault: dict[str, object], changed: dict[str, object], verdict: Verdict
) -> None:
    async with desk.listening(**bound(desk), **changed) as channel:
        await spoken(desk)
        desk.ilink.inject(SEND, **fault)  # type: ignore[arg-type]
        assert (await channel.send(a_text("好", to=ME))).verdict is verdict
        again = await channel.send(a_text("好", to=ME))
    assert again.verdict is Verdict.SENT
    first, second = (body["msg"]["client_id"] for body in desk.ilink.asked(SEND))
    assert first == second


async def test_an_empty_message_is_not_sent(desk: Bench) -> None:
    async with desk.listening(**bound(desk)) as channel:
        await spoken(desk)
        assert (await channel.send(a_text("\x01 \x0b", to=ME))).verdict is Verdict.REJECTED


async def test_a_platform_that_is_not_there(desk: Bench) -> None:
    async with desk.listening(**bound(desk)):
        await spoken(desk)
    nowhere = desk.channel(sellers=(ME,), api_base="http://127.0.0.1:9")
    assert (await nowhere.send(a_text("好", to=ME))).verdict is Verdict.RETRY


# --- the login ends


async def test_expired_is_told_once_and_scanned_again(bench: Bench) -> None:
    async with bench.listening() as channel:
        await bench.ilink.until(lambda: bench.ilink.called(STATUS) == 1)
        await bench.ilink.scan()
        await spoken(bench)
        await bench.ilink.expire()
        await bench.ilink.until(lambda: len(bench.ilink.codes) == 2 and bench.ilink.called(STATUS) == 2)
        assert (await channel.send(a_text("好"))).verdict is Verdict.WINDOW_CLOSED
        await bench.ilink.scan()
        assert (await channel.send(a_text("好"))).verdict is Verdict.WINDOW_CLOSED
        await bench.ilink.say("我回来了")
        await bench.ilink.all_stored()
        assert (await channel.send(a_text("好"))).verdict is Verdict.SENT
    assert bench.texts == ["今日", "我回来了"]
    assert [("掉线" in text, key.startswith("login:phone:")) for text, key in bench.told] == [(True, True)]
    assert len(bench.screen.codes) == 2


async def test_an_expiry_seen_while_sending_counts(desk: Bench) -> None:
    async with desk.listening(**bound(desk)) as channel:
        await spoken(desk)
        desk.ilink.inject(SEND, -14)
        assert (await channel.send(a_text("好", to=ME))).verdict is Verdict.WINDOW_CLOSED
        assert (await channel.send(a_text("好", to=ME))).verdict is Verdict.WINDOW_CLOSED
        assert desk.ilink.called(SEND) == 1 and len(desk.told) == 1
        await desk.ilink.say("今日")  # ends the poll
        await desk.ilink.until(lambda: desk.ilink.called(STATUS) == 1)


async def test_a_login_after_a_configured_token_lasts(desk: Bench) -> None:
    settings = bound(desk)
    async with desk.listening(**settings):
        await spoken(desk)
        await desk.ilink.expire()
        await desk.ilink.until(lambda: desk.ilink.called(STATUS) == 1)
        await desk.ilink.scan()
        await spoken(desk)
    async with desk.listening(**settings):  # the old token still stands in the configuration
        await spoken(desk)
    assert len(desk.screen.codes) == 1 and len(desk.texts) == 3


# --- strangers


async def test_a_stranger_is_turned_away_once_and_kept_nowhere(desk: Bench) -> None:
    settings = bound(desk)
    for _ in range(2):
        async with desk.listening(**settings):
            await desk.ilink.say("面霜多少钱", STRANGER)
            await desk.ilink.say("在吗", STRANGER)
            await desk.ilink.all_stored()
    assert desk.events == [] and desk.ilink.shown(STRANGER) == [NOT_HERE]
    ((text, key),) = desk.told
    assert STRANGER in text and "面霜" not in text and key.startswith("guest:phone:")


async def test_whoever_scanned_is_nobody_unless_he_is_bound(desk: Bench) -> None:
    async with desk.listening(sellers=("owner@im.wechat",)):
        await desk.ilink.until(lambda: desk.ilink.called(STATUS) == 1)
        await desk.ilink.scan(STRANGER)
        await desk.ilink.say("停 全部", STRANGER)
        await desk.ilink.all_stored()
    assert desk.events == [] and desk.ilink.shown(STRANGER) == [NOT_HERE]


async def test_a_configured_token_makes_nobody_the_one_who_scanned(desk: Bench) -> None:
    async with desk.listening(bot_token=desk.ilink.log_in()):
        await desk.ilink.say("今日")
        await desk.ilink.all_stored()
    assert desk.events == [] and ME in desk.told[0][0]


async def test_a_crowd_of_strangers_is_not_answered(desk: Bench) -> None:
    async with desk.listening(**bound(desk)):
        for number in range(store.MOST_GUESTS + 20):
            await desk.ilink.say("在吗", f"{number}@im.wechat")
        await spoken(desk)
    assert len(desk.told) == desk.ilink.called(SEND) == store.MOST_GUESTS
    assert desk.texts == ["今日"]


# --- hostile ends


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 200, "body": b"[" * 100_000},
        {"status": 200, "body": b'{"msgs":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001},
        {"status": 200, "body": b'{"ret":' + b"9" * 5000 + b"}"},
        {"status": 200, "body": b"x" * (50 * 1024 * 1024)},
        {"status": 200, "body": b'{"ret":true}'},
        {"status": 302, "body": b"{}"},
        {"status": 503},
        {"drop": "before"},
        {"code": -3},
    ],
)
async def test_what_is_no_answer_does_no_harm(desk: Bench, fault: dict[str, object]) -> None:
    desk.ilink.inject(UPDATES, times=2, **fault)  # type: ignore[arg-type]
    async with desk.listening(**bound(desk)):
        await spoken(desk)
    assert desk.texts == ["今日"] and desk.ilink.called(UPDATES) >= 3


@pytest.mark.parametrize(
    "body",
    [
        b'{"msgs":{"a":1},"get_updates_buf":7,"longpolling_timeout_ms":"x"}',
        b'{"msgs":[null,1,"x",[],{},{"from_user_id":"'
        + ME.encode()
        + b'","message_type":2}],"get_updates_buf":null}',
        b'{"msgs":[' + b"{}," * 20_000 + b'{}],"get_updates_buf":"\\u0000"}',
        b'{"get_updates_buf":"\\ud800","longpolling_timeout_ms":-5}',
        b'{"msgs":[],"get_updates_buf":"' + b"x" * 300_000 + b'"}',
    ],
)
async def test_a_page_of_nonsense_moves_nothing(desk: Bench, body: bytes) -> None:
    desk.ilink.inject(UPDATES, status=200, body=body)
    async with desk.listening(**bound(desk)):
        await spoken(desk)
    assert desk.texts == ["今日"] and desk.ilink.login.buffers[0] == ""


async def test_what_never_comes_back_is_told_once(desk: Bench) -> None:
    desk.ilink.inject(UPDATES, status=503, times=FOREVER)
    async with desk.listening(**bound(desk)):
        await desk.ilink.until(lambda: desk.ilink.called(UPDATES) > 3 * ALARM_AFTER)
        desk.ilink.heal()
        await spoken(desk)
    assert {key for _, key in desk.told} == {"deaf:phone:20251009"} and desk.texts == ["今日"]


async def test_a_slow_platform_holds_up_no_stop(desk: Bench) -> None:
    gate = asyncio.Event()
    fault = desk.ilink.inject(UPDATES, hold=gate)
    async with asyncio.timeout(20), desk.listening(**bound(desk)):
        await desk.ilink.say("今日")
        await fault.reached.wait()
    gate.set()
    assert desk.events == []
    async with desk.listening(sellers=(ME,)):
        await desk.ilink.all_stored()
    assert desk.texts == ["今日"]
