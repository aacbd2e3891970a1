"""A complaint on its nine steps, and what was promised to put it right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.core.complaint import Ending, Move, RemedyKind


@dataclass(frozen=True, slots=True)
class OpenComplaint:
    """A matter goes on record at step 1, with its deadline; `NUMBER` in `alert` becomes its number.

    said: what the buyer is told at once, if anything. fields: of `Complaint`, at least step, opened_at,
    entered_at, due_at. alert: what the sellers are told, once.
    """

    customer_id: int
    actor: str
    words: str
    fields: Mapping[str, Any]
    said: str = ""
    alert: str = ""
    key: str = ""


NUMBER = "\ue000"
"""Stands for the number of a complaint that is not on record yet; no text contains it."""


@dataclass(frozen=True, slots=True)
class MoveComplaint:
    """A line of its story, and the fields of `Complaint` that change; its timer follows `due_at`.

    ending: how it ended, with a move to CLOSED.
    """

    complaint_id: int
    customer_id: int
    move: Move
    changes: Mapping[str, Any] = field(default_factory=dict)
    ending: Ending | None = None


@dataclass(frozen=True, slots=True)
class PromiseRemedy:
    """An action for a complaint, due at `due_at` (PRACTICES 6, 17)."""

    complaint_id: int
    customer_id: int
    kind: RemedyKind
    words: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class MoveRemedy:
    """Write fields of a remedy, by the names of `Remedy`; its timer follows `due_at` and ends with it."""

    remedy_id: int
    customer_id: int
    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DropRemedy:
    """A remedy that the buyer was never told of, or owed: nothing is left of it, its timer neither."""

    remedy_id: int
    customer_id: int
