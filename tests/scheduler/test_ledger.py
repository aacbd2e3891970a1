"""The one ledger on both databases: the month's last place is given once, and everybody gets the same answer."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, delete, event, insert, select, update
from sqlmodel import col

from bot.allowed import Allowed
from bot.core.delivery import Capability, Contact, Kind, Outcome, Status, Verdict, Via, Window
from bot.core.effects import Push, SettleTask, StartTimer, TaskState, Withdraw
from bot.core.events import TimerDue
from bot.core.ledger import Late, Limits, Priority
from scheduler.permission import Drop, Hold, Park, Permission, Send, permission
from scheduler.preview import Intended, Listener, preview
from scheduler.settlement import LEASE
from storage import ledger, load
from storage.db import Database
from storage.queries import tasks
from storage.queues import claim_outbox
from storage.rows import ContactRow, CustomerRow, OutboxRow, TaskRow, TimerRow
from tests.bench import NINE, Bench
from tests.fakes.platform import Platform
from tests.scheduler.shop_months import at_night, fullest_month, least_rest

DAY, HOUR, MINUTE, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
AWAKE = Limits(quiet=None)
NO_GAP = Limits(quiet=None, gap=timedelta())
WINDOWED = Capability(message_window=Window(5, timedelta(hours=48)))
MUTE = Capability(passive=True, api=False)


def bench_of(database: Database, limits: Limits, **capabilities: Capability) -> Bench:
    platforms = {name: Platform(capability) for name, capability in capabilities.items()}
    return Bench(database, platforms or {"oa": Platform(), "qq": Platform()}, sellers=(), limits=limits)


def sent(bench: Bench, contact: Contact, ago: timedelta, **fields: Any) -> int:
    moment = bench.clock.now() - ago
    row = {"kind": Kind.CARE, "status": Status.SENT, "began_at": moment, "sent_at": moment}
    return bench.planned(contact, "以前的", **(row | fields))


def care(bench: Bench, contact: Contact, text: str = "天凉了", **fields: Any) -> int:
    row = {"kind": Kind.CARE, "priority": Priority.AFTER_SALES, "expires_at": bench.clock.now() + 30 * DAY}
    return bench.planned(contact, text, **(row | fields))


def same_person(bench: Bench, *contacts: Contact) -> list[Contact]:
    """All of the first one's person."""
    with bench.database.transaction() as connection:
        for contact in contacts[1:]:
            row = update(ContactRow).where(col(ContactRow.id) == contact.id)
            connection.execute(row.values(customer_id=contacts[0].customer_id))
    return [replace(c, customer_id=contacts[0].customer_id) for c in contacts]


def statuses(bench: Bench, ids: Sequence[int]) -> list[str]:
    return [bench.status(id_) for id_ in ids]


# --- counting -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({"status": Status.SENT}, True),
        ({"status": Status.UNKNOWN, "sent_at": None}, True),
        ({"status": Status.SENDING, "sent_at": None, "via": Via.PASSIVE}, True),
        ({"status": Status.SENT, "kind": Kind.PROMO}, True),
        ({"status": Status.SENT, "began_at": None}, True),  # from before it was noted
        ({"status": Status.FAILED}, False),
        ({"status": Status.DROPPED}, False),
        ({"status": Status.PARKED}, False),
        ({"status": Status.SENT, "kind": Kind.NOTICE}, False),
        ({"status": Status.SENT, "kind": Kind.RELAY}, False),
        ({"status": Status.SENT, "kind": Kind.COMPLAINT}, False),
    ],
)
async def test_what_counts(database: Database, fields: Mapping[str, Any], counts: bool) -> None:
    bench = bench_of(database, replace(NO_GAP, cap=1))
    here, there = same_person(bench, bench.contact("oa", "a"), bench.contact("qq", "a"))
    sent(bench, there, DAY, **fields)
    row = care(bench, here, expires_at=bench.clock.now() + HOUR)
    await bench.deliver()
    assert bench.status(row) == (Status.DROPPED if counts else Status.SENT)


