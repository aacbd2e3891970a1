"""What can happen: every way into the bot is one of these (DESIGN §1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bot.core.customer import OrderItem, OrderStatus


class MessageKind(StrEnum):
    """What a buyer sent; `unknown` keeps whatever the platform invents next."""

    TEXT = "text"
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    LOCATION = "location"
    LINK = "link"
    FILE = "file"
    UNKNOWN = "unknown"


class Happening(StrEnum):
    """What a platform reports about a buyer beside messages."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    CLICK = "click"
    SCAN = "scan"
    DELIVERY = "delivery"  # detail: platform_id, ok, reason
    CONSENT = "consent"  # detail: grants {template_id: +1 | 0}
    PRIVACY_REVOKED = "privacy_revoked"
    SELLER_SPOKE = "seller_spoke"  # in the platform's own app; detail: text
    ENTERED = "entered"  # opened the chat, which gives no right to greet; detail: scene
    TAKEN_OVER = "taken_over"  # a person has the conversation in the platform's app; detail: seller
    HANDED_BACK = "handed_back"  # and has it no more
    PROFILE = "profile"  # what the platform knows of them; detail: nickname, avatar, gender, union_id
    REFUSED_PUSHES = "refused_pushes"  # switched off, in the platform's own app, what he has not asked for
    ALLOWED_PUSHES = "allowed_pushes"
    OTHER = "other"


TOUCHES = (Happening.SUBSCRIBE, Happening.CLICK, Happening.SCAN, Happening.ALLOWED_PUSHES)
"""What opens the touch window."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """Something from one correspondent, known by (account, message_id): the same pair is the same event.

    `at` is the platform's time of it; `message_id` is at most 200 characters.
    """

    account: str
    external_id: str
    message_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class BuyerMessage(Inbound):
    """A buyer wrote. `text` is what can be read (of a voice: its recognition); `payload` keeps the rest."""

    kind: MessageKind = MessageKind.TEXT
    text: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoomMessage(Inbound):
    """Somebody spoke to the bot where others listen; `external_id` is this person in this room.

    Nobody is made a customer by it, and nothing private is answered.
    """

    text: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BuyerEvent(Inbound):
    """A buyer did something else; `detail` depends on `happening`."""

    happening: Happening = Happening.OTHER
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SellerMessage(Inbound):
    """A bound seller wrote: a command, or the answer to a question of the bot; or sent something.

    kind and payload: as `BuyerMessage` has them.
    """

    seller: str = ""
    role: str = "staff"
    text: str = ""
    kind: MessageKind = MessageKind.TEXT
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TimerDue:
    """A timer of `customer_id` rang. `occasion` is what it is about (an order number, a message id …)."""

    timer_id: int
    rule: str
    customer_id: int
    occasion: str
    due_at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrderedBy:
    """Whom a shop event says an order is for; empty is what it does not say.

    phone: levelled. account and external_id: both or neither, and then they decide (CONTRACT §7.4).
    """

    name: str = ""
    phone: str = ""
    address: str = ""
    account: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class OrderEvent:
    """A shop's system says that something happened to an order; the same `event_id` is the same event.

    happened: the state that it reports. items and total: None where it does not say. parcels: (courier,
    number). refund: how much of the money went back; None with REFUNDED is all of it. source: the platform.
    """

    event_id: str
    happened: OrderStatus
    number: str
    customer: OrderedBy = OrderedBy()
    items: tuple[OrderItem, ...] | None = None
    total: Decimal | None = None
    parcels: tuple[tuple[str, str], ...] = ()
    created_at: datetime | None = None
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    signed_at: datetime | None = None
    refund: Decimal | None = None
    source: str = ""


class ParcelState(StrEnum):
    """Where a courier says a parcel is."""

    COLLECTED = "揽收"
    UNDER_WAY = "在途"
    DELIVERING = "派件"
    SIGNED = "签收"
    TROUBLE = "疑难"
    GOING_BACK = "退回"
    BACK = "退签"
    REFUSED = "拒签"
    CUSTOMS = "清关"


@dataclass(frozen=True, slots=True)
class ParcelEvent:
    """A tracking service's word on a parcel.

    state: None where it has none. at: of its newest line `words`. gave_up: why it has stopped to look.
    """

    tracking_no: str
    state: ParcelState | None = None
    at: datetime | None = None
    words: str = ""
    gave_up: str = ""


ShopEvent = OrderEvent | ParcelEvent
"""What is reported of an order by a system, not by the buyer."""

Event = Inbound | TimerDue | ShopEvent
