"""Writes what a chunk has made of people, a statement per kind and column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update
from sqlmodel import SQLModel, col

from bot.core.customer import TagSource
from storage.importing.aliases import keep_aliases
from storage.importing.bulk import insert_rows
from storage.importing.own_columns import dumped
from storage.importing.person import Person
from storage.rows import ContactRow, CustomerRow, TagRow, table
from storage.state import insert_for


def free_ids(connection: Connection, row: type[SQLModel]) -> Iterator[int]:
    """Numbers for new rows that nobody else is given; rows with a number need not be asked for it."""
    if connection.dialect.name == "sqlite":  # one transaction writes at a time
        last = int(connection.scalar(select(func.max(table(row).c.id))) or 0)
        while True:
            last += 1
            yield last
    sequence = func.nextval(func.pg_get_serial_sequence(row.__tablename__, "id"))
    while True:
        yield from connection.scalars(select(sequence).select_from(func.generate_series(1, 100)))


def write_people(connection: Connection, people: Iterable[Person], now: datetime) -> None:
    """New ones and what has changed of the others: profile, own columns, tags, aliases."""
    concerned = [p for p in people if p.is_new or p.changed or p.new_tags or p.new_aliases]
    new = [one for one in concerned if one.is_new]
    if new:
        names = (*new[0].fields, "extra", "id")
        rows = [(*one.fields.values(), dumped(one.extra), one.id) for one in new]
        insert_rows(connection, CustomerRow, names, rows)
    changed = [(one.id, _changes(one)) for one in concerned if one.changed and not one.is_new]
    update_each(connection, CustomerRow, changed)
    said = (TagSource.SELLER, now, now)
    tags = [(one.id, name, *said) for one in concerned for name in one.new_tags]
    insert_rows(connection, TagRow, ("customer_id", "name", "source", "first_at", "last_at"), tags)
    keep_aliases(connection, [(one.id, alias) for one in concerned for alias in one.new_aliases], now)


def _columns(person: Person) -> Mapping[str, Any]:
    return person.fields | {"extra": dumped(person.extra)}


def _changes(person: Person) -> Mapping[str, Any]:
    columns = _columns(person)
    return {name: columns[name] for name in person.changed}


def write_homes(connection: Connection, homes: Mapping[tuple[str, str], int]) -> None:
    """Contacts for these (account, external id), each its customer's; one without a customer gets theirs."""
    rows = [{"account": a, "external_id": e, "customer_id": id_} for (a, e), id_ in homes.items()]
    if not rows:
        return
    put = insert_for(connection, ContactRow)
    taken = put.on_conflict_do_update(
        index_elements=["account", "external_id"],
        set_={"customer_id": func.coalesce(col(ContactRow.customer_id), put.excluded.customer_id)},
    )
    connection.execute(taken, rows)


def update_each(
    connection: Connection, row: type[SQLModel], changes: Sequence[tuple[int, Mapping[str, Any]]]
) -> None:
    """Write each row's columns; rows that change the same ones go together."""
    together: defaultdict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for id_, columns in changes:
        together[tuple(sorted(columns))].append({"the_id": id_, **columns})
    for names, rows in together.items():
        values: dict[str, Any] = {name: bindparam(name) for name in names}
        here = table(row).c.id == bindparam("the_id")
        connection.execute(update(row).where(here).values(values), rows)
