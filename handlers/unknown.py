"""What the bot does not know it says, and the seller hears of it once, with the question."""

from __future__ import annotations

from bot.core.effects import Effect, NotifySeller, Reply, SetFields
from handlers.situation import Situation
from handlers.wording import alert, said

_ABOUT = "unknown"


def answer(situation: Situation) -> list[Effect]:
    """Hand it to the seller, a question as a question and news as news; 好的 is neither."""
    if situation.reading.nod:
        return []
    words = said(situation.settings, _words(situation))
    asked = SetFields(situation.customer.id, {"asked_seller_at": situation.now})
    return [Reply(words), alert(situation, _ABOUT, "我答不上来，已说你看到就回。"), asked]


def handed_over(effects: list[Effect]) -> bool:
    """Whether `effects` hand a question to the seller."""
    return any(isinstance(e, NotifySeller) and (e.key or "").startswith(f"{_ABOUT}:") for e in effects)


def _words(situation: Situation) -> str:
    texts = situation.settings.texts
    if situation.asked_just_now():
        return texts.unknown_again
    return texts.unknown if situation.reading.question else texts.noted
