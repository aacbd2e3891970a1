"""The sender against a platform that does what the test has written down, on a clock moved by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from bot.core.delivery import Capability, Kind, Outcome, Pace, Status, Verdict, Via, Window
from bot.core.effects import ErasePerson, Withdraw
from bot.core.settings import Settings
from handlers.brain import Brain
from storage.db import Database
from storage.load import ensure_contacts
from storage.rows import AccountRow, ContactRow, OutboxRow
from tests.bench import Bench, reader, with_accounts
from tests.fakes.platform import Platform

WINDOW = Capability(
    message_window=Window(5, timedelta(hours=48)),
    touch_window=Window(3, timedelta(minutes=1)),
    templates=frozenset({"shipping"}),
)
BUSY = Outcome(Verdict.RETRY, "平台忙", "-1")
HOURS_49 = timedelta(hours=49)


@pytest.fixture
def bench(database: Database) -> Bench:
    platforms = {
        "sandbox": Platform(Capability(idempotent=True)),
        "oa": Platform(WINDOW),
        "free": Platform(),
        "other": Platform(),
    }
    return Bench(database, platforms)


@pytest.fixture
def elsewhere(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def brain(settings: Settings) -> Brain:
    return Brain(with_accounts(settings), reader(settings))


# --- order --------------------------------------------------------------------------------------


async def test_messages_to_one_person_leave_in_order_one_at_a_time(bench: Bench) -> None:
    a, b = bench.contact("free", "a"), bench.contact("free", "b")
    for n in range(4):
        bench.planned(a, f"a{n}")
        bench.planned(b, f"b{n}")
    await bench.deliver()
    platform = bench.platforms["free"]
    assert [t for t in platform.texts if t[0] == "a"] == ["a0", "a1", "a2", "a3"]
    assert [t for t in platform.texts if t[0] == "b"] == ["b0", "b1", "b2", "b3"]
    assert platform.most_at_once == 1


async def test_a_backoff_keeps_its_place(bench: Bench) -> None:
    platform = bench.platforms["free"]
    a = bench.contact("free", "a")
    bench.planned(a, "first")
    bench.planned(a, "second")
    bench.planned(bench.contact("free", "b"), "other")
    platform.will_say("first", BUSY)
    await bench.deliver()
    assert platform.texts == ["other"]
    bench.hand.forward(seconds=9.9)
    await bench.deliver()
    assert platform.tried_texts == ["first", "other"]
    bench.hand.forward(seconds=0.1)
    await bench.deliver()
    assert platform.texts == ["other", "first", "second"]


async def test_what_is_held_does_not_block_and_goes_at_its_time(bench: Bench) -> None:
    platform = bench.platforms["free"]
    a = bench.contact("free", "a")
    bench.planned(a, "held", status=Status.HELD, due_at=bench.clock.now() + timedelta(seconds=5))
    bench.planned(a, "now")
    await bench.deliver()
    assert platform.texts == ["now"]
    bench.hand.forward(seconds=5)
    await bench.deliver()
    assert platform.texts == ["now", "held"]


async def test_one_call_to_one_person_at_a_time_even_if_an_older_row_comes_due(bench: Bench) -> None:
    """A held or released row is older than what is under way; it waits for its turn all the same."""
    platform = bench.platforms["oa"]
    platform.gate = asyncio.Event()
    a = bench.contact("oa", "a", message_at=bench.clock.now())
    bench.planned(a, "held", status=Status.HELD, due_at=bench.clock.now() + timedelta(seconds=5))
    bench.planned(a, "slow")
    platform.will_say("slow", BUSY)
    assert await bench.sender.run_due() == 1
    bench.hand.forward(seconds=5)
    assert await bench.sender.run_due() == 0
    platform.gate.set()
    await bench.sender.settled()
    await bench.deliver()
    assert platform.most_at_once == 1
    assert platform.texts == ["held"]
    [contact] = bench.rows(ContactRow, id=a.id)
    assert contact.message_sent == 1  # what was refused counts for nothing


async def test_taken_back_before_its_time_it_never_leaves(bench: Bench) -> None:
    a = bench.contact("free", "a")
    row = bench.planned(
        a, "oops", status=Status.HELD, due_at=bench.clock.now() + timedelta(seconds=5), key="k"
    )
    bench.write(Withdraw((row,)))
    bench.hand.forward(seconds=6)
    await bench.deliver()
    assert bench.platforms["free"].tried == []
    assert (bench.status(row), bench.rows(OutboxRow, id=row)[0].key) == (Status.DROPPED, None)


async def test_what_is_under_way_cannot_be_taken_back(bench: Bench) -> None:
    platform = bench.platforms["free"]
    platform.gate = asyncio.Event()
    row = bench.planned(bench.contact("free", "a"), "gone")
    await bench.sender.run_due()
    bench.write(Withdraw((row,)))
    platform.gate.set()
    await bench.sender.settled()
    assert bench.status(row) == Status.SENT


# --- pace ---------------------------------------------------------------------------------------


async def test_an_account_keeps_its_pace(database: Database) -> None:
    bench = Bench(database, {"oa": Platform(Capability(pace=Pace(per_account=5)))}, sellers=())
    for n in range(3):
        bench.planned(bench.contact("oa", f"p{n}"), f"{n}")
    platform = bench.platforms["oa"]
    await bench.deliver()
    assert platform.texts == ["0"]
    bench.hand.forward(seconds=3)
    await bench.deliver()
    assert platform.texts == ["0"]
    bench.hand.forward(seconds=2)
    await bench.deliver()
    assert platform.texts == ["0", "1"]


async def test_a_person_is_not_flooded(database: Database) -> None:
    bench = Bench(database, {"oa": Platform(Capability(pace=Pace(per_person=2)))}, sellers=())
    a = bench.contact("oa", "a")
    for text in ("1", "2"):
        bench.planned(a, text)
    bench.planned(bench.contact("oa", "b"), "b1")
    platform = bench.platforms["oa"]
    await bench.deliver()
    assert sorted(platform.texts) == ["1", "b1"]
    bench.hand.forward(seconds=2)
    await bench.deliver()
    assert platform.texts[2:] == ["2"]


async def test_a_paced_account_with_a_long_queue_does_not_starve_the_others(database: Database) -> None:
    """More rows of it wait than one claim looks at; they are all older."""
    paced = Platform(Capability(pace=Pace(per_account=5)))
    bench = Bench(database, {"slow": paced, "free": Platform()}, sellers=())
    with database.transaction() as connection:
        people = [("slow", f"p{n}") for n in range(150)]
        made = ensure_contacts(connection, people, [], bench.clock.now())
        rows = [
            {"contact_id": c.id, "kind": Kind.RELAY, "text": "x", "status": Status.PLANNED}
            | {"due_at": bench.clock.now(), "created_at": bench.clock.now()}
            for c in made.values()
        ]
        connection.execute(insert(OutboxRow), rows)
    bench.planned(bench.contact("free", "a"), "me too")
    await bench.deliver()
    assert bench.platforms["free"].texts == ["me too"]
    assert len(paced.tried) == 1


async def test_a_slow_platform_holds_up_nobody_else(bench: Bench) -> None:
    slow = bench.platforms["free"]
    slow.gate = asyncio.Event()
    for n in range(30):
        bench.planned(bench.contact("free", f"p{n}"), f"{n}")
    bench.planned(bench.contact("other", "a"), "quick")
    await bench.sender.run_due()
    await bench.sender.settled("other")
    assert bench.platforms["other"].texts == ["quick"]
    assert slow.taken == []
    bench.planned(bench.contact("other", "a"), "quick again")
    await bench.sender.run_due()
    await bench.sender.settled("other")
    assert bench.platforms["other"].texts == ["quick", "quick again"]
    slow.gate.set()
    await bench.sender.settled()
    assert len(slow.texts) == 30


async def test_a_platform_that_hangs_does_not_use_up_everybodys_places(bench: Bench) -> None:
    """A hundred calls hang on one account; another account's message goes all the same."""
    slow = bench.platforms["free"]
    slow.gate = asyncio.Event()
    for n in range(230):
        bench.planned(bench.contact("free", f"p{n}"), f"{n}")
    while await bench.sender.run_due():
        pass
    bench.planned(bench.contact("other", "a"), "quick")
    await bench.sender.run_due()
    await bench.sender.settled("other")
    try:
        assert bench.platforms["other"].texts == ["quick"]
    finally:
        slow.gate.set()
        await bench.sender.settled()


