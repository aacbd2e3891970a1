"""Decisions ready to be written: of an event, and of an outbox row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.core.delivery import Contact, Status, Via
from bot.core.effects import Effect
from bot.core.events import Event


@dataclass(frozen=True, slots=True)
class Answer:
    """One part of the answer to an inbound event, as it enters the outbox."""

    text: str
    via: Via
    status: Status
    picture: bytes = b""


@dataclass(frozen=True, slots=True)
class Decision:
    """An event with everything that comes of it.

    http_answer: what the platform's HTTP answer carries, kept so that a repeat gets the same.
    answers: the rows of the answer. joined: parked outbox rows that ride on the HTTP answer.
    staying: parked ones that wait for the next one, because there is no other road.
    """

    event: Event
    contact: Contact | None
    effects: tuple[Effect, ...] = ()
    http_answer: str | None = None
    answers: tuple[Answer, ...] = ()
    joined: tuple[int, ...] = ()
    staying: tuple[int, ...] = ()

    @property
    def customer_id(self) -> int | None:
        """Whom it concerns; None for a seller's message."""
        return self.contact.customer_id if self.contact else None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What becomes of a planned row: the columns to write on it, its contact and its account.

    `start_at` is set for a row that goes out now; it may lie a moment ahead, to keep the pace.
    `names` says what it must name as answered: the correspondent's last "message" or "touch"; empty: nothing.
    """

    row: Mapping[str, Any]
    contact: Mapping[str, Any] = field(default_factory=dict)
    account: Mapping[str, Any] = field(default_factory=dict)
    effects: Sequence[Effect] = ()
    start_at: datetime | None = None
    names: str = ""
