"""The queues on both databases: what is claimed, what blocks it, when the next thing is due."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, select, update
from sqlmodel import col

from bot.core.decision import Judgement
from bot.core.delivery import Capability, Planned, Status, Via
from bot.core.effects import CancelTimer, StartTimer
from storage import load
from storage.db import Database
from storage.queues import (
    claim_outbox,
    claim_timers,
    left_sending,
    next_due,
    queue_sizes,
    standing_timers,
)
from storage.rows import AccountRow, ContactRow, CustomerRow, OutboxRow, TimerRow
from storage.state import ensure_account
from storage.write import release_parked
from storage.writers import Surroundings
from tests.bench import NINE, Bench
from tests.fakes.platform import Platform

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database, {"oa": Platform(Capability()), "other": Platform()}, sellers=())


def send_all(planned: Planned, next_free: datetime | None) -> Judgement:
    """A judge that lets everything go."""
    return Judgement({"status": Status.SENDING, "lease_until": NINE + 60 * SECOND}, start_at=NINE)


def claim(
    bench: Bench, limit: int = 100, accounts: Sequence[str] = ("oa", "other"), judge: Any = send_all
) -> list[str]:
    with bench.database.transaction() as connection:
        claimed, _ = claim_outbox(connection, accounts, bench.clock.now(), limit, judge, bench.around)
    return [c.planned.message.text for c in claimed]


def account(bench: Bench, name: str, **fields: Any) -> None:
    with bench.database.transaction() as connection:
        ensure_account(connection, name)
        connection.execute(update(AccountRow).where(col(AccountRow.account) == name).values(fields))


def due(bench: Bench, *accounts: str) -> datetime | None:
    with bench.database.transaction() as connection:
        return next_due(connection, accounts or ("oa", "other"))


# --- claiming -----------------------------------------------------------------------------------


async def test_the_oldest_of_each_lane_up_to_the_limit(bench: Bench) -> None:
    a, b, c = (bench.contact("oa", who) for who in "abc")
    for text, who in (("a1", a), ("a2", a), ("b1", b), ("c1", c), ("b2", b)):
        bench.planned(who, text)
    assert claim(bench, 2) == ["a1", "b1"]
    assert claim(bench) == ["c1"]
    assert claim(bench) == []


@pytest.mark.parametrize(
    ("status", "blocks"),
    [(s, s in (Status.PLANNED, Status.SENDING)) for s in Status],
)
async def test_what_blocks_a_lane(bench: Bench, status: Status, blocks: bool) -> None:
    """Whatever its due time."""
    a = bench.contact("oa", "a")
    bench.planned(a, "earlier", status=status, due_at=NINE + HOUR, lease_until=NINE + HOUR)
    bench.planned(a, "later")
    assert claim(bench) == ([] if blocks else ["later"])


async def test_a_call_under_way_blocks_what_is_older_too(bench: Bench) -> None:
    a = bench.contact("oa", "a")
    bench.planned(a, "older, released")
    bench.planned(a, "under way", status=Status.SENDING)
    assert claim(bench) == []


async def test_a_passive_answer_on_its_way_blocks_only_what_comes_after_it(bench: Bench) -> None:
    a = bench.contact("oa", "a")
    bench.planned(a, "older, released")
    bench.planned(a, "passive", status=Status.SENDING, via=Via.PASSIVE)
    bench.planned(a, "its second part")
    assert claim(bench) == ["older, released"]


async def test_what_is_not_due_or_not_ours_or_stopped_is_left(bench: Bench) -> None:
    bench.planned(bench.contact("oa", "a"), "later", due_at=NINE + SECOND)
    bench.planned(bench.contact("other", "a"), "not ours")
    bench.planned(bench.contact("oa", "b", next_send_at=NINE + SECOND), "paced")
    assert claim(bench, accounts=["oa"]) == []
    bench.hand.forward(seconds=1)
    assert claim(bench, accounts=["oa"]) == ["later", "paced"]
    account(bench, "other", stopped_until=bench.clock.now() + SECOND)
    assert claim(bench) == []
    bench.hand.forward(seconds=1)
    assert claim(bench) == ["not ours"]


async def test_a_row_that_its_judge_leaves_is_left_as_it_was(bench: Bench) -> None:
    row = bench.planned(bench.contact("oa", "a"), "x")
    assert claim(bench, judge=lambda *_: None) == []
    assert bench.status(row) == Status.PLANNED


async def test_the_next_free_moment_goes_from_row_to_row(bench: Bench) -> None:
    """Rows of one account in one claim see what those before them took."""
    for who in "abc":
        bench.planned(bench.contact("oa", who), who)
    bench.planned(bench.contact("other", "d"), "d")
    seen: list[tuple[str, datetime | None]] = []

    def judge(planned: Planned, next_free: datetime | None) -> Judgement:
        seen.append((planned.message.text, next_free))
        start = next_free or NINE
        return Judgement({"status": Status.SENDING}, account={"next_send_at": start + SECOND}, start_at=start)

    claim(bench, judge=judge)
    assert seen == [("a", None), ("b", NINE + SECOND), ("c", NINE + 2 * SECOND), ("d", None)]


async def test_a_planned_row_knows_its_people(bench: Bench) -> None:
    a = bench.contact("oa", "a")
    with bench.database.transaction() as connection:
        connection.execute(update(CustomerRow).values(nickname="小美", opted_out_at=NINE))
    bench.planned(a, "x", origin="老板", waited=True, template="shipping", template_data={"order": "1"})
    found: list[Planned] = []

    def judge(planned: Planned, next_free: datetime | None) -> None:
        found.append(planned)

    claim(bench, judge=judge)
    [planned] = found
    assert (planned.called, planned.origin, planned.waited) == ("小美", "老板", True)
    assert planned.unwanted == "对方退订了"
    assert planned.message.template_data == {"order": "1"}
    assert planned.contact.external_id == "a"


# --- what is due next ---------------------------------------------------------------------------


async def test_nothing_waits(bench: Bench) -> None:
    assert due(bench) is None


async def test_the_next_due_is_the_earliest_head_of_a_lane(bench: Bench) -> None:
    a = bench.contact("oa", "a")
    bench.planned(a, "backoff", due_at=NINE + HOUR)
    bench.planned(a, "behind it", due_at=NINE)
    assert due(bench) == NINE + HOUR
    bench.planned(bench.contact("oa", "b"), "held", status=Status.HELD, due_at=NINE + 5 * SECOND)
    assert due(bench) == NINE + 5 * SECOND
    assert due(bench, "other") is None


@pytest.mark.parametrize("bound", ["stopped_until", "next_send_at"])
async def test_an_accounts_bound_moves_what_is_due(bench: Bench, bound: str) -> None:
    bench.planned(bench.contact("oa", "a"), "x", due_at=NINE + SECOND)
    account(bench, "oa", **{bound: NINE + HOUR})
    assert due(bench) == NINE + HOUR
    account(bench, "oa", **{bound: NINE - HOUR})
    assert due(bench) == NINE + SECOND


async def test_a_persons_pace_moves_what_is_due(bench: Bench) -> None:
    bench.planned(bench.contact("oa", "a", next_send_at=NINE + HOUR), "x")
    assert due(bench) == NINE + HOUR
    bench.planned(bench.contact("oa", "b"), "y", due_at=NINE + SECOND)
    assert due(bench) == NINE + SECOND


async def test_what_waits_for_somebody_to_speak_is_not_due(bench: Bench) -> None:
    for status in (Status.PARKED, Status.UNKNOWN, Status.FAILED, Status.SENT, Status.DROPPED):
        bench.planned(bench.contact("oa", status.value), "x", status=status)
    assert due(bench) is None


async def test_a_row_left_in_sending_is_due_when_its_lease_is_over(bench: Bench) -> None:
    bench.planned(bench.contact("oa", "a"), "x", status=Status.SENDING, lease_until=NINE + HOUR)
    assert due(bench) == NINE + HOUR
    with bench.database.transaction() as connection:
        assert left_sending(connection, ["oa"], NINE + HOUR - SECOND) == []
        assert len(left_sending(connection, ["oa"], NINE + HOUR)) == 1
        assert left_sending(connection, ["other"], NINE + HOUR) == []


async def test_timers_are_due_too(bench: Bench) -> None:
    a = bench.contact("oa", "a")
    assert a.customer_id
    bench.write(
        StartTimer("r", a.customer_id, "1", NINE + 2 * HOUR), StartTimer("r", a.customer_id, "2", NINE + HOUR)
    )
    assert due(bench) == NINE + HOUR
    bench.write(CancelTimer("r", a.customer_id, "2"))
    assert due(bench) == NINE + 2 * HOUR


# --- timers -------------------------------------------------------------------------------------


async def test_timers_are_claimed_once_oldest_first(bench: Bench) -> None:
    a = bench.contact("oa", "a")
    assert a.customer_id
    for minutes in (3, 1, 2, 9):
        bench.write(StartTimer("r", a.customer_id, f"{minutes}", NINE + timedelta(minutes=minutes)))
    now = bench.hand.forward(minutes=5)
    with bench.database.transaction() as connection:
        first = claim_timers(connection, now, 2)
        second = claim_timers(connection, now, 2)
        third = claim_timers(connection, now, 2)
    assert [[t.occasion for t in claimed] for claimed in (first, second, third)] == [["1", "2"], ["3"], []]
    with bench.database.transaction() as connection:
        assert standing_timers(connection, [*first, *second]) == {t.timer_id for t in [*first, *second]}
    bench.write(CancelTimer("r", a.customer_id, "1"))
    bench.write(StartTimer("r", a.customer_id, "2", NINE + HOUR))
    with bench.database.transaction() as connection:
        assert standing_timers(connection, [*first, *second]) == {second[0].timer_id}
        assert claim_timers(connection, now, 9) == []
    later = bench.hand.forward(minutes=1)
    with bench.database.transaction() as connection:
        assert [t.occasion for t in claim_timers(connection, later, 9)] == ["3"]


async def test_a_timer_is_one_per_rule_person_and_occasion(bench: Bench) -> None:
    a = bench.contact("oa", "a")
    assert a.customer_id
    for n in range(3):
        bench.write(StartTimer("r", a.customer_id, "", NINE + n * HOUR, {"n": n}))
    [row] = bench.rows(TimerRow)
    assert (row.due_at, row.payload) == (NINE + 2 * HOUR, {"n": 2})


# --- parked -------------------------------------------------------------------------------------


async def test_released_in_their_order_and_only_theirs(bench: Bench) -> None:
    a, b = bench.contact("oa", "a"), bench.contact("oa", "b")
    rows = [
        bench.planned(a, "1", status=Status.PARKED),
        bench.planned(a, "2", status=Status.PARKED, expires_at=NINE),
        bench.planned(a, "3", status=Status.PARKED, expires_at=NINE + SECOND),
        bench.planned(a, "4", status=Status.PARKED),
        bench.planned(b, "5", status=Status.PARKED),
    ]
    with bench.database.transaction() as connection:
        release_parked(connection, {a.id}, NINE, but=[rows[3]])
    assert [bench.status(r) for r in rows] == [
        Status.HELD,
        Status.DROPPED,
        Status.HELD,
        Status.PARKED,
        Status.PARKED,
    ]


async def test_queue_sizes(bench: Bench) -> None:
    for n, status in enumerate((Status.PLANNED, Status.PLANNED, Status.UNKNOWN, Status.SENT)):
        bench.planned(bench.contact("oa", f"{n}"), "x", status=status)
    with bench.database.transaction() as connection:
        sizes = queue_sizes(connection)
    assert sizes == {"held": 0, "planned": 2, "sending": 0, "parked": 0, "unknown": 1, "failed": 0}


# --- what it costs ------------------------------------------------------------------------------


def _plans(url: str, work: Any) -> list[tuple[str, str]]:
    """(statement, step) of SQLite's plan for every query that `work` asks."""
    database = Database(url)
    asked: list[tuple[str, Any]] = []

    def note(_c: Connection, _cur: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            asked.append((statement, parameters))

    with database.transaction() as connection:
        event.listen(connection, "before_cursor_execute", note)
        work(connection)
        event.remove(connection, "before_cursor_execute", note)
        plans = [
            (statement, step[3])
            for statement, parameters in asked
            if not (parameters and isinstance(parameters[0], tuple))
            for step in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters)
        ]
    database.close()
    return plans


