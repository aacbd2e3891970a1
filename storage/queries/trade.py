"""Orders and consultations, as commands ask for them."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select
from sqlmodel import col

from bot.core.customer import Order
from storage import load
from storage.rows import ConsultationRow, ContactRow, CustomerRow, OrderRow, ParcelRow, table

_NUMBERING = 20261121
"""The advisory lock under which PostgreSQL processes take order numbers."""


def order(connection: Connection, number: str) -> Order | None:
    """The order with this number."""
    asked = select(table(OrderRow)).where(col(OrderRow.number) == number)
    return next(iter(load.orders(connection, asked)), None)


def next_number(connection: Connection, day: date) -> str:
    """A free number of the shop's own for an order of `day`: 20261121-1, 20261121-2 …

    Nobody else is given it before this transaction ends.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(_NUMBERING)))
    prefix = f"{day:%Y%m%d}-"
    taken = connection.scalars(select(col(OrderRow.number)).where(col(OrderRow.number).like(f"{prefix}%")))
    used = [int(n.removeprefix(prefix)) for n in taken if n.removeprefix(prefix).isdecimal()]
    return f"{prefix}{max(used, default=0) + 1}"


def parcel_elsewhere(connection: Connection, tracking_no: str, customer_id: int) -> str:
    """The number of an order of somebody else than `customer_id` that has this parcel; empty if none."""
    asked = (
        select(col(OrderRow.number))
        .join(ParcelRow, col(ParcelRow.order_id) == col(OrderRow.id))
        .where(col(ParcelRow.tracking_no) == tracking_no, col(OrderRow.customer_id) != customer_id)
    )
    return connection.scalars(asked.limit(1)).first() or ""


class OpenConsultation(NamedTuple):
    """A consultation without an order, with whom it was."""

    customer_id: int
    called: str
    product: str
    words: str
    opened_at: datetime
    last_at: datetime
    questions: int


def open_consultations(connection: Connection, most: int) -> list[OpenConsultation]:
    """The open ones, latest first."""
    asked = (
        select(
            table(ConsultationRow),
            col(CustomerRow.name),
            col(CustomerRow.nickname),
            col(ContactRow.external_id),
        )
        .join(CustomerRow, col(CustomerRow.id) == col(ConsultationRow.customer_id))
        .join(ContactRow, col(ContactRow.customer_id) == col(CustomerRow.id))
        .where(col(ConsultationRow.state) == "open")
        .order_by(col(ConsultationRow.last_at).desc(), col(ConsultationRow.id).desc(), col(ContactRow.id))
    )
    found: dict[int, OpenConsultation] = {}
    for row in connection.execute(asked.limit(most * 3)):
        called = row.name or row.nickname or row.external_id
        one = OpenConsultation(
            row.customer_id, called, row.product, row.words, row.opened_at, row.last_at, row.questions
        )
        found.setdefault(row.id, one)
    return list(found.values())[:most]
