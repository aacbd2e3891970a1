"""What a message means and what to do about it: pure decisions, in the order that this file shows."""

from __future__ import annotations

from datetime import datetime

from bot.core.customer import Customer
from bot.core.effects import Effect, MoveComplaint, OpenComplaint
from bot.core.events import BuyerEvent
from bot.core.settings import Settings
from handlers import (
    buying,
    catalogue,
    consultation,
    faq,
    handover,
    happenings,
    holiday,
    letting_go,
    optout,
    parcel,
    praise,
    referral,
    reply_clock,
    silent_leaver,
    smalltalk,
    suggestion,
    tagging,
    unknown,
)
from handlers.care import review
from handlers.complaint import collecting, opening
from handlers.deciding import Handler, introduced, together
from handlers.profile import filling, same
from handlers.situation import Situation
from handlers.understanding import Reader

__all__ = ["ANSWERERS", "RECORDERS", "decide_event", "decide_message", "needs_silence"]

RECORDERS: tuple[Handler, ...] = (
    tagging.record,
    consultation.record,
    silent_leaver.record,
    collecting.record,
    filling.record,
    referral.record,
    review.record,
)
"""All of them take note of every message."""

ANSWERERS: tuple[Handler, ...] = (
    optout.answer,
    opening.stop,
    handover.answer,
    suggestion.answer,
    opening.answer,
    review.answer,
    together(smalltalk.machine, parcel.answer, catalogue.answer, buying.answer, faq.answer, smalltalk.media),
    smalltalk.courtesy,
    praise.answer,
    letting_go.answer,
    unknown.answer,
)
"""The first that has something to say answers."""


def decide_message(situation: Situation) -> list[Effect]:
    """What a buyer's words lead to: notes, and at most one reply."""
    notes = [effect for record in RECORDERS for effect in record(situation)]
    answers = (answer(situation) for answer in ANSWERERS)
    effects = notes + holiday.told(situation, introduced(situation, next(filter(None, answers), [])))
    return effects + reply_clock.started(situation, effects)


def decide_event(
    customer: Customer, event: BuyerEvent, settings: Settings, now: datetime, reader: Reader
) -> list[Effect]:
    """What follows from anything else that a buyer did, and from whom it shows them to be."""
    return [*happenings.decide_event(customer, event, settings, now, reader), *same.by_union(customer)]


def needs_silence(situation: Situation, effects: list[Effect]) -> bool:
    """Whether the message has no answer of its own yet, so that the buyer's next piece is worth waiting for.

    True for a bare greeting, a product without a question, a question without its product, and for what
    is not understood; whoever waits drops `effects` and decides again on the joined pieces.
    """
    reading = situation.reading
    taken_over = situation.customer.taken_over(situation.now)
    if any(isinstance(effect, OpenComplaint | MoveComplaint) for effect in effects):
        return False  # attitude at once; listening has a silence of its own
    if taken_over or not situation.heard or reading.opt_out or reading.human or reading.machine:
        return False
    return reading.greeting or catalogue.half_asked(situation) or unknown.handed_over(effects)
