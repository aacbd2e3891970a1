"""Who has not come for long: by the calendar, and by their own habit (PRACTICES 60, 61)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from bot.core.value_settings import DormancySettings
from handlers.value.alive import silence
from handlers.value.cycles import Cycle
from handlers.value.history import months_after


@dataclass(frozen=True, slots=True)
class Dormant:
    """One dormant stage; (`last`, `months`) is the occasion to write for, once each."""

    months: int
    last: date
    since: date

    @property
    def name(self) -> str:
        """沉睡 3 个月."""
        return f"沉睡 {self.months} 个月"


@dataclass(frozen=True, slots=True)
class Late:
    """Later than their own habit: since when, and why."""

    since: date
    reason: str


def dormant(last: date | None, settings: DormancySettings, today: date) -> Dormant | None:
    """The deepest dormant stage reached (3, 6, 12 calendar months after the last purchase), or None."""
    if last is None:
        return None
    reached = [m for m in settings.months if months_after(last, m) <= today]
    return Dormant(reached[-1], last, months_after(last, reached[-1])) if reached else None


def late(last: date | None, cycle: Cycle, settings: DormancySettings, today: date) -> Late | None:
    """Whether they are overdue by their own cycle: `settings.cycles` of them have passed (PRACTICES 61)."""
    if last is None:
        return None
    since = last + timedelta(days=ceil(cycle.days * settings.cycles))
    if today < since:
        return None
    return Late(since, f"{silence(last, today)} 天没来，{cycle.reason}一次")
