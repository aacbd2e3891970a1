"""The clockwork: what is due is done, in the order of its due time, and the clock only moves forward."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.core.clock import Clock
from bot.core.customer import Customer
from bot.core.delivery import Capability, Kind, Outcome, Pace, Status, Verdict, Via
from bot.core.effects import Effect, Reply, StartTimer
from bot.core.events import TimerDue
from bot.core.settings import Settings
from handlers.brain import Brain
from scheduler.clockwork import Clockwork
from storage.db import Database
from storage.queues import claim_timers
from storage.rows import OutboxRow, TimerRow
from storage.state import CLOCK_OFFSET, clock_offset, read_state
from tests.bench import NINE, Bench, Silent, reader, with_accounts
from tests.fakes.platform import Platform


class Ringing(Brain):
    """Says the occasion of every timer."""

    def on_timer(
        self, customer: Customer, timer: TimerDue, now: datetime, refused: object, *rest: object
    ) -> list[Effect]:
        if timer.rule == "again":
            return [
                Reply(f"again {now:%H:%M}"),
                StartTimer("again", customer.id, "", now + timedelta(hours=1)),
            ]
        return [Reply(timer.occasion)]


class Refusing(Silent):
    """An engine that cannot store anything about one timer."""

    async def submit(self, event: TimerDue) -> None:
        await super().submit(event)
        if event.occasion == "broken":
            raise OSError("disk full")


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database, {"sandbox": Platform(Capability(idempotent=True)), "free": Platform()})


@pytest.fixture
def ringing(settings: Settings) -> Ringing:
    return Ringing(with_accounts(settings), reader(settings))


def timer(bench: Bench, due_in: timedelta, occasion: str, rule: str = "say", who: str = "a") -> None:
    contact = bench.contact("free", who)
    assert contact.customer_id
    bench.write(StartTimer(rule, contact.customer_id, occasion, bench.clock.now() + due_in))


async def test_everything_on_the_way_is_done_in_the_order_of_its_due_time(
    bench: Bench, ringing: Ringing
) -> None:
    now = bench.clock.now()
    a = bench.contact("free", "a")
    held = {"status": Status.HELD}
    bench.planned(bench.contact("free", "b"), "02 held", due_at=now + timedelta(hours=2), **held)
    bench.planned(a, "05 held", due_at=now + timedelta(hours=5), **held)
    timer(bench, timedelta(hours=1), "01 timer")
    timer(bench, timedelta(hours=3), "03 timer", who="c")
    timer(bench, timedelta(hours=4), "04 timer")
    timer(bench, timedelta(hours=7), "07 timer")
    reached = await bench.clockwork(bench.engine(ringing)).advance(timedelta(hours=6))
    assert reached == now + timedelta(hours=6)
    assert bench.platforms["free"].texts == ["01 timer", "02 held", "03 timer", "04 timer", "05 held"]
    assert [r.occasion for r in bench.rows(TimerRow)] == ["07 timer"]
    sent = [r.sent_at - now for r in bench.outbox() if r.sent_at]
    assert sorted(sent) == [timedelta(hours=n) for n in (1, 2, 3, 4, 5)]


async def test_a_retry_on_the_way_happens_at_its_own_time(bench: Bench) -> None:
    platform = bench.platforms["free"]
    row = bench.planned(bench.contact("free", "a"), "x")
    platform.will_say("x", *[Outcome(Verdict.RETRY, "忙")] * 3)
    await bench.clockwork().advance(timedelta(hours=1))
    assert bench.rows(OutboxRow, id=row)[0].sent_at == NINE + timedelta(seconds=70)


async def test_a_rule_that_starts_itself_again_rings_each_time(bench: Bench, ringing: Ringing) -> None:
    timer(bench, timedelta(hours=1), "", rule="again")
    await bench.clockwork(bench.engine(ringing)).advance(timedelta(hours=3))
    assert bench.platforms["free"].texts == ["again 02:00", "again 03:00", "again 04:00"]
    assert len(bench.rows(TimerRow)) == 1


async def test_the_offset_is_kept_and_restored(bench: Bench) -> None:
    await bench.clockwork().advance(timedelta(hours=36))
    with bench.database.transaction() as connection:
        offset = clock_offset(connection)
    assert offset == timedelta(hours=36)
    restarted = Clock(offset, source=bench.hand)
    assert restarted.now() == NINE + timedelta(hours=36)


async def test_the_clock_never_runs_backward(bench: Bench) -> None:
    clockwork = bench.clockwork()
    await clockwork.advance(timedelta(hours=1))
    bench.planned(bench.contact("free", "a"), "late", due_at=NINE)
    before = bench.clock.now()
    await clockwork.advance(timedelta(0))
    await clockwork.advance(timedelta(hours=-5))
    assert bench.clock.now() == before
    assert bench.platforms["free"].texts == ["late"]
    with bench.database.transaction() as connection:
        assert float(read_state(connection, CLOCK_OFFSET)) == 3600


async def test_a_stopped_account_does_not_hold_up_the_clock(bench: Bench) -> None:
    bench.platforms["free"].always = Outcome(Verdict.ACCOUNT_STOPPED, "封了", "1")
    row = bench.planned(bench.contact("free", "a"), "x")
    other = bench.planned(bench.contact("sandbox", "a"), "y")
    await asyncio.wait_for(bench.clockwork().advance(timedelta(days=2)), 20)
    assert (bench.status(row), bench.status(other)) == (Status.PLANNED, Status.SENT)
    assert 40 <= len(bench.platforms["free"].tried) <= 50  # once an hour
    assert len(bench.alerts()) == 3  # once a day


async def test_a_slow_account_is_emptied_on_the_way(database: Database) -> None:
    bench = Bench(
        database, {"free": Platform(Capability(pace=Pace(per_account=60, per_person=3600)))}, sellers=()
    )
    for n in range(5):
        bench.planned(bench.contact("free", f"p{n % 2}"), f"{n}")
    await bench.clockwork().advance(timedelta(hours=3))
    sent = [(r.sent_at - NINE).total_seconds() / 60 for r in bench.outbox()]
    assert sent == [0, 1, 60, 61, 120]


async def test_rows_of_an_account_that_is_not_configured_wait_and_hold_up_nothing(bench: Bench) -> None:
    row = bench.planned(bench.contact("closed", "a"), "x")
    await bench.clockwork().advance(timedelta(days=30))
    assert bench.status(row) == Status.PLANNED


async def test_many_refused_rows_are_all_judged_in_one_round(database: Database) -> None:
    """More than one claim's worth, and none of them goes out: they must not wait for the next ticks."""
    bench = Bench(database, {"free": Platform(Capability(api=False))}, sellers=())
    contact = bench.contact("free", "a")
    rows = [bench.planned(contact, f"{n}") for n in range(120)]
    await bench.clockwork().run_due()
    assert {bench.status(r) for r in rows} == {Status.PARKED}


