"""Birthdays: read when they are written, and foreseen for two months."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.care.day import AT_ONCE, BIRTHDAYS_AHEAD, Day, rules_on
from bot.core.care import CareState
from bot.core.care_rules import When
from handlers.care.matters import occasion_day
from handlers.care.planning import Dated, forgotten, planned_on
from scheduler.calendar.birthdays import birthday
from scheduler.calendar.days import days_after
from storage import care as stored

THEIRS = (When.BIRTHDAY, When.BIRTHDAY_MONTH)


def read(day: Day, cursor: Any) -> bool | None:
    """What has been written since: whatever was planned for another date is planned no more."""
    found = stored.unread_birthdays(day.connection, AT_ONCE)
    known = stored.records(day.connection, [one.customer_id for one in found])
    rules = {rule.name for rule in rules_on(day.settings) if rule.when in THEIRS}
    for one in found:
        old = [k for k in known[one.customer_id].known if k.rule in rules and k.state is CareState.PLANNED]
        day.write(e for k in old for e in forgotten(one.customer_id, k.rule, k.occasion))
    stored.keep_birthdays(
        day.connection, [(one.customer_id, one.birthday, _next(one.birthday, day.first)) for one in found]
    )
    return True if len(found) == AT_ONCE else None


def _next(written: str, day: date) -> date | None:
    try:
        return birthday(written).next_from(day).on
    except ValueError:  # nobody can read it, or it lies beyond the tables
        return None


def foresee(day: Day, cursor: Any) -> bool | None:
    """Plan for the celebrations of the next two months, and look for the ones after them."""
    found = stored.birthdays_until(day.connection, days_after(day.today, BIRTHDAYS_AHEAD), AT_ONCE)
    known = stored.records(day.connection, [one.customer_id for one in found])
    next_ones: list[tuple[int, str, date | None]] = []
    for one in found:
        if one.on is None:
            continue
        try:
            celebration = birthday(one.birthday).next_from(one.on)
        except ValueError:
            next_ones.append((one.customer_id, one.birthday, None))
            continue
        for rule in rules_on(day.settings):
            if rule.when in THEIRS:
                on = occasion_day(rule, celebration.on)
                dated = [Dated(one.customer_id, str(celebration.year), on)]
                day.write(planned_on(rule, dated, known, day.settings, day.now))
        next_ones.append((one.customer_id, one.birthday, _next(one.birthday, days_after(celebration.on, 1))))
    stored.keep_birthdays(day.connection, next_ones)
    return True if len(found) == AT_ONCE else None
