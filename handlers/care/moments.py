"""When something is due, and until when it may come late: local days first, moments last. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from bot.core.care_rules import CareRule, Late
from bot.core.settings import Settings
from scheduler.calendar.days import days_after, local_date, moment_of, work_day


def due_on(rule: CareRule, day: date, settings: Settings) -> datetime:
    """When the rule is due for an occasion of this day."""
    found = days_after(day, rule.days)
    if rule.workday:
        found = work_day(found, settings.shop.opening)
    return moment_of(found, rule.at, settings.shop.zone)


def due_after(rule: CareRule, fact: datetime, settings: Settings) -> datetime:
    """When the rule is due for something that happened at this moment; never before it."""
    if rule.after is not None:
        due = fact + rule.after
        return settings.shop.opening.from_opening(due) if rule.workday else due
    return max(due_on(rule, local_date(fact, settings.shop.zone), settings), fact)


def until(rule: CareRule, due_at: datetime, settings: Settings) -> datetime | None:
    """From when on it is too late; None for never."""
    late = rule.catch_up
    if late is Late.DONE:
        return None
    zone = settings.shop.zone
    if isinstance(late, timedelta):
        return due_at + late
    return moment_of(days_after(local_date(due_at, zone), 1), time.min, zone)


def is_over(rule: CareRule, due_at: datetime, settings: Settings, now: datetime) -> bool:
    """Whether it is too late by now; a call is not planned for what happened over a month ago."""
    last = until(rule, due_at, settings)
    return now >= (last if last is not None else due_at + timedelta(days=31))
