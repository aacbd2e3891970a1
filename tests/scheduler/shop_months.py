"""Months, nights and gaps reckoned a second time, without the ledger's own calendar."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from bot.core.ledger import Limits


def fullest_month(moments: Iterable[datetime], limits: Limits) -> int:
    """How many fall into the fullest calendar month of the shop."""
    return max(Counter(m.astimezone(limits.zone).strftime("%Y-%m") for m in moments).values(), default=0)


def least_rest(moments: Iterable[datetime]) -> timedelta:
    """The shortest time between two."""
    ordered = sorted(moments)
    return min((b - a for a, b in pairwise(ordered)), default=timedelta.max)


def at_night(moment: datetime, limits: Limits) -> bool:
    """Whether it falls into the quiet hours, by the minutes of the day."""
    if limits.quiet is None:
        return False
    minutes = [t.hour * 60 + t.minute for t in limits.quiet]
    local = moment.astimezone(limits.zone)
    now = local.hour * 60 + local.minute
    return (now - minutes[0]) % 1440 < (minutes[1] - minutes[0]) % 1440
