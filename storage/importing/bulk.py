"""Many rows at once: inserts whose values are turned by their columns' types and no more; lists as one value.

SQLAlchemy's own ways cost several times as much a row, which a file of 100,000 orders feels.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, Column, ColumnElement, Connection, Dialect, cast, func, select
from sqlmodel import SQLModel

from storage.rows import table

Turn = Callable[[Any], Any]
Values = Sequence[Any]


def insert_rows(
    connection: Connection, row: type[SQLModel], names: tuple[str, ...], rows: Sequence[Values]
) -> None:
    """Insert `rows`, each with the values of the columns `names`; one that is there already stays."""
    if not rows:
        return
    statement, turns, rest = _made(connection.dialect, row, names)
    turned = [
        (*[value if turn is None else turn(value) for turn, value in zip(turns, values, strict=True)], *rest)
        for values in rows
    ]
    connection.exec_driver_sql(statement, turned)


@cache
def _made(
    dialect: Dialect, row: type[SQLModel], names: tuple[str, ...]
) -> tuple[str, tuple[Turn | None, ...], Values]:
    """The statement, how each value is turned, and the values of the columns that have a default in code."""
    columns = table(row).columns
    defaults = [c for c in columns if c.name not in names and c.default is not None and c.default.is_scalar]
    listed = ", ".join(f'"{name}"' for name in (*names, *(c.name for c in defaults)))
    mark = "?" if dialect.paramstyle == "qmark" else "%s"
    marks = ", ".join(mark for _ in (*names, *defaults))
    statement = f'INSERT INTO "{table(row).name}" ({listed}) VALUES ({marks}) ON CONFLICT DO NOTHING'  # noqa: S608
    rest = [_turned(_turn(dialect, c), getattr(c.default, "arg", None)) for c in defaults]
    return statement, tuple(_turn(dialect, columns[name]) for name in names), rest


def _turn(dialect: Dialect, column: Column[Any]) -> Turn | None:
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def _turned(turn: Turn | None, value: Any) -> Any:
    return value if turn is None else turn(value)


def among(connection: Connection, column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """Whether `column` is one of `values`, all of which go to the database as one.

    Thousands of bound values cost more than what the database does with them.
    """
    if connection.dialect.name == "sqlite":
        listed = func.json_each(json.dumps(list(values), ensure_ascii=False)).table_valued("value")
        found: ColumnElement[bool] = column.in_(select(listed.c.value))
        return found
    array: ColumnElement[bool] = column == func.any(cast(list(values), ARRAY(column.type)))
    return array
