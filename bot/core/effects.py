"""What deciding may result in: data that storage writes, all of one event in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.core.customer import OrderItem, OrderStatus, TagSource
from bot.core.delivery import Kind


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer the sender of the event at hand."""

    text: str


@dataclass(frozen=True, slots=True)
class Push:
    """Say something to a customer outside of an answer.

    key: the same key is the same message, whoever asks for it how often (unique in the outbox).
    hold: how long it can still be taken back with 撤. origin: the seller who typed it, told if it must wait.
    """

    customer_id: int
    text: str
    kind: Kind
    key: str | None = None
    hold: timedelta = timedelta()
    expires_at: datetime | None = None
    template: str | None = None
    template_data: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""


@dataclass(frozen=True, slots=True)
class NotifySeller:
    """Tell every bound seller once; the same key is never told twice."""

    text: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class AddTag:
    """The customer shows a trait; seen again, it counts."""

    customer_id: int
    name: str
    source: TagSource
    words: str = ""


@dataclass(frozen=True, slots=True)
class RemoveTag:
    """Take a tag away."""

    customer_id: int
    name: str


@dataclass(frozen=True, slots=True)
class SetFields:
    """Write profile fields of a customer, by the names of `Customer`."""

    customer_id: int
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MarkContact:
    """Write fields of a contact, by the names of `Contact`."""

    contact_id: int
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OpenConsultation:
    """A question before any order goes on record; the open one of the same product collects it."""

    customer_id: int
    product: str | None
    words: str


@dataclass(frozen=True, slots=True)
class CloseConsultations:
    """Close this customer's open consultations; `outcome` is ordered or given_up."""

    customer_id: int
    outcome: str
    order_number: str = ""


@dataclass(frozen=True, slots=True)
class RecordOrder:
    """A new order; a number that exists changes nothing."""

    customer_id: int
    number: str
    items: tuple[OrderItem, ...]
    status: OrderStatus = OrderStatus.PAID


@dataclass(frozen=True, slots=True)
class ShipOrder:
    """Handed to the courier; the same tracking number of the same order changes nothing."""

    order_id: int
    courier: str
    tracking_no: str


@dataclass(frozen=True, slots=True)
class SignOrder:
    """The parcels of an order have arrived."""

    order_id: int


@dataclass(frozen=True, slots=True)
class StopPushes:
    """`停 全部` (stopped) and `恢复 全部`: no care or promo for anybody."""

    stopped: bool


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take outbox rows back that have not left yet."""

    outbox_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SettleDelivery:
    """A platform's late word on a message it had taken (CHANNELS §1.4 TEMPLATESENDJOBFINISH)."""

    account: str
    platform_id: str
    ok: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class GrantNotice:
    """A correspondent agreed to (+1), used (-1) or refused (0) a subscription notice (CHANNELS §1.9)."""

    contact_id: int
    template_id: str
    change: int


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Ring `rule` for this customer and occasion at `due_at`; one that waits already is moved there."""

    rule: str
    customer_id: int
    occasion: str
    due_at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CancelTimer:
    """Remove what waits for this rule, customer and occasion."""

    rule: str
    customer_id: int
    occasion: str


@dataclass(frozen=True, slots=True)
class KeepPiece:
    """The message at hand waits for the buyer's silence before it is answered."""


@dataclass(frozen=True, slots=True)
class PiecesAnswered:
    """The waiting pieces of this customer have had their answer."""

    customer_id: int


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """How the message at hand was read; kept with it, so that it can be explained and corrected.

    certainty: the share of this intent, 0 to 1. complaint: the probability that something needs putting
    right. because: what decided, in the seller's language. joined: the words that were read, if pieces
    before it were read with it.
    """

    intent: str
    certainty: float
    complaint: float
    because: str = ""
    joined: str = ""


SAID_SO = "你说的"
"""What has decided a message whose reading the seller has corrected."""


@dataclass(frozen=True, slots=True)
class KeepExample:
    """The seller says how these words are to be read; about the same words, the newer counts.

    message: the stored message whose reading this corrects.
    """

    text: str
    intent: str
    complaint: bool
    seller: str
    message: int | None = None


@dataclass(frozen=True, slots=True)
class AskSeller:
    """Keep a question to the seller open: a numbered choice or a 确认. `payload` says how to go on."""

    seller: str
    payload: Mapping[str, Any]
    lasts: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class QuestionAnswered:
    """Forget the open question to this seller."""

    seller: str


@dataclass(frozen=True, slots=True)
class ErasePerson:
    """Delete what is personal about a customer (privacy revocation, CHANNELS §1.4)."""

    customer_id: int


@dataclass(frozen=True, slots=True)
class Audit:
    """An append-only line: who did what."""

    actor: str
    action: str
    detail: str = ""
    customer_id: int | None = None


Effect = (
    Reply
    | Push
    | NotifySeller
    | AddTag
    | RemoveTag
    | SetFields
    | MarkContact
    | OpenConsultation
    | CloseConsultations
    | RecordOrder
    | ShipOrder
    | SignOrder
    | StopPushes
    | Withdraw
    | SettleDelivery
    | GrantNotice
    | StartTimer
    | CancelTimer
    | KeepPiece
    | PiecesAnswered
    | ReadMessage
    | KeepExample
    | AskSeller
    | QuestionAnswered
    | ErasePerson
    | Audit
)
