"""The tables of what was said, in and out, and of what is looked at later."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.core.delivery import Kind, Status, Via
from bot.core.ledger import Late
from storage.columns import BigId
from storage.rows.kinds import json_object, link_to, long_text, maybe_moment, moment, none_yet, own_id, share


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
    id: int = own_id()
    account: str
    contact_id: int = link_to("contact")
    customer_id: int | None = Field(default=None, sa_type=BigId, nullable=True)
    message_id: str
    kind: str
    text: str = long_text()
    payload: dict[str, Any] = json_object()
    at: datetime = moment()
    received_at: datetime = moment()
    answer: str | None = Field(default=None, sa_type=Text, nullable=True)
    waiting: bool = False
    intent: str = long_text()
    certainty: float = share()
    complaint: float = share()
    because: str = long_text()
    joined: str = long_text()


WAITING = text("message.waiting")
"""Whether a message waits, in the words of its index: `= 1` would make SQLite read the whole table."""


_UNFINISHED = text("status IN ('held', 'planned', 'sending')")


_UNASKED = text("kind IN ('care', 'promo')")


class OutboxRow(SQLModel, table=True):
    """Everything that goes out, and what became of it.

    rule, priority, late: as `effects.Push` has them. began_at: when the latest try began. picture: a PNG that
    goes instead of the text.
    """

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
        Index("ix_outbox_unasked", "contact_id", sqlite_where=_UNASKED, postgresql_where=_UNASKED),
    )
    id: int = own_id()
    contact_id: int = link_to("contact")
    message_id: int | None = link_to("message", nullable=True)
    kind: Kind = Field(sa_type=Text)
    text: str = long_text()
    status: Status = Field(sa_type=Text)
    via: Via = Field(default=Via.API, sa_type=Text)
    template: str | None = None
    template_data: dict[str, Any] = json_object()
    key: str | None = Field(default=None, unique=True)
    origin: str = ""
    due_at: datetime = moment()
    attempts: int = 0
    waited: bool = False
    lease_until: datetime | None = maybe_moment()
    reason: str = long_text()
    code: str = ""
    platform_id: str = Field(default="", index=True)
    created_at: datetime = moment(index=True)
    sent_at: datetime | None = maybe_moment()
    expires_at: datetime | None = maybe_moment()
    rule: str = long_text()
    priority: int = none_yet()
    late: Late = Field(default=Late.ANY, sa_type=Text, sa_column_kwargs={"server_default": ""})
    began_at: datetime | None = maybe_moment()
    picture: bytes | None = None


class TimerRow(SQLModel, table=True):
    """Something to look at later; gone when it has been done.

    priority: of the greeting or offer that it will mean, 0 if it will mean none.
    """

    __tablename__ = "timer"
    __table_args__ = (UniqueConstraint("rule", "customer_id", "occasion"),)
    id: int = own_id()
    rule: str
    customer_id: int = link_to("customer")
    occasion: str
    due_at: datetime = moment(index=True)
    payload: dict[str, Any] = json_object()
    lease_until: datetime | None = maybe_moment()
    priority: int = none_yet()
