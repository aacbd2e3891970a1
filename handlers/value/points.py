"""Points: a ledger of entries, of which everything else is reckoned (PRACTICES 64, 65, 149)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from zoneinfo import ZoneInfo

from bot.core.value_settings import PointSettings
from handlers.value.history import months_after, shop_day


class NotEnough(ValueError):
    """More points than there are; the message is for the seller."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger: earned above 0, spent or taken back below.

    number: its place among entries of one moment, as stored. order: whose purchase it belongs to, if any.
    until: the last day on which earned points count; None for ever.
    """

    number: int
    at: datetime
    points: int
    reason: str
    order: int | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What the entries amount to at a moment: never below 0.

    owed: points of refunded orders that had already been spent; what is earned next pays them first.
    lots: what is left, in the order in which it will be spent: (points, last day).
    """

    balance: int
    owed: int = 0
    lots: tuple[tuple[int, date | None], ...] = ()


@dataclass(slots=True)
class _Lot:
    points: int
    order: int | None
    until: date | None


@dataclass(slots=True)
class _Purse:
    lots: list[_Lot] = field(default_factory=list)
    expired: Counter[int | None] = field(default_factory=Counter)
    owed: int = 0

    def expire(self, today: date) -> None:
        for lot in self.lots:
            if lot.until is not None and lot.until < today:
                self.expired[lot.order] += lot.points
                lot.points = 0
        self.lots = [lot for lot in self.lots if lot.points]

    def put(self, entry: Entry) -> None:
        paid = min(self.owed, entry.points)
        self.owed -= paid
        self.lots.append(_Lot(entry.points - paid, entry.order, entry.until))

    def take(self, points: int, order: int | None) -> None:
        """Oldest first; a refund takes its own order's points before others, and none that have expired."""
        if order is not None:
            gone = min(self.expired[order], points)
            self.expired[order] -= gone
            points -= gone
        own_first = sorted(self.lots, key=lambda lot: order is None or lot.order != order)
        for lot in own_first:
            taken = min(lot.points, points)
            lot.points -= taken
            points -= taken
        self.owed += points


def account(entries: Iterable[Entry], now: datetime, zone: ZoneInfo) -> Account:
    """The account at `now`: oldest points are spent first, expired ones are gone, never below 0.

    The order in which entries are given does not matter; those after `now` do not count.
    """
    purse = _Purse()
    for entry in sorted((e for e in entries if e.at <= now), key=lambda e: (e.at, e.number)):
        purse.expire(shop_day(entry.at, zone))
        if entry.points >= 0:
            purse.put(entry)
        else:
            purse.take(-entry.points, entry.order)
    purse.expire(shop_day(now, zone))
    left = tuple((lot.points, lot.until) for lot in purse.lots if lot.points)
    return Account(sum(points for points, _ in left), purse.owed, left)


def times(day: date, settings: PointSettings) -> Decimal:
    """By how much a day multiplies points (PRACTICES 65); where days overlap, the best for the customer."""
    return max((d.times for d in settings.days if d.begins <= day <= d.ends), default=Decimal(1))


def worth(spent: Decimal, day: date, settings: PointSettings) -> int:
    """Whole points for an order of `spent` yuan on a day; fractions are dropped, after multiplying."""
    earned = max(spent, Decimal(0)) * settings.per_yuan * times(day, settings)
    return int(earned.to_integral_value(ROUND_FLOOR))


def earn(
    number: int, order: int, spent: Decimal, at: datetime, zone: ZoneInfo, settings: PointSettings
) -> Entry:
    """The entry for a paid order, with the last day on which its points count."""
    day = shop_day(at, zone)
    until = None if settings.valid_months is None else months_after(day, settings.valid_months)
    return Entry(number, at, worth(spent, day, settings), "购物", order, until)


def burn(
    entries: Iterable[Entry], number: int, points: int, reason: str, at: datetime, zone: ZoneInfo
) -> Entry:
    """The entry for spending `points`; NotEnough if there are fewer, ValueError unless it is above 0."""
    if points <= 0:
        raise ValueError("要用的积分得大于 0。")
    balance = account(entries, at, zone).balance
    if balance < points:
        raise NotEnough(f"积分不够：只有 {balance} 分，要用 {points} 分。")
    return Entry(number, at, -points, reason)


def take_back(entries: Iterable[Entry], number: int, order: int, at: datetime) -> Entry | None:
    """The entry that takes an order's points back, exactly and once; None if there is nothing to take."""
    earned = sum(e.points for e in entries if e.order == order)
    return Entry(number, at, -earned, "退款收回", order) if earned > 0 else None


def expiring(entries: Iterable[Entry], now: datetime, zone: ZoneInfo, days: int) -> tuple[int, date] | None:
    """Points that end within `days` from now, and the first such day; None if there are none."""
    last = shop_day(now, zone) + timedelta(days=days)
    ending = [
        (points, until) for points, until in account(entries, now, zone).lots if until and until <= last
    ]
    return (sum(points for points, _ in ending), min(until for _, until in ending)) if ending else None
