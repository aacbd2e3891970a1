"""Writes what effects say of a customer: profile, tags, erasure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, update
from sqlalchemy.dialects.sqlite import Insert
from sqlmodel import col

from bot.core import effects
from bot.core.customer import TagSource
from storage.rows import (
    ContactRow,
    CustomerRow,
    TagRow,
)
from storage.state import insert_in
from storage.writers.registry import Batch, writes


@writes(effects.SetFields)
def _set_fields(connection: Connection, batch: Batch) -> None:
    _update_each(connection, CustomerRow, [(e.customer_id, e.fields) for _, e in batch])


@writes(effects.MarkContact)
def _mark_contact(connection: Connection, batch: Batch) -> None:
    _update_each(connection, ContactRow, [(e.contact_id, e.fields) for _, e in batch])


def _update_each(connection: Connection, row: Any, changes: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """Write each row's fields; rows that change the same fields go together."""
    together: defaultdict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for id_, fields in changes:
        together[tuple(sorted(fields))].append({"the_id": id_, **fields})
    for names, rows in together.items():
        values: dict[str, Any] = {name: bindparam(name) for name in names}
        connection.execute(update(row).where(col(row.id) == bindparam("the_id")).values(values), rows)


@writes(effects.AddTag)
def _add_tag(connection: Connection, batch: Batch) -> None:
    rows = [
        {
            "customer_id": e.customer_id,
            "name": e.name,
            "source": e.source,
            "first_at": o.now,
            "last_at": o.now,
            "words": e.words,
        }
        for o, e in batch
    ]
    connection.execute(_tag_shown(connection.dialect.name), rows)


@cache
def _tag_shown(dialect: str) -> Insert:
    """A trait seen again counts; what the seller said stays as the seller said it."""
    put = insert_in(dialect, TagRow)
    by_bot = put.excluded.source == TagSource.BOT
    kept_seller = (col(TagRow.source) == TagSource.SELLER) & by_bot
    return put.on_conflict_do_update(
        index_elements=["customer_id", "name"],
        set_={
            "last_at": put.excluded.last_at,
            "times": col(TagRow.times) + case((by_bot, 1), else_=0),
            "source": case((kept_seller, col(TagRow.source)), else_=put.excluded.source),
            "words": case((kept_seller, col(TagRow.words)), else_=put.excluded.words),
        },
    )


@writes(effects.RemoveTag)
def _remove_tag(connection: Connection, batch: Batch) -> None:
    for _, effect in batch:
        where = (col(TagRow.customer_id) == effect.customer_id) & (col(TagRow.name) == effect.name)
        connection.execute(delete(TagRow).where(where))
