"""Which product a buyer means who names none: 那多少钱, 怎么用."""

from __future__ import annotations

from datetime import timedelta

from bot.core.customer import Customer
from bot.core.settings import Product, Settings
from handlers.situation import Situation

INTEREST = "关注"
"""Tags of interest are this word and the product's name."""
_REMEMBERED = timedelta(hours=24)


def asked_about(situation: Situation) -> Product | None:
    """What they asked about last, within a day; or the one thing that the shop sells."""
    customer, settings = situation.customer, situation.settings
    if len(settings.products) == 1:
        return settings.products[0]
    tags = [t for t in customer.tags if t.name.startswith(INTEREST)]
    mentions = [(t.last_at, t.name.removeprefix(INTEREST)) for t in tags]
    mentions += [(c.last_at, c.product) for c in customer.consultations if c.product]
    known = {p.name: p for p in settings.products}
    recent = [(at, known[n]) for at, n in mentions if n in known and situation.now - at <= _REMEMBERED]
    return max(recent, key=lambda m: m[0], default=(None, None))[1]


def bought(customer: Customer, settings: Settings) -> Product | None:
    """The first product of their latest order."""
    names = [i.product for o in customer.orders[:1] for i in o.items[:1]]
    return next((p for n in names for p in settings.products if n.startswith(p.name)), None)
