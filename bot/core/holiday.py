"""When the shop is away: the days in config.yaml, and those that a seller has said (PRACTICES 110, 111)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

AWAY: Final = "店里放假"
"""How the reason begins why something waits for the end of a holiday."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """From one day of the shop to another, both included."""

    begins: date
    ends: date

    def is_on(self, day: date) -> bool:
        """Whether the shop is away on this day."""
        return self.begins <= day <= self.ends


def on(holidays: Sequence[Holiday], day: date, days_before: int = 0) -> Holiday | None:
    """The holiday of this day, or the one that begins within `days_before` days."""
    begun = [h for h in holidays if h.begins - timedelta(days=days_before) <= day <= h.ends]
    return min(begun, key=lambda h: h.begins, default=None)


def said(holiday: Holiday) -> str:
    """How it is kept as a fact of the shop: 2027-02-10/2027-02-17."""
    return f"{holiday.begins}/{holiday.ends}"


def in_force(configured: Sequence[Holiday], kept: str) -> tuple[Holiday, ...]:
    """What counts, once a seller has spoken: of the configuration only what begins after it.

    kept: as `said` writes it; empty if no seller ever did. 开工 leaves a holiday that ended the day before.
    """
    if not kept:
        return tuple(configured)
    begins, _, ends = kept.partition("/")
    own = Holiday(date.fromisoformat(begins), date.fromisoformat(ends))
    later = [h for h in configured if h.begins > max(own.begins, own.ends)]
    return (own, *later)
