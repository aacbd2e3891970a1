"""Orders as purchases: what was kept and paid for, by calendar day of the shop."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.core.customer import Order, OrderStatus

COUNTS = (OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.SIGNED)
"""An order that is not paid is no purchase yet; one refunded or cancelled is none any more."""


_IN_EVERY_MONTH = 28


@dataclass(frozen=True, slots=True)
class Purchase:
    """One order that counts: `spent` in yuan, `pieces` by product, whether it was below the usual price."""

    day: date
    spent: Decimal
    pieces: tuple[tuple[str, int], ...] = ()
    discounted: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """From one purchase to the next, in days; `pieces` were bought at its beginning."""

    days: int
    pieces: int = 1

    @property
    def per_piece(self) -> float:
        """Days that one piece lasted."""
        return self.days / max(self.pieces, 1)


@dataclass(frozen=True, slots=True)
class Summary:
    """A history in four figures; the days are None without a purchase."""

    orders: int
    spent: Decimal
    first: date | None
    last: date | None


def shop_day(moment: datetime, zone: ZoneInfo) -> date:
    """The shop's calendar day of an aware moment."""
    return moment.astimezone(zone).date()


def months_after(day: date, months: int) -> date:
    """The same day of a later (or earlier) month; a month too short for it gives its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if day.day <= _IN_EVERY_MONTH:  # asked a dozen times for each customer of an import
        return date(year, month + 1, day.day)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def day_text(day: date) -> str:
    """2026年3月1日."""
    return f"{day.year}年{day.month}月{day.day}日"


def purchases(
    orders: Iterable[Order], zone: ZoneInfo, usual: Mapping[str, Decimal] | None = None
) -> tuple[Purchase, ...]:
    """The orders that count, oldest first; refunded and cancelled ones are gone with all they were worth.

    What went back of an order that stands is not spent.

    usual: list prices by product; an order below them, or below the sum of its own lines, was discounted.
    """
    kept = sorted((o for o in orders if o.status in COUNTS), key=lambda o: (o.created_at, o.id))
    return tuple(_purchase(order, zone, usual or {}) for order in kept)


def _purchase(order: Order, zone: ZoneInfo, usual: Mapping[str, Decimal]) -> Purchase:
    pieces: dict[str, int] = {}
    full = Decimal(0)
    for item in order.items:
        pieces[item.product] = pieces.get(item.product, 0) + item.quantity
        full += max(item.price, usual.get(item.product, item.price)) * item.quantity
    day = shop_day(order.created_at, zone)
    return Purchase(day, order.kept, tuple(pieces.items()), discounted=order.total < full)


def summary(bought: Sequence[Purchase]) -> Summary:
    """Orders, money, first and last day; the order of `bought` does not matter."""
    days = [p.day for p in bought]
    spent = sum((p.spent for p in bought), Decimal(0))
    return Summary(len(bought), spent, min(days, default=None), max(days, default=None))


def gaps(bought: Iterable[Purchase]) -> tuple[Gap, ...]:
    """The days between purchases of anything; several on one day are one."""
    days = sorted({p.day for p in bought})
    return tuple(Gap((later - earlier).days) for earlier, later in pairwise(days))


def product_gaps(bought: Iterable[Purchase], product: str) -> tuple[Gap, ...]:
    """The days between purchases of one product, with the pieces bought at each gap's beginning."""
    stock = pieces_by_day(bought, product)
    return tuple(Gap((later - earlier).days, stock[earlier]) for earlier, later in pairwise(sorted(stock)))


def pieces_by_day(bought: Iterable[Purchase], product: str) -> dict[date, int]:
    """How many pieces of a product were bought on which day."""
    found: dict[date, int] = {}
    for purchase in bought:
        if count := sum(n for name, n in purchase.pieces if name == product):
            found[purchase.day] = found.get(purchase.day, 0) + count
    return found
