"""The machine: which step follows which, on what signal. A total table, and `advance` over it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from bot.core.complaint import STEP_NAMES, Complaint, Ending, Move, Signal, Step
from bot.core.hours import OpeningHours

LONGEST_LISTENING = 6
"""However long a buyer goes on, listening ends after so many of its spans."""


@dataclass(frozen=True, slots=True)
class Go:
    """On to `to`; a `to` of CLOSED says how it ended."""

    to: Step
    ending: Ending | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """Noted; the step is the same."""


@dataclass(frozen=True, slots=True)
class Back:
    """To where the last move came from."""


@dataclass(frozen=True, slots=True)
class No:
    """Refused, with the reason and the line to type instead; `{n}` stands for the complaint's number."""

    reason: str


Rule = Go | Stay | Back | No

_APOLOGY_FIRST = No("还没道歉，道歉不能跳过。打：投诉 {n} 道歉")
_CAUSE_FIRST = No("先说清原因，再往下走。打：投诉 {n} 原因 一句话")
_ACTION_FIRST = No("先定怎么办，再谈补偿。打：投诉 {n} 方案 换货 明天（退货 退款 换货 补发 维修都行）")
_NOT_ASKED_YET = No("事情还没办完，没到问满意这一步。打 投诉 {n} 看走到哪了；不办了打：投诉 {n} 结束 为什么")
_RESULT_FIRST = No("还没问他满意不满意，先不回访。他说过了就打：投诉 {n} 满意（或 不满意）")
_DONE_ALREADY = No("方案和补偿都定了，等他说满意不满意。他说过了就打：投诉 {n} 满意（或 不满意）")
_FOLLOWING_UP = No("已经到回访这一步。他又不满意就打：投诉 {n} 不满意，会重新处理")
_CLOSED = No("这件投诉已经结束了。他又来说，会开一件新的")

_OPEN = tuple(step for step in Step if step is not Step.CLOSED)
_ANY_TIME: Mapping[Signal, Rule] = {
    Signal.HEARD: Stay(),
    Signal.TAKEN_BACK: Back(),
    Signal.MISREAD: Go(Step.CLOSED, Ending.MISREAD),
    Signal.ENDED: Go(Step.CLOSED, Ending.ENDED),
}
_GIVEN_UP = Go(Step.CLOSED, Ending.UNRESOLVED)
_BY_STEP: Mapping[Step, Mapping[Signal, Rule]] = {
    Step.LISTEN: {
        Signal.DONE: Go(Step.TALK),
        Signal.APOLOGISED: Go(Step.ANALYSE),  # who apologises has listened and talked
        Signal.TIMEOUT: Go(Step.TALK),
    },
    Step.TALK: {
        Signal.DONE: Go(Step.APOLOGISE),
        Signal.APOLOGISED: Go(Step.ANALYSE),
        Signal.TIMEOUT: _GIVEN_UP,
    },
    Step.APOLOGISE: {
        Signal.DONE: Go(Step.ANALYSE),
        Signal.APOLOGISED: Go(Step.ANALYSE),
        Signal.TIMEOUT: _GIVEN_UP,
    },
    Step.ANALYSE: {
        Signal.APOLOGISED: Stay(),
        Signal.CAUSE: Go(Step.EXPLAIN),  # not 完成: the cause is to be on record
        Signal.TIMEOUT: _GIVEN_UP,
    },
    Step.EXPLAIN: {
        Signal.DONE: Go(Step.ACT),
        Signal.APOLOGISED: Stay(),
        Signal.CAUSE: Stay(),
        Signal.EXPLAINED: Go(Step.ACT),
        Signal.ACTED: Go(Step.COMPENSATE),  # a cause told to the buyer may be explanation enough
        Signal.TIMEOUT: _GIVEN_UP,
    },
    Step.ACT: {
        Signal.APOLOGISED: Stay(),
        Signal.CAUSE: Stay(),
        Signal.EXPLAINED: Stay(),
        Signal.ACTED: Go(Step.COMPENSATE),  # not 完成: an action, not words (PRACTICES 6)
        Signal.TIMEOUT: _GIVEN_UP,
    },
    Step.COMPENSATE: {
        Signal.DONE: Go(Step.RESULT),
        Signal.APOLOGISED: Stay(),
        Signal.CAUSE: Stay(),
        Signal.EXPLAINED: Stay(),
        Signal.ACTED: Stay(),
        Signal.COMPENSATED: Go(Step.RESULT),
        Signal.TIMEOUT: _GIVEN_UP,
    },
    Step.RESULT: {
        Signal.DONE: Go(Step.FOLLOW_UP),
        Signal.ACTED: Stay(),
        Signal.COMPENSATED: Stay(),
        Signal.SATISFIED: Go(Step.FOLLOW_UP),
        Signal.UNSATISFIED: Go(Step.ACT),
        Signal.TIMEOUT: Go(Step.FOLLOW_UP),
    },
    Step.FOLLOW_UP: {
        Signal.DONE: Go(Step.CLOSED, Ending.RECOVERED),
        Signal.SATISFIED: Go(Step.CLOSED, Ending.RECOVERED),
        Signal.UNSATISFIED: Go(Step.LISTEN),
        Signal.FOLLOWED_UP: Go(Step.CLOSED, Ending.RECOVERED),
        Signal.TIMEOUT: Go(Step.CLOSED, Ending.SILENT),
    },
    Step.CLOSED: {},
}
_OTHERWISE: Mapping[Step, No] = {
    Step.LISTEN: _APOLOGY_FIRST,
    Step.TALK: _APOLOGY_FIRST,
    Step.APOLOGISE: _APOLOGY_FIRST,
    Step.ANALYSE: _CAUSE_FIRST,
    Step.EXPLAIN: _ACTION_FIRST,
    Step.ACT: _ACTION_FIRST,
    Step.COMPENSATE: _NOT_ASKED_YET,
    Step.RESULT: _DONE_ALREADY,
    Step.FOLLOW_UP: _FOLLOWING_UP,
    Step.CLOSED: _CLOSED,
}


