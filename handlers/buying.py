"""Two of these, please: the buyer hears what is needed, the seller that somebody wants to buy."""

from __future__ import annotations

from bot.core.effects import Effect, Reply
from handlers.situation import Situation
from handlers.understanding import Topic
from handlers.wording import alert, said


def answer(situation: Situation) -> list[Effect]:
    """Nothing for what is sold out, or where the words say more: 上次买两瓶面霜碎了 wants no more of it."""
    reading = situation.reading
    plain = Topic.BUY in reading.topics and reading.complete and not reading.question
    if not plain or not any(p.stock for p in reading.products):
        return []
    text = said(situation.settings, situation.settings.texts.buying)
    return [Reply(text), alert(situation, "buying", "想买，我请他把收件人、电话和地址发来了。")]