def test_no_tick_and_no_message_reads_a_whole_table(sqlite_url: str) -> None:
    """The cost of a tick is the number of due rows (DESIGN §4.1), of a message that of its people's rows."""

    def work(connection: Connection) -> None:
        contacts = load.ensure_contacts(connection, [("oa", "a")], [], NINE)
        [contact] = contacts.values()
        assert contact.customer_id
        claim_outbox(connection, ["oa", "other"], NINE, 100, send_all, Surroundings())
        left_sending(connection, ["oa"], NINE)
        claim_timers(connection, NINE, 10)
        load.known_messages(connection, [("oa", "1")])
        load.customers(connection, {contact.customer_id: contact})
        load.parked_texts(connection, [contact.id], NINE)
        release_parked(connection, {contact.id}, NINE)

    big = ("outbox", "message", "contact", "customer", "timer", "tag", "consultation")
    read_whole = [
        (statement, step)
        for statement, step in _plans(sqlite_url, work)
        if any(step == f"SCAN {table}" for table in big)
    ]
    by_account = [
        step
        for _, step in _plans(sqlite_url, work)
        if step.startswith("SEARCH contact") and "(account=?)" in step
    ]
    assert (read_whole, by_account) == ([], [])


async def test_a_read_sees_one_moment(bench: Bench) -> None:
    """`Database.read` promises a consistent snapshot: what is written meanwhile is not half there."""
    bench.contact("oa", "a")
    reading, written = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def slowly(connection: Connection) -> tuple[int | None, int | None]:
        count = select(func.count()).select_from(ContactRow)
        before = connection.scalar(count)
        loop.call_soon_threadsafe(reading.set)
        asyncio.run_coroutine_threadsafe(written.wait(), loop).result(10)
        return before, connection.scalar(count)

    task = asyncio.create_task(bench.database.read(slowly))
    await reading.wait()
    bench.contact("oa", "b")
    written.set()
    assert await task == (1, 1)


