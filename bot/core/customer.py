"""The customer as decisions see them: a snapshot, frozen at load time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bot.core.complaint import Complaint
from bot.core.delivery import Contact
from bot.core.namesake import Namesake


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
    """One line of an order; `price` is per piece. sku: the shop's own word for it."""

    product: str
    quantity: int
    price: Decimal
    sku: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What was handed to a courier.

    announced: whether the buyer was to be told of it. state: where the courier says it is (`ParcelState`),
    at `state_at`, in the courier's `words`.
    """

    id: int
    courier: str
    tracking_no: str
    shipped_at: datetime
    signed_at: datetime | None = None
    announced: bool = True
    state: str = ""
    state_at: datetime | None = None
    words: str = ""


SAID_FOR_GOOD = 9
"""The word of a seller or a file on what an order contains: no shop event changes it."""


@dataclass(frozen=True, slots=True)
class Order:
    """One order with its lines and parcels.

    refunded: what went back so far, of an order that still stands. source: where it was bought. items_said,
    total_said: how much weight who said them has (`handlers.orders`).
    """

    id: int
    number: str
    customer_id: int
    status: OrderStatus
    total: Decimal
    created_at: datetime
    items: tuple[OrderItem, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    signed_at: datetime | None = None
    refunded: Decimal = Decimal(0)
    source: str = ""
    items_said: int = SAID_FOR_GOOD
    total_said: int = SAID_FOR_GOOD

    @property
    def kept(self) -> Decimal:
        """What the shop keeps of the total."""
        if self.status in (OrderStatus.REFUNDED, OrderStatus.CANCELLED):
            return Decimal(0)
        return max(self.total - self.refunded, Decimal(0))

    @property
    def goods(self) -> str:
        """The lines in one phrase, equal products together: 玫瑰面霜×2、洁面乳."""
        pieces: Counter[str] = Counter()
        for item in self.items:
            pieces[item.product] += item.quantity
        return "、".join(product + (f"×{n}" if n > 1 else "") for product, n in pieces.items())


@dataclass(frozen=True, slots=True)
class Consultation:
    """A question before buying, on record until an order or the seller closes it.

    price: what the buyer was told it costs, None if nothing. objections: what speaks against buying, as
    `consultations.objections` names it. followed_up_at: when it was asked about, None if not yet.
    """

    id: int
    customer_id: int
    product: str | None
    words: str
    opened_at: datetime
    last_at: datetime
    questions: int = 1
    price: Decimal | None = None
    objections: tuple[str, ...] = ()
    followed_up_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """What a buyer asked and nobody has really answered yet (PRACTICES 18–20): one per buyer.

    asked_at: of its first message. stage: how many rings it has had. acknowledged_at: when the buyer was
    told that it is being looked into.
    """

    id: int
    urgency: str
    words: str
    asked_at: datetime
    stage: int = 0
    acknowledged_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenPromise:
    """What a seller has promised a buyer by when (PRACTICES 22). `what` as `handlers.promises` names it."""

    id: int
    what: str
    words: str
    by: str
    made_at: datetime
    due_at: datetime
    reminded_at: datetime | None = None


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
    could not answer. `complaints`, `consultations`, `promises`: the open ones, oldest first. `red_line_at`:
    since when all automation towards them has stopped (PRACTICES 21); `交还` ends it.

    found: what the bot has read in their own words, by field: its `value` and when (`at`). facts: what else
    is known, by its name. merged_into: who they have turned out to be. union_id: the platform's id of the
    person behind several accounts, as it came with the event at hand. same_phone, same_union, named: others
    on record who share a phone or the union id, or are named as referrer, in the event at hand.
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
    red_line_at: datetime | None = None
    tags: tuple[Tag, ...] = ()
    orders: tuple[Order, ...] = ()
    consultations: tuple[Consultation, ...] = ()
    pieces: tuple[Piece, ...] = field(default=())
    complaints: tuple[Complaint, ...] = ()
    question: OpenQuestion | None = None
    promises: tuple[OpenPromise, ...] = ()
    found: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    merged_into: int | None = None
    union_id: str = ""
    same_phone: tuple[Namesake, ...] = ()
    same_union: tuple[Namesake, ...] = ()
    named: tuple[Namesake, ...] = ()

    @property
    def called(self) -> str:
        """What the seller calls them; never empty."""
        return self.name or self.nickname or self.contact.external_id or self.phone or f"#{self.id}"

    def taken_over(self, now: datetime) -> bool:
        """Whether a person has this conversation, so that the bot keeps silent."""
        if self.red_line_at is not None:
            return True
        return self.taken_over_until is not None and now < self.taken_over_until
