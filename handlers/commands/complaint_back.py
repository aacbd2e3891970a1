"""What was done to a complaint by mistake is undone: 撤 takes a move back, 不是投诉 the whole of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.core.complaint import Complaint, Move, Signal, Step
from bot.core.effects import DropRemedy, Effect, MoveComplaint
from handlers.commands import complaint_verdict
from handlers.commands.complaint_case import Case, done, moved, named_by, step_name, unsaid
from handlers.commands.complaint_giving import AND
from handlers.commands.complaint_offers import given
from handlers.commands.desk import Desk
from storage.queries.outbox import Unsent
from storage.queries.readings import Said

_BEGINNING = 200
"""Characters of a buyer's words by which a complaint is known."""


def withdrawn(desk: Desk, here: Sequence[Unsent]) -> tuple[list[Effect], list[str]]:
    """What follows from taking these messages back, and what the seller is told of it."""
    effects: list[Effect] = []
    lines: list[str] = []
    for key in desk.pushed_under(here).values():
        named = named_by(key)
        if named is not None and named[2]:  # what only follows the first message takes no step back
            more, told = _taken_back(desk, named[0], named[1])
            effects += more
            lines.append(told)
    return effects, lines


def _taken_back(desk: Desk, number: int, place: int) -> tuple[list[Effect], str]:
    record = desk.complaint(number)
    if record is None:
        return [], ""
    if record.ending:
        return [], f"投诉 {number} 已经结束（{record.ending}），没动。"
    case = Case.of(desk, record.complaint)
    moves = case.complaint.moves
    if place >= len(moves) or any(m.before is not m.after for m in moves[place + 1 :]):
        return [], f"投诉 {number} 后来又走了一步，还在 {step_name(record.complaint.step)}。"
    # what only waited since then does not keep it from being the last
    last = replace(case, complaint=replace(case.complaint, moves=moves[: place + 1]))
    move = moves[place]
    step = last.advanced(Signal.TAKEN_BACK, move.sent)
    changes = {**step.changes, **_as_before(case.complaint, move, place)}
    dropped = _promised_with(case.complaint, move)
    later = unsaid(moved(case, step.move, changes))
    later = replace(later, remedies=_without(case.complaint, dropped))
    c = case.complaint
    effects: list[Effect] = [MoveComplaint(c.id, c.customer_id, step.move, changes)]
    effects += [DropRemedy(remedy, c.customer_id) for remedy in dropped]
    return effects, f"{case.line} 退回 {step_name(later.step)}，这一步不算。\n{case.next_step(later)}"


def _as_before(complaint: Complaint, move: Move, place: int) -> dict[str, Any]:
    """Facts that came with the move, as they were before it; the machine knows only how to clear them."""
    earlier = _this_round(complaint.moves[:place])
    match move.signal:
        case Signal.COMPENSATED:
            gifts = [given(m.words) for m in complaint.moves[:place] if _gave(m)]
            costs = [gift.cost for gift in gifts if gift.cost is not None]
            words = AND.join(gift.words for gift in gifts)
            return {"compensation": words, "cost": sum(costs, Decimal()) if costs else None}
        case Signal.SATISFIED:
            answers = [
                m.signal
                for m in complaint.moves[:place]
                if m.signal in (Signal.SATISFIED, Signal.UNSATISFIED)
            ]
            return {"satisfied": answers[-1] is Signal.SATISFIED if answers else None}
        case Signal.APOLOGISED if move.before is move.after:
            return {"apologised_at": _last_apology(earlier)}
        case Signal.CAUSE:
            causes = [m.words for m in earlier if m.signal is Signal.CAUSE and m.sent]
            return {"cause": causes[-1] if causes else ""}
    return {}


def _gave(move: Move) -> bool:
    return move.signal is Signal.COMPENSATED and bool(move.sent)


def _this_round(moves: Sequence[Move]) -> Sequence[Move]:
    """Since the last second chance, which begins with nothing said (`steps`)."""
    begins = (n for n, m in enumerate(moves) if m.before is Step.FOLLOW_UP and m.after is Step.LISTEN)
    return moves[max(begins, default=-1) + 1 :]


def _last_apology(moves: Sequence[Move]) -> datetime | None:
    """The latest that stands; None if there is none."""
    told = [m.at for m in moves if m.sent and (m.signal is Signal.APOLOGISED or m.before is Step.APOLOGISE)]
    return told[-1] if told else None


def _promised_with(complaint: Complaint, move: Move) -> list[int]:
    """The remedy that this move promised is the newest."""
    if move.signal is not Signal.ACTED or not complaint.remedies:
        return []
    return [max(remedy.id for remedy in complaint.remedies)]


def _without(complaint: Complaint, dropped: Sequence[int]) -> tuple[Any, ...]:
    return tuple(remedy for remedy in complaint.remedies if remedy.id not in dropped)


def no_complaint(desk: Desk, said: Said) -> list[Effect]:
    """These words were no complaint: the one that they opened ends; empty if there is none.

    Its last effect is the answer to the seller.
    """
    number = desk.complaint_opened_by(said) or _begun_with(desk, said)
    record = desk.complaint(number) if number else None
    if record is None or record.ending:
        return []
    case = Case.of(desk, record.complaint)
    return done(case, complaint_verdict.no_complaint(case))


def _begun_with(desk: Desk, said: Said) -> int | None:
    """Words that came in pieces open a complaint without a message of its own."""
    found = [c for one in desk.customers([said.customer_id]) for c in one.complaints]
    mine = (c.id for c in found if c.opened_at >= said.at and c.words.startswith(said.text[:_BEGINNING]))
    return max(mine, default=None)
