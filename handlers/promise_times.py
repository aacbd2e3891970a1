"""When a promise is over, when the seller is reminded of it, and when it is judged. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.settings import Settings
from handlers.promises import promised

_DAYS_BACK = 7


def due_when(when: str, settings: Settings, now: datetime) -> datetime | None:
    """When `明天`, `3天` or `周五下午3点` is over, as a promise reads it; None if it cannot be read."""
    zone, closing = settings.shop.zone, settings.shop.opening.closing
    readings = (promised(f"{when}{end}办", now, zone, closing) for end in ("", "内"))
    return next((found[0].due_at for found in readings if found), None)


def reminder_at(settings: Settings, now: datetime, due_at: datetime) -> datetime:
    """When the seller is reminded: before it is due, in shop hours, and not when it was only just said.

    Half of the time passes first. What is due before the shop opens is reminded of the evening before; who
    promises something for the same night is awake.
    """
    hours = settings.shop.opening
    at = max(due_at - settings.promises.remind, now + (due_at - now) / 2)
    if hours.from_opening(now) > due_at:
        return at
    opened = hours.from_opening(at)
    if opened < due_at:
        return opened
    last = due_at.astimezone(hours.zone).date()
    days = (last - timedelta(days=n) for n in range(_DAYS_BACK))
    evenings = [hours.closing(day) - settings.promises.remind for day in days if hours.works_on(day)]
    evening = next((e.astimezone(due_at.tzinfo) for e in evenings if now < e < due_at), None)
    return evening or at


def judged_at(settings: Settings, now: datetime, due_at: datetime) -> datetime:
    """When the seller is told that it was not kept: when it is due, or when the shop opens again."""
    hours = settings.shop.opening
    at_closing = hours.is_open(due_at - timedelta(minutes=1))
    return due_at if at_closing or hours.from_opening(now) > due_at else hours.from_opening(due_at)


def next_ring(settings: Settings, now: datetime, due_at: datetime) -> datetime:
    """The reminder of what is still to come, at once for what is over."""
    return reminder_at(settings, now, due_at) if now < due_at else now
