"""Which columns a table has, and its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from sqlalchemy import Connection, func, select
from sqlmodel import SQLModel

from storage.exporting.customers import customer_rows
from storage.exporting.matters import complaint_rows
from storage.exporting.messages import message_rows
from storage.exporting.orders import order_rows
from storage.importing.own_columns import FURTHER, read_columns
from storage.rows import ComplaintRow, CustomerRow, MessageRow, OrderRow, OutboxRow, table
from storage.sheets import COLUMNS, SheetKind
from storage.sheets.xlsx_writing import Cell

_COUNTED: dict[SheetKind, tuple[type[SQLModel], ...]] = {
    SheetKind.CUSTOMERS: (CustomerRow,),
    SheetKind.ORDERS: (OrderRow,),
    SheetKind.COMPLAINTS: (ComplaintRow,),
    SheetKind.MESSAGES: (MessageRow, OutboxRow),
}


@dataclass(frozen=True, slots=True)
class Table:
    """A table to be written. length: about how many rows there will be, for a progress bar."""

    headers: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    length: int


def table_of(connection: Connection, kind: SheetKind, zone: tzinfo) -> Table:
    """All of one kind: the contract's columns (§2), what else is known, the seller's own in their order."""
    counts = (select(func.count()).select_from(table(row)) for row in _COUNTED[kind])
    length = sum(connection.scalar(count) or 0 for count in counts)
    headers = COLUMNS[kind] + FURTHER.get(kind, ())
    match kind:
        case SheetKind.CUSTOMERS:
            own = read_columns(connection, kind)
            return Table([*headers, *own], customer_rows(connection, own, zone), length)
        case SheetKind.ORDERS:
            own = read_columns(connection, kind)
            return Table([*headers, *own], order_rows(connection, own, zone), length)
        case SheetKind.COMPLAINTS:
            return Table(headers, complaint_rows(connection, zone), length)
        case SheetKind.MESSAGES:
            return Table(headers, message_rows(connection, zone), length)
