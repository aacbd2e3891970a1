"""What sounds like a complaint is met with attitude first, and reaches the seller (PRACTICES 14)."""

from __future__ import annotations

from bot.core.effects import Effect, Reply, SetFields
from handlers.situation import Situation
from handlers.understanding import Topic
from handlers.wording import alert, said

_SURE = 0.8
"""From which probability on no ready answer may come first: it would cut the buyer off (PRACTICES 1)."""


def answer(situation: Situation) -> list[Effect]:
    """An apology and who will act; not twice the same sentence. Where the parcel is, the order knows best."""
    reading, meaning = situation.reading, situation.reading.meaning
    if not meaning.is_complaint or reading.topics & {Topic.PARCEL, Topic.MISSING}:
        return []
    if (reading.faqs or reading.topics) and meaning.complaint < _SURE:
        return []
    texts = situation.settings.texts
    words = texts.unknown_again if situation.asked_just_now() else texts.complaint
    asked = SetFields(situation.customer.id, {"asked_seller_at": situation.now})
    told = alert(situation, "complaint", f"像投诉（{meaning.urgency}），我先道了歉，说你看到就来处理。")
    return [Reply(said(situation.settings, words)), told, asked]
