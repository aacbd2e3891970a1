"""Every table. No relationships: what belongs together is loaded together, in `load`."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Column, Index, Table, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.core.customer import OrderStatus, TagSource
from bot.core.delivery import Kind, Status, Via
from storage.columns import BigId, Moment, Yuan

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def _id() -> Any:
    return Field(default=None, sa_type=BigId, primary_key=True)


def _ref(table: str, *, index: bool = True, nullable: bool = False) -> Any:
    return Field(default=None, sa_type=BigId, foreign_key=f"{table}.id", index=index, nullable=nullable)


def _moment(*, index: bool = False) -> Any:
    return Field(sa_type=Moment, index=index)


def _maybe_moment() -> Any:
    return Field(default=None, sa_type=Moment, nullable=True)


def _text() -> Any:
    return Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})


def _share() -> Any:
    return Field(default=0.0, sa_column_kwargs={"server_default": "0"})


def _json() -> Any:
    return Field(default_factory=dict, sa_column=Column(JSON, nullable=False, server_default="{}"))


class CustomerRow(SQLModel, table=True):
    """One person."""

    __tablename__ = "customer"
    id: int = _id()
    name: str = Field(default="", index=True)
    nickname: str = Field(default="", index=True)
    phone: str = Field(default="", index=True)
    address: str = _text()
    birthday: str = ""
    note: str = _text()
    source: str = ""
    stage: str = "潜客"
    first_seen_at: datetime = _moment()
    greeted_at: datetime | None = _maybe_moment()
    asked_seller_at: datetime | None = _maybe_moment()
    opted_out_at: datetime | None = _maybe_moment()
    stopped_at: datetime | None = _maybe_moment()
    taken_over_by: str = ""
    taken_over_until: datetime | None = _maybe_moment()


class ContactRow(SQLModel, table=True):
    """A correspondent on one account; sellers have one too, without a customer."""

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("account", "external_id"),)
    id: int = _id()
    account: str
    external_id: str = Field(index=True)
    customer_id: int | None = _ref("customer", nullable=True)
    reachable: bool = True
    message_at: datetime | None = _maybe_moment()
    message_sent: int = 0
    touch_at: datetime | None = _maybe_moment()
    touch_sent: int = 0
    next_send_at: datetime | None = _maybe_moment()


class MessageRow(SQLModel, table=True):
    """Everything that came in, once per platform id; `answer` is what its HTTP answer carried.

    intent to joined: how it was read (see `effects.ReadMessage`); empty for what was not.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("account", "message_id"),
        Index(
            "ix_message_waiting",
            "customer_id",
            sqlite_where=text("waiting"),
            postgresql_where=text("waiting"),
        ),
    )
    id: int = _id()
    account: str
    contact_id: int = _ref("contact")
    customer_id: int | None = Field(default=None, sa_type=BigId, nullable=True)
    message_id: str
    kind: str
    text: str = _text()
    payload: dict[str, Any] = _json()
    at: datetime = _moment()
    received_at: datetime = _moment()
    answer: str | None = Field(default=None, sa_type=Text, nullable=True)
    waiting: bool = False
    intent: str = _text()
    certainty: float = _share()
    complaint: float = _share()
    because: str = _text()
    joined: str = _text()


WAITING = text("message.waiting")
"""Whether a message waits, in the words of its index: `= 1` would make SQLite read the whole table."""

_UNFINISHED = text("status IN ('held', 'planned', 'sending')")


