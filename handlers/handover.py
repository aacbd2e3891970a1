"""Where a person talks, the bot does not (PRACTICES, hate 13); who asks for a person gets one."""

from __future__ import annotations

from bot.core.effects import Effect, Reply
from handlers.situation import Situation
from handlers.wording import alert, said


def answer(situation: Situation) -> list[Effect]:
    """Pass the words on while the seller has taken over; else fetch the seller who is asked for."""
    if situation.customer.taken_over(situation.now):
        return [alert(situation, "words", f"你接管着，我没出声；说完打：交还 {situation.customer.called}")]
    if situation.reading.human:
        text = said(situation.settings, situation.settings.texts.human)
        return [Reply(text), alert(situation, "human", "要找真人，我说你看到就回。")]
    return []