async def test_a_month_begins_at_midnight_in_the_shop(database: Database) -> None:
    """15:59 UTC is the old month there, 16:00 the new one."""
    bench = bench_of(database, replace(NO_GAP, cap=1))
    contact = bench.contact("oa", "a")
    bench.hand.moment = datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC)
    first, second = care(bench, contact), care(bench, contact)
    await bench.deliver()
    assert statuses(bench, [first, second]) == [Status.SENT, Status.HELD]
    bench.hand.moment = datetime(2026, 11, 30, 17, 0, 0, tzinfo=UTC)
    await bench.deliver()
    assert statuses(bench, [first, second]) == [Status.SENT, Status.SENT]


async def test_a_call_over_midnight_counts_in_both_months(database: Database) -> None:
    bench = bench_of(database, replace(NO_GAP, cap=1))
    contact = bench.contact("oa", "a")
    bench.hand.moment = datetime(2026, 11, 30, 16, 30, tzinfo=UTC)
    began, done = (datetime(2026, 11, 30, h, m, s, tzinfo=UTC) for h, m, s in ((15, 59, 59), (16, 0, 3)))
    sent(bench, contact, HOUR, began_at=began, sent_at=done)
    late = care(bench, contact, expires_at=bench.clock.now() + DAY)
    await bench.deliver()
    assert bench.status(late) == Status.DROPPED


# --- the last place is given once -----------------------------------------------------------------


async def test_one_person_on_two_accounts_in_one_claim(database: Database) -> None:
    bench = bench_of(database, NO_GAP)
    here, there = same_person(bench, bench.contact("oa", "a"), bench.contact("qq", "a"))
    sent(bench, here, 9 * DAY)
    sent(bench, there, 5 * DAY)
    rows = [care(bench, here), care(bench, there)]
    await bench.deliver()
    assert sorted(statuses(bench, rows)) == [Status.HELD, Status.SENT]


async def test_the_gap_holds_between_accounts_too(database: Database) -> None:
    bench = bench_of(database, AWAKE)
    here, there = same_person(bench, bench.contact("oa", "a"), bench.contact("qq", "a"))
    rows = [care(bench, here), care(bench, there)]
    await bench.deliver()
    assert statuses(bench, rows) == [Status.SENT, Status.HELD]
    bench.hand.forward(days=3)
    await bench.deliver()
    assert statuses(bench, rows) == [Status.SENT, Status.SENT]


async def test_two_processes_do_not_both_give_it(database: Database, database_url: str) -> None:
    bench = bench_of(database, replace(NO_GAP, cap=1))
    rows = []
    for who in range(6):
        here, there = same_person(bench, bench.contact("oa", f"{who}"), bench.contact("qq", f"{who}"))
        rows.append([care(bench, here), care(bench, there)])
    elsewhere = Database(database_url)
    senders = [bench.another_sender(), bench.another_sender(elsewhere)]
    for _ in range(4):
        await asyncio.gather(*(sender.run_due() for sender in senders))
        await asyncio.gather(*(sender.settled() for sender in senders))
    elsewhere.close()
    assert [sorted(statuses(bench, pair)) for pair in rows] == [[Status.HELD, Status.SENT]] * 6


async def test_who_is_being_decided_about_elsewhere_is_left_for_the_next_round(
    postgres_url: str,
) -> None:
    """An answer may be about to carry the last one; nobody waits for anybody meanwhile."""
    database = Database(postgres_url)
    bench = bench_of(database, AWAKE)
    contact = bench.contact("oa", "a")
    greeting, relay = care(bench, contact), bench.planned(bench.contact("oa", "b"), "在的")
    elsewhere = Database(postgres_url)
    with elsewhere.transaction() as connection:
        load.lock_people(connection, [("oa", "a")], [])
        await bench.deliver()
        assert statuses(bench, [greeting, relay]) == [Status.PLANNED, Status.SENT]
    await bench.deliver()
    assert bench.status(greeting) == Status.SENT
    elsewhere.close()
    database.close()


async def test_what_the_platform_refuses_gives_its_place_back(database: Database) -> None:
    bench = bench_of(database, replace(NO_GAP, cap=1))
    contact = bench.contact("oa", "a")
    bench.platforms["oa"].will_say("坏的", Outcome(Verdict.REJECTED, "不收"))
    bad, good = care(bench, contact, "坏的"), care(bench, contact, "好的")
    await bench.deliver()
    assert statuses(bench, [bad, good]) == [Status.FAILED, Status.SENT]


