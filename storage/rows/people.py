"""The tables of customers, their contacts and their traits."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.core.customer import TagSource
from storage.columns import BigId
from storage.rows.kinds import json_object, link_to, long_text, maybe_moment, moment, own_id

_UNREAD = text("birthday <> birthday_read")
"""Whoever writes a birthday, wherever: the next round of care reads it."""


class CustomerRow(SQLModel, table=True):
    """One person; with `merged_into`, only the signpost to whom they turned out to be.

    found: what the bot has read in the person's own words, by field, with its moment (`handlers.profile`).
    facts: what else is known that has no column (性别, 尺码 ...), by its name.
    extra: the seller's own columns, as JSON (`storage.importing.own_columns`).
    birthday_on: the next celebration that nothing has been planned for (`bot.care`), of `birthday_read`.
    """

    __tablename__ = "customer"
    __table_args__ = (
        Index("ix_customer_birthday_unread", "id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
    )
    id: int = own_id()
    name: str = Field(default="", index=True)
    nickname: str = Field(default="", index=True)
    phone: str = Field(default="", index=True)
    address: str = long_text()
    birthday: str = ""
    note: str = long_text()
    source: str = ""
    stage: str = "潜客"
    first_seen_at: datetime = moment()
    greeted_at: datetime | None = maybe_moment()
    asked_seller_at: datetime | None = maybe_moment()
    opted_out_at: datetime | None = maybe_moment()
    stopped_at: datetime | None = maybe_moment()
    taken_over_by: str = ""
    taken_over_until: datetime | None = maybe_moment()
    red_line_at: datetime | None = maybe_moment()
    found: dict[str, Any] = json_object()
    facts: dict[str, Any] = json_object()
    merged_into: int | None = Field(default=None, sa_type=BigId, nullable=True)
    extra: str = long_text()
    birthday_read: str = long_text()
    birthday_on: date | None = Field(default=None, index=True)


class ContactRow(SQLModel, table=True):
    """A correspondent on one account; sellers have one too, without a customer."""

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("account", "external_id"),)
    id: int = own_id()
    account: str
    external_id: str = Field(index=True)
    customer_id: int | None = link_to("customer", nullable=True)
    reachable: bool = True
    message_at: datetime | None = maybe_moment()
    message_sent: int = 0
    touch_at: datetime | None = maybe_moment()
    touch_sent: int = 0
    next_send_at: datetime | None = maybe_moment()


class TagRow(SQLModel, table=True):
    """A trait of a customer."""

    __tablename__ = "tag"
    __table_args__ = (UniqueConstraint("customer_id", "name"),)
    id: int = own_id()
    customer_id: int = link_to("customer", index=False)
    name: str = Field(index=True)
    source: TagSource = Field(sa_type=Text)
    first_at: datetime = moment()
    last_at: datetime = moment()
    times: int = 1
    words: str = long_text()


class ConsentRow(SQLModel, table=True):
    """How many subscription notices a correspondent has agreed to, by template (CHANNELS §1.9)."""

    __tablename__ = "consent"
    __table_args__ = (UniqueConstraint("contact_id", "template_id"),)
    id: int = own_id()
    contact_id: int = link_to("contact", index=False)
    template_id: str
    remaining: int = 0


class WelcomeRow(SQLModel, table=True):
    """A code by which one message may go to a correspondent who has not spoken yet (CHANNELS §2.3)."""

    __tablename__ = "welcome"
    account: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    code: str = long_text()
    until: datetime = moment()
