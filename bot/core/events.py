"""What can happen: every way into the bot is one of these (DESIGN §1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


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
    OTHER = "other"


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
class BuyerEvent(Inbound):
    """A buyer did something else; `detail` depends on `happening`."""

    happening: Happening = Happening.OTHER
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SellerMessage(Inbound):
    """A bound seller wrote: a command, or the answer to a question of the bot."""

    seller: str = ""
    role: str = "staff"
    text: str = ""


@dataclass(frozen=True, slots=True)
class TimerDue:
    """A timer of `customer_id` rang. `occasion` is what it is about (an order number, a message id …)."""

    timer_id: int
    rule: str
    customer_id: int
    occasion: str
    due_at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)


Event = Inbound | TimerDue