async def test_so_many_a_day_on_one_account(database: Database) -> None:
    bench = bench_of(database, replace(AWAKE, daily={"oa": 2}))
    rows = [care(bench, bench.contact("oa", who)) for who in "abcd"]
    free = [care(bench, bench.contact("qq", who)) for who in "abcd"]
    await bench.deliver()
    assert statuses(bench, rows) == [Status.SENT, Status.SENT, Status.HELD, Status.HELD]
    assert statuses(bench, free) == [Status.SENT] * 4
    bench.hand.forward(hours=20)
    await bench.deliver()
    assert statuses(bench, rows) == [Status.SENT] * 4


# --- who gets it --------------------------------------------------------------------------------


async def test_a_bell_that_matters_more_keeps_its_place(database: Database) -> None:
    bench = bench_of(database, replace(NO_GAP, cap=1))
    contact = bench.contact("oa", "a")
    assert contact.customer_id
    birthday = StartTimer("birthday", contact.customer_id, "2026", NINE + 5 * DAY, priority=Priority.BIRTHDAY)
    bench.write(birthday)
    lesser = care(bench, contact, expires_at=bench.clock.now() + 2 * DAY)
    await bench.deliver()
    assert bench.status(lesser) == Status.DROPPED
    assert "留给11月26日 的生日祝福" in bench.rows(OutboxRow, id=lesser)[0].reason
    bench.write(replace(birthday, priority=None))
    again = care(bench, contact)
    await bench.deliver()
    assert bench.status(again) == Status.SENT


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_of_two_that_are_due_the_more_important_goes(
    database: Database, order: tuple[int, int]
) -> None:
    """Whichever was written first."""
    bench = bench_of(database, replace(NO_GAP, cap=1))
    here, there = same_person(bench, bench.contact("oa", "a"), bench.contact("qq", "a"))
    kinds = [(here, Priority.PROMO), (there, Priority.BIRTHDAY)]
    rows = {n: care(bench, kinds[n][0], priority=kinds[n][1]) for n in order}
    await bench.deliver()
    assert (bench.status(rows[1]), bench.status(rows[0])) == (Status.SENT, Status.HELD)


# --- waiting ------------------------------------------------------------------------------------


async def test_what_waits_for_the_morning_keeps_nobody_waiting(database: Database) -> None:
    bench = bench_of(database, Limits())
    bench.hand.moment = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)  # half past ten at night
    contact = bench.contact("oa", "a")
    greeting, relay = care(bench, contact), bench.planned(contact, "在的")
    await bench.deliver()
    assert statuses(bench, [greeting, relay]) == [Status.HELD, Status.SENT]
    row = bench.rows(OutboxRow, id=greeting)[0]
    assert row.reason == "21:30 到 08:30 不打扰人"
    bench.hand.moment = row.due_at
    await bench.deliver()
    assert bench.status(greeting) == Status.SENT


async def test_a_greeting_ends_with_its_day_and_everything_ends_sometime(database: Database) -> None:
    bench = bench_of(database, AWAKE)
    who = bench.contact("oa", "a").customer_id
    assert who
    bench.write(
        Push(who, "生日快乐", Kind.CARE, "b", late=Late.DROP, priority=Priority.BIRTHDAY, rule="生日祝福"),
        Push(who, "上新了", Kind.PROMO, "p"),
        Push(who, "在的", Kind.RELAY, "r"),
        Push(who, "想你", Kind.CARE, "c", expires_at=NINE + HOUR),
    )
    ends = {r.text: (r.expires_at, r.priority, r.rule, r.late) for r in bench.rows(OutboxRow)}
    assert ends == {
        "生日快乐": (datetime(2026, 11, 21, 16, tzinfo=UTC), Priority.BIRTHDAY, "生日祝福", Late.DROP),
        "上新了": (NINE + 7 * DAY, Priority.PROMO, "", Late.ANY),
        "在的": (None, 0, "", Late.ANY),
        "想你": (NINE + HOUR, Priority.AFTER_SALES, "", Late.ANY),
    }


async def test_one_greeting_is_one_message(database: Database) -> None:
    """Two parts would count twice, and the second would wait three days."""
    bench = bench_of(database, AWAKE, oa=Capability(text_bytes=60))
    who = bench.contact("oa", "a").customer_id
    assert who
    bench.write(Push(who, "天凉了" * 20, Kind.CARE, "long"))
    await bench.deliver()
    assert [(r.status, r.reason) for r in bench.rows(OutboxRow)] == [
        (Status.FAILED, "太长，一条发不下，没有发")
    ]
    assert bench.platforms["oa"].tried == []


