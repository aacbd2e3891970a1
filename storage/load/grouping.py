"""Rows that belong to others: one IN query for all of them, its statement built once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select
from sqlmodel import col

from storage.columns import AnySelect
from storage.rows import table


@cache
def with_these(row_class: Any, column: str, *where: Any) -> AnySelect:
    """Rows whose `column` is one of the bound `ids`, in the order of their own id."""
    asked = select(table(row_class)).where(
        col(getattr(row_class, column)).in_(bindparam("ids", expanding=True)), *where
    )
    return asked.order_by(col(row_class.id))


def by_customer(
    connection: Connection, row_class: Any, ids: Sequence[int], make: Any, *where: Any
) -> defaultdict[int, tuple[Any, ...]]:
    """What `make` makes of these customers' rows, by customer."""
    grouped: defaultdict[int, tuple[Any, ...]] = defaultdict(tuple)
    for row in connection.execute(with_these(row_class, "customer_id", *where), {"ids": ids}):
        grouped[row.customer_id] += (make(row),)
    return grouped


def belonging(
    connection: Connection, row_class: Any, to: str, ids: Sequence[int]
) -> defaultdict[int, list[Row[Any]]]:
    """The rows whose column `to` is one of `ids`, by it."""
    grouped: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(with_these(row_class, to), {"ids": list(ids)}):
        grouped[getattr(row, to)].append(row)
    return grouped
