"""Which product and order a complaint is about, and which open complaint a message belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.complaint import Complaint, Step
from bot.core.customer import Customer, Order, OrderStatus
from handlers.in_mind import asked_about
from handlers.situation import Situation

_TELLING = 4
"""Characters; a shorter order number may stand in a text by chance."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a message complains of. named: the buyer said so; otherwise product and order are a guess."""

    product: str = ""
    order: Order | None = None
    named: bool = False

    @property
    def fields(self) -> dict[str, Any]:
        """The same as fields of `Complaint`: `matter` stays empty for a guess, which may be corrected."""
        number = self.order.number if self.order else ""
        matter = (self.product or number) if self.named else ""
        return {"matter": matter, "product": self.product, "order_number": number}


@dataclass(frozen=True, slots=True)
class _Named:
    """The products and own orders that stand in a message."""

    products: tuple[str, ...]
    orders: tuple[Order, ...]


def matter_of(situation: Situation) -> Matter:
    """The order or product named; else what they asked about, if they bought it; else the latest order."""
    named, customer = _named(situation), situation.customer
    if named.orders:
        first = named.orders[0]
        return Matter(named.products[0] if named.products else _only_product(first), first, named=True)
    if named.products:
        product = named.products[0]
        return Matter(product, _order_with(customer, product), named=True)
    in_mind = asked_about(situation)
    product = in_mind.name if in_mind else ""
    order = _order_with(customer, product) if product else None
    if order is None and customer.orders:
        order, product = _real_orders(customer)[0], ""
    return Matter(product or (_only_product(order) if order else ""), order)


def belongs(situation: Situation) -> Complaint | None:
    """The open complaint that this message is part of; None if it is about something else.

    Who names nothing speaks of what is being listened to, else of what the bot asked about last, else of
    what was spoken of last.
    """
    named = _named(situation)
    fitting = [c for c in situation.customer.complaints if _fits(c, named, situation.customer)]
    return max(fitting, key=_nearness, default=None)


def _nearness(complaint: Complaint) -> tuple[bool, bool, float, int]:
    asked, last = asks(complaint), complaint.heard_at or complaint.opened_at
    if asked and complaint.asked_at is not None:
        last = complaint.asked_at
    return complaint.step is Step.LISTEN, asked, last.timestamp(), complaint.id


def asks(complaint: Complaint) -> bool:
    """Whether a question of the bot to the buyer stands: satisfied? all well since?"""
    return complaint.step in (Step.RESULT, Step.FOLLOW_UP) and complaint.asked_at is not None


def corrected(complaint: Complaint, situation: Situation) -> dict[str, Any]:
    """The fields of a complaint whose matter was a guess until this message named it."""
    if complaint.matter or not any((named := _named(situation)).products + named.orders):
        return {}
    return matter_of(situation).fields


def _fits(complaint: Complaint, named: _Named, customer: Customer) -> bool:
    if not named.products and not named.orders:
        return True
    if complaint.order_number and any(o.number == complaint.order_number for o in named.orders):
        return True
    if not complaint.matter:  # a guess: what the buyer names while telling is what it was about all along
        return complaint.step is Step.LISTEN or not complaint.product or _of(complaint, named)
    if named.orders:
        return not complaint.order_number and _of(complaint, named)
    if _of(complaint, named):
        return True
    order = next((o for o in customer.orders if o.number == complaint.matter), None)
    return order is not None and any(_contains(order, product) for product in named.products)


def _of(complaint: Complaint, named: _Named) -> bool:
    return any(product in complaint.product for product in named.products)


def _named(situation: Situation) -> _Named:
    text = situation.reading.normal.upper()
    orders = (o for o in situation.customer.orders if len(o.number) >= _TELLING and o.number.upper() in text)
    return _Named(tuple(p.name for p in situation.reading.products), tuple(orders))


def _real_orders(customer: Customer) -> Sequence[Order]:
    """Newest first; what was cancelled only if there is nothing else."""
    kept = [o for o in customer.orders if o.status is not OrderStatus.CANCELLED]
    return kept or customer.orders


def _order_with(customer: Customer, product: str) -> Order | None:
    return next((o for o in _real_orders(customer) if _contains(o, product)), None)


def _contains(order: Order, product: str) -> bool:
    return any(product in item.product for item in order.items)


def _only_product(order: Order) -> str:
    products = {item.product for item in order.items}
    return products.pop() if len(products) == 1 else ""
