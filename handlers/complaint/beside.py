"""Facts that a message asks for beside what it complains of."""

from __future__ import annotations

from bot.core.effects import Reply
from handlers import catalogue, faq, parcel
from handlers.situation import Situation
from handlers.understanding import Topic


def parcel_facts(situation: Situation) -> str:
    """Where the parcel is, if that is what they are cross about; empty otherwise. The seller hears once."""
    if not situation.reading.topics & {Topic.PARCEL, Topic.MISSING}:
        return ""
    return "\n".join(e.text for e in parcel.answer(situation) if isinstance(e, Reply))


def facts(situation: Situation) -> str:
    """Everything that the shop's own data answers in this message."""
    answerers = (parcel.answer, catalogue.answer, faq.answer)
    replies = (e.text for answer in answerers for e in answer(situation) if isinstance(e, Reply))
    return "\n".join(dict.fromkeys(replies))
