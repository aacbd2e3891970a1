"""Points follow the orders: earned once when one counts, taken back once when it no longer does. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.core.customer import Order
from bot.core.value_settings import PointSettings
from bot.core.worth import OnRecord, PointsLine
from handlers.value.history import COUNTS
from handlers.value.points import Entry, earn, take_back

EARNED, TAKEN_BACK, LESS, MORE = "购物", "退款收回", "部分退款", "订单改价"
"""Why a line of an order is there; the first two are what `handlers.value.points` writes."""


class Line(NamedTuple):
    """A line that the ledger lacks; amount: how many yuan more (or less) of the order it makes count.

    basket: +1 where its order begins to count, -1 where it no longer does.
    """

    entry: Entry
    amount: Decimal
    basket: int = 0


def lines_due(one: OnRecord, now: datetime, zone: ZoneInfo, settings: PointSettings) -> list[Line]:
    """The ledger lines that the orders imply and the ledger lacks; once written, there are none.

    An order that counts has a line even where it is worth no point: the ledger is what says that it has been
    counted. What was earned stays as it was when the settings change.
    """
    known: defaultdict[int | None, list[PointsLine]] = defaultdict(list)
    for line in one.ledger:
        known[line.order].append(line)
    number = max((line.number for line in one.ledger), default=0)
    found: list[Line] = []
    for order in sorted(one.orders, key=lambda o: (o.created_at, o.id)):
        due = _due(order, known.get(order.id, ()), number + 1 + len(found), now, zone, settings)
        found += [due] if due else []
    return found


def _due(
    order: Order,
    lines: Sequence[PointsLine],
    number: int,
    now: datetime,
    zone: ZoneInfo,
    settings: PointSettings,
) -> Line | None:
    counted = sum((line.reason == EARNED) - (line.reason == TAKEN_BACK) for line in lines) > 0
    amount = sum((line.amount for line in lines), Decimal(0))
    if order.status not in COUNTS:
        return Line(_back(order, lines, number, now), -amount, -1) if counted else None
    if not counted:  # one that counts again earns from now on: its first points have been taken back
        at = now if lines else order.created_at
        return Line(earn(number, order.id, order.kept, at, zone, settings), order.kept, +1)
    if order.kept == amount:
        return None
    if order.kept < amount:
        return Line(_partly_back(order, lines, amount, number, now), order.kept - amount)
    more = earn(number, order.id, order.kept - amount, now, zone, settings)
    return Line(Entry(number, now, more.points, MORE, order.id, more.until), order.kept - amount)


def _back(order: Order, lines: Sequence[PointsLine], number: int, now: datetime) -> Entry:
    taken = take_back([_entry(line) for line in lines], number, order.id, now)
    return taken or Entry(number, now, 0, TAKEN_BACK, order.id)


def _partly_back(
    order: Order, lines: Sequence[PointsLine], amount: Decimal, number: int, now: datetime
) -> Entry:
    """In proportion to the money that went back."""
    earned = sum(line.points for line in lines)
    left = int(earned * order.kept // amount)
    return Entry(number, now, left - earned, LESS, order.id)


def _entry(line: PointsLine) -> Entry:
    return Entry(*line[:6])


def ledger(lines: Sequence[PointsLine]) -> list[Entry]:
    """Stored lines as the entries that `points` reckons with."""
    return [_entry(line) for line in lines]
