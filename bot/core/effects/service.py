"""Who waits for an answer of the seller's, and what the seller has promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AskedSeller:
    """A question of a buyer is open from now on; one that is open already stays, at the higher urgency.

    ring_at: when the bot looks at it next.
    """

    customer_id: int
    urgency: str
    words: str
    ring_at: datetime


@dataclass(frozen=True, slots=True)
class QuestionRang:
    """The open question of this customer has been looked at; `ring_at` None: no more rings."""

    customer_id: int
    ring_at: datetime | None
    acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class BuyerAnswered:
    """Somebody has really answered this buyer: the open question is closed, and its time measured."""

    customer_id: int
    by: str


@dataclass(frozen=True, slots=True)
class MakePromise:
    """A seller has promised something; `ring_at` is when the seller is reminded."""

    customer_id: int
    what: str
    words: str
    by: str
    due_at: datetime
    ring_at: datetime


@dataclass(frozen=True, slots=True)
class MovePromise:
    """A promise is `kept` or `broken`, or (open) rings again at `ring_at`, perhaps with a new `due_at`."""

    promise_id: int
    customer_id: int
    state: str = "open"
    ring_at: datetime | None = None
    due_at: datetime | None = None
