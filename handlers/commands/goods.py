"""Which product of the shop a seller means, and how an order's line is written."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rapidfuzz import fuzz

from bot.core.customer import OrderItem
from bot.core.money import CENT
from bot.core.settings import Product
from handlers.understanding.normal import normalise
from handlers.understanding.sounds import letters

ALIKE = 85
"""Of 100: one wrong character in seven."""


def goes_by(product: Product, typed: str) -> bool:
    """Whether `typed` is the product's name or one of its aliases, as configured."""
    return _plain(typed) in (_plain(name) for name in (product.name, *product.aliases))


def product_meant(typed: str, products: Sequence[Product]) -> Product | None:
    """The product of that name or alias, else the only one that sounds, contains or nearly spells it."""
    wanted = _plain(typed)
    spelt = {_plain(name): p for p in products for name in (p.name, *p.aliases)}
    if wanted in spelt:
        return spelt[wanted]
    for close in (_sounds, _inside, _nearly):
        found = {p.name: p for name, p in spelt.items() if close(wanted, name)}
        if len(found) == 1:
            return next(iter(found.values()))
    return None


def _plain(name: str) -> str:
    return normalise(name).replace(" ", "")


def _sounds(wanted: str, name: str) -> bool:
    return len(wanted) > 1 and letters(wanted) == letters(name)


def _inside(wanted: str, name: str) -> bool:
    return len(wanted) > 1 and wanted in name


def _nearly(wanted: str, name: str) -> bool:
    """The end of a Chinese noun and the digits in it say what it is: 面膜 is no 面霜, 30ml no 50ml."""
    same_kind = wanted[-1:] == name[-1:] and _digits(wanted) == _digits(name)
    return same_kind and fuzz.ratio(wanted, name) >= ALIKE


def _digits(name: str) -> str:
    return "".join(c for c in name if c.isdecimal())


def lines(product: str, quantity: int, total: Decimal) -> tuple[OrderItem, ...]:
    """The order lines that cost exactly `total`: where it does not divide, some pieces cost a cent more."""
    cents = int(total / CENT)
    each, dearer = divmod(cents, quantity)
    split = ((quantity - dearer, each), (dearer, each + 1))
    return tuple(OrderItem(product, count, price * CENT) for count, price in split if count)
