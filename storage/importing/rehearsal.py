"""A dry run: the same work on copies of the tables that nobody else sees, and that are gone afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection, MetaData, Table, func, select, text
from sqlmodel import SQLModel

from storage.db import open_engine
from storage.rows import (
    ConsultationRow,
    ContactRow,
    CustomerRow,
    IdentityRow,
    OrderItemRow,
    OrderRow,
    ParcelRow,
    ShopStateRow,
    TagRow,
    table,
)

Begin = Callable[[], AbstractContextManager[Connection]]
"""Begins a transaction; it is committed at the end of the block."""

_WRITTEN: tuple[type[SQLModel], ...] = (
    *(CustomerRow, ContactRow, IdentityRow, TagRow),
    *(OrderRow, OrderItemRow, ParcelRow, ConsultationRow, ShopStateRow),
)


@contextmanager
def rehearsal(url: str) -> Iterator[Begin]:
    """Transactions that write to copies: a table's bare name means its copy on this connection.

    The real tables are only read, so a bot that is running is not held up.
    """
    engine = open_engine(url, writer=False)
    try:
        with engine.connect() as connection:
            with connection.begin():
                for row in _WRITTEN:
                    _copy(connection, table(row))
            yield _transactions_of(connection)
    finally:
        engine.dispose()


def _transactions_of(connection: Connection) -> Begin:
    @contextmanager
    def begin() -> Iterator[Connection]:
        with connection.begin():
            yield connection

    return begin


def _copy(connection: Connection, real: Table) -> None:
    copied = real.to_metadata(MetaData())
    copied._prefixes = ["TEMPORARY"]
    for key in list(copied.foreign_key_constraints):  # nothing outside may hang on a copy
        copied.constraints.discard(key)
    for column in copied.columns:
        column.foreign_keys.clear()
    copied.create(connection)
    sqlite = connection.dialect.name == "sqlite"
    schema = "main" if sqlite else connection.scalar(select(func.current_schema()))
    names = ", ".join(f'"{column.name}"' for column in real.columns)
    source = f'"{schema}"."{real.name}"'
    connection.execute(text(f'INSERT INTO "{real.name}" ({names}) SELECT {names} FROM {source}'))  # noqa: S608
    if not sqlite and "id" in real.columns:
        sequence = func.pg_get_serial_sequence(real.name, "id")
        largest = text(f'SELECT coalesce(max(id), 0) + 1 FROM "{real.name}"')  # noqa: S608
        connection.execute(select(func.setval(sequence, connection.scalar(largest), False)))