def _rule(step: Step, signal: Signal) -> Rule:
    if (step, signal) == (Step.RESULT, Signal.FOLLOWED_UP):
        return _RESULT_FIRST
    any_time = _ANY_TIME if step in _OPEN else {}
    return _BY_STEP[step].get(signal) or any_time.get(signal) or _OTHERWISE[step]


_SIGNALS: tuple[Signal, ...] = tuple(signal for signal in Signal if signal is not Signal.OPENED)
TABLE: Mapping[tuple[Step, Signal], Rule] = MappingProxyType(
    {(step, signal): _rule(step, signal) for step in Step for signal in _SIGNALS}
)
"""Every step with every signal: nothing is left to chance."""

Plan = Mapping[Step, Sequence[timedelta]]
"""How long each step waits, ring after ring; the last ring is the table's TIMEOUT."""


@dataclass(frozen=True, slots=True)
class Advance:
    """What a signal does: the move, and the fields of the complaint that change with it."""

    move: Move
    changes: Mapping[str, Any]
    ending: Ending | None = None


class Refusal(Exception):
    """A signal that this step does not take; the message says what to type instead."""


def opening(now: datetime, plan: Plan) -> dict[str, Any]:
    """The fields with which a complaint begins."""
    return {"step": Step.LISTEN, "opened_at": now, "entered_at": now, "due_at": now + plan[Step.LISTEN][0]}


def advance(
    complaint: Complaint,
    signal: Signal,
    now: datetime,
    plan: Plan,
    hours: OpeningHours,
    *,
    actor: str,
    words: str = "",
    sent: str = "",
) -> Advance:
    """The complaint after `signal`; Refusal if its step does not take it.

    words: what was said or done. sent: what the buyer is told with it. A ring that is not the last one
    of its step stays, with the next ring set.
    """
    rule = TABLE[complaint.step, signal]
    if isinstance(rule, No):
        raise Refusal(rule.reason.replace("{n}", str(complaint.id)))
    if signal is Signal.TIMEOUT and complaint.rung + 1 < len(plan[complaint.step]):
        rule = Stay()
    after = _after(complaint, rule)
    move = Move(now, actor, signal, complaint.step, after, words, sent)
    changes = _facts(complaint, signal, now, words) | _clock(complaint, signal, after, now, plan, hours)
    return Advance(move, changes, _ending(complaint, rule, signal))


def _after(complaint: Complaint, rule: Rule) -> Step:
    match rule:
        case Go(to):
            return to
        case Back():
            last = last_said(complaint)
            return last.before if last else complaint.step
        case _:
            return complaint.step


def last_said(complaint: Complaint) -> Move | None:
    """The seller's last move, if it told the buyer something and nothing has moved since."""
    moves = [m for m in complaint.moves if m.signal is not Signal.HEARD]
    return moves[-1] if moves and moves[-1].sent and moves[-1].after is complaint.step else None