# --- windows and quotas -------------------------------------------------------------------------


async def test_parked_and_told_then_sent_with_the_next_message(bench: Bench, brain: Brain) -> None:
    platform = bench.platforms["oa"]
    a = bench.contact("oa", "a", message_at=bench.clock.now() - HOURS_49)
    row = bench.planned(a, "你的包裹到了")
    await bench.deliver()
    assert platform.tried == []
    assert bench.status(row) == Status.PARKED
    assert ["还没送出" in t and "48 小时" in t for t in bench.alerts()] == [True]
    await bench.deliver()
    assert len(bench.alerts()) == 1
    await bench.engine(brain).submit(bench.message("oa", "a", "包邮吗"))
    await bench.deliver()
    assert platform.texts[-1] == "你的包裹到了"  # after the answer to what was just asked
    assert len(platform.texts) == 2
    assert bench.status(row) == Status.SENT
    assert ["已经送出" in t for t in bench.alerts()] == [False, True]


async def test_what_has_expired_while_parked_is_dropped(bench: Bench, brain: Brain) -> None:
    a = bench.contact("oa", "a")
    row = bench.planned(a, "晚安", kind=Kind.CARE, expires_at=bench.clock.now() + timedelta(hours=1))
    await bench.deliver()
    assert bench.status(row) == Status.PARKED
    bench.hand.forward(hours=1)
    await bench.engine(brain).submit(bench.message("oa", "a", "包邮吗"))
    await bench.deliver()
    assert bench.status(row) == Status.DROPPED
    assert "晚安" not in bench.platforms["oa"].tried_texts


