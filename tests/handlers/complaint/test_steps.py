"""The machine by itself: its table, its diagram, and every sequence of signals through it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.complaint import Complaint, Ending, Move, Remedy, RemedyKind, Signal, Step
from bot.core.hours import OpeningHours
from bot.core.service_settings import StepDeadlines
from handlers.complaint.diagram import markdown
from handlers.complaint.steps import TABLE, Advance, Go, Refusal, advance, check, opening

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
PLAN = StepDeadlines().plan
HOURS = OpeningHours(ZoneInfo("Asia/Shanghai"), time(9), time(22), (7, date(2026, 12, 25)))
SIGNALS = [s for s in Signal if s is not Signal.OPENED]


def fresh() -> Complaint:
    return Complaint(id=3, customer_id=1, **opening(NOW, PLAN))


def at(step: Step, **fields: object) -> Complaint:
    return replace(fresh(), step=step, **fields)


def moved(complaint: Complaint, done: Advance) -> Complaint:
    """What storage would load after `done`."""
    fields = {name: value for name, value in done.changes.items() if name not in ("closed_at",)}
    return replace(complaint, **fields, moves=(*complaint.moves, done.move))


def go(
    complaint: Complaint, signal: Signal, now: datetime = NOW, words: str = "", sent: str = ""
) -> Complaint:
    return moved(
        complaint, advance(complaint, signal, now, PLAN, HOURS, actor="老板", words=words, sent=sent)
    )


def test_every_step_takes_or_refuses_every_signal() -> None:
    assert set(TABLE) == {(step, signal) for step in Step for signal in SIGNALS}


def test_the_shipped_deadlines_leave_nothing_stuck() -> None:
    assert check(PLAN) == []


def test_a_step_without_a_deadline_is_found() -> None:
    assert check({step: rings for step, rings in PLAN.items() if step is not Step.ACT}) == ["方案 没有期限"]


def test_the_diagram_is_the_table() -> None:
    drawn = Path(__file__).parents[3] / "docs" / "complaints.md"
    assert drawn.read_text(encoding="utf-8") == markdown(), "run: make diagrams"


def test_all_nine_steps() -> None:
    complaint = fresh()
    story = [
        (Signal.DONE, Step.TALK),
        (Signal.DONE, Step.APOLOGISE),
        (Signal.APOLOGISED, Step.ANALYSE),
        (Signal.CAUSE, Step.EXPLAIN),
        (Signal.EXPLAINED, Step.ACT),
        (Signal.ACTED, Step.COMPENSATE),
        (Signal.COMPENSATED, Step.RESULT),
        (Signal.SATISFIED, Step.FOLLOW_UP),
        (Signal.SATISFIED, Step.CLOSED),
    ]
    for signal, step in story:
        done = advance(complaint, signal, NOW, PLAN, HOURS, actor="老板")
        complaint = moved(complaint, done)
        assert complaint.step is step
    assert done.ending is Ending.RECOVERED


@pytest.mark.parametrize("step", [Step.LISTEN, Step.TALK, Step.APOLOGISE])
@pytest.mark.parametrize(
    "signal", [Signal.CAUSE, Signal.EXPLAINED, Signal.ACTED, Signal.COMPENSATED, Signal.SATISFIED]
)
def test_the_apology_cannot_be_skipped(step: Step, signal: Signal) -> None:
    with pytest.raises(Refusal, match="投诉 3 道歉"):
        go(at(step), signal)


@pytest.mark.parametrize("step", [Step.ANALYSE, Step.EXPLAIN, Step.ACT])
def test_no_compensation_before_cause_and_action(step: Step) -> None:
    with pytest.raises(Refusal, match=r"投诉 3 (原因|方案)"):
        go(at(step), Signal.COMPENSATED)


def test_a_step_is_not_done_by_saying_so_where_something_must_be_on_record() -> None:
    for step in (Step.ANALYSE, Step.ACT):
        with pytest.raises(Refusal):
            go(at(step), Signal.DONE)


def test_not_satisfied_leads_to_the_final_offer() -> None:
    complaint = go(at(Step.RESULT, asked_at=NOW), Signal.UNSATISFIED)
    assert (complaint.step, complaint.final, complaint.asked_at) == (Step.ACT, True, None)


def test_the_second_chance_begins_anew_with_an_apology_of_its_own() -> None:
    before = at(Step.FOLLOW_UP, satisfied=True, apologised_at=NOW, cause="泡沫垫不够", final=True)
    complaint = go(before, Signal.UNSATISFIED)
    assert (complaint.step, complaint.round, complaint.final) == (Step.LISTEN, 2, False)
    assert (complaint.apologised_at, complaint.cause) == (None, "")
    with pytest.raises(Refusal):
        go(complaint, Signal.ACTED)


@pytest.mark.parametrize(
    ("satisfied", "ending"), [(True, Ending.RECOVERED), (False, Ending.ENDED), (None, Ending.ENDED)]
)
def test_only_who_was_satisfied_is_won_back(satisfied: bool | None, ending: Ending) -> None:
    for signal in (Signal.FOLLOWED_UP, Signal.DONE):
        done = advance(at(Step.FOLLOW_UP, satisfied=satisfied), signal, NOW, PLAN, HOURS, actor="老板")
        assert done.ending is ending


def test_what_was_taken_back_counts_as_not_said() -> None:
    complaint = go(at(Step.TALK), Signal.APOLOGISED, sent="对不起")
    assert complaint.step is Step.ANALYSE
    back = go(complaint, Signal.TAKEN_BACK)
    assert (back.step, back.apologised_at) == (Step.TALK, None)
    told = go(go(complaint, Signal.HEARD), Signal.CAUSE, words="漏发", sent="您说的是…")
    assert (told.step, told.cause) == (Step.EXPLAIN, "漏发")
    again = go(told, Signal.TAKEN_BACK)
    assert (again.step, again.cause) == (Step.ANALYSE, "")


def test_how_it_went_is_asked_after_what_was_promised_was_due() -> None:
    due = NOW + timedelta(days=10)
    waits = at(Step.RESULT, remedies=(Remedy(1, RemedyKind.EXCHANGE, "换一瓶", due),))
    assert go(waits, Signal.SATISFIED).due_at >= due + PLAN[Step.FOLLOW_UP][0]


def test_listening_ends_however_long_somebody_goes_on() -> None:
    complaint, now = fresh(), NOW
    for _ in range(100):
        now += timedelta(minutes=5)
        if complaint.due_at <= now:
            break
        complaint = go(complaint, Signal.HEARD, now)
    assert NOW + PLAN[Step.LISTEN][0] < complaint.due_at <= NOW + 6 * PLAN[Step.LISTEN][0]


def test_reminders_come_when_somebody_is_there() -> None:
    night = datetime(2026, 11, 21, 13, 50, tzinfo=UTC)  # ten to ten in the evening, before a Sunday of rest
    monday = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    assert go(fresh(), Signal.DONE, night).due_at == monday


@pytest.mark.parametrize("step", [s for s in Step if s is not Step.CLOSED])
def test_silence_alone_ends_every_complaint(step: Step) -> None:
    complaint, rings = at(step), 0
    while complaint.step is not Step.CLOSED:
        ending = advance(complaint, Signal.TIMEOUT, complaint.due_at, PLAN, HOURS, actor="")
        complaint = moved(complaint, ending)
        rings += 1
        assert rings < 30
    assert ending.ending in (Ending.UNRESOLVED, Ending.SILENT)


DELAYS = st.sampled_from([0, 1, 30, 600, 3600, 86_400, 40 * 86_400])


@given(st.lists(st.tuples(st.sampled_from(SIGNALS), DELAYS, st.booleans()), max_size=40))
def test_whatever_happens_the_rules_hold(happenings: list[tuple[Signal, int, bool]]) -> None:
    complaint, now, apologised, caused = fresh(), NOW, False, False
    for signal, seconds, said in happenings:
        now += timedelta(seconds=seconds)
        if signal is Signal.TIMEOUT:
            now = max(now, complaint.due_at)
        try:
            done = advance(
                complaint, signal, now, PLAN, HOURS, actor="老板", words="一句话", sent="说了" if said else ""
            )
        except Refusal as refused:
            assert "{" not in str(refused)
            continue
        assert (done.ending is None) == (done.move.after is not Step.CLOSED)
        before, complaint = complaint, moved(complaint, done)
        if complaint.step is Step.CLOSED:
            with pytest.raises(Refusal):
                advance(complaint, Signal.HEARD, now, PLAN, HOURS, actor="小丽")
            return
        if (complaint.step, complaint.rung) != (before.step, before.rung):
            assert complaint.due_at > now, "a new step or ring has its deadline ahead"
        apologised, caused = complaint.apologised_at is not None, bool(complaint.cause)
        if complaint.step >= Step.ANALYSE:
            assert apologised, "nobody gets past an apology"
        if complaint.step >= Step.EXPLAIN:
            assert caused


def test_every_move_tells_who_when_what_from_where_to_where() -> None:
    done = advance(at(Step.TALK), Signal.APOLOGISED, NOW, PLAN, HOURS, actor="老板", words="w", sent="对不起")
    assert done.move == Move(NOW, "老板", Signal.APOLOGISED, Step.TALK, Step.ANALYSE, "w", "对不起")
    assert isinstance(TABLE[Step.TALK, Signal.APOLOGISED], Go)
