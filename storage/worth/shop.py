"""The shop as a whole, nightly: who buys, how long products last, whom to look at again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, insert, select, update
from sqlmodel import SQLModel, col

from storage.columns import AnySelect
from storage.rows import (
    OrderRow,
    ProductCycleRow,
    ProductVoteRow,
    ValueRow,
    table,
)


def buyers(connection: Connection) -> list[tuple[int, Decimal, date, date]]:
    """(orders, spent, first_on, last_on) of everybody who has bought."""
    asked: AnySelect = select(
        col(ValueRow.orders), col(ValueRow.spent), col(ValueRow.first_on), col(ValueRow.last_on)
    )
    bought = connection.execute(asked.where(col(ValueRow.last_on).is_not(None)))
    return [(row.orders, row.spent, row.first_on, row.last_on) for row in bought]


def own_cycles(connection: Connection) -> list[float]:
    """Everybody's own median of days between purchases, who has one."""
    asked = select(col(ValueRow.own_days)).where(col(ValueRow.own_days).is_not(None))
    return [float(days) for days in connection.scalars(asked) if days is not None]


def product_votes(connection: Connection) -> dict[str, list[float]]:
    """All votes on how long a piece lasts, by product."""
    votes: defaultdict[str, list[float]] = defaultdict(list)
    for product, days in connection.execute(select(col(ProductVoteRow.product), col(ProductVoteRow.days))):
        votes[product].append(days)
    return votes


def write_product_cycles(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """How long products last in this shop, in place of what was known."""
    connection.execute(delete(ProductCycleRow))
    if rows:
        connection.execute(insert(ProductCycleRow), rows)


_LASTS: AnySelect = select(
    col(ProductCycleRow.product),
    col(ProductCycleRow.days),
    col(ProductCycleRow.basis),
    col(ProductCycleRow.reason),
).where(col(ProductCycleRow.product).in_(bindparam("products", expanding=True)))


def product_cycles(connection: Connection, products: Collection[str]) -> list[tuple[str, float, str, str]]:
    """(product, days, basis, reason) of those that are known."""
    found = connection.execute(_LASTS, {"products": list(products)})
    return [(row.product, row.days, row.basis, row.reason) for row in found]


def due(connection: Connection, today: date, most: int) -> list[int]:
    """Customers of whom something is no longer so by itself, the longest overdue first."""
    asked = select(col(ValueRow.customer_id)).where(col(ValueRow.look_again_on) <= today)
    return list(connection.scalars(asked.order_by(col(ValueRow.look_again_on)).limit(most)))


def put_off(connection: Connection, ids: Collection[int], today: date, until: date) -> None:
    """Whoever of these is still due is looked at on `until`: what failed once must not be tried all night."""
    still = (col(ValueRow.customer_id).in_(ids), col(ValueRow.look_again_on) <= today)
    connection.execute(update(ValueRow).where(*still).values(look_again_on=until))


def mark_all_due(connection: Connection, today: date, now: datetime) -> None:
    """Look at everybody again who has ever ordered: the rules have changed, or nobody has looked yet."""
    connection.execute(update(ValueRow).values(look_again_on=today))
    known = exists(select(col(ValueRow.customer_id)).where(col(ValueRow.customer_id) == OrderRow.customer_id))
    new = select(col(OrderRow.customer_id), _date(today), _moment(now)).where(~known).distinct()
    names = ["customer_id", "look_again_on", "valued_at"]
    connection.execute(insert(ValueRow).from_select(names, new))


def _date(day: date) -> Any:
    return _literal(ValueRow, "look_again_on", day)


def _moment(now: datetime) -> Any:
    return _literal(ValueRow, "valued_at", now)


def _literal(row: type[SQLModel], name: str, value: Any) -> Any:
    """A value of the column's type among the columns of a SELECT."""
    return bindparam(None, value, type_=table(row).c[name].type, unique=True)
