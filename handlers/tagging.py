"""What a buyer shows interest in becomes a tag."""

from __future__ import annotations

from bot.core.customer import TagSource
from bot.core.effects import AddTag, Effect
from handlers.in_mind import INTEREST
from handlers.situation import Situation
from handlers.understanding import Topic
from handlers.wording import quoted

_ABOUT_AN_ORDER = {Topic.PARCEL, Topic.MISSING}


def record(situation: Situation) -> list[Effect]:
    """A tag for every product asked about; 我的面霜到哪了 asks about a parcel."""
    reading = situation.reading
    asks = reading.question or reading.topics or reading.faqs or reading.complete
    if reading.topics & _ABOUT_AN_ORDER or not asks:
        return []
    words, customer = quoted(situation.text), situation.customer.id
    return [AddTag(customer, INTEREST + p.name, TagSource.BOT, words) for p in reading.products]