def _ending(complaint: Complaint, rule: Rule, signal: Signal) -> Ending | None:
    if not isinstance(rule, Go) or rule.ending is None:
        return None
    unheard = signal in (Signal.DONE, Signal.FOLLOWED_UP) and complaint.satisfied is not True
    return Ending.ENDED if rule.ending is Ending.RECOVERED and unheard else rule.ending


def _facts(complaint: Complaint, signal: Signal, now: datetime, words: str) -> dict[str, Any]:
    """What is known by the signal itself."""
    match signal:
        case Signal.HEARD:
            return {"heard_at": now}
        case Signal.APOLOGISED:
            return {"apologised_at": now}
        case Signal.DONE if complaint.step is Step.APOLOGISE:
            return {"apologised_at": now}
        case Signal.CAUSE:
            return {"cause": words}
        case Signal.COMPENSATED:
            return {"compensation": words}
        case Signal.SATISFIED:
            return {"satisfied": True}
        case Signal.UNSATISFIED if complaint.step is Step.FOLLOW_UP:  # the second chance begins anew
            anew = {"round": complaint.round + 1, "final": False, "apologised_at": None, "cause": ""}
            return {"satisfied": False, **anew}
        case Signal.UNSATISFIED:
            return {"satisfied": False, "final": True}
        case Signal.TAKEN_BACK:
            return _taken_back(complaint)
    return {}


def _taken_back(complaint: Complaint) -> dict[str, Any]:
    last = last_said(complaint)
    if last is None:
        return {}
    first = last.signal is Signal.APOLOGISED and last.before < Step.ANALYSE
    if first or last.before is Step.APOLOGISE:
        return {"apologised_at": None}
    match last.signal:
        case Signal.CAUSE:
            return {"cause": ""}
        case Signal.COMPENSATED:
            return {"compensation": "", "cost": None}
    return {}


def _clock(
    complaint: Complaint, signal: Signal, after: Step, now: datetime, plan: Plan, hours: OpeningHours
) -> dict[str, Any]:
    """The step, when it began, and when the bot looks at it next."""
    if after is Step.CLOSED:
        return {"step": after, "closed_at": now}
    if after is not complaint.step:
        return {
            "step": after,
            "entered_at": now,
            "asked_at": now if after is Step.RESULT else None,
            "rung": 0,
            "due_at": _begins(complaint, after, now, plan, hours),
        }
    if signal is Signal.TIMEOUT:
        rung = complaint.rung + 1
        return {"rung": rung, "due_at": hours.from_opening(now + plan[after][rung])}
    if signal is Signal.HEARD and after is Step.LISTEN:
        span = plan[after][0]
        quiet = min(now + span, complaint.entered_at + LONGEST_LISTENING * span)
        return {"due_at": quiet} if quiet > now else {}
    return {}


def _begins(complaint: Complaint, step: Step, now: datetime, plan: Plan, hours: OpeningHours) -> datetime:
    """The first deadline of a step: listening goes on at any hour, everything else when somebody is there."""
    span = plan[step][0]
    if step is Step.LISTEN:
        return now + span
    if step is Step.FOLLOW_UP:  # how it went is asked after what was promised has been due
        now = max([now, *(remedy.due_at for remedy in complaint.open_remedies)])
    return hours.from_opening(now + span)


def check(plan: Plan) -> list[str]:
    """What would make the machine stick: empty, or a line per fault (checked at start)."""
    faults = [f"{STEP_NAMES[step]} 没有期限" for step in _OPEN if not plan.get(step)]
    faults += [f"{STEP_NAMES[step]} 到期以后没有去处" for step in _OPEN if not _ends(step)]
    faults += [f"{STEP_NAMES[step]} 进得去出不来" for step in _OPEN if not _left(step)]
    entered = {Step.LISTEN} | {rule.to for rule in TABLE.values() if isinstance(rule, Go)}
    return faults + [f"走不到 {STEP_NAMES[step]}" for step in Step if step not in entered]


def _left(step: Step) -> bool:
    """Whether a person's word leads away from here."""
    return any(isinstance(TABLE[step, s], Go) for s in _SIGNALS if s not in (Signal.TIMEOUT, *_ANY_TIME))


def _ends(step: Step) -> bool:
    """Whether timeouts alone lead from here to the end."""
    seen: set[Step] = set()
    while step not in seen and step is not Step.CLOSED:
        seen.add(step)
        rule = TABLE[step, Signal.TIMEOUT]
        step = rule.to if isinstance(rule, Go) else step
    return step is Step.CLOSED
