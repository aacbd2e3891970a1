"""Writes what follows from the purchases of any number of customers at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import permutations
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects.sqlite import Insert
from sqlmodel import col

from storage.rows import (
    CustomerRow,
    PointsRow,
    ProductVoteRow,
    StageMoveRow,
    TogetherRow,
    ValueRow,
)
from storage.state import insert_in
from storage.worth.record import THESE


def write_values(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep these rows of what customers are worth; all have the same columns."""
    if rows:
        connection.execute(_valued(connection.dialect.name, tuple(rows[0])), rows)


@cache
def _valued(dialect: str, names: tuple[str, ...]) -> Insert:
    put = insert_in(dialect, ValueRow)
    kept = {name: put.excluded[name] for name in names if name != "customer_id"}
    return put.on_conflict_do_update(index_elements=["customer_id"], set_=kept)


def write_moves(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Steps between stages, each customer's in order; the last one's `after` is where they are."""
    if not rows:
        return
    connection.execute(insert(StageMoveRow), rows)
    now = {row["customer_id"]: row["after"] for row in rows}
    staged = update(CustomerRow).where(col(CustomerRow.id) == bindparam("the_id"))
    connection.execute(
        staged.values(stage=bindparam("now")),
        [{"the_id": id_, "now": stage} for id_, stage in sorted(now.items())],
    )


def write_points(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Ledger lines; the same (order, turn) is written once."""
    if rows:
        put = insert_in(connection.dialect.name, PointsRow)
        connection.execute(put.on_conflict_do_nothing(), rows)


_VOTERS = select(col(ProductVoteRow.customer_id)).where(col(ProductVoteRow.customer_id).in_(THESE))
_VOTES_GONE = delete(ProductVoteRow).where(col(ProductVoteRow.customer_id).in_(THESE))


def write_votes(connection: Connection, votes: Mapping[int, Mapping[str, float]]) -> None:
    """These customers' votes on how long products last, in place of their earlier ones."""
    if known := set(connection.scalars(_VOTERS, {"ids": list(votes)})):
        connection.execute(_VOTES_GONE, {"ids": list(known)})
    rows = [
        {"product": product, "customer_id": id_, "days": days}
        for id_, cast in votes.items()
        for product, days in cast.items()
    ]
    if rows:
        connection.execute(insert(ProductVoteRow), rows)


def count_together(connection: Connection, baskets: Iterable[tuple[int, Sequence[str]]]) -> None:
    """Count (+1) or uncount (-1) these orders' products among what is bought together."""
    counts: Counter[tuple[str, str]] = Counter()
    for change, products in baskets:
        if not products:
            continue
        counts["", ""] += change
        for product in products:
            counts[product, ""] += change
        for pair in permutations(products, 2):
            counts[pair] += change
    rows = [
        {"product": product, "other": other, "baskets": change}
        for (product, other), change in sorted(counts.items())
        if change
    ]
    if rows:
        connection.execute(_counted(connection.dialect.name), rows)


@cache
def _counted(dialect: str) -> Insert:
    put = insert_in(dialect, TogetherRow)
    more = {"baskets": col(TogetherRow.baskets) + put.excluded.baskets}
    return put.on_conflict_do_update(index_elements=["product", "other"], set_=more)
