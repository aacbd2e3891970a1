"""The body of POST /api/orders (CONTRACT §4): strict in what it uses, blind to what it does not know."""

from __future__ import annotations

import json
import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bot.core.customer import OrderItem, OrderStatus
from bot.core.events import OrderedBy, OrderEvent
from bot.core.settings import Settings
from bot.web.body_faults import first_fault
from bot.web.body_values import Address, Key, Moment, Money, Text, _key
from handlers.couriers import courier_named, couriers_of, tracking_number
from storage.sheets.values import hidden, phone

MOST_ITEMS = 500
MOST_PIECES = 99_999
NEW_STYLE = "接口"
"""The source of an order whose platform the event does not name."""


class BadBody(Exception):
    """What is wrong with a body, with its place in it: `order.items[0].price: …`."""


class _Body(BaseModel):
    """Keys that are not known are somebody else's."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class CustomerBody(_Body):
    """Whom the order is for."""

    name: Text = ""
    phone: Text = ""
    address: Address = ""
    account: Text = ""
    external_id: Text = ""


class ItemBody(_Body):
    """One line: product or sku, pieces, price of one piece."""

    product: Text = ""
    sku: Text = ""
    quantity: Annotated[int, Field(strict=True, ge=1, le=MOST_PIECES)] = 1
    price: Money = None


class ParcelBody(_Body):
    """One parcel."""

    courier: Text = ""
    tracking_no: Text = ""


class OrderBody(ParcelBody):
    """The order, as far as the event tells."""

    id: Key
    customer: CustomerBody | None = None
    items: Annotated[list[ItemBody], Field(max_length=MOST_ITEMS)] | None = None
    total: Money = None
    refund: Money = None
    created_at: Moment = None
    paid_at: Moment = None
    shipped_at: Moment = None
    signed_at: Moment = None
    source: Text = ""
    parcels: Annotated[list[ParcelBody], Field(max_length=MOST_ITEMS)] | None = None


_EVENTS = Literal[
    "order.created", "order.paid", "order.shipped", "order.signed", "order.refunded", "order.cancelled"
]


class EventBody(_Body):
    """The whole body."""

    event: _EVENTS
    event_id: Annotated[str, BeforeValidator(_key), Field(max_length=200)]
    order: OrderBody


def read(raw: bytes, settings: Settings, now: datetime) -> OrderEvent:
    """The event that a body tells; BadBody if it is none."""
    zone: ZoneInfo = settings.shop.zone
    try:
        data = json.loads(raw)
        body = EventBody.model_validate(data, context={"zone": zone, "now": now})
    except ValidationError as wrong:
        raise BadBody(first_fault(wrong)) from wrong
    except (ValueError, RecursionError) as wrong:
        raise BadBody("body: 不是 JSON") from wrong
    order = body.order
    happened = OrderStatus(body.event.removeprefix("order."))
    return OrderEvent(
        body.event_id,
        happened,
        order.id,
        _customer(order.customer or CustomerBody(), settings),
        None if order.items is None else tuple(_item(n, item) for n, item in enumerate(order.items)),
        order.total,
        tuple(dict.fromkeys(parcel for parcel in _parcels(order))),
        order.created_at,
        order.paid_at,
        order.shipped_at,
        order.signed_at,
        order.refund if happened is OrderStatus.REFUNDED else None,
        order.source or NEW_STYLE,
    )


def _customer(said: CustomerBody, settings: Settings) -> OrderedBy:
    """Masked names and phones say nothing; half an address of a correspondent neither."""
    number = _phone(said.phone)
    name = "" if hidden(said.name) else said.name
    address = "" if hidden(said.address) else said.address
    here = (said.account, said.external_id)
    if not all(here) or here in settings.seller_by_identity:
        return OrderedBy(name, number, address)
    if said.account not in {account.id for account in settings.accounts}:
        raise BadBody(f"order.customer.account: accounts 里没有 {said.account[:40]} 这个账号")
    return OrderedBy(name, number, address, *here)


def _phone(text: str) -> str:
    try:
        return phone(text) or ""
    except ValueError:
        return ""


def _item(place: int, item: ItemBody) -> OrderItem:
    if not (item.product or item.sku):
        raise BadBody(f"order.items[{place}].product: 缺少商品名")
    return OrderItem(item.product or item.sku, item.quantity, item.price or Decimal(0), item.sku)


def _parcels(order: OrderBody) -> list[tuple[str, str]]:
    """Courier and number of each; several numbers may stand in one text; words alone (自提) are no number."""
    found: list[tuple[str, str]] = []
    listed = [(f"order.parcels[{n}].", p) for n, p in enumerate(order.parcels or ())]
    for place, parcel in [("order.", order), *listed]:
        for word in re.split(r"[,，;；、\s]+", parcel.tracking_no):
            if any(c.isdecimal() for c in word):
                try:
                    number = tracking_number(word)
                except ValueError as wrong:
                    raise BadBody(f"{place}tracking_no: {wrong}") from wrong
                found.append((_courier(parcel.courier, number), number))
    return found


def _courier(said: str, number: str) -> str:
    if said:
        return courier_named(said) or said[:20]
    possible = couriers_of(number)
    return possible[0] if len(possible) == 1 else "快递"