async def test_a_timer_whose_process_died_rings_again_when_its_lease_is_over(bench: Bench) -> None:
    timer(bench, timedelta(), "once")
    now = bench.clock.now()
    await bench.database.write(lambda c: claim_timers(c, now, 10))
    silent = Silent()
    clockwork = bench.clockwork(silent)
    bench.hand.forward(seconds=59)
    await clockwork.run_due()
    assert silent.rung == []
    bench.hand.forward(seconds=1)
    await clockwork.run_due()
    await clockwork.run_due()
    assert [t.occasion for t in silent.rung] == ["once"]


async def test_a_leased_timer_keeps_its_place_when_the_clock_is_moved(bench: Bench, ringing: Ringing) -> None:
    """A crash left it leased: it rings when the lease is over, before what is due later."""
    timer(bench, timedelta(), "first")
    timer(bench, timedelta(minutes=5), "second", who="b")
    now = bench.clock.now()
    await bench.database.write(lambda c: claim_timers(c, now, 10))
    await bench.clockwork(bench.engine(ringing)).advance(timedelta(hours=1))
    assert bench.platforms["free"].texts == ["first", "second"]
    first = next(r for r in bench.outbox() if r.text == "first")
    assert first.sent_at == NINE + timedelta(seconds=60)


async def test_a_timer_that_cannot_be_handled_stops_nothing_else(bench: Bench) -> None:
    timer(bench, timedelta(), "broken")
    timer(bench, timedelta(), "fine", who="b")
    bench.planned(bench.contact("free", "c"), "message")
    refusing = Refusing()
    await bench.clockwork(refusing).run_due()
    assert sorted(t.occasion for t in refusing.rung) == ["broken", "fine"]
    assert bench.platforms["free"].texts == ["message"]