async def test_the_quota_is_reserved_in_the_claim(bench: Bench) -> None:
    platform = bench.platforms["oa"]
    a = bench.contact("oa", "a", message_at=bench.clock.now())
    rows = [bench.planned(a, f"{n}") for n in range(7)]
    await bench.deliver()
    assert platform.tried_texts == ["0", "1", "2", "3", "4"]
    assert [bench.status(r) for r in rows[5:]] == [Status.PARKED] * 2
    assert bench.rows(ContactRow, id=a.id)[0].message_sent == 5


async def test_what_the_platform_did_not_take_is_given_back(bench: Bench) -> None:
    platform = bench.platforms["oa"]
    a = bench.contact("oa", "a", message_at=bench.clock.now(), message_sent=2)
    row = bench.planned(a, "x")
    platform.gate = asyncio.Event()
    platform.will_say("x", BUSY)
    await bench.sender.run_due()
    assert bench.rows(ContactRow, id=a.id)[0].message_sent == 3
    assert (bench.status(row), bench.rows(OutboxRow, id=row)[0].attempts) == (Status.SENDING, 1)
    platform.gate.set()
    await bench.sender.settled()
    assert bench.rows(ContactRow, id=a.id)[0].message_sent == 2


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(Verdict.WINDOW_CLOSED, "窗口关了", "45015"),
        Outcome(Verdict.QUOTA_USED, "条数用完", "45047"),
        Outcome(Verdict.UNREACHABLE, "取消关注", "43004"),
    ],
)
async def test_if_the_buyer_speaks_meanwhile_a_refusal_says_nothing_about_now(
    bench: Bench, brain: Brain, outcome: Outcome
) -> None:
    """The refusal is older than the buyer's message: the row is not left waiting for yet another one."""
    platform = bench.platforms["oa"]
    platform.gate = asyncio.Event()
    a = bench.contact("oa", "a", message_at=bench.clock.now())
    row = bench.planned(a, "x")
    platform.will_say("x", outcome)
    await bench.sender.run_due()
    bench.hand.forward(seconds=1)
    await bench.engine(brain).submit(bench.message("oa", "a", "谢谢"))
    platform.gate.set()
    await bench.sender.settled()
    [contact] = bench.rows(ContactRow, id=a.id)
    assert contact.reachable
    assert contact.message_at == bench.clock.now()
    assert contact.message_sent == 0
    await bench.deliver()
    assert bench.status(row) == Status.SENT
    assert platform.texts.count("x") == 1
    assert not any("还没送出" in t for t in bench.alerts())


