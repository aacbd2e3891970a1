"""What a table says, row by row: customers and lines of orders with levelled values, or why not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.core.customer import OrderStatus

Extra = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """A customer as a row has them; what the row does not say is empty.

    row: as Excel counts. birthday: `1990-03-05`, `03-05` or `农历八月十五`. extra: the seller's own columns
    and what we could not use (masked phones), header and text, in the table's order. withheld: the columns
    of name and phone that the platform has masked.
    """

    row: int
    name: str = ""
    nickname: str = ""
    phone: str = ""
    address: str = ""
    birthday: str = ""
    account: str = ""
    external_id: str = ""
    tags: tuple[str, ...] = ()
    tier: str = ""
    stage: str = ""
    note: str = ""
    extra: Extra = ()
    withheld: tuple[str, ...] = ()

    @property
    def nobody(self) -> str:
        """Why this is nobody who could be found again, for the seller; empty if it is somebody."""
        if self.name or self.nickname or self.phone or self.external_id:
            return ""
        if self.withheld:
            return f"“{'”“'.join(self.withheld)}”被平台打了码，认不出是谁"
        return "没有姓名、昵称或电话，认不出是谁"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One row of a table of orders; None and empty: the row does not say.

    total: as the row's amount column says, of the order or of the line. line_total: surely the line's.
    refunded: what went back, of the order or of the line. notes: as `OrderRecord.notes`.
    """

    row: int
    number: str
    customer: CustomerRecord
    product: str = ""
    quantity: int = 1
    price: Decimal | None = None
    total: Decimal | None = None
    line_total: Decimal | None = None
    created_at: datetime | None = None
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    signed_at: datetime | None = None
    status: OrderStatus | None = None
    courier: str = ""
    tracking: tuple[str, ...] = ()
    extra: Extra = ()
    refunded: Decimal | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """A product of an order; `price` per piece, None if the table does not let it be known."""

    product: str
    quantity: int
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class ParcelRecord:
    """A parcel of an order; `courier` may be empty."""

    courier: str
    tracking_no: str


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """An order with all its lines, wherever in the table they stand.

    rows: the lines' rows, exact repetitions among them. total: yuan paid. Moments are aware, in the shop's
    zone. status: None where nothing tells it. customer: the buyer; `customer.nobody` says why there is none,
    and then the order can only complete one that is known already. extra: as `CustomerRecord.extra`; where
    the lines differ, their texts joined by ；. refunded: yuan that went back, None where the table does not
    say. notes: what could not be used, for the seller, once for each row that it concerns.
    """

    rows: tuple[int, ...]
    number: str
    customer: CustomerRecord
    items: tuple[ItemRecord, ...]
    total: Decimal | None
    created_at: datetime | None
    paid_at: datetime | None
    shipped_at: datetime | None
    signed_at: datetime | None
    status: OrderStatus | None
    parcels: tuple[ParcelRecord, ...]
    extra: Extra = ()
    refunded: Decimal | None = None
    notes: tuple[str, ...] = ()

    @property
    def row(self) -> int:
        """The order's first row."""
        return self.rows[0]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken, and why, for the seller."""

    row: int
    reason: str


Record = CustomerRecord | OrderRecord | Rejected


def said(texts: Iterator[str]) -> str:
    """The first of them that says something."""
    return next((text for text in texts if text), "")