# --- what is left to the seller -------------------------------------------------------------------


def left(bench: Bench) -> list[tasks.Task]:
    with bench.database.transaction() as connection:
        return tasks.standing(connection, bench.clock.now(), 10)


def birthday(who: int | None) -> Push:
    assert who
    return Push(who, "生日快乐", Kind.CARE, "b", late=Late.DROP, priority=Priority.BIRTHDAY, rule="生日祝福")


async def test_a_greeting_without_a_window_is_left_to_the_seller_until_it_goes(database: Database) -> None:
    bench = bench_of(database, AWAKE, oa=WINDOWED)
    contact = bench.contact("oa", "a")
    bench.write(birthday(contact.customer_id))
    await bench.deliver()
    [row] = bench.rows(OutboxRow)
    [task] = left(bench)
    assert (row.status, task.about, task.draft, task.outbox_id) == (
        Status.PARKED,
        "生日祝福",
        "生日快乐",
        row.id,
    )
    assert task.why == "对方超过 48 小时没说话，平台不让主动发"
    assert bench.alerts() == []
    with bench.database.transaction() as connection:
        asked = update(ContactRow).values(message_at=bench.clock.now())
        connection.execute(asked)
        connection.execute(update(OutboxRow).values(status=Status.PLANNED))
    await bench.deliver()
    assert (bench.rows(OutboxRow)[0].status, left(bench)) == (Status.SENT, [])
    assert bench.rows(TaskRow)[0].state == TaskState.DONE


async def test_who_has_no_account_is_left_to_the_seller(database: Database) -> None:
    bench = bench_of(database, AWAKE)
    with bench.database.transaction() as connection:
        new = insert(CustomerRow).values(first_seen_at=NINE, source="订单").returning(col(CustomerRow.id))
        made = connection.scalars(new).one()
    bench.write(birthday(made), Push(made, "上新了", Kind.PROMO, "p"))
    bench.write(birthday(made))
    [task] = left(bench)
    assert (task.why, task.until) == ("没有他的聊天账号", datetime(2026, 11, 21, 16, tzinfo=UTC))
    assert bench.rows(OutboxRow) == []
    bench.hand.forward(hours=20)
    assert left(bench) == []


async def test_a_task_is_done_skipped_or_put_off(database: Database) -> None:
    bench = bench_of(database, AWAKE, oa=WINDOWED)
    bench.write(birthday(bench.contact("oa", "a").customer_id))
    await bench.deliver()
    [task] = left(bench)
    bench.write(SettleTask(task.key, TaskState.LATER, NINE + HOUR))
    assert left(bench) == []
    bench.hand.forward(hours=1)
    assert [t.key for t in left(bench)] == [task.key]
    bench.write(SettleTask(task.key, TaskState.DONE), Withdraw((task.outbox_id or 0,)))
    bench.write(SettleTask(task.key, TaskState.LATER, NINE))
    assert left(bench) == []
    assert bench.rows(OutboxRow)[0].status == Status.DROPPED


# --- what it costs ------------------------------------------------------------------------------


def statements(bench: Bench) -> list[str]:
    """What one claim asks."""
    seen: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        seen.append(statement)

    with bench.database.transaction() as connection:
        event.listen(connection, "before_cursor_execute", note)
        claim_outbox(connection, ["oa"], bench.clock.now(), 100, lambda *_: None, bench.around)
    return [s for s in seen if "outbox" in s and "UNION ALL" in s]


async def test_the_ledger_is_asked_once_a_claim_and_only_for_what_nobody_asked_for(
    database: Database,
) -> None:
    bench = bench_of(database, AWAKE)
    for who in range(20):
        bench.planned(bench.contact("oa", f"{who}"), "在的")
    assert len(statements(bench)) == 0
    for who in range(20, 60):
        care(bench, bench.contact("oa", f"{who}"))
    assert len(statements(bench)) == 1


