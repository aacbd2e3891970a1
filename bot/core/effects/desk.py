"""What stays open at a seller's desk, and the line of who did what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class AskSeller:
    """Keep a question to the seller open: a numbered choice or a 确认. `payload` says how to go on."""

    seller: str
    payload: Mapping[str, Any]
    lasts: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class QuestionAnswered:
    """Forget the open question to this seller."""

    seller: str


@dataclass(frozen=True, slots=True)
class KeepTable:
    """A seller has sent a file: fetch it by its message's `payload`, read it, and say what is in it."""

    account: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TakeTable:
    """Take in what was read of the table with this number."""

    number: int


@dataclass(frozen=True, slots=True)
class Audit:
    """An append-only line: who did what."""

    actor: str
    action: str
    detail: str = ""
    customer_id: int | None = None
