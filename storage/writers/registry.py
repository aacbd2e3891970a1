"""Which writer writes which effect, and what every writer is told beside the effect."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.core import effects
from bot.core.delivery import AccountState, Contact
from bot.core.ledger import Limits

Nearest = Callable[[Sequence[Contact], Mapping[str, AccountState], datetime], Contact]
"""(a seller's contacts, their accounts' states, now) → where the seller is best told things."""


def first_place(contacts: Sequence[Contact], states: Mapping[str, AccountState], now: datetime) -> Contact:
    """Where it is not known what the accounts can do: the first."""
    return contacts[0]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What writing must know of the shop: where its sellers are, and how long a text each account takes.

    owners: the contact ids of those sellers that are owners. limits: of what nobody asked for. identities:
    a seller's contact id → those of all places where this seller can be told things, the first one first.
    nearest: which of them it is now. carries: whether an account carries a picture.
    """

    sellers: tuple[Contact, ...] = ()
    text_bytes: Mapping[str, int] = field(default_factory=dict)
    owners: frozenset[int] = frozenset()
    limits: Limits = field(default=Limits())
    identities: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    nearest: Nearest = first_place
    carries: Callable[[str, bytes], bool] = lambda account, picture: False


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an effect comes from: when, from which stored message, in which shop."""

    now: datetime
    message_id: int | None
    around: Surroundings


Batch = Sequence[tuple[Origin, Any]]
Writer = Callable[[Connection, Batch], None]
_WRITERS: dict[type, Writer] = {}


def writes(effect: type) -> Callable[[Writer], Writer]:
    """Register the writer of one kind of effect."""

    def register(writer: Writer) -> Writer:
        _WRITERS[effect] = writer
        return writer

    return register


def write_effects(connection: Connection, batch: Batch) -> None:
    """Write all effects, kind by kind in the order of this file."""
    by_kind: defaultdict[type, list[tuple[Origin, Any]]] = defaultdict(list)
    for origin, effect in batch:
        by_kind[type(effect)].append((origin, effect))
    for kind, writer in _WRITERS.items():
        if found := by_kind.pop(kind, None):
            writer(connection, found)
    for with_its_message in (
        effects.Reply,
        effects.ReadMessage,
    ):  # as answers, and as columns (storage.write)
        by_kind.pop(with_its_message, None)
    if by_kind:
        raise TypeError(f"no writer for {', '.join(k.__name__ for k in by_kind)}")