async def test_what_a_failing_work_wrote_is_not_there(bench: Bench) -> None:
    row = bench.planned(bench.contact("oa", "a"), "x")

    def fails(connection: Connection) -> None:
        connection.execute(update(OutboxRow).values(text="y"))
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await bench.database.write(fails)
    assert bench.rows(OutboxRow, id=row)[0].text == "x"


# --- two processes ------------------------------------------------------------------------------


async def test_two_claims_at_once_see_each_others_pace_and_counts(bench: Bench, database_url: str) -> None:
    """The second one waits for the first, or the account's and the person's right would be given twice."""
    for who in "ab":
        bench.planned(bench.contact("oa", who, message_at=NINE), f"{who}1", status=Status.HELD)
        bench.planned(bench.contact("oa", who), f"{who}2", status=Status.HELD)
    elsewhere = Database(database_url)
    second_in = threading.Event()
    seen: list[tuple[str, str, datetime | None, int]] = []

    def judge(process: str, planned: Planned, next_free: datetime | None) -> Judgement:
        if process == "first":
            second_in.wait(0.2)  # only a second claim that does not wait comes in here
        else:
            second_in.set()
        seen.append((process, planned.message.text, next_free, planned.contact.message_sent))
        count, start = planned.contact.message_sent + 1, next_free or NINE
        row = {"status": Status.SENT}
        return Judgement(row, {"message_sent": count}, {"next_send_at": start + SECOND / 10}, start_at=start)

    def claims(process: str) -> Callable[[Connection], Any]:
        return lambda c: claim_outbox(c, ["oa"], NINE, 9, partial(judge, process), bench.around)

    first = asyncio.create_task(bench.database.write(claims("first")))
    while not seen:
        await asyncio.sleep(0)
    await elsewhere.write(claims("second"))
    await first
    elsewhere.close()
    assert [text for _, text, _, _ in sorted(seen)] == ["a1", "b1", "a2", "b2"]
    assert len({next_free for _, _, next_free, _ in seen}) == 4
    assert {c.message_sent for c in bench.rows(ContactRow)} == {2}
