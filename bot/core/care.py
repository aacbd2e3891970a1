"""What is on record of somebody for care: what was planned and said by which rule, and their worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class CareState(StrEnum):
    """What has become of one occasion of one rule."""

    PLANNED = "planned"  # a timer waits
    SAID = "said"  # handed to the outbox; what became of it there, the outbox knows
    TASK = "task"  # handed to the seller
    SKIPPED = "skipped"  # not wanted any more, or too late
    HELD_OUT = "held_out"  # one of those who get nothing, to compare with


@dataclass(frozen=True, slots=True)
class Known:
    """One occasion of one rule. text: which of its texts was said, from 0; group: of an A/B test."""

    rule: str
    occasion: str
    due_at: datetime
    state: CareState = CareState.PLANNED
    text: int = -1
    group: str = ""
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a customer's value row says, as far as care asks; of who never bought, nothing."""

    orders: int = 0
    spent: Decimal = Decimal(0)
    last_on: date | None = None
    next_on: date | None = None
    next_goods: str = ""
    tier: str = ""
    tier_since: date | None = None
    tier_until: date | None = None
    tier_remind_on: date | None = None
    points: int = 0
    points_until: date | None = None
    best_spent: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class CareRecord:
    """One customer. fits: whether they belong to the audience of the rule at hand."""

    known: tuple[Known, ...] = ()
    standing: Standing = Standing()
    fits: bool = True

    def of(self, rule: str, occasion: str) -> Known | None:
        """What is known of this occasion."""
        return next((k for k in self.known if (k.rule, k.occasion) == (rule, occasion)), None)
