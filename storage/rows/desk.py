"""The tables of what sellers were asked and have taught, and of who did what."""

from datetime import datetime
from typing import Any

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from storage.columns import BigId
from storage.rows.kinds import json_object, link_to, long_text, maybe_moment, moment, own_id


class ShopExampleRow(SQLModel, table=True):
    """Words that a seller has read for the bot (`effects.KeepExample`), and in which message they stood."""

    __tablename__ = "shop_example"
    id: int = own_id()
    text: str = Field(sa_type=Text, unique=True)
    intent: str
    complaint: bool
    seller: str
    at: datetime = moment()
    message_id: int | None = link_to("message", nullable=True)


class QuestionRow(SQLModel, table=True):
    """The one open question to a seller."""

    __tablename__ = "question"
    seller: str = Field(primary_key=True)
    payload: dict[str, Any] = json_object()
    expires_at: datetime = moment()


class AuditRow(SQLModel, table=True):
    """Who did what; append-only."""

    __tablename__ = "audit"
    id: int = own_id()
    at: datetime = moment(index=True)
    actor: str
    action: str
    detail: str = long_text()
    customer_id: int | None = Field(default=None, sa_type=BigId, nullable=True)


class SentTableRow(SQLModel, table=True):
    """A table that a seller has sent (`storage.sent_tables`); `data` until it has been taken in."""

    __tablename__ = "sent_table"
    id: int = own_id()
    account: str
    payload: dict[str, Any] = json_object()
    state: str = Field(index=True)
    name: str = long_text()
    data: bytes | None = None
    tries: int = 0
    created_at: datetime = moment()
    lease_until: datetime | None = maybe_moment()


class FailureRow(SQLModel, table=True):
    """An event that could not be decided, with its error; the message itself is kept."""

    __tablename__ = "failure"
    id: int = own_id()
    at: datetime = moment()
    event: str
    error: str = long_text()