async def test_if_the_buyer_taps_a_menu_meanwhile_the_new_right_is_kept(bench: Bench) -> None:
    platform = bench.platforms["oa"]
    platform.gate = asyncio.Event()
    now = bench.clock.now()
    a = bench.contact("oa", "a", touch_at=now, touch_sent=2)
    bench.planned(a, "x")
    platform.will_say("x", BUSY)
    await bench.sender.run_due()
    tapped = bench.hand.forward(seconds=10)
    with bench.database.transaction() as connection:
        connection.execute(update(ContactRow).values(touch_at=tapped, touch_sent=0))
    platform.gate.set()
    await bench.sender.settled()
    assert bench.rows(ContactRow, id=a.id)[0].touch_sent == 0


async def test_a_platform_that_goes_on_refusing_is_not_asked_for_ever(bench: Bench) -> None:
    platform = bench.platforms["oa"]
    platform.always = Outcome(Verdict.WINDOW_CLOSED, "窗口关了", "45015")
    row = bench.planned(bench.contact("oa", "a", message_at=bench.clock.now()), "x")
    await bench.deliver()
    await bench.deliver()
    assert len(platform.tried) == 1
    assert bench.status(row) == Status.PARKED


async def test_a_notice_outside_the_window_goes_by_its_template(bench: Bench) -> None:
    """And the channel is told so."""
    row = bench.planned(bench.contact("oa", "a"), "已寄出", kind=Kind.NOTICE, template="shipping")
    await bench.deliver()
    [taken] = bench.platforms["oa"].taken
    assert taken.via is Via.TEMPLATE
    assert bench.rows(OutboxRow, id=row)[0].via == Via.TEMPLATE


async def test_a_template_that_is_tried_again_inside_the_window_goes_as_a_message(bench: Bench) -> None:
    platform = bench.platforms["oa"]
    a = bench.contact("oa", "a")
    bench.planned(a, "已寄出", kind=Kind.NOTICE, template="shipping")
    platform.will_say("已寄出", BUSY)
    await bench.deliver()
    with bench.database.transaction() as connection:
        connection.execute(update(ContactRow).values(message_at=bench.clock.now()))
    bench.hand.forward(seconds=10)
    await bench.deliver()
    assert [m.via for m in platform.tried] == [Via.TEMPLATE, Via.API]


# --- accounts -----------------------------------------------------------------------------------


async def test_a_stopped_account_holds_everything_and_tells_once(bench: Bench) -> None:
    platform = bench.platforms["oa"]
    stopped = Outcome(Verdict.ACCOUNT_STOPPED, "今天的额度用完", "45009", retry_after=timedelta(hours=2))
    a, b = (bench.contact("oa", who, message_at=bench.clock.now()) for who in "ab")
    rows = [bench.planned(a, "1"), bench.planned(a, "2"), bench.planned(b, "3")]
    platform.will_say("1", stopped)
    platform.will_say("3", stopped)
    await bench.deliver()
    assert platform.tried_texts == ["1", "3"]
    assert [bench.status(r) for r in rows] == [Status.PLANNED] * 3
    assert len(bench.alerts()) == 1
    bench.hand.forward(hours=1.9)
    await bench.deliver()
    assert len(platform.tried) == 2
    bench.hand.forward(hours=0.1)
    await bench.deliver()
    assert sorted(platform.texts) == ["1", "2", "3"]
    assert [c.message_sent for c in bench.rows(ContactRow, account="oa")] == [2, 1]


async def test_a_stop_is_no_attempt(bench: Bench) -> None:
    """However often the account was stopped, a busy platform is tried as often as ever (“不会丢”)."""
    platform = bench.platforms["free"]
    stopped = Outcome(Verdict.ACCOUNT_STOPPED, "停了", "1")
    row = bench.planned(bench.contact("free", "a"), "x")
    platform.will_say("x", *[stopped] * 6, BUSY)
    for _ in range(8):
        await bench.deliver()
        bench.hand.forward(hours=1)
    assert bench.status(row) == Status.SENT
    assert not any("没送出" in t for t in bench.alerts())


async def test_an_account_without_the_right_parks_everything(bench: Bench) -> None:
    platform = bench.platforms["oa"]
    a, b = (bench.contact("oa", who, message_at=bench.clock.now()) for who in "ab")
    first, second = bench.planned(a, "1"), bench.planned(a, "2")
    platform.will_say("1", Outcome(Verdict.API_DISABLED, "没权限", "48001"))
    await bench.deliver()
    third = bench.planned(b, "3")
    await bench.deliver()
    assert platform.tried_texts == ["1"]
    assert [bench.status(r) for r in (first, second, third)] == [Status.PARKED] * 3
    assert sum("不能主动发" in t for t in bench.alerts()) == 1
    [account] = bench.rows(AccountRow, account="oa")
    assert account.api_disabled_until == bench.clock.now() + timedelta(days=1)


