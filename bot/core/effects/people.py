"""What is known of a customer and of their contacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.core.customer import TagSource


@dataclass(frozen=True, slots=True)
class AddTag:
    """The customer shows a trait; seen again, it counts."""

    customer_id: int
    name: str
    source: TagSource
    words: str = ""


@dataclass(frozen=True, slots=True)
class RemoveTag:
    """Take a tag away."""

    customer_id: int
    name: str


@dataclass(frozen=True, slots=True)
class SetFields:
    """Write profile fields of a customer, by the names of `Customer`."""

    customer_id: int
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MarkContact:
    """Write fields of a contact, by the names of `Contact`."""

    contact_id: int
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ErasePerson:
    """Delete what is personal about a customer (privacy revocation, CHANNELS §1.4)."""

    customer_id: int
