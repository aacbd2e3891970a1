"""The numbers at a chart: round steps for its grid, and amounts written where there is little room."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Final

from bot.core.money import CENT

PARTS: Final = 4
"""Into so many parts the grid cuts what is shown, or fewer."""
WHOLE: Final = Decimal(100)
"""From so many yuan on nobody reads the cents of a chart."""
_NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Scale:
    """From `low` to `high` yuan, zero always among them; a line of the grid every `step`."""

    low: Decimal
    high: Decimal
    step: Decimal

    @property
    def span(self) -> Decimal:
        """Yuan from bottom to top, never 0."""
        return self.high - self.low or Decimal(1)

    @property
    def ticks(self) -> tuple[Decimal, ...]:
        """Where the lines of the grid are: multiples of `step`, lowest first."""
        first = (self.low / self.step).to_integral_value(ROUND_CEILING)
        count = int((self.high / self.step - first).to_integral_value(ROUND_CEILING)) + 1
        marks = ((first + n) * self.step for n in range(count))
        return tuple(mark for mark in marks if mark <= self.high)


def scale(amounts: Iterable[Decimal]) -> Scale:
    """The scale on which all of them have room; steps are 1, 2 or 5 times a power of ten, a cent at least."""
    among = [_NOTHING, *amounts]
    low, high = min(among), max(among)
    rough = max((high - low) / PARTS, CENT)
    unit = Decimal(1).scaleb(rough.adjusted())
    step = next(times * unit for times in (1, 2, 5, 10) if times * unit >= rough)
    return Scale(low, high, step)


def shown(amount: Decimal, whole: Decimal = WHOLE) -> str:
    """`1299`, `59.9`, `-30`, `0.05`: yuan without the word, without cents from `whole` on."""
    unit = Decimal(1) if abs(amount) >= whole else CENT
    plain = f"{amount.quantize(unit, ROUND_HALF_UP):f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
