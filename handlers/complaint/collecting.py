"""An open complaint goes on: what the buyer adds is kept, and nothing canned cuts in (PRACTICES 1)."""

from __future__ import annotations

from bot.core.complaint import Complaint, Signal, Step
from bot.core.effects import Effect, Reply
from handlers.complaint import result
from handlers.complaint.hearing import hear
from handlers.complaint.matter import belongs
from handlers.complaint.passing_on import how_to, passed_on
from handlers.complaint.signs import complains, has_its_answer
from handlers.situation import Situation


def record(situation: Situation) -> list[Effect]:
    """What is said while a person has the conversation belongs to the complaint too; he reads it himself."""
    if not situation.customer.taken_over(situation.now):
        return []
    complaint = belongs(situation)
    if complaint is None or situation.reading.opt_out or has_its_answer(situation):
        return []
    return [hear(situation, complaint, Signal.HEARD)]


def listen(situation: Situation, complaint: Complaint) -> list[Effect]:
    """Step 1: everything belongs to it, and is left without an answer; the deadline tells the seller.

    Only who asks where to complain is told, once.
    """
    text = how_to(situation, complaint)
    reply: list[Effect] = [Reply(text)] if text else []
    return [*reply, hear(situation, complaint, Signal.HEARD, text)]


def collect(situation: Situation, complaint: Complaint) -> list[Effect]:
    """Steps 2 to 7, and 9 before the bot has asked: a plain question is the others' to answer."""
    if complaint.step is Step.FOLLOW_UP:
        return result.unsatisfied(situation, complaint) if complains(situation) else []
    return [] if has_its_answer(situation) else passed_on(situation, complaint)
