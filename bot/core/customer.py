"""The customer as decisions see them: a snapshot, frozen at load time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bot.core.delivery import Contact


class TagSource(StrEnum):
    """Who said so; the bot never overwrites the seller."""

    BOT = "bot"
    SELLER = "seller"


@dataclass(frozen=True, slots=True)
class Tag:
    """A trait of a customer: when it showed, from which words, how often."""

    name: str
    source: TagSource
    first_at: datetime
    last_at: datetime
    count: int = 1
    words: str = ""


class OrderStatus(StrEnum):
    """Where an order stands."""

    CREATED = "created"
    PAID = "paid"
    SHIPPED = "shipped"
    SIGNED = "signed"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"


ORDER_STATUS = {
    OrderStatus.CREATED: "待付款",
    OrderStatus.PAID: "待发货",
    OrderStatus.SHIPPED: "已发货",
    OrderStatus.SIGNED: "已签收",
    OrderStatus.REFUNDED: "已退款",
    OrderStatus.CANCELLED: "已取消",
}
"""The states as a shop calls them."""


@dataclass(frozen=True, slots=True)
class OrderItem:
    """One line of an order; `price` is per piece."""

    product: str
    quantity: int
    price: Decimal


@dataclass(frozen=True, slots=True)
class Parcel:
    """What was handed to a courier."""

    id: int
    courier: str
    tracking_no: str
    shipped_at: datetime
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One order with its lines and parcels."""

    id: int
    number: str
    customer_id: int
    status: OrderStatus
    total: Decimal
    created_at: datetime
    items: tuple[OrderItem, ...] = ()
    parcels: tuple[Parcel, ...] = ()

    @property
    def goods(self) -> str:
        """The lines in one phrase, equal products together: 玫瑰面霜×2、洁面乳."""
        pieces: Counter[str] = Counter()
        for item in self.items:
            pieces[item.product] += item.quantity
        return "、".join(product + (f"×{n}" if n > 1 else "") for product, n in pieces.items())


@dataclass(frozen=True, slots=True)
class Consultation:
    """A question before buying, on record until an order or the seller closes it."""

    id: int
    customer_id: int
    product: str | None
    words: str
    opened_at: datetime
    last_at: datetime
    questions: int = 1


@dataclass(frozen=True, slots=True)
class Piece:
    """A stored message of this buyer that still waits for the bot's answer (DESIGN §3.5)."""

    message_id: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Customer:
    """One person: profile, where they can be reached, what is open with them.

    `contact` is the correspondent of the event at hand; without one, the contact last heard from.
    `orders` are the latest few, newest first. `asked_seller_at`: when the bot last passed on what it
    could not answer.
    """

    id: int
    contact: Contact
    first_seen_at: datetime
    name: str = ""
    nickname: str = ""
    phone: str = ""
    address: str = ""
    birthday: str = ""
    note: str = ""
    stage: str = "潜客"
    greeted_at: datetime | None = None
    asked_seller_at: datetime | None = None
    opted_out_at: datetime | None = None
    stopped_at: datetime | None = None
    taken_over_by: str = ""
    taken_over_until: datetime | None = None
    tags: tuple[Tag, ...] = ()
    orders: tuple[Order, ...] = ()
    consultations: tuple[Consultation, ...] = ()
    pieces: tuple[Piece, ...] = field(default=())

    @property
    def called(self) -> str:
        """What the seller calls them; never empty."""
        return self.name or self.nickname or self.contact.external_id

    def taken_over(self, now: datetime) -> bool:
        """Whether a person has this conversation, so that the bot keeps silent."""
        return self.taken_over_until is not None and now < self.taken_over_until
