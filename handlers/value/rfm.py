"""RFM: how lately, how often, how much, each 1 to 5 (PRACTICES 50)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from bot.core.value_settings import RfmSettings
from handlers.value.history import Summary

HIGH = 4
"""From here on a score counts as high when customers are named by it."""

_NAMES = {
    (True, True, True): "重要价值客户",
    (True, False, True): "重要发展客户",
    (False, True, True): "重要保持客户",
    (False, False, True): "重要挽留客户",
    (True, True, False): "一般价值客户",
    (True, False, False): "一般发展客户",
    (False, True, False): "一般保持客户",
    (False, False, False): "一般挽留客户",
}

GROUPS = tuple(_NAMES.values())
"""Best first."""

N = TypeVar("N", int, Decimal)


@dataclass(frozen=True, slots=True)
class Scale:
    """Where each score begins: four cuts per figure, and whether they are the shop's own quintiles."""

    recency: tuple[int, ...]
    orders: tuple[int, ...]
    spent: tuple[Decimal, ...]
    own: bool = False


@dataclass(frozen=True, slots=True)
class Rfm:
    """Three scores, 1 (low) to 5 (high)."""

    recency: int
    frequency: int
    monetary: int

    def __str__(self) -> str:
        return f"{self.recency}{self.frequency}{self.monetary}"

    @property
    def name(self) -> str:
        """One of the eight groups every Chinese shop system uses: 重要价值客户 …"""
        return _NAMES[self.recency >= HIGH, self.frequency >= HIGH, self.monetary >= HIGH]


def scale(customers: Sequence[Summary], settings: RfmSettings, today: date) -> Scale:
    """Quintiles of the shop's own buyers, figure by figure.

    Fewer buyers than `settings.enough`, or a figure that hardly differs among them (nearly everybody bought
    once), gets the fixed cuts of the settings instead.
    """
    buyers = [c for c in customers if c.last is not None]
    if len(buyers) < settings.enough:
        return Scale(settings.recency_days, settings.orders, settings.spent)
    silence = [_silence(c, today) for c in buyers]
    return Scale(
        _quintiles(silence) or settings.recency_days,
        _quintiles([c.orders for c in buyers]) or settings.orders,
        _quintiles([c.spent for c in buyers]) or settings.spent,
        own=True,
    )


def score(customer: Summary, by: Scale, today: date) -> Rfm | None:
    """The customer's scores; None before the first purchase.

    Equal figures score alike; buying more, later or for more never lowers a score on the same scale.
    """
    if customer.last is None:
        return None
    return Rfm(
        recency=5 - bisect_right(by.recency, _silence(customer, today)),
        frequency=1 + bisect_right(by.orders, customer.orders),
        monetary=1 + bisect_right(by.spent, customer.spent),
    )


def _silence(customer: Summary, today: date) -> int:
    return (today - (customer.last or today)).days


def _quintiles(values: Sequence[N]) -> tuple[N, ...] | None:
    """Four rising cuts, each the first value of its fifth; None if values repeat too much for fifths."""
    ordered = sorted(values)
    cuts = tuple(ordered[len(ordered) * fifth // 5] for fifth in range(1, 5))
    return cuts if ordered[0] < cuts[0] < cuts[1] < cuts[2] < cuts[3] else None
