"""Questions before buying, and orders with their parcels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.core.customer import OrderItem, OrderStatus, Parcel


@dataclass(frozen=True, slots=True)
class OpenConsultation:
    """A question before any order goes on record; the open one of the same product collects it.

    objections: all that are known by now; an empty tuple changes nothing. consultation_id: the one that
    collects it, if that has been followed up.
    """

    customer_id: int
    product: str | None
    words: str
    price: Decimal | None = None
    objections: tuple[str, ...] = ()
    consultation_id: int | None = None


@dataclass(frozen=True, slots=True)
class CloseConsultations:
    """Close this customer's consultations without an order; `outcome` is ordered or given_up.

    consultation_id: only this one. reason: why nothing came of it, in the seller's words.
    """

    customer_id: int
    outcome: str
    order_number: str = ""
    consultation_id: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FollowedUp:
    """A consultation has been asked about, once."""

    consultation_id: int


@dataclass(frozen=True, slots=True)
class RecordOrder:
    """A new order; a number that exists changes nothing."""

    customer_id: int
    number: str
    items: tuple[OrderItem, ...]
    status: OrderStatus = OrderStatus.PAID


@dataclass(frozen=True, slots=True)
class KeepOrder:
    """What is known of the order of that number from now on; made if it is not on record.

    fields: of `Order`, without items and parcels; `refunded` is the sum. items: None leaves them. parcels:
    what became known of them; a number that is on record keeps what is there, but for `announced`.
    """

    number: str
    customer_id: int
    fields: Mapping[str, Any]
    items: tuple[OrderItem, ...] | None = None
    parcels: tuple[Parcel, ...] = ()


@dataclass(frozen=True, slots=True)
class MoveParcel:
    """Write fields of a parcel, by the names of `Parcel`."""

    parcel_id: int
    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ShipOrder:
    """Handed to the courier; the same tracking number of the same order changes nothing."""

    order_id: int
    courier: str
    tracking_no: str


@dataclass(frozen=True, slots=True)
class SignOrder:
    """The parcels of an order have arrived, `at` a moment or now."""

    order_id: int
    at: datetime | None = None
