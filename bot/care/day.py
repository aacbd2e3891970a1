"""The days that a pass looks at, and the rules that are switched on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection

from bot.core.care_rules import CareRule
from bot.core.effects import Effect
from bot.core.settings import Settings
from handlers.care.planning import Dated, planned_on
from scheduler.calendar.days import days_after, local_date
from storage import care as stored
from storage.writers import Origin, Surroundings, write_effects

AT_ONCE: Final = 500
"""Customers in one go."""
AHEAD: Final = 1
"""Days that the daily pass looks ahead: what is due tomorrow may have been imported tonight."""
BIRTHDAYS_AHEAD: Final = 62
"""A birthday is foreseen for this long, so that lesser messages leave it room in its month."""
FESTIVALS_AHEAD: Final = 31
"""A festival is planned for everybody this long before, so that lesser messages leave it room; and once more
on its eve, for who has come since."""


@dataclass(frozen=True)
class Day:
    """What a pass has to look at: the days from `first` to `last`. before: whether there was one before."""

    connection: Connection
    settings: Settings
    now: datetime
    first: date
    last: date
    around: Surroundings
    before: bool = True

    @property
    def today(self) -> date:
        """The shop's date."""
        return local_date(self.now, self.settings.shop.zone)

    def write(self, effects: Iterable[Effect]) -> None:
        """Write these effects in the pass's transaction."""
        write_effects(self.connection, [(Origin(self.now, None, self.around), e) for e in effects])


def rules_on(settings: Settings) -> Iterator[CareRule]:
    """The rules that are switched on."""
    return (rule for rule in settings.care.rules if rule.enabled)


def days_of(rule: CareRule, day: Day) -> tuple[date, date]:
    """The occasions of this rule that become due in the days at hand."""
    return days_after(day.first, -rule.days), days_after(day.last, -rule.days)


def plan_dated(rule: CareRule, dated: Sequence[Dated], day: Day) -> None:
    """Plan this rule for these people and their days."""
    known = stored.plans(day.connection, {one.customer_id for one in dated})
    day.write(planned_on(rule, dated, known, day.settings, day.now))
