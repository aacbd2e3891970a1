"""Who thinks it over, does not buy, or needs no answer any more is let go with one friendly word."""

from __future__ import annotations

from bot.core.effects import Effect, Reply
from handlers.consultation.objections import declined, objections_in
from handlers.reply_clock import no_longer_asked
from handlers.situation import Situation
from handlers.wording import said

_LATER = "再想想"
_LONGEST = 20


def answer(situation: Situation) -> list[Effect]:
    """A word, and nobody is fetched for it; nothing where something is asked or wrong."""
    reading = situation.reading
    if reading.question or reading.meaning.is_complaint or len(reading.normal) > _LONGEST:
        return []
    if no_longer_asked(situation):
        return [Reply(said(situation.settings, situation.settings.texts.never_mind))]
    if not situation.customer.consultations:
        return []
    words = situation.settings.consultations.objections
    if declined(reading, words) is None and _LATER not in objections_in(reading, words):
        return []
    return [Reply(said(situation.settings, situation.settings.texts.no_hurry))]