async def test_the_ledger_reads_no_whole_table(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    steps: list[str] = []

    def note(connection: Connection, _: Any, statement: str, parameters: Any, *__: Any) -> None:
        if statement.startswith("SELECT"):
            plan = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps.extend(str(row[3]) for row in plan)

    with database.transaction() as connection:
        event.listen(connection, "before_cursor_execute", note)
        ledger.sendings(connection, [1, 2], NINE, Limits())
        ledger.unasked_today(connection, ["oa"], NINE, Limits(daily={"oa": 1}))
    database.close()
    assert any("ix_outbox_unasked" in step for step in steps)
    assert not [s for s in steps if s in ("SCAN outbox", "SCAN timer")]


# --- where answers are the only road ----------------------------------------------------------------


@pytest.fixture
def mute(database: Database) -> Bench:
    return bench_of(database, Limits(), oa=MUTE)


def rides(bench: Bench, contact: Contact) -> list[str]:
    from bot.riding import riders

    with bench.database.transaction() as connection:
        now = bench.clock.now()
        parked = load.parked_texts(connection, [contact.id], now)
        found = riders(connection, [contact], parked, now, bench.limits)
        return [p.text for p in found.wanted(contact, None, [], False, now, bench.limits)]


async def test_one_greeting_rides_on_an_answer_the_most_important(mute: Bench) -> None:
    contact = mute.contact("oa", "a")
    care(mute, contact, "上新了", status=Status.PARKED, kind=Kind.PROMO, priority=Priority.PROMO)
    care(mute, contact, "生日快乐", status=Status.PARKED, priority=Priority.BIRTHDAY)
    mute.planned(contact, "你的包裹到了", status=Status.PARKED)
    assert rides(mute, contact) == ["生日快乐", "你的包裹到了"]


async def test_none_rides_at_night_or_too_soon_or_too_often(mute: Bench) -> None:
    contact = mute.contact("oa", "a")
    care(mute, contact, "天凉了", status=Status.PARKED)
    assert rides(mute, contact) == ["天凉了"]
    mute.hand.forward(hours=13)
    assert rides(mute, contact) == []
    mute.hand.forward(hours=11)
    sent(mute, contact, DAY)
    assert rides(mute, contact) == []


# --- everybody gets the same answer ---------------------------------------------------------------


def asked_of_the_sender(bench: Bench, row: int, capability: Capability) -> Permission:
    """What the claim finds, without letting it go."""
    found: list[Permission] = []
    with bench.database.transaction() as connection:
        names = list(bench.platforms)
        claim_outbox(
            connection,
            names,
            bench.clock.now(),
            100,
            lambda p, _: (
                found.append(permission(p, capability, bench.clock.now(), bench.limits))
                if p.message.id == row
                else None
            ),
            bench.around,
        )
    assert len(found) == 1
    return found[0]


def asked_of_the_preview(bench: Bench, customer_id: int, kind: Kind) -> Permission:
    now = bench.clock.now()
    with bench.database.transaction() as connection:
        one = load.snapshots(connection, [customer_id])[customer_id]
        had = ledger.sendings(connection, [customer_id], now, bench.limits)
        listener = Listener(
            one.called,
            one.contact,
            load.account_states(connection, [one.contact.account])[one.contact.account],
            load.unwanted(connection, one),
            one.taken_over_by,
            one.taken_over_until,
            had[customer_id].sent if customer_id in had else (),
        )
        foreseen = had[customer_id].promised if customer_id in had else ()
    wanted = [Intended(now, customer_id, kind, "", "问", expires_at=now + 400 * DAY)]
    wanted += [
        Intended(max(p.at, now + SECOND), customer_id, Kind.CARE, "", "先", Priority(p.priority))
        for p in foreseen
    ]
    capabilities = {name: p.capability for name, p in bench.platforms.items()}
    rows = preview(wanted, {customer_id: listener}, capabilities, bench.limits, now, now)
    [mine] = [r for r in rows if r.text == "问"]
    made = {"send": Send(Via.API), "hold": Hold(now, mine.reason), "park": Park(mine.reason)}
    return made.get(mine.decision, Drop(mine.reason))


def told(verdict: Permission) -> tuple[str, str]:
    return type(verdict).__name__, "" if isinstance(verdict, Send) else verdict.reason


@pytest.mark.parametrize("seed", range(25))
async def test_sender_card_and_preview_say_the_same(sqlite_url: str, seed: int) -> None:
    chance = random.Random(seed)
    limits = Limits(
        cap=chance.choice([None, 1, 2, 3]),
        gap=chance.choice([timedelta(), DAY, 3 * DAY]),
        daily=chance.choice([{}, {"oa": 1}]),
    )
    database = Database(sqlite_url)
    capability = chance.choice([Capability(), WINDOWED, Capability(api=False)])
    bench = bench_of(database, limits, oa=capability)
    bench.hand.moment = NINE + chance.choice([0, 3, 13, 20]) * HOUR
    now = bench.clock.now()
    facts: dict[str, Any] = {
        "opted_out_at": chance.choice([None, None, None, now]),
        "stopped_at": chance.choice([None, None, None, now]),
        "taken_over_until": chance.choice([None, None, now + HOUR, now - HOUR]),
        "taken_over_by": "老板",
    }
    contact = bench.contact(
        "oa",
        "a",
        reachable=chance.random() < 0.8,
        message_at=chance.choice([None, now - HOUR, now - 5 * DAY]),
    )
    assert contact.customer_id
    with database.transaction() as connection:
        connection.execute(update(CustomerRow).values(facts))
    for _ in range(chance.randrange(4)):
        sent(bench, contact, chance.randrange(1, 60 * 24) * HOUR / 2)
    if chance.random() < 0.5:
        due = now + chance.randrange(1, 200) * HOUR
        bench.write(StartTimer("生日", contact.customer_id, "1", due, priority=Priority.BIRTHDAY))
    if chance.random() < 0.3:
        sent(bench, bench.contact("oa", "b"), HOUR)
    kind = chance.choice([Kind.CARE, Kind.PROMO, Kind.RELAY])
    allowed = Allowed(bench.platforms, limits)
    with database.transaction() as connection:
        one = load.snapshots(connection, [contact.customer_id])[contact.customer_id]
        beforehand = allowed.verdict(connection, one, kind, now)
        in_words = allowed(connection, one, kind, now)
        today = ledger.unasked_today(connection, ["oa"], now, limits).get("oa", 0)
    priority = {Kind.CARE: Priority.AFTER_SALES, Kind.PROMO: Priority.PROMO}.get(kind, 0)
    row = bench.planned(contact, "问", kind=kind, priority=priority, expires_at=now + 400 * DAY)
    assert told(asked_of_the_sender(bench, row, capability)) == told(beforehand)
    assert in_words.startswith(told(beforehand)[1])
    assert bool(in_words) == (not isinstance(beforehand, Send))
    with database.transaction() as connection:
        connection.execute(delete(OutboxRow).where(col(OutboxRow.id) == row))
    if not today:  # the preview is told of the day by its caller
        assert told(asked_of_the_preview(bench, contact.customer_id, kind)) == told(beforehand)
    database.close()


# --- what is foreseen is what happens ---------------------------------------------------------------


class Rules:
    """An engine whose every bell means one message: its payload says which."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    async def submit(self, event: TimerDue) -> None:
        said = event.payload
        push = Push(
            event.customer_id,
            event.occasion,
            Kind(said["kind"]),
            event.occasion,
            rule=event.rule,
            priority=Priority(said["priority"]),
            late=Late(said["late"]),
        )
        with self.bench.database.transaction() as connection:
            connection.execute(delete(TimerRow).where(col(TimerRow.id) == event.timer_id))
        self.bench.write(push)

    async def drain(self) -> None:
        pass


def intentions(chance: random.Random, people: Sequence[int]) -> list[Intended]:
    """Each at a minute of its own, on no two accounts at once."""
    minutes = chance.sample(range(1, 35 * 24 * 60), 30)
    return [
        Intended(
            NINE + minute * MINUTE,
            chance.choice(people),
            chance.choice([Kind.CARE, Kind.CARE, Kind.PROMO]),
            "规则",
            f"第{number}条",
            chance.choice(list(Priority)),
            chance.choice([Late.HOLD, Late.DROP]),
        )
        for number, minute in enumerate(minutes)
    ]


@pytest.mark.parametrize("seed", range(3))
async def test_the_preview_and_the_days_that_follow_agree_message_by_message(
    sqlite_url: str, seed: int
) -> None:
    chance = random.Random(seed)
    database = Database(sqlite_url)
    limits = Limits(daily=chance.choice([{}, {"oa": 1}]))
    bench = bench_of(database, limits, oa=Capability(), qq=WINDOWED)
    contacts = [bench.contact(account, who) for account in ("oa", "qq") for who in "ab"]
    people = [c.customer_id for c in contacts if c.customer_id]
    listeners = {c.customer_id: await _listener(bench, c) for c in contacts if c.customer_id}
    wanted = intentions(chance, people)
    until = NINE + 60 * DAY
    foreseen = preview(
        wanted, listeners, {n: p.capability for n, p in bench.platforms.items()}, limits, NINE, until
    )
    for one in wanted:
        said = {"kind": one.kind.value, "priority": int(one.priority or 0), "late": one.late.value}
        bench.write(StartTimer(one.rule, one.customer_id, one.text, one.at, said, one.priority))
    await bench.clockwork(Rules(bench)).advance(60 * DAY)
    became = {r.text: r for r in bench.rows(OutboxRow)}
    assert len(foreseen) == len(became) == 30
    ends = {"send": Status.SENT, "park": Status.PARKED, "drop": Status.DROPPED, "hold": Status.HELD}
    for row in foreseen:
        real = became[row.text]
        assert (row.text, real.status) == (row.text, ends[row.decision])
        if row.decision == "send":
            assert real.sent_at == row.at
        else:
            assert real.reason == row.reason
    assert {r.decision for r in foreseen} >= {"send", "drop"}
    database.close()


async def _listener(bench: Bench, contact: Contact) -> Listener:
    with bench.database.transaction() as connection:
        state = load.account_states(connection, [contact.account])[contact.account]
    return Listener(contact.external_id, contact, state)


# --- whatever happens ---------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
async def test_restarts_crashes_refusals_and_clock_jumps_give_nobody_too_much(
    database: Database, seed: int
) -> None:
    chance = random.Random(seed)
    limits = Limits(cap=chance.choice([1, 2, 3]), gap=chance.choice([timedelta(), DAY, 3 * DAY]))
    bench = bench_of(database, limits)
    people = []
    for who in "abc":
        here, there = same_person(bench, bench.contact("oa", who), bench.contact("qq", who))
        people.append((here, there))
    outcomes = [
        Outcome(Verdict.SENT),
        Outcome(Verdict.RETRY, "忙"),
        Outcome(Verdict.UNKNOWN, "断了"),
        Outcome(Verdict.REJECTED, "不收"),
        None,
    ]
    for step in range(60):
        contact = chance.choice(chance.choice(people))
        assert contact.customer_id
        text = f"第{step}条"
        bench.platforms[contact.account].will_say(text, *chance.choices([o for o in outcomes if o], k=2))
        push = Push(
            contact.customer_id,
            text,
            chance.choice([Kind.CARE, Kind.PROMO]),
            text,
            priority=chance.choice(list(Priority)),
            late=chance.choice(list(Late)),
        )
        bench.write(push)
        if chance.random() < 0.2:
            await _killed(bench)
        await bench.deliver()
        bench.hand.forward(hours=chance.choice([0, 1, 5, 11, 30, 200]))
        await bench.deliver()
    for here, there in people:
        rows = [r for c in (here, there) for r in bench.rows(OutboxRow, contact_id=c.id)]
        left_at = [r.began_at for r in rows if r.status in (Status.SENT, Status.UNKNOWN)]
        assert left_at
        assert fullest_month(left_at, limits) <= (limits.cap or 0)
        assert least_rest(left_at) >= limits.gap
        assert not [m for m in left_at if at_night(m, limits)]


async def _killed(bench: Bench) -> None:
    """A process that has claimed and dies before it calls; the next one takes up what it left."""
    sender = bench.another_sender()
    with bench.database.transaction() as connection:
        sender._claim(connection, list(bench.platforms))
    bench.hand.forward(seconds=LEASE.total_seconds() + 1)
    bench.sender = bench.another_sender()
    await bench.sender.recover(started=True)


async def test_what_a_dead_process_left_counts_as_sent(database: Database) -> None:
    bench = bench_of(database, replace(NO_GAP, cap=1))
    contact = bench.contact("oa", "a")
    lost = care(bench, contact)
    await _killed(bench)
    assert bench.status(lost) == Status.UNKNOWN
    more = care(bench, contact, expires_at=bench.clock.now() + DAY)
    await bench.deliver()
    assert bench.status(more) == Status.DROPPED
    with bench.database.transaction() as connection:
        assert connection.scalar(select(col(OutboxRow.began_at)).where(col(OutboxRow.id) == lost)) == NINE
