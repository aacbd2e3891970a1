"""Days of the whole shop: its festivals, and the best customer of the year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from typing import Any

from bot.care.audience import asked_at, condition
from bot.care.day import AT_ONCE, FESTIVALS_AHEAD, Day, days_of, plan_dated
from bot.core.care_rules import CareRule
from handlers.care.planning import Dated
from scheduler.calendar.days import days_after, moment_of
from scheduler.calendar.festivals import festival_named
from storage import care as stored


def festivals(rule: CareRule, day: Day) -> Iterator[tuple[str, int, date]]:
    """The festivals to plan for now: name, year, day."""
    first, last = days_of(rule, day)
    far = days_after(last, FESTIVALS_AHEAD)
    begin = days_after(far, first.toordinal() - last.toordinal()) if day.before else first
    for name in rule.festivals:
        found = festival_named(name)
        for year in range(first.year - 1, far.year + 1):
            on = found.on(year)
            if first <= on <= last or begin <= on <= far:
                yield found.name, year, on


def festival(rule: CareRule, occasion: str, on: date, day: Day, cursor: Any) -> int | None:
    """Plan one festival for the next people of its audience; the cursor is the last one's id."""
    node = condition(rule.audience, day.settings) if rule.audience else None
    found = stored.audience(day.connection, node, asked_at(day.settings, day.now), int(cursor or 0), AT_ONCE)
    plan_dated(rule, [Dated(id_, occasion, on) for id_ in found], day)
    return found[-1] if len(found) == AT_ONCE else None


def best_of_year(rule: CareRule, day: Day, cursor: Any) -> None:
    """On the day itself, in one pass: by the next, another may have spent most, who is not called too."""
    today, first = days_after(day.today, -rule.days), days_after(day.first, -rule.days)
    for year in {first.year, today.year}:
        if first < (on := date(year, 12, 1)) <= today or (not day.before and on == today):
            since = moment_of(date(year, 1, 1), time.min, day.settings.shop.zone)
            if (who := stored.best_since(day.connection, since)) is not None:
                plan_dated(rule, [Dated(who, str(year), on)], day)
