"""Tiers: reached by spending within a term, held for a time, with benefits (PRACTICES 46, 62)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate

from bot.core.value_settings import Tier, TierSettings
from handlers.value.history import Purchase, months_after


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands among the tiers on a day.

    until: the last day of the tier; remind_on: when to say that it ends. spent: yuan within the term.
    above, missing: the next tier and the yuan still to spend for it today; None at the top.
    """

    tier: Tier | None
    since: date | None
    until: date | None
    remind_on: date | None
    spent: Decimal
    above: Tier | None
    missing: Decimal | None


@dataclass(frozen=True, slots=True)
class _Grant:
    rank: int
    day: date
    until: date


def standing(
    bought: Sequence[Purchase], settings: TierSettings, today: date, referrals: Sequence[date] = ()
) -> Standing:
    """The highest tier held on `today`; it follows from the purchases alone, so a refund takes it back.

    referrals: the days on which people they brought along bought for the first time; enough of them raise
    the tier without spending (PRACTICES 46). Each purchase (or referral) that meets a tier renews it.
    """
    grants = list(_grants(bought, settings, today, referrals))
    held = max((g.rank for g in grants if g.until >= today), default=-1)
    spent = _spent(bought, settings, today)
    above = settings.levels[held + 1] if held + 1 < len(settings.levels) else None
    missing = max(above.threshold - spent, Decimal(0)) if above else None
    if held < 0:
        return Standing(None, None, None, None, spent, above, missing)
    since, until = _span([g for g in grants if g.rank >= held])
    remind_on = until - timedelta(days=settings.remind_days)
    return Standing(settings.levels[held], since, until, remind_on, spent, above, missing)


def _grants(
    bought: Sequence[Purchase], settings: TierSettings, today: date, referrals: Sequence[date]
) -> Iterator[_Grant]:
    """In one pass over sorted days: somebody who buys for others has hundreds of orders."""
    ordered = sorted(bought, key=lambda p: p.day)
    days, brought_on = [p.day for p in ordered], sorted(referrals)
    so_far = [Decimal(0), *accumulate(p.spent for p in ordered)]
    for day in sorted({d for d in (*days, *brought_on) if d <= today}):
        start = months_after(day, -settings.term_months)
        spent = so_far[bisect_right(days, day)] - so_far[bisect_right(days, start)]
        brought = bisect_right(brought_on, day) - bisect_right(brought_on, start)
        met = [n for n, tier in enumerate(settings.levels) if _meets(tier, spent, brought)]
        if met:
            yield _Grant(met[-1], day, months_after(day, settings.valid_months))


def _meets(tier: Tier, spent: Decimal, brought: int) -> bool:
    return spent >= tier.threshold or (tier.referrals is not None and brought >= tier.referrals)


def _spent(bought: Sequence[Purchase], settings: TierSettings, day: date) -> Decimal:
    start = months_after(day, -settings.term_months)
    return sum((p.spent for p in bought if start < p.day <= day), Decimal(0))


def _span(grants: Sequence[_Grant]) -> tuple[date, date]:
    """The unbroken time at this tier or above that ends last: since when, until when."""
    since, until = grants[0].day, grants[0].until
    for grant in grants[1:]:
        if grant.day > until:
            since = grant.day
        until = max(until, grant.until)
    return since, until
