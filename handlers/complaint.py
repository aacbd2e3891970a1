"""What sounds like a complaint is met with attitude first, and reaches the seller (PRACTICES 14)."""

from __future__ import annotations

from bot.core.effects import Effect, Reply, SetFields
from handlers.situation import Situation
from handlers.understanding import Topic
from handlers.understanding.intents import harms
from handlers.wording import alert, said

_SURE = 0.8
"""From which probability on no ready answer may come first: it would cut the buyer off (PRACTICES 1)."""


def answer(situation: Situation) -> list[Effect]:
    """An apology and who will act, once; then the bot listens. Where the parcel is, the order knows best."""
    reading, meaning = situation.reading, situation.reading.meaning
    if not meaning.is_complaint or reading.topics & {Topic.PARCEL, Topic.MISSING}:
        return []
    if (reading.faqs or reading.topics) and meaning.complaint < _SURE:
        return []
    asked = SetFields(situation.customer.id, {"asked_seller_at": situation.now})
    words = _words(situation)
    told = alert(situation, "complaint", f"像投诉（{meaning.urgency}），{_did(situation, words)}。")
    return [*([Reply(said(situation.settings, words))] if words else []), told, asked]


def _did(situation: Situation, words: str) -> str:
    if words == situation.settings.texts.harm:
        return "我请他先顾人，说你马上联系"
    return "我先道了歉，说你看到就来处理" if words else "我没再插话"


def _words(situation: Situation) -> str:
    """Nothing to who has just been answered: they go on telling, and the same sentence helps nobody."""
    texts = situation.settings.texts
    if harms(situation.reading.normal):
        return texts.harm
    return "" if situation.asked_just_now() else texts.complaint
