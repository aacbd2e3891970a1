"""Points, and the stages of a customer's life."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class EnterPoints:
    """A seller gives points (above 0, good until `until`; None for ever) or takes them for something."""

    customer_id: int
    points: int
    reason: str
    by: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class MoveStage:
    """A seller has said that a customer is in stage `after` from `day` on (PRACTICES 56)."""

    customer_id: int
    before: str
    after: str
    day: date
    reason: str
