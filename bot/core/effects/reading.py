"""How messages are read, and how sellers correct that."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeepPiece:
    """The message at hand waits for the buyer's silence before it is answered."""


@dataclass(frozen=True, slots=True)
class PiecesAnswered:
    """The waiting pieces of this customer have had their answer."""

    customer_id: int


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """How the message at hand was read; kept with it, so that it can be explained and corrected.

    certainty: the share of this intent, 0 to 1. complaint: the probability that something needs putting
    right. because: what decided, in the seller's language. joined: the words that were read, if pieces
    before it were read with it.
    """

    intent: str
    certainty: float
    complaint: float
    because: str = ""
    joined: str = ""


SAID_SO = "你说的"
"""What has decided a message whose reading the seller has corrected."""


@dataclass(frozen=True, slots=True)
class KeepExample:
    """The seller says how these words are to be read; about the same words, the newer counts.

    message: the stored message whose reading this corrects.
    """

    text: str
    intent: str
    complaint: bool
    seller: str
    message: int | None = None
