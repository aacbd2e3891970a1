"""Everything a buyer's handler may look at, in one frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.customer import Customer
from bot.core.holiday import Holiday
from bot.core.settings import Settings
from handlers.tag_rules import Hit
from handlers.understanding import Reading

JUST_NOW = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Situation:
    """A buyer said something: who, what, how it reads, and when (aware UTC).

    `text` is the message at hand, or several pieces joined with newlines; `message_ids` names them all,
    newest last. `heard` is false for what cannot be read (a picture, a file). `hits`: the tag rules it meets.
    `holidays`: when the shop is away.
    """

    customer: Customer
    text: str
    reading: Reading
    settings: Settings
    now: datetime
    message_ids: tuple[str, ...]
    heard: bool = True
    hits: tuple[Hit, ...] = ()
    holidays: tuple[Holiday, ...] = ()

    def asked_just_now(self) -> bool:
        """Whether the bot passed something of theirs on to the seller within the last minutes."""
        asked_at = self.customer.asked_seller_at
        return asked_at is not None and self.now - asked_at < JUST_NOW
