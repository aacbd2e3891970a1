"""What a message means and what to do about it: pure decisions, in the order that this file shows."""

from __future__ import annotations

from bot.core.effects import Effect
from handlers import (
    buying,
    catalogue,
    complaint,
    consultation,
    faq,
    handover,
    optout,
    parcel,
    smalltalk,
    tagging,
    unknown,
)
from handlers.deciding import Handler, introduced, together
from handlers.happenings import decide_event
from handlers.situation import Situation

__all__ = ["ANSWERERS", "RECORDERS", "decide_event", "decide_message", "needs_silence"]

RECORDERS: tuple[Handler, ...] = (tagging.record, consultation.record)
"""All of them take note of every message."""

ANSWERERS: tuple[Handler, ...] = (
    optout.answer,
    handover.answer,
    complaint.answer,
    together(smalltalk.machine, parcel.answer, catalogue.answer, buying.answer, faq.answer, smalltalk.media),
    smalltalk.courtesy,
    unknown.answer,
)
"""The first that has something to say answers."""


def decide_message(situation: Situation) -> list[Effect]:
    """What a buyer's words lead to: notes, and at most one reply."""
    notes = [effect for record in RECORDERS for effect in record(situation)]
    answers = (answer(situation) for answer in ANSWERERS)
    return notes + introduced(situation, next(filter(None, answers), []))


def needs_silence(situation: Situation, effects: list[Effect]) -> bool:
    """Whether the message has no answer of its own yet, so that the buyer's next piece is worth waiting for.

    True for a bare greeting, a product without a question, a question without its product, and for what
    is not understood; whoever waits drops `effects` and decides again on the joined pieces.
    """
    reading = situation.reading
    taken_over = situation.customer.taken_over(situation.now)
    if taken_over or not situation.heard or reading.opt_out or reading.human or reading.machine:
        return False
    return reading.greeting or catalogue.half_asked(situation) or unknown.handed_over(effects)
