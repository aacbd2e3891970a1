"""Which parcels a tracking service is still to be asked to watch, and what became of the asking."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, literal_column, or_, select, update
from sqlmodel import col

from storage.rows import CustomerRow, OrderRow, ParcelRow

YOUNG = timedelta(days=7)
"""Older parcels have mostly arrived: a service that is newly configured is not asked about them."""

LEASE = timedelta(seconds=60)

WATCHED, LEFT = "watched", "left"
"""Asked for; and not to be asked for any more."""


@dataclass(frozen=True, slots=True)
class Unwatched:
    """A parcel to be watched, with what the service and the seller are told of it."""

    id: int
    courier: str
    tracking_no: str
    phone: str
    number: str
    called: str
    tries: int


def claim(connection: Connection, couriers: Collection[str], now: datetime, most: int) -> list[Unwatched]:
    """The next parcels of these couriers, ours for the length of a lease."""
    columns: tuple[Any, ...] = (
        *(col(c) for c in (ParcelRow.id, ParcelRow.courier, ParcelRow.tracking_no)),
        *(col(c) for c in (CustomerRow.phone, OrderRow.number, CustomerRow.name, CustomerRow.nickname)),
        col(ParcelRow.watch_tries),
    )
    asked = (
        select(*columns)
        .join(OrderRow, col(OrderRow.id) == col(ParcelRow.order_id))
        .join(CustomerRow, col(CustomerRow.id) == col(OrderRow.customer_id))
        .where(
            col(ParcelRow.watch) == literal_column("''"),  # in the words of its index
            col(ParcelRow.shipped_at) >= now - YOUNG,
            col(ParcelRow.signed_at).is_(None),
            col(ParcelRow.courier).in_(couriers),
            or_(col(ParcelRow.watch_at).is_(None), col(ParcelRow.watch_at) <= now),
        )
        .order_by(col(ParcelRow.shipped_at), col(ParcelRow.id))
        .limit(most)
        .with_for_update(of=ParcelRow, skip_locked=True)
    )
    found = [
        Unwatched(r.id, r.courier, r.tracking_no, r.phone, r.number, r.name or r.nickname, r.watch_tries)
        for r in connection.execute(asked)
    ]
    if found:
        leased = update(ParcelRow).where(col(ParcelRow.id).in_([p.id for p in found]))
        connection.execute(leased.values(watch_at=now + LEASE))
    return found


def settle(connection: Connection, parcel_id: int, watch: str) -> None:
    """It is watched, or will not be."""
    connection.execute(update(ParcelRow).where(col(ParcelRow.id) == parcel_id).values(watch=watch))


def put_off(connection: Connection, parcel_id: int, until: datetime) -> None:
    """Once more at that time."""
    row = update(ParcelRow).where(col(ParcelRow.id) == parcel_id)
    connection.execute(row.values(watch_at=until, watch_tries=col(ParcelRow.watch_tries) + 1))
