"""Who else on record has the phone, union id or name that an event contains; nothing is asked for the others.

What follows from it is decided in `handlers.profile.same` and `handlers.referral`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from bot.core.customer import Customer
from bot.core.effects import Effect, MergeCustomers, SplitCustomers
from bot.core.events import BuyerEvent, BuyerMessage, Event, OrderEvent
from bot.core.namesake import Namesake
from bot.core.settings import Settings
from bot.valuation import revalue
from handlers import referral
from handlers.profile.same import by_order
from handlers.profile.words import phones_in
from storage import load
from storage.queries import namesakes, trade
from storage.rows import MergeRow

UNION_ID = "union_id"
"""The key of a message's payload or an event's detail by which a channel tells the person behind it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What an event says by which somebody can be recognised."""

    phones: tuple[str, ...] = ()
    union_id: str = ""
    names: tuple[str, ...] = ()
    codes: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.phones or self.union_id or self.names or self.codes)


def heard(customer: Customer, event: Event | None) -> Heard:
    """What this event of the customer says, with the pieces before it."""
    texts = [piece.text for piece in customer.pieces]
    union_id = ""
    if isinstance(event, BuyerMessage):
        texts.append(event.text)
        union_id = str(event.payload.get(UNION_ID) or "")
    elif isinstance(event, BuyerEvent):
        union_id = str(event.detail.get(UNION_ID) or "")
    text = "\n".join(texts)
    names, codes = referral.named_in(customer, text) if text else ((), ())
    return Heard(phones_in(text) if text else (), union_id, names, codes)


def taking_turns(said: Mapping[int, Heard]) -> set[int]:
    """Whose turn is after that of somebody who has said the same phone or union id: to see what that left."""
    seen: set[str] = set()
    later: set[int] = set()
    for id_, what in said.items():
        marks = {*what.phones, what.union_id} - {""}
        if marks & seen:
            later.add(id_)
        seen |= marks
    return later


def phones_of(events: Iterable[Event]) -> set[str]:
    """The phones in these events, before anything is loaded."""
    found = {p for e in events if isinstance(e, BuyerMessage) for p in phones_in(e.text)}
    ordered = (namesakes.levelled(e.customer.phone) for e in events if isinstance(e, OrderEvent))
    return found | {p for p in ordered if len(p) == 11}


def lock(connection: Connection, events: Sequence[Event]) -> set[int]:
    """Keep what these events may reveal to this transaction; the ids of whom else they may concern."""
    phones = phones_of(events)
    if not phones:
        return set()
    namesakes.lock_phones(connection, phones)
    return set().union(*namesakes.with_phones(connection, phones).values())


_Found = Mapping[str, Collection[int]]
"""Customers by what was said of them."""


def recognised(
    connection: Connection, customers: Mapping[int, Customer], said: Mapping[int, Heard]
) -> dict[int, Customer]:
    """The customers, each with the others who share what was said; one query for each kind of it."""
    said = {id_: what for id_, what in said.items() if what}
    if not said:
        return dict(customers)
    spoken = {p for w in said.values() for p in w.phones}
    namesakes.lock_phones(connection, spoken)
    phones = _asked(connection, spoken, namesakes.with_phones)
    unions = _asked(connection, {w.union_id for w in said.values()} - {""}, namesakes.with_unions)
    names = _asked(connection, {n for w in said.values() for n in w.names}, namesakes.with_names)
    everybody = {id_ for found in (phones, unions, names) for ids in found.values() for id_ in ids}
    everybody |= {code for w in said.values() for code in w.codes}
    living = load.living(connection, everybody) if everybody else {}
    known = namesakes.namesakes(connection, set(living.values())) if everybody else {}
    concerned = {*known, *(c.id for c in customers.values())}
    apart = namesakes.taken_apart(connection, concerned) if known else set()

    def others(customer_id: int, found: _Found, by: Iterable[str]) -> tuple[Namesake, ...]:
        shared = {living[id_]: value for value in by for id_ in sorted(found.get(value, ()))}
        return tuple(
            replace(known[id_], by=value, apart=(customer_id, id_) in apart)
            for id_, value in shared.items()
            if id_ in known and id_ != customer_id
        )

    return dict(customers) | {
        id_: replace(
            customers[id_],
            union_id=what.union_id,
            same_phone=others(customers[id_].id, phones, what.phones),
            same_union=others(customers[id_].id, unions, [what.union_id]),
            named=others(
                customers[id_].id, names | {referral.code(c): {c} for c in what.codes}, _named(what)
            ),
        )
        for id_, what in said.items()
        if id_ in customers
    }


def _named(what: Heard) -> list[str]:
    return [*(referral.code(c) for c in what.codes), *what.names]


def _asked(connection: Connection, values: set[str], ask: Any) -> dict[str, set[int]]:
    return dict(ask(connection, values)) if values else {}


def after_order(connection: Connection, event: OrderEvent) -> list[Effect]:
    """What follows from the phone of an order that has just been written, for who else has it."""
    phone = namesakes.levelled(event.customer.phone)
    order = trade.order(connection, event.number)
    if len(phone) != 11 or order is None:
        return []
    customers = load.snapshots(connection, [order.customer_id])
    customer = recognised(connection, customers, {order.customer_id: Heard(phones=(phone,))})
    return by_order(customer[order.customer_id], event.customer.name)


def of_the_living(connection: Connection, effects: Sequence[Effect]) -> list[Effect]:
    """The effects as they look once those who are one have become one."""
    joined = {id_ for e in effects if isinstance(e, MergeCustomers) for id_ in (e.customer_id, e.other_id)}
    if not joined:
        return list(effects)
    now = {id_: one for id_, one in load.living(connection, joined).items() if id_ != one}
    return [_of(e, now) for e in effects]


def _of(effect: Any, now: Mapping[int, int]) -> Any:
    id_ = getattr(effect, "customer_id", None)
    return effect if id_ is None or id_ not in now else replace(effect, customer_id=now[id_])


def revalue_joined(
    connection: Connection, effects: Iterable[Effect], settings: Settings, now: datetime
) -> None:
    """Value whoever has become one, or two again, by these written effects."""
    named = {
        id_
        for e in effects
        if isinstance(e, MergeCustomers | SplitCustomers)
        for id_ in (e.customer_id, getattr(e, "other_id", e.customer_id))
    }
    if not named:
        return
    living = set(load.living(connection, named).values())
    parted = select(col(MergeRow.gone_id)).where(
        col(MergeRow.kept_id).in_(living), col(MergeRow.undone_at) == now
    )
    revalue(connection, living | set(connection.scalars(parted)), settings, now)
