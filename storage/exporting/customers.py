"""Customers as rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlmodel import col

from bot.core.delivery import Contact
from storage.exporting.pages import pages
from storage.importing.aliases import About, Alias, aliases_of
from storage.importing.own_columns import loaded
from storage.importing.people import FROM_TABLE
from storage.load import latest_contacts
from storage.order_people import FROM_ORDERS
from storage.rows import CustomerRow, TagRow, ValueRow, table
from storage.sheets.xlsx_writing import Cell

_CALLED = (About.NAME, About.NICKNAME, About.PHONE)
_NO_CHANNEL = (FROM_TABLE, FROM_ORDERS)


def customer_rows(connection: Connection, own: Sequence[str], zone: tzinfo) -> Iterator[list[Cell]]:
    """Everybody who could be found again by something, in the order of their numbers."""
    asked = select(table(CustomerRow)).where(col(CustomerRow.merged_into).is_(None))
    for page in pages(connection, asked, CustomerRow):
        ids = [row.id for row in page]
        contacts = latest_contacts(connection, ids)
        aliases: defaultdict[int, list[Alias]] = defaultdict(list)
        for id_, alias in aliases_of(connection, ids):
            aliases[id_].append(alias)
        tags, values = _tags(connection, ids), _values(connection, ids)
        for row in page:
            home = _home(row, contacts.get(row.id), aliases[row.id])
            if not (row.name or row.nickname or row.phone or home[1]):
                continue
            extra = loaded(row.extra)
            yield [
                *(row.name, row.nickname, row.phone, row.address, row.birthday, *home),
                " ".join(tags[row.id]),
                values[row.id].tier if row.id in values else "",
                row.stage,
                row.note,
                *_further(row, values.get(row.id), aliases[row.id], zone),
                *(extra.get(header, "") for header in own),
            ]


def _home(row: Row[Any], contact: Contact | None, aliases: Sequence[Alias]) -> tuple[str, str]:
    """Where they are to be reached; of a platform without an account here their id there."""
    if contact is not None:
        return contact.account, contact.external_id
    if elsewhere := next((alias for alias in aliases if alias.about == About.ID), None):
        return elsewhere.where, elsewhere.text
    return "" if row.source in _NO_CHANNEL else row.source, ""


def _further(row: Row[Any], value: Row[Any] | None, aliases: Sequence[Alias], zone: tzinfo) -> Iterator[Cell]:
    known = {row.name, row.nickname, row.phone}
    called = sorted({alias.text for alias in aliases if alias.about in _CALLED} - known)
    yield f"#{row.id}"
    yield row.source
    yield here(row.first_seen_at, zone)
    yield value.orders if value else None
    yield value.spent if value else None
    yield value.points if value else None
    yield here(row.stopped_at, zone)
    yield here(row.opted_out_at, zone)
    yield "；".join(called)


def here(moment: datetime | None, zone: tzinfo) -> datetime | None:
    """A moment in the shop's time."""
    return moment.astimezone(zone) if moment else None


def _tags(connection: Connection, ids: Sequence[int]) -> defaultdict[int, list[str]]:
    asked = select(col(TagRow.customer_id), col(TagRow.name)).where(col(TagRow.customer_id).in_(ids))
    found: defaultdict[int, list[str]] = defaultdict(list)
    for id_, name in connection.execute(asked.order_by(col(TagRow.id))):
        found[id_].append(name)
    return found


def _values(connection: Connection, ids: Sequence[int]) -> dict[int, Row[Any]]:
    asked = select(
        col(ValueRow.customer_id),
        col(ValueRow.tier),
        col(ValueRow.orders),
        col(ValueRow.spent),
    ).add_columns(col(ValueRow.points))
    rows = connection.execute(asked.where(col(ValueRow.customer_id).in_(ids)))
    return {row.customer_id: row for row in rows}
