"""What buyers say of themselves fills the empty fields of their profile (PRACTICES 31, 34, 44). Pure.

What the bot has found itself it also renews; what the seller has written it never touches: what the buyer has
said since stands beside it (`Customer.found`) and is shown by 资料.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.core.customer import Customer
from bot.core.effects import Effect, KnowIdentity, Known, LookAlike, SetFields
from handlers.profile.same import by_phone, by_union
from handlers.profile.words import Told, told
from handlers.situation import Situation

FIELDS = ("name", "phone", "address", "birthday")


def record(situation: Situation) -> list[Effect]:
    """Take note of what the words say of their writer, and of whom they turn out to be."""
    customer = situation.customer
    if not situation.heard:
        return by_union(customer)
    reading = situation.reading
    said = told(reading.normal, question=reading.question, name=customer.name)
    return [*filled(situation, said), *_recognised(customer, said), *by_union(customer)]


def _recognised(customer: Customer, said: Told) -> list[Effect]:
    if not said.phone:
        return []
    return by_phone(customer, said.phone, said.fields.get("name", ""), said.fields.get("birthday", ""))


def filled(situation: Situation, said: Told) -> list[Effect]:
    """The fields that change, and what was found."""
    customer = situation.customer
    at = situation.now.isoformat()
    new = {name: value for name, value in said.fields.items() if _is_news(customer, name, value)}
    facts = {name: value for name, value in said.facts.items() if _is_news(customer, name, value)}
    if not (new or facts):
        return []
    found = dict(customer.found) | {name: {"value": v, "at": at} for name, v in (new | facts).items()}
    changes: dict[str, Any] = {name: v for name, v in new.items() if may_write(customer, name)}
    written = {name: v for name, v in facts.items() if may_write(customer, name)}
    if written:
        changes["facts"] = dict(customer.facts) | written
    return [
        SetFields(customer.id, changes | {"found": found}),
        *_also_known(customer, new, changes),
        *([LookAlike(customer.id)] if _names_a_place(customer, changes) else []),
    ]


def value_of(customer: Customer, name: str) -> str:
    """What stands on record, of a field or a fact."""
    return str(getattr(customer, name)) if name in FIELDS else str(customer.facts.get(name, ""))


def found_by_bot(customer: Customer, name: str) -> bool:
    """Whether what stands there is what the bot has read in the buyer's words."""
    said: Mapping[str, Any] = customer.found.get(name) or {}
    return bool(said) and said.get("value") == value_of(customer, name)


def said_otherwise(customer: Customer, name: str) -> str:
    """What the buyer has said where the seller's word stands; empty if nothing else."""
    said: Mapping[str, Any] = customer.found.get(name) or {}
    value = str(said.get("value", ""))
    return "" if value == value_of(customer, name) else value


def may_write(customer: Customer, name: str) -> bool:
    """Whether the bot may fill this field: it is empty, or its own earlier finding."""
    return not value_of(customer, name) or found_by_bot(customer, name)


def _is_news(customer: Customer, name: str, value: str) -> bool:
    return value != value_of(customer, name) and value != said_otherwise(customer, name)


def _also_known(customer: Customer, new: Mapping[str, str], changes: Mapping[str, Any]) -> Iterator[Effect]:
    """A second phone still finds the person, be it the earlier one or one beside the seller's."""
    if "phone" not in new or not customer.phone:
        return
    other = customer.phone if "phone" in changes else new["phone"]
    yield KnowIdentity(customer.id, Known.PHONE, other)


def _names_a_place(customer: Customer, changes: Mapping[str, Any]) -> bool:
    changed = "name" in changes or "address" in changes
    return changed and all(changes.get(name) or value_of(customer, name) for name in ("name", "address"))
