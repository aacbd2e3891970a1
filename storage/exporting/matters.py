"""Complaints as rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from sqlalchemy import Connection, select
from sqlmodel import col

from bot.core.complaint import STEP_NAMES, Step
from storage.exporting.customers import here
from storage.exporting.pages import pages
from storage.rows import ComplaintRow, CustomerRow, table
from storage.sheets.xlsx_writing import Cell


def complaint_rows(connection: Connection, zone: tzinfo) -> Iterator[list[Cell]]:
    """All complaints by their numbers; a closed one has a result and no deadline."""
    asked = select(
        table(ComplaintRow), col(CustomerRow.name), col(CustomerRow.nickname), col(CustomerRow.phone)
    ).join(CustomerRow, col(CustomerRow.id) == col(ComplaintRow.customer_id))
    for page in pages(connection, asked, ComplaintRow):
        for row in page:
            yield [
                row.id,
                row.name or row.nickname or row.phone or f"#{row.customer_id}",
                *(row.order_number, row.product, row.words),
                STEP_NAMES[Step(row.step)],
                here(row.opened_at, zone),
                None if row.ending else here(row.due_at, zone),
                row.ending,
            ]
