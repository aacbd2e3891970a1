"""Orders as rows: one for each line, the amount in the first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import tzinfo
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlmodel import col

from bot.core.customer import ORDER_STATUS, OrderStatus
from storage.exporting.customers import here
from storage.exporting.pages import pages
from storage.importing.own_columns import loaded
from storage.rows import CustomerRow, OrderItemRow, OrderRow, ParcelRow, table
from storage.sheets.xlsx_writing import Cell


def order_rows(connection: Connection, own: Sequence[str], zone: tzinfo) -> Iterator[list[Cell]]:
    """All orders in the order of their numbers on record."""
    asked = select(table(OrderRow), col(CustomerRow.name), col(CustomerRow.phone)).join(
        CustomerRow, col(CustomerRow.id) == col(OrderRow.customer_id)
    )
    for page in pages(connection, asked, OrderRow):
        ids = [row.id for row in page]
        items, parcels = _of(connection, OrderItemRow, ids), _of(connection, ParcelRow, ids)
        for row in page:
            yield from _order(row, items[row.id], _by_courier(parcels[row.id]), own, zone)


def _of(connection: Connection, row_class: Any, ids: Sequence[int]) -> defaultdict[int, list[Row[Any]]]:
    asked = select(table(row_class)).where(col(row_class.order_id).in_(ids)).order_by(col(row_class.id))
    found: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(asked):
        found[row.order_id].append(row)
    return found


def _by_courier(parcels: Sequence[Row[Any]]) -> list[tuple[str, str]]:
    """Couriers, each with its numbers: a row names one courier."""
    numbers: defaultdict[str, list[str]] = defaultdict(list)
    for parcel in parcels:
        numbers[parcel.courier].append(parcel.tracking_no)
    return [(courier, " ".join(found)) for courier, found in numbers.items()]


def _order(
    row: Row[Any],
    items: Sequence[Row[Any]],
    parcels: Sequence[tuple[str, str]],
    own: Sequence[str],
    zone: tzinfo,
) -> Iterator[list[Cell]]:
    extra = loaded(row.extra)
    lines = list(zip_longest(items, parcels)) or [(None, None)]
    for number, (item, parcel) in enumerate(lines, 1):
        first = number == 1
        yield [
            *(row.number, row.name, row.phone),
            *((item.product, item.quantity) if item else ("", None)),
            row.total if first else None,
            *(here(row.created_at, zone), here(row.paid_at, zone)),
            ORDER_STATUS[OrderStatus(row.status)],
            *(parcel or ("", "")),
            *(number, item.price if item else None),
            *(here(row.shipped_at, zone), here(row.signed_at, zone)),
            (row.refunded or None) if first else None,
            row.source,
            *(extra.get(header, "") for header in own),
        ]
