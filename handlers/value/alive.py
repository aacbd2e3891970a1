"""Will they come again, and when: measured against real histories in docs/prediction.md."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from handlers.value.cycles import Cycle


@dataclass(frozen=True, slots=True)
class Curve:
    """The odds of coming again: `base` × orders^`loyalty`, halved after `patience` cycles of silence."""

    base: float
    loyalty: float
    patience: float


MEASURED = Curve(base=0.67, loyalty=1.3, patience=2.0)
"""Fitted to one half of CDNOW's customers, checked on the other (docs/prediction.md)."""
LINGERING = 0.2
"""Each day of silence puts the next purchase off by this part of a day."""
TERM = 273
"""Days that "comes again" looks ahead: nine months, as measured."""


@dataclass(frozen=True, slots=True)
class Alive:
    """The probability, 0 to 1, of buying again within TERM days, and why."""

    probability: float
    reason: str


def silence(last: date, today: date) -> int:
    """Days since the last purchase, by the calendar; never negative."""
    return max((today - last).days, 0)


def overdue(last: date, cycle: Cycle, today: date) -> float:
    """Silence in cycles: 1 is due today, 2 is a whole cycle late (PRACTICES 61)."""
    return silence(last, today) / cycle.days


def alive(orders: int, last: date | None, cycle: Cycle, today: date, curve: Curve = MEASURED) -> Alive:
    """How probably the customer buys again within TERM days.

    orders: days on which they bought. Falls with silence, rises with orders; 0 for who never bought.
    """
    if orders < 1 or last is None:
        return Alive(0.0, "还没买过")
    odds = curve.base * orders**curve.loyalty / (1 + overdue(last, cycle, today) / curve.patience)
    probability = odds / (1 + odds)
    waited = f"{silence(last, today)} 天没来（{cycle.reason}一次）"
    return Alive(probability, f"买过 {orders} 次，{waited}，还会再来的可能约 {round(100 * probability)}%")


def next_purchase(last: date, cycle: Cycle, today: date) -> date:
    """The day around which the next purchase of anything is to be expected, if there is one; after today.

    What is bought for pleasure is not due on a day: the wait begins anew each day, longer with the silence.
    What is used up has a date of its own: `cycles.run_out`.
    """
    return today + timedelta(days=max(round(cycle.days + LINGERING * silence(last, today)), 1))
