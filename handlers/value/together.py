"""Bought together: a hint for the seller's next line (PRACTICES 67)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from bot.core.value_settings import TogetherSettings


@dataclass(frozen=True, slots=True)
class Hint:
    """Another product: how many baskets had both, and how many times oftener than by chance."""

    product: str
    baskets: int
    lift: float
    reason: str


@dataclass(slots=True)
class Together:
    """Counts of baskets, products and pairs, kept basket by basket; a basket is one order's products.

    Equal baskets in any order give equal counts; taking one back undoes adding it exactly.
    """

    baskets: int = 0
    products: Counter[str] = field(default_factory=Counter)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, products: Iterable[str]) -> None:
        """Count a basket; a product twice in it counts once, an empty basket not at all."""
        if basket := sorted(set(products)):
            self.baskets += 1
            self.products.update(basket)
            self.pairs.update(combinations(basket, 2))

    def take_back(self, products: Iterable[str]) -> None:
        """Uncount a basket that was refunded; ValueError if it cannot have been added."""
        basket = sorted(set(products))
        pairs = list(combinations(basket, 2))
        if any(self.products[p] < 1 for p in basket) or any(self.pairs[pair] < 1 for pair in pairs):
            raise ValueError("这一单没有计过数")
        if basket:
            self.baskets -= 1
            self.products = self.products - Counter(basket)
            self.pairs = self.pairs - Counter(pairs)

    def hints(self, product: str, settings: TogetherSettings) -> tuple[Hint, ...]:
        """What goes with `product`, best first: seen often enough and oftener than by chance."""
        found = [
            h for h in self._partners(product) if h.baskets >= settings.baskets and h.lift >= settings.lift
        ]
        return tuple(sorted(found, key=lambda h: (-h.lift, -h.baskets, h.product))[: settings.most])

    def _partners(self, product: str) -> Iterator[Hint]:
        for pair, both in self.pairs.items():
            if product in pair:
                other = pair[1] if pair[0] == product else pair[0]
                lift = both * self.baskets / (self.products[product] * self.products[other])
                share = f"买{product}的 {self.products[product]} 单里，{both} 单也买了{other}"
                yield Hint(other, both, lift, share)
