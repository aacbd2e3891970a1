"""What the ledger can answer. Every reason is part of a sentence in the seller's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.delivery import Via


class Ledger(StrEnum):
    """Which right to send a message uses up."""

    MESSAGE = "message"
    TOUCH = "touch"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Send:
    """It may go now, by this road."""

    via: Via
    ledger: Ledger = Ledger.NONE


@dataclass(frozen=True, slots=True)
class Hold:
    """Not before `until`."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Park:
    """Not until the correspondent speaks."""

    reason: str


@dataclass(frozen=True, slots=True)
class Drop:
    """Never."""

    reason: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """It may have arrived already, and a repeat would not be recognised."""

    reason: str


Permission = Send | Hold | Park | Drop | Doubt
