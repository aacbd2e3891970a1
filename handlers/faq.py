"""The shop's own answers to what is always asked."""

from __future__ import annotations

from bot.core.effects import Effect, Reply
from handlers.situation import Situation

_MOST = 3


def answer(situation: Situation) -> list[Effect]:
    """The answers to all questions of the message, in their order."""
    answers = [f.answer for f in situation.reading.faqs[:_MOST]]
    return [Reply("\n".join(answers))] if answers else []
