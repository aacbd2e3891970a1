"""A long query in pages of a few hundred rows, so that its length does not matter for the memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row
from sqlmodel import col

from storage.columns import AnySelect

PAGE = 500


def pages(connection: Connection, asked: AnySelect, row_class: Any) -> Iterator[Sequence[Row[Any]]]:
    """The rows of a query that has an `id` of `row_class`, in its order."""
    id_ = col(row_class.id)
    last = 0
    while rows := connection.execute(asked.where(id_ > last).order_by(id_).limit(PAGE)).all():
        yield rows
        last = rows[-1].id
