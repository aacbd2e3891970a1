"""The tables of what customers are worth."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import BigId, Yuan
from storage.rows.kinds import link_to, long_text, moment, own_id


class ValueRow(SQLModel, table=True):
    """What a customer is worth, as of `look_again_on` at the latest; kept by `bot.valuation`.

    days: on how many they bought. own_days: the customer's own median of days between purchases. next_on:
    when the next purchase is to be expected, as it looked after the latest one. next_goods: what is used up
    then, if it is that. dormant: months of the dormant stage reached, 0 for none.
    """

    __tablename__ = "customer_value"
    customer_id: int = Field(sa_type=BigId, foreign_key="customer.id", primary_key=True)
    orders: int = 0
    days: int = 0
    spent: Decimal = Field(default=Decimal(0), sa_type=Yuan, index=True)
    average: Decimal | None = Field(default=None, sa_type=Yuan, nullable=True)
    a_year: float = 0.0
    band: int = 0
    first_on: date | None = None
    last_on: date | None = Field(default=None, index=True)
    recency: int = 0
    frequency: int = 0
    monetary: int = 0
    segment: str = ""
    own_days: float | None = None
    cycle_days: float | None = None
    cycle_basis: str = ""
    cycle_reason: str = long_text()
    next_on: date | None = Field(default=None, index=True)
    next_goods: str = ""
    next_reason: str = long_text()
    alive: float = 0.0
    dormant: int = 0
    win_back: int = Field(default=0, index=True)
    kind: str = ""
    follow_up: bool = False
    kind_reason: str = long_text()
    signs: int = 0
    tier: str = Field(default="", index=True)
    tier_since: date | None = None
    tier_until: date | None = None
    tier_remind_on: date | None = Field(default=None, index=True)
    bargain: bool = False
    margin: Decimal | None = Field(default=None, sa_type=Yuan, nullable=True)
    margin_orders: int = 0
    points: int = 0
    points_until: date | None = Field(default=None, index=True)
    look_again_on: date | None = Field(default=None, index=True)
    valued_at: datetime = moment()


class StageMoveRow(SQLModel, table=True):
    """One step between the stages of a customer's life; append-only. `CustomerRow.stage` is its end."""

    __tablename__ = "stage_move"
    id: int = own_id()
    customer_id: int = link_to("customer")
    day: date = Field(index=True)
    at: datetime = moment()
    before: str
    after: str
    reason: str = long_text()


class PointsRow(SQLModel, table=True):
    """One line of the points ledger; append-only. A line of an order is its buyer's, whoever that is by now.

    turn: its number among the lines of the same order. amount: how much more of the order it makes count.
    """

    __tablename__ = "points"
    __table_args__ = (UniqueConstraint("order_id", "turn"),)
    id: int = own_id()
    customer_id: int = link_to("customer")
    at: datetime = moment()
    points: int
    reason: str = long_text()
    order_id: int | None = link_to("shop_order", index=False, nullable=True)
    turn: int = 0
    amount: Decimal = Field(default=Decimal(0), sa_type=Yuan)
    until: date | None = None
    actor: str = ""


class ProductVoteRow(SQLModel, table=True):
    """How many days one piece of a product lasts one customer: their own median (PRACTICES 59)."""

    __tablename__ = "product_vote"
    product: str = Field(primary_key=True)
    customer_id: int = Field(sa_type=BigId, foreign_key="customer.id", primary_key=True, index=True)
    days: float


class ProductCycleRow(SQLModel, table=True):
    """How many days one piece of a product lasts in this shop, from all votes; reckoned nightly."""

    __tablename__ = "product_cycle"
    product: str = Field(primary_key=True)
    days: float
    basis: str
    reason: str = long_text()
    votes: int = 0


class TogetherRow(SQLModel, table=True):
    """In how many orders two products were bought together (67).

    Without `other`: in how many the one was bought at all; without both: all orders. A pair stands twice.
    """

    __tablename__ = "together"
    product: str = Field(primary_key=True)
    other: str = Field(primary_key=True)
    baskets: int = 0
