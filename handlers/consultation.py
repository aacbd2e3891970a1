"""Who asks before buying is put on record, so that nobody is forgotten (PRACTICES 106)."""

from __future__ import annotations

from bot.core.customer import Customer, OrderStatus
from bot.core.effects import Effect, OpenConsultation
from handlers.in_mind import asked_about
from handlers.situation import Situation
from handlers.understanding import Reading, Topic
from handlers.wording import quoted

_VOID = (OrderStatus.CANCELLED, OrderStatus.REFUNDED)


def record(situation: Situation) -> list[Effect]:
    """A question before any order, with its product (None if it is about none) and its words."""
    if _has_bought(situation.customer) or not _asks_to_buy(situation.reading):
        return []
    named = situation.reading.products or (asked_about(situation),)
    words = quoted(situation.text)
    return [OpenConsultation(situation.customer.id, p.name if p else None, words) for p in named]


def _has_bought(customer: Customer) -> bool:
    return any(o.status not in _VOID for o in customer.orders)


def _asks_to_buy(reading: Reading) -> bool:
    if (
        reading.greeting
        or reading.opt_out
        or reading.human
        or reading.machine
        or reading.meaning.is_complaint
    ):
        return False
    if reading.topics & {Topic.PARCEL, Topic.MISSING}:
        return False
    return bool(reading.question or reading.topics or reading.faqs or (reading.products and reading.complete))