async def test_when_nothing_is_due_nothing_is_done(bench: Bench) -> None:
    bench.planned(bench.contact("free", "a"), "later", status=Status.HELD, due_at=NINE + timedelta(seconds=5))
    clockwork, rounds = bench.clockwork(), 0
    run_due = bench.sender.run_due

    async def counting() -> int:
        nonlocal rounds
        rounds += 1
        return await run_due()

    bench.sender.run_due = counting  # type: ignore[method-assign]
    await clockwork.run_due()
    assert rounds == 1


async def test_a_bell_wakes_it_and_a_stop_ends_it(bench: Bench) -> None:
    clockwork = bench.clockwork()
    landed = asyncio.Event()
    await clockwork.start()
    bench.sender.landed = landed.set
    bench.planned(bench.contact("free", "a"), "x")
    clockwork.wake()
    await asyncio.wait_for(landed.wait(), 5)
    assert bench.platforms["free"].texts == ["x"]
    await clockwork.stop()
    bench.planned(bench.contact("free", "a"), "y")
    clockwork.wake()
    assert bench.platforms["free"].texts == ["x"]


async def test_a_stop_waits_for_what_is_under_way(bench: Bench) -> None:
    platform = bench.platforms["free"]
    platform.gate = asyncio.Event()
    row = bench.planned(bench.contact("free", "a"), "x")
    clockwork = bench.clockwork()
    await clockwork.start()
    while not platform.tried:
        await asyncio.sleep(0)
    stopping = asyncio.create_task(clockwork.stop())
    await asyncio.sleep(0)
    platform.gate.set()
    await stopping
    assert bench.status(row) == Status.SENT


async def test_at_the_start_what_a_crash_left_is_taken_up(bench: Bench) -> None:
    lease = NINE - timedelta(seconds=1)
    row = bench.planned(
        bench.contact("free", "a"), "x", status=Status.SENDING, lease_until=lease, kind=Kind.NOTICE
    )
    clockwork = bench.clockwork()
    await clockwork.start()
    await clockwork.stop()
    assert bench.status(row) == Status.UNKNOWN


async def test_a_passive_answer_nobody_took_does_not_block_the_lane_while_the_clock_is_moved(
    bench: Bench,
) -> None:
    a = bench.contact("free", "a")
    lease = NINE + timedelta(seconds=30)
    lost = bench.planned(a, "x", status=Status.SENDING, via=Via.PASSIVE, lease_until=lease)
    behind = bench.planned(a, "y")
    await bench.clockwork().advance(timedelta(hours=1))
    assert bench.status(lost) == Status.UNKNOWN
    assert bench.status(behind) == Status.SENT


async def test_rounds_do_not_overlap(bench: Bench) -> None:
    """However often it is woken, one round at a time."""
    clockwork: Clockwork = bench.clockwork()
    running, most = 0, 0
    run_due = bench.sender.run_due

    async def counting() -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        try:
            return await run_due()
        finally:
            running -= 1

    bench.sender.run_due = counting  # type: ignore[method-assign]
    for n in range(5):
        bench.planned(bench.contact("free", f"p{n}"), f"{n}")
    rounds: list[Any] = [clockwork.run_due() for _ in range(5)]
    await asyncio.gather(*rounds, clockwork.advance(timedelta(seconds=1)))
    assert most == 1