# --- retries ------------------------------------------------------------------------------------


async def test_tried_so_often_and_then_failed_and_told(bench: Bench) -> None:
    platform = bench.platforms["free"]
    platform.always = BUSY
    row = bench.planned(bench.contact("free", "a"), "x")
    gaps = []
    while bench.status(row) == Status.PLANNED:
        await bench.deliver()
        due = bench.rows(OutboxRow, id=row)[0].due_at
        gaps.append((due - bench.clock.now()).total_seconds())
        bench.hand.moment = max(due, bench.clock.now())
    assert gaps[:3] == [10, 20, 40]
    assert len(platform.tried) == bench.sending.attempts == 4
    assert bench.status(row) == Status.FAILED
    assert ["试了 4 次" in t for t in bench.alerts()] == [True]


async def test_a_channel_that_raises_leaves_unknown_and_nothing_is_lost(bench: Bench) -> None:
    platform = bench.platforms["free"]
    a = bench.contact("free", "a")
    broken, next_one = bench.planned(a, "x"), bench.planned(a, "y")
    platform.will_say("x", RuntimeError("bug"))
    await bench.deliver()
    assert [bench.status(r) for r in (broken, next_one)] == [Status.UNKNOWN, Status.SENT]
    assert ["不知道送到没有" in t for t in bench.alerts()] == [True]


async def test_alerts_about_alerts_there_are_none(bench: Bench) -> None:
    seller = bench.around.sellers[0]
    platform = bench.platforms["sandbox"]
    for verdict in (Verdict.REJECTED, Verdict.UNKNOWN, Verdict.UNREACHABLE, Verdict.WINDOW_CLOSED):
        bench.planned(seller, verdict.value, kind=Kind.ALERT)
        platform.will_say(verdict.value, Outcome(verdict, "不行"))
    await bench.deliver()
    assert len(bench.outbox()) == 4


# --- crashes ------------------------------------------------------------------------------------


async def _left_sending(bench: Bench, account: str) -> int:
    """A row whose process dies in the call."""
    platform = bench.platforms[account]
    platform.gate = asyncio.Event()
    row = bench.planned(bench.contact(account, "a", message_at=bench.clock.now()), "x")
    dying = bench.another_sender()
    await dying.run_due()
    await asyncio.sleep(0)
    for task in list(dying._flying):
        task.cancel()
    await dying.settled()
    platform.gate = None
    assert bench.status(row) == Status.SENDING
    return row


@pytest.mark.parametrize(("account", "then"), [("sandbox", Status.SENT), ("oa", Status.UNKNOWN)])
async def test_after_a_crash_only_what_the_platform_recognises_is_repeated(
    bench: Bench, account: str, then: Status
) -> None:
    row = await _left_sending(bench, account)
    bench.hand.forward(seconds=60)
    await bench.sender.recover(started=True)
    await bench.sender.recover(started=False)
    await bench.deliver()
    assert bench.status(row) == then
    assert len(bench.alerts()) == (then == Status.UNKNOWN)


async def test_at_the_start_a_lone_process_waits_for_no_lease(bench: Bench) -> None:
    row = await _left_sending(bench, "oa")
    await bench.sender.recover(started=True)
    if bench.database.shared:  # it may be another process's, which is alive
        assert bench.status(row) == Status.SENDING
        bench.hand.forward(seconds=60)
        await bench.sender.recover(started=False)
    assert bench.status(row) == Status.UNKNOWN


async def test_a_passive_answer_is_not_taken_for_lost_before_its_time(bench: Bench) -> None:
    lease = bench.clock.now() + timedelta(seconds=30)
    row = bench.planned(
        bench.contact("oa", "a"), "x", status=Status.SENDING, via=Via.PASSIVE, lease_until=lease
    )
    await bench.sender.recover(started=True)
    assert bench.status(row) == Status.SENDING
    bench.hand.forward(seconds=30)
    await bench.sender.recover(started=False)
    assert bench.status(row) == Status.UNKNOWN


