"""What is on record of a customer, as far as their worth follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from bot.core.customer import Order


class PointsLine(NamedTuple):
    """A line of the points ledger as it is stored: `handlers.value.points.Entry` and its `amount`.

    amount: how many yuan more (or less) of its order it makes count.
    """

    number: int
    at: datetime
    points: int
    reason: str
    order: int | None = None
    until: date | None = None
    amount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class OnRecord:
    """One customer: all orders, the ledger, and what else counts.

    moved: whether any step between stages is on record. praise: how often they praised or shared.
    questions, dearest: of their consultations; yuan. brought: the days on which people whom they brought
    along bought for the first time.
    """

    customer_id: int
    stage: str
    orders: tuple[Order, ...] = ()
    ledger: tuple[PointsLine, ...] = ()
    moved: bool = False
    praise: int = 0
    questions: int = 0
    dearest: Decimal = Decimal(0)
    brought: tuple[date, ...] = ()
