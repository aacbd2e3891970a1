"""Whom to win back first: the chance that they come times what they were worth (PRACTICES 53, 69)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bot.core.money import show_money
from bot.core.value_settings import WinBackSettings
from handlers.value.alive import Alive
from handlers.value.bands import Margin
from handlers.value.history import Summary


@dataclass(frozen=True, slots=True)
class WinBack:
    """0 (not worth a stamp) to 100, and why."""

    score: int
    reason: str

    def chance(self, settings: WinBackSettings) -> str:
        """高, 中 or 低: as lists group them."""
        return "高" if self.score >= settings.high else "中" if self.score >= settings.low else "低"


def win_back(
    customer: Summary, alive: Alive, settings: WinBackSettings, margin: Margin | None = None
) -> WinBack:
    """Recency × past value: more spent or likelier to come never scores less.

    Value is what they spent, or what the shop earned where costs are known; `settings.half_spent` counts as
    half of the full value. Nobody who never bought can be won back: 0.
    """
    if customer.last is None:
        return WinBack(0, "还没买过，谈不上挽回")
    value = customer.spent if margin is None else margin.earned
    half = settings.half_spent if margin is None else settings.half_spent * settings.usual_margin
    worth = float(max(value, Decimal(0)) / (max(value, Decimal(0)) + half))
    earned = "" if margin is None else f"，毛利 {show_money(margin.earned)}"
    reason = f"共 {show_money(customer.spent)}{earned}；{alive.reason}"
    return WinBack(round(100 * alive.probability * worth), reason)
