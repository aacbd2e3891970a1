"""The tables of questions before buying, and of orders with their parcels."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index, Text, UniqueConstraint, text, true
from sqlmodel import Field, SQLModel

from bot.core.customer import OrderStatus
from storage.columns import Yuan
from storage.rows.kinds import link_to, long_text, maybe_moment, moment, nothing_yet, own_id, said_for_good

_UNDER_WAY = text("status = 'shipped'")


class OrderRow(SQLModel, table=True):
    """An order; `order` is a word of SQL. The columns are `Order`'s fields, and `extra` as above."""

    __tablename__ = "shop_order"
    __table_args__ = (
        Index(
            "ix_shop_order_under_way",
            "shipped_at",
            sqlite_where=_UNDER_WAY,
            postgresql_where=_UNDER_WAY,
        ),
    )
    id: int = own_id()
    number: str = Field(unique=True)
    customer_id: int = link_to("customer")
    status: OrderStatus = Field(sa_type=Text)
    total: Decimal = Field(sa_type=Yuan)
    created_at: datetime = moment(index=True)
    paid_at: datetime | None = maybe_moment()
    shipped_at: datetime | None = maybe_moment()
    signed_at: datetime | None = maybe_moment()
    refunded: Decimal = nothing_yet()
    source: str = long_text()
    items_said: int = said_for_good()
    total_said: int = said_for_good()
    extra: str = long_text()


class OrderItemRow(SQLModel, table=True):
    """One line of an order."""

    __tablename__ = "order_item"
    id: int = own_id()
    order_id: int = link_to("shop_order")
    product: str
    quantity: int = 1
    price: Decimal = Field(sa_type=Yuan)
    sku: str = long_text()


_UNWATCHED = text("watch = ''")


class ParcelRow(SQLModel, table=True):
    """What was handed to a courier, and whether a tracking service watches it (`storage.watching`)."""

    __tablename__ = "parcel"
    __table_args__ = (
        UniqueConstraint("order_id", "tracking_no"),
        Index("ix_parcel_unwatched", "shipped_at", sqlite_where=_UNWATCHED, postgresql_where=_UNWATCHED),
    )
    id: int = own_id()
    order_id: int = link_to("shop_order", index=False)
    courier: str
    tracking_no: str = Field(index=True)
    shipped_at: datetime = moment()
    signed_at: datetime | None = maybe_moment()
    announced: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    state: str = long_text()
    state_at: datetime | None = maybe_moment()
    words: str = long_text()
    watch: str = long_text()
    watch_tries: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    watch_at: datetime | None = maybe_moment()


class ShopEventRow(SQLModel, table=True):
    """A shop event that has had its effect; the same id again has none."""

    __tablename__ = "shop_event"
    event_id: str = Field(primary_key=True)
    happened: str
    number: str = Field(index=True)
    received_at: datetime = moment()


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
    id: int = own_id()
    customer_id: int = link_to("customer")
    product: str = ""
    words: str = long_text()
    opened_at: datetime = moment(index=True)
    last_at: datetime = moment()
    questions: int = 1
    state: str = "open"
    closed_at: datetime | None = maybe_moment()
    order_number: str = ""
    price: Decimal | None = Field(default=None, sa_type=Yuan, nullable=True)
    objections: str = long_text()
    followed_up_at: datetime | None = maybe_moment()
    reason: str = long_text()
