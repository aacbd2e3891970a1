"""What a shop event makes of an order: however the events of one order come, they end in the same state.

Each says of the order what it knows; the furthest state that was ever reported holds. Money back in part
leaves an order standing until all of it has gone back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.core.customer import Customer, Order, OrderItem, OrderStatus, Parcel
from bot.core.effects import CloseConsultations, Effect, KeepOrder, SetFields
from bot.core.events import OrderEvent
from bot.core.settings import Settings
from handlers import order_notices
from handlers.commands.goods import goes_by
from handlers.order_notices import OVER
from handlers.promise_keeping import shipped

_RANK = {
    OrderStatus.CREATED: 1,
    OrderStatus.PAID: 2,
    OrderStatus.SHIPPED: 3,
    OrderStatus.SIGNED: 4,
    OrderStatus.CANCELLED: 5,
    OrderStatus.REFUNDED: 6,
}

_WEIGHT = {OrderStatus.CREATED: 2, OrderStatus.PAID: 3}
"""What an order contains is best known when it is placed, and better still when it is paid; the later events
may speak of one parcel of it."""
_ONLY_FILLS = 1


def decide(
    event: OrderEvent, customer: Customer, known: Order | None, settings: Settings, now: datetime
) -> list[Effect]:
    """What follows for the order and its buyer; `known` is the order as it is on record, whosever it was."""
    before = known or Order(
        0, event.number, customer.id, OrderStatus.CREATED, Decimal(0), now, items_said=0, total_said=0
    )
    after = _after(event, before, settings, now)
    told = order_notices.untold(event, customer, after, settings, now)
    settled = {number for number, effects in told.items() if order_notices.is_settled(effects)}
    parcels = (replace(p, announced=p.announced or p.tracking_no in settled) for p in after.parcels)
    return [
        _kept(before, replace(after, parcels=tuple(parcels)), customer),
        *_closing(event, customer, known),
        *_profile(event, customer),
        *_promised(event, customer, before, after, now),
        *(effect for effects in told.values() for effect in effects or ()),
    ]


# --- the order ----------------------------------------------------------------------------------


def _after(event: OrderEvent, before: Order, settings: Settings, now: datetime) -> Order:
    order = replace(before, **_moments(event, before, now), source=before.source or event.source)
    order = _lines(event, order, settings)
    if event.refund is not None:
        order = replace(order, refunded=order.refunded + event.refund)
    reported = [before.status, *(() if event.refund is not None else (event.happened,))]
    if order.total and order.refunded >= order.total:
        reported.append(OrderStatus.REFUNDED)
    order = replace(order, status=max(reported, key=_RANK.__getitem__))
    return replace(order, parcels=tuple(_parcels(event, order, now)))


def _moments(event: OrderEvent, before: Order, now: datetime) -> dict[str, Any]:
    """When what happened: as the shop's system says, else when it was heard of."""
    told: dict[str, datetime | None] = {"paid_at": event.paid_at, "shipped_at": None, "signed_at": None}
    name = f"{event.happened.value}_at"
    if name in told:
        told[name] = getattr(event, name) or now
    kept = {key: getattr(before, key) or moment for key, moment in told.items()}
    return kept | {"created_at": event.created_at or before.created_at}


def _lines(event: OrderEvent, order: Order, settings: Settings) -> Order:
    """Items and total by who knows them best."""
    weight = _WEIGHT.get(event.happened, _ONLY_FILLS)
    if event.items and _counts(weight, order.items_said):
        items = tuple(_as_sold_here(item, settings) for item in event.items)
        order = replace(order, items=items, items_said=weight)
        if order.total_said == 0:
            order = replace(order, total=sum((i.price * i.quantity for i in items), Decimal(0)))
    if event.total is not None and _counts(weight, order.total_said):
        order = replace(order, total=event.total, total_said=weight)
    return order


def _counts(weight: int, said: int) -> bool:
    return weight >= said if weight > _ONLY_FILLS else said == 0


def _as_sold_here(item: OrderItem, settings: Settings) -> OrderItem:
    """By the name that the product list has, where the shop's system uses one of its aliases."""
    product = next((p for p in settings.products if goes_by(p, item.product)), None)
    return replace(item, product=product.name) if product else item


def _parcels(event: OrderEvent, order: Order, now: datetime) -> Iterator[Parcel]:
    """What is on record and what this event adds; all that was handed over by then has been signed."""
    known = {parcel.tracking_no: parcel for parcel in order.parcels}
    for courier, number in event.parcels:
        handed = event.shipped_at or min(now, order.signed_at or now)
        known.setdefault(number, Parcel(0, courier, number, handed, announced=False))
    for parcel in known.values():
        signed = order.signed_at if order.signed_at and parcel.shipped_at <= order.signed_at else None
        yield replace(parcel, signed_at=parcel.signed_at or signed)


_COLUMNS = tuple(
    f.name for f in fields(Order) if f.name not in ("id", "number", "customer_id", "items", "parcels")
)


def _kept(before: Order, after: Order, customer: Customer) -> KeepOrder:
    return KeepOrder(
        after.number,
        customer.id,
        {name: getattr(after, name) for name in _COLUMNS},
        after.items if after.items != before.items else None,
        tuple(parcel for parcel in after.parcels if parcel not in before.parcels),
    )


# --- the buyer ----------------------------------------------------------------------------------


def _promised(
    event: OrderEvent, customer: Customer, before: Order, after: Order, now: datetime
) -> list[Effect]:
    """What was promised by the time a parcel was handed over is kept, as with 发货 (PRACTICES 22)."""
    if event.happened is not OrderStatus.SHIPPED:
        return []
    known = {parcel.tracking_no for parcel in before.parcels}
    if before.shipped_at is not None and all(parcel.tracking_no in known for parcel in after.parcels):
        return []
    handed = event.shipped_at or now
    by_then = tuple(promise for promise in customer.promises if promise.made_at <= handed)
    return shipped(replace(customer, promises=by_then), again=bool(before.parcels))


def _closing(event: OrderEvent, customer: Customer, known: Order | None) -> Iterator[Effect]:
    """Who asked has bought (PRACTICES 106)."""
    buys = event.happened in (OrderStatus.CREATED, OrderStatus.PAID)
    if buys or (known is None and event.happened not in OVER):
        yield CloseConsultations(customer.id, "ordered", event.number)


def _profile(event: OrderEvent, customer: Customer) -> Iterator[Effect]:
    """What was not known; nothing that is on record is overwritten (CONTRACT §7.4)."""
    by = event.customer
    told = {"name": by.name, "phone": by.phone, "address": by.address}
    found = {key: value for key, value in told.items() if value and not getattr(customer, key)}
    if found:
        yield SetFields(customer.id, found)