async def test_a_template_is_repeated_only_while_it_is_remembered(bench: Bench) -> None:
    for minutes, then in ((5, Status.PLANNED), (9, Status.UNKNOWN)):
        lease = bench.clock.now() + timedelta(seconds=60)
        row = bench.planned(
            bench.contact("oa", f"p{minutes}"),
            "x",
            status=Status.SENDING,
            via=Via.TEMPLATE,
            lease_until=lease,
        )
        bench.hand.forward(minutes=minutes)
        await bench.sender.recover(started=False)
        assert bench.status(row) == then


async def test_what_was_erased_under_way_is_not_sent_empty_later(bench: Bench) -> None:
    platform = bench.platforms["free"]
    platform.gate = asyncio.Event()
    a = bench.contact("free", "a")
    assert a.customer_id
    row = bench.planned(a, "x")
    platform.will_say("x", BUSY)
    await bench.sender.run_due()
    bench.write(ErasePerson(a.customer_id))
    platform.gate.set()
    await bench.sender.settled()
    bench.hand.forward(minutes=1)
    await bench.deliver()
    assert platform.tried_texts == ["x"]
    assert bench.status(row) == Status.DROPPED


# --- two processes ------------------------------------------------------------------------------


async def test_two_senders_never_send_a_row_twice(bench: Bench, elsewhere: Database) -> None:
    """On SQLite the file's lock keeps them apart, on PostgreSQL the rows'."""
    here, there = bench.sender, bench.another_sender(elsewhere)
    for person in range(25):
        a = bench.contact("oa", f"p{person}", message_at=bench.clock.now())
        for n in range(3):
            bench.planned(a, f"{person}-{n}")
    moved = [1, 1]
    while any(moved):
        moved = await asyncio.gather(here.run_due(), there.run_due())
        await asyncio.gather(here.settled(), there.settled())
    texts = bench.platforms["oa"].texts
    assert sorted(texts) == sorted(f"{p}-{n}" for p in range(25) for n in range(3))
    for person in range(25):
        mine = [t for t in texts if t.startswith(f"{person}-")]
        assert mine == sorted(mine)
    assert bench.platforms["oa"].most_at_once == 1
    assert {c.message_sent for c in bench.rows(ContactRow, account="oa")} == {3}


async def test_two_senders_share_an_accounts_pace(database: Database, elsewhere: Database) -> None:
    bench = Bench(database, {"oa": Platform(Capability(pace=Pace(per_account=5)))}, sellers=())
    for n in range(20):
        bench.planned(bench.contact("oa", f"p{n}"), f"{n}")
    here, there = bench.sender, bench.another_sender(elsewhere)
    for n in range(1, 5):
        await asyncio.gather(here.run_due(), there.run_due())
        await asyncio.gather(here.settled(), there.settled())
        assert len(bench.platforms["oa"].tried) == n
        bench.hand.forward(seconds=5)


async def test_two_senders_call_one_person_once_at_a_time(database: Database, elsewhere: Database) -> None:
    """Held rows block nobody: two of them could be claimed by two processes at the same moment."""
    bench = Bench(database, {"oa": Platform(WINDOW)}, sellers=())
    here, there = bench.sender, bench.another_sender(elsewhere)
    people = [bench.contact("oa", f"p{n}", message_at=bench.clock.now()) for n in range(20)]
    for person in people:
        for n in range(3):
            bench.planned(person, f"{person.external_id}-{n}", status=Status.HELD)
    moved = [1, 1]
    while any(moved):
        moved = await asyncio.gather(here.run_due(), there.run_due())
        await asyncio.gather(here.settled(), there.settled())
    assert len(bench.platforms["oa"].taken) == 60
    assert bench.platforms["oa"].most_at_once == 1
    assert {c.message_sent for c in bench.rows(ContactRow)} == {3}


async def test_two_recoveries_tell_once(bench: Bench, elsewhere: Database) -> None:
    row = await _left_sending(bench, "oa")
    bench.hand.forward(seconds=61)
    other = bench.another_sender(elsewhere)
    await asyncio.gather(bench.sender.recover(started=True), other.recover(started=True))
    assert bench.status(row) == Status.UNKNOWN
    assert len(bench.alerts()) == 1