class OutboxRow(SQLModel, table=True):
    """Everything that goes out, and what became of it."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_lane", "contact_id", "id", sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED),
        Index("ix_outbox_due", "due_at", sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED),
        Index(
            "ix_outbox_parked",
            "contact_id",
            sqlite_where=text("status = 'parked'"),
            postgresql_where=text("status = 'parked'"),
        ),
    )
    id: int = _id()
    contact_id: int = _ref("contact")
    message_id: int | None = _ref("message", nullable=True)
    kind: Kind = Field(sa_type=Text)
    text: str = _text()
    status: Status = Field(sa_type=Text)
    via: Via = Field(default=Via.API, sa_type=Text)
    template: str | None = None
    template_data: dict[str, Any] = _json()
    key: str | None = Field(default=None, unique=True)
    origin: str = ""
    due_at: datetime = _moment()
    attempts: int = 0
    waited: bool = False
    lease_until: datetime | None = _maybe_moment()
    reason: str = _text()
    code: str = ""
    platform_id: str = Field(default="", index=True)
    created_at: datetime = _moment()
    sent_at: datetime | None = _maybe_moment()
    expires_at: datetime | None = _maybe_moment()


class TagRow(SQLModel, table=True):
    """A trait of a customer."""

    __tablename__ = "tag"
    __table_args__ = (UniqueConstraint("customer_id", "name"),)
    id: int = _id()
    customer_id: int = _ref("customer", index=False)
    name: str = Field(index=True)
    source: TagSource = Field(sa_type=Text)
    first_at: datetime = _moment()
    last_at: datetime = _moment()
    times: int = 1
    words: str = _text()


class OrderRow(SQLModel, table=True):
    """An order; `order` is a word of SQL."""

    __tablename__ = "shop_order"
    id: int = _id()
    number: str = Field(unique=True)
    customer_id: int = _ref("customer")
    status: OrderStatus = Field(sa_type=Text)
    total: Decimal = Field(sa_type=Yuan)
    created_at: datetime = _moment()


class OrderItemRow(SQLModel, table=True):
    """One line of an order."""

    __tablename__ = "order_item"
    id: int = _id()
    order_id: int = _ref("shop_order")
    product: str
    quantity: int = 1
    price: Decimal = Field(sa_type=Yuan)


class ParcelRow(SQLModel, table=True):
    """What was handed to a courier."""

    __tablename__ = "parcel"
    __table_args__ = (UniqueConstraint("order_id", "tracking_no"),)
    id: int = _id()
    order_id: int = _ref("shop_order", index=False)
    courier: str
    tracking_no: str = Field(index=True)
    shipped_at: datetime = _moment()
    signed_at: datetime | None = _maybe_moment()


class ConsultationRow(SQLModel, table=True):
    """A question before buying."""

    __tablename__ = "consultation"
    __table_args__ = (
        Index(
            "uq_consultation_open",
            "customer_id",
            "product",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )
    id: int = _id()
    customer_id: int = _ref("customer")
    product: str = ""
    words: str = _text()
    opened_at: datetime = _moment(index=True)
    last_at: datetime = _moment()
    questions: int = 1
    state: str = "open"
    closed_at: datetime | None = _maybe_moment()
    order_number: str = ""


class TimerRow(SQLModel, table=True):
    """Something to look at later; gone when it has been done."""

    __tablename__ = "timer"
    __table_args__ = (UniqueConstraint("rule", "customer_id", "occasion"),)
    id: int = _id()
    rule: str
    customer_id: int = _ref("customer")
    occasion: str
    due_at: datetime = _moment(index=True)
    payload: dict[str, Any] = _json()
    lease_until: datetime | None = _maybe_moment()


class ShopExampleRow(SQLModel, table=True):
    """Words that a seller has read for the bot (`effects.KeepExample`), and in which message they stood."""

    __tablename__ = "shop_example"
    id: int = _id()
    text: str = Field(sa_type=Text, unique=True)
    intent: str
    complaint: bool
    seller: str
    at: datetime = _moment()
    message_id: int | None = _ref("message", nullable=True)


class QuestionRow(SQLModel, table=True):
    """The one open question to a seller."""

    __tablename__ = "question"
    seller: str = Field(primary_key=True)
    payload: dict[str, Any] = _json()
    expires_at: datetime = _moment()


class AuditRow(SQLModel, table=True):
    """Who did what; append-only."""

    __tablename__ = "audit"
    id: int = _id()
    at: datetime = _moment(index=True)
    actor: str
    action: str
    detail: str = _text()
    customer_id: int | None = Field(default=None, sa_type=BigId, nullable=True)


class FailureRow(SQLModel, table=True):
    """An event that could not be decided, with its error; the message itself is kept."""

    __tablename__ = "failure"
    id: int = _id()
    at: datetime = _moment()
    event: str
    error: str = _text()


class AccountRow(SQLModel, table=True):
    """What an account's platform made us remember, and its shared rate."""

    __tablename__ = "account_state"
    account: str = Field(primary_key=True)
    stopped_until: datetime | None = _maybe_moment()
    stopped_reason: str = _text()
    api_disabled_until: datetime | None = _maybe_moment()
    next_send_at: datetime | None = _maybe_moment()
    token: str = _text()
    token_expires_at: float = 0.0


class ShopStateRow(SQLModel, table=True):
    """What the shop as a whole remembers: the sandbox clock's offset, whether pushes are stopped."""

    __tablename__ = "shop_state"
    name: str = Field(primary_key=True)
    value: str = _text()


class ConsentRow(SQLModel, table=True):
    """How many subscription notices a correspondent has agreed to, by template (CHANNELS §1.9)."""

    __tablename__ = "consent"
    __table_args__ = (UniqueConstraint("contact_id", "template_id"),)
    id: int = _id()
    contact_id: int = _ref("contact", index=False)
    template_id: str
    remaining: int = 0


class SandboxMessageRow(SQLModel, table=True):
    """What the sandbox's phones show: the platform's own memory, not the bot's."""

    __tablename__ = "sandbox_message"
    __table_args__ = (
        UniqueConstraint("phone", "message_id"),
        Index("ix_sandbox_message_phone_id", "phone", "id"),
    )
    id: int = _id()
    phone: str
    direction: str
    text: str = _text()
    kind: str
    at: datetime = _moment()
    message_id: str


def table(row: type[SQLModel]) -> Table:
    """The table behind a row class."""
    found: Table = row.__table__  # type: ignore[attr-defined]
    return found
