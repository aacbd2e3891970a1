"""What was received and what was to be sent, as rows in the order of their coming into being."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from storage.exporting.customers import here
from storage.exporting.pages import pages
from storage.rows import ContactRow, CustomerRow, MessageRow, OutboxRow, table
from storage.sheets.xlsx_writing import Cell

_WHOSE: tuple[Any, ...] = (
    col(ContactRow.account).label("home"),
    col(ContactRow.external_id),
    col(CustomerRow.name),
    col(CustomerRow.nickname),
)
_Timed = tuple[datetime, list[Cell]]


def message_rows(connection: Connection, zone: tzinfo) -> Iterator[list[Cell]]:
    """Everything in both directions, sellers' among it."""
    both = heapq.merge(_received(connection, zone), _sent(connection, zone), key=lambda one: one[0])
    return (row for _, row in both)


def _received(connection: Connection, zone: tzinfo) -> Iterator[_Timed]:
    for row in _rows(connection, MessageRow):
        who = (row.home, row.external_id, row.name or row.nickname or row.external_id)
        cells = [here(row.at, zone), *who, "收", row.kind, row.text, "", row.message_id]
        yield row.received_at, cells


def _sent(connection: Connection, zone: tzinfo) -> Iterator[_Timed]:
    for row in _rows(connection, OutboxRow):
        who = (row.home, row.external_id, row.name or row.nickname or row.external_id)
        when = here(row.sent_at or row.created_at, zone)
        yield row.created_at, [when, *who, "发", str(row.kind), row.text, str(row.status), ""]


def _rows(connection: Connection, row_class: Any) -> Iterator[Any]:
    asked = (
        select(table(row_class), *_WHOSE)
        .join(ContactRow, col(ContactRow.id) == col(row_class.contact_id))
        .outerjoin(CustomerRow, col(CustomerRow.id) == col(ContactRow.customer_id))
    )
    for page in pages(connection, asked, row_class):
        yield from page
