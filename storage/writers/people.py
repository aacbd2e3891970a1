"""Writes what effects say of a customer: profile, tags, erasure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, select, update
from sqlalchemy.dialects.sqlite import Insert
from sqlmodel import col

from bot.core import effects
from bot.core.customer import TagSource
from bot.core.delivery import Status
from storage.rows import (
    AuditRow,
    ConsultationRow,
    ContactRow,
    CustomerRow,
    MessageRow,
    OutboxRow,
    ShopExampleRow,
    TagRow,
    TimerRow,
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


@writes(effects.ErasePerson)
def _erase_person(connection: Connection, batch: Batch) -> None:
    """What names the person goes; orders stay, as the shop's own records, without the person."""
    ids = [e.customer_id for _, e in batch]
    contacts = select(col(ContactRow.id)).where(col(ContactRow.customer_id).in_(ids))
    blank = {"name": "", "nickname": "", "phone": "", "address": "", "birthday": "", "note": ""}
    connection.execute(update(CustomerRow).where(col(CustomerRow.id).in_(ids)).values(blank))
    theirs = col(MessageRow.contact_id).in_(contacts)
    examples = col(ShopExampleRow.message_id).in_(select(col(MessageRow.id)).where(theirs))
    connection.execute(delete(ShopExampleRow).where(examples))
    erased: dict[str, Any] = {"text": "", "payload": {}, "answer": None, "waiting": False}
    connection.execute(update(MessageRow).where(theirs).values(erased | {"because": "", "joined": ""}))
    # what is under way keeps its status, but must not be tried again with an empty text
    blank_row = {"text": "", "template_data": {}, "expires_at": min(o.now for o, _ in batch)}
    connection.execute(update(OutboxRow).where(col(OutboxRow.contact_id).in_(contacts)).values(blank_row))
    unsent = col(OutboxRow.status).in_((Status.HELD, Status.PLANNED, Status.PARKED))
    dropped = {"status": Status.DROPPED, "reason": "买家要求删除资料"}
    connection.execute(
        update(OutboxRow).where(col(OutboxRow.contact_id).in_(contacts), unsent).values(dropped)
    )
    connection.execute(update(AuditRow).where(col(AuditRow.customer_id).in_(ids)).values(detail=""))
    for table in (TagRow, ConsultationRow, TimerRow):
        connection.execute(delete(table).where(col(table.customer_id).in_(ids)))
