"""Everything a buyer's handler may look at, in one frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.customer import Customer
from bot.core.settings import Settings
from handlers.understanding import Reading


@dataclass(frozen=True, slots=True)
class Situation:
    """A buyer said something: who, what, how it reads, and when (aware UTC).

    `text` is the message at hand, or several pieces joined with newlines; `message_ids` names them all,
    newest last. `heard` is false for what cannot be read (a picture, a file).
    """

    customer: Customer
    text: str
    reading: Reading
    settings: Settings
    now: datetime
    message_ids: tuple[str, ...]
    heard: bool = True
