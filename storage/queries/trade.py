"""Orders, as commands ask for them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, func, select
from sqlmodel import col

from bot.core.customer import Order
from storage import load
from storage.rows import OrderRow, ParcelRow, table

_NUMBERING = 20261121
"""The advisory lock under which PostgreSQL processes take order numbers."""


def order(connection: Connection, number: str, *, lock: bool = False) -> Order | None:
    """The order with this number; locked, nobody else changes it before this transaction ends."""
    asked = select(table(OrderRow)).where(col(OrderRow.number) == number)
    return next(iter(load.orders(connection, asked.with_for_update() if lock else asked)), None)


def orders_in(connection: Connection, tracking_no: str) -> list[Order]:
    """The orders of which something is in this parcel, locked."""
    theirs = select(col(ParcelRow.order_id)).where(col(ParcelRow.tracking_no) == tracking_no)
    asked = select(table(OrderRow)).where(col(OrderRow.id).in_(theirs)).order_by(col(OrderRow.id))
    return load.orders(connection, asked.with_for_update())


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
