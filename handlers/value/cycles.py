"""Until the next purchase: the customer's own cycle, the product's, the label's (PRACTICES 57-59)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import exp, log
from statistics import median

from handlers.value.history import Gap, Purchase, day_text, pieces_by_day

OWN_STRENGTH = 4
"""The product's cycle weighs as much as so many gaps of the customer's own (docs/prediction.md)."""
PRODUCT_STRENGTH = 5
"""The label's days weigh as much as so many customers who bought the product again."""
_MUCH = 1.1
"""From this ratio on, a reason names the figure that moved the result."""


class Basis(StrEnum):
    """What a cycle rests on most."""

    OWN = "own"
    PRODUCT = "product"
    SHOP = "shop"
    LABEL = "label"
    GUESS = "guess"


_PRIOR = {
    Basis.PRODUCT: "这款",
    Basis.SHOP: "店里",
    Basis.LABEL: "用量说明",
    Basis.GUESS: "默认",
    Basis.OWN: "他平时",
}


@dataclass(frozen=True, slots=True)
class Cycle:
    """Days per piece (or per purchase of anything), more than 0; `reason` is a sentence for the seller."""

    days: float
    basis: Basis
    reason: str


@dataclass(frozen=True, slots=True)
class RunOut:
    """The day on which what was bought last will be used up, and why."""

    day: date
    reason: str


def own_median(gaps: Iterable[Gap]) -> float | None:
    """The customer's own median of days per piece, their one vote on a product; None without a gap."""
    days = [g.per_piece for g in gaps if g.days > 0]
    return median(days) if days else None


def label_cycle(use_days: int | None, default_days: int) -> Cycle:
    """What is known before anybody bought again: the label's days, else the shop's default."""
    if use_days is not None and use_days > 0:
        return Cycle(float(use_days), Basis.LABEL, f"按用量说明，约 {use_days} 天")
    return Cycle(float(default_days), Basis.GUESS, f"还没人回购过，先按 {default_days} 天")


def product_cycle(votes: Sequence[float], label: Cycle) -> Cycle:
    """A product's days per piece: the median of the customers' own medians, drawn towards the label.

    One vote each: somebody who buys every week says no more than others about how long a piece lasts.
    """
    return _cycle_of_many(votes, label, Basis.PRODUCT, "按这款")


def shop_cycle(votes: Sequence[float], default: Cycle) -> Cycle:
    """Days between purchases of anything in this shop, the same way."""
    return _cycle_of_many(votes, default, Basis.SHOP, "按店里")


def _cycle_of_many(votes: Sequence[float], prior: Cycle, basis: Basis, by: str) -> Cycle:
    if not votes:
        return prior
    days = _drawn(median(votes), len(votes), prior.days, PRODUCT_STRENGTH)
    reason = f"{by} {len(votes)} 位客人的回购间隔{_leaning(median(votes), days, prior)}，约 {_days(days)} 天"
    return Cycle(days, basis, reason)


def own_cycle(gaps: Sequence[Gap], prior: Cycle, strength: float = OWN_STRENGTH) -> Cycle:
    """The customer's own median gap, drawn towards `prior` (the product's or the shop's cycle).

    The fewer the gaps, the more the prior weighs; without any it is the prior itself.
    """
    own = own_median(gaps)
    if own is None:
        return prior
    count = sum(g.days > 0 for g in gaps)
    days = _drawn(own, count, prior.days, strength)
    reason = f"按他自己 {count + 1} 次购买的间隔{_leaning(own, days, prior)}，约 {_days(days)} 天"
    return Cycle(days, Basis.OWN, reason)


def run_out(bought: Sequence[Purchase], product: str, cycle: Cycle) -> RunOut | None:
    """When the latest pieces of `product` will be used up (PRACTICES 58); None if none were bought.

    cycle: days per piece.
    """
    stock = pieces_by_day(bought, product)
    if not stock:
        return None
    last = max(stock)
    pieces = max(stock[last], 1)
    day = last + timedelta(days=round(cycle.days * pieces))
    many = f"，买了 {pieces} 件" if pieces > 1 else ""
    return RunOut(
        day, f"{day_text(last)}买的{product}{many}；{cycle.reason}用完一件，{day_text(day)}前后用完"
    )


def _drawn(seen: float, count: int, prior: float, strength: float) -> float:
    """Between what was seen and the prior, by ratios: many gaps are short and a few very long."""
    return exp((count * log(seen) + strength * log(prior)) / (count + strength))


def _leaning(own: float, days: float, prior: Cycle) -> str:
    if max(own, days) < _MUCH * min(own, days):
        return ""
    return f"（{_days(own)} 天），参考{_PRIOR[prior.basis]}的 {_days(prior.days)} 天"


def _days(days: float) -> int:
    return max(round(days), 1)
