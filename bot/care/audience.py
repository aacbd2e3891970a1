"""Whom a rule is for, as a condition on what is on record."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from bot.core.selection import Node
from bot.core.settings import Settings
from handlers.selection import parse
from scheduler.calendar.days import local_date
from storage.queries import selection


def condition(text: str, settings: Settings) -> Node:
    """A rule's audience; it has been checked at the start."""
    return _parsed(text, tuple(tier.name for tier in settings.value.tiers.levels))


@lru_cache(maxsize=256)
def _parsed(text: str, tiers: tuple[str, ...]) -> Node:
    return parse(text, tiers)


def asked_at(settings: Settings, now: datetime) -> selection.Moment:
    """The moment at which a condition is asked."""
    return selection.Moment(now, local_date(now, settings.shop.zone))
