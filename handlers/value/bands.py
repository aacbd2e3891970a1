"""How often and how much: order bands, average order, orders a year, margin (PRACTICES 52, 59, 69)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from bot.core.money import CENT
from handlers.value.history import Purchase, summary

BANDS = (1, 2, 3, 5, 10)
"""Each begins where the number stands (52)."""
_YEAR = 365


@dataclass(frozen=True, slots=True)
class Margin:
    """What the shop earned, in yuan, over the orders whose every product has a known cost."""

    earned: Decimal
    orders: int


def band(orders: int) -> int:
    """The lower end of the band: 0 for nobody yet, else 1, 2, 3, 5 or 10 (PRACTICES 52)."""
    return max((lower for lower in BANDS if lower <= orders), default=0)


def band_text(orders: int) -> str:
    """The band as the shop says it: 买过 1 单, 3–4 单, 10 单以上."""
    lower = band(orders)
    if lower == 0:
        return "没买过"
    upper = next((b - 1 for b in BANDS if b > lower), None)
    if upper is None:
        return f"{lower} 单以上"
    return f"{lower} 单" if upper == lower else f"{lower}–{upper} 单"


def average_order(bought: Sequence[Purchase]) -> Decimal | None:
    """Yuan per order, to the cent; None without an order."""
    whole = summary(bought)
    return (whole.spent / whole.orders).quantize(CENT, ROUND_HALF_UP) if whole.orders else None


def orders_a_year(bought: Sequence[Purchase], today: date) -> float:
    """Orders per year since the first; the first year counts as a whole one, or newcomers would look wild."""
    whole = summary(bought)
    if whole.first is None:
        return 0.0
    return whole.orders * _YEAR / max((today - whole.first).days, _YEAR)


def margin(bought: Sequence[Purchase], costs: Mapping[str, Decimal]) -> Margin | None:
    """What was left after the goods' cost per piece (PRACTICES 69); None if no order can be reckoned."""
    known = [p for p in bought if p.pieces and all(product in costs for product, _ in p.pieces)]
    if not known:
        return None
    cost = sum((costs[product] * n for p in known for product, n in p.pieces), Decimal(0))
    return Margin(sum((p.spent for p in known), Decimal(0)) - cost, len(known))
