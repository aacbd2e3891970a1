"""Timers, and what the rules of care plan and have done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.core.care import CareState
from bot.core.ledger import Priority


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Ring `rule` for this customer and occasion at `due_at`; one that waits already is moved there.

    priority: of the greeting or offer that it will mean, so that lesser ones leave it room in its month; None
    if it will mean none.
    """

    rule: str
    customer_id: int
    occasion: str
    due_at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)
    priority: Priority | None = None


@dataclass(frozen=True, slots=True)
class CancelTimer:
    """Remove what waits for this rule, customer and occasion."""

    rule: str
    customer_id: int
    occasion: str


@dataclass(frozen=True, slots=True)
class PlanCare:
    """An occasion of a care rule is planned for `due_at`, or moved there; None: it is planned no more.

    One that has been settled stays as it is: nobody gets it twice.
    """

    customer_id: int
    rule: str
    occasion: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class SettleCare:
    """What has become of an occasion of a care rule. text: which of its texts was said; group: of a test."""

    customer_id: int
    rule: str
    occasion: str
    state: CareState
    reason: str = ""
    text: int = -1
    group: str = ""


@dataclass(frozen=True, slots=True)
class KeepScores:
    """The four marks of 大评委 (PRACTICES 102), 1 to 5; None for what was not said."""

    customer_id: int
    order_number: str
    logistics: int | None
    storage: int | None
    quality: int | None
    shopping: int | None
