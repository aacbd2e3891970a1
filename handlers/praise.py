"""Praise is thanked for and reaches the seller, as one of the best moments for a word about friends (123)."""

from __future__ import annotations

from bot.core.effects import Effect, Reply
from handlers.situation import Situation
from handlers.understanding.meaning import Intent
from handlers.wording import alert, said

_SURE = 0.5


def answer(situation: Situation) -> list[Effect]:
    """Thanks, and nobody has to answer; nothing where something is asked, wrong, or still complained of."""
    meaning, reading = situation.reading.meaning, situation.reading
    if meaning.intent is not Intent.PRAISE or meaning.share(Intent.PRAISE) < _SURE or reading.question:
        return []
    if meaning.is_complaint or situation.customer.complaints:
        return []
    told = alert(situation, "praise", "夸我们呢，我谢过了。正是请他介绍朋友的好时候。", awaits=False)
    return [Reply(said(situation.settings, situation.settings.texts.praised)), told]
