"""Reads what customers' worth follows from, any number of customers at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, exists, func, select
from sqlmodel import col

from bot.core.customer import Order, OrderItem, OrderStatus
from bot.core.worth import OnRecord, PointsLine
from storage.columns import AnySelect
from storage.rows import (
    ConsultationRow,
    CustomerRow,
    OrderItemRow,
    OrderRow,
    PointsRow,
    ReferralRow,
    StageMoveRow,
    TagRow,
    ValueRow,
)

THESE: BindParameter[int] = bindparam("ids", expanding=True)
# What every order asks is built once: building a statement costs more than running it.
_PEOPLE = (
    select(
        col(CustomerRow.id),
        col(CustomerRow.stage),
        exists(select(col(StageMoveRow.id)).where(col(StageMoveRow.customer_id) == col(CustomerRow.id))),
    )
    .where(col(CustomerRow.id).in_(THESE), col(CustomerRow.merged_into).is_(None))
    .order_by(col(CustomerRow.id))
    .with_for_update(of=CustomerRow)
)
_ORDERS = select(
    col(OrderRow.id),
    col(OrderRow.number),
    col(OrderRow.customer_id),
    col(OrderRow.status),
    col(OrderRow.total),
    col(OrderRow.created_at),
    col(OrderRow.refunded),
).where(col(OrderRow.customer_id).in_(THESE))
_ITEMS: AnySelect = select(
    col(OrderItemRow.order_id),
    col(OrderItemRow.product),
    col(OrderItemRow.quantity),
    col(OrderItemRow.price),
).where(col(OrderItemRow.order_id).in_(THESE))
_LINE = (
    col(PointsRow.id),
    col(PointsRow.at),
    col(PointsRow.points),
    col(PointsRow.reason),
    col(PointsRow.order_id),
    col(PointsRow.until),
    col(PointsRow.amount),
)
_GIVEN: AnySelect = select(col(PointsRow.customer_id), *_LINE).where(
    col(PointsRow.customer_id).in_(THESE), col(PointsRow.order_id).is_(None)
)
# by the order, not by whose the line was: two people may have turned out to be one
_OF_ORDERS: AnySelect = select(*_LINE).where(col(PointsRow.order_id).in_(THESE))
_MOST_IDS = 10_000
"""Of orders in one question; both databases take more parameters than that."""
_PRAISE = (
    select(col(TagRow.customer_id), func.sum(col(TagRow.times)))
    .where(col(TagRow.customer_id).in_(THESE), col(TagRow.name).in_(bindparam("tags", expanding=True)))
    .group_by(col(TagRow.customer_id))
)
_ASKED = (
    select(
        col(ConsultationRow.customer_id),
        func.sum(col(ConsultationRow.questions)),
        func.max(col(ConsultationRow.price)),
    )
    .where(col(ConsultationRow.customer_id).in_(THESE))
    .group_by(col(ConsultationRow.customer_id))
)
_BROUGHT: AnySelect = (
    select(col(ReferralRow.by_id), col(ValueRow.first_on))
    .join(ValueRow, col(ValueRow.customer_id) == col(ReferralRow.customer_id))
    .where(col(ReferralRow.by_id).in_(THESE), col(ValueRow.first_on).is_not(None))
)
_REFERRERS = select(col(ReferralRow.by_id)).where(col(ReferralRow.customer_id).in_(THESE)).distinct()


def referrers(connection: Connection, ids: Collection[int]) -> set[int]:
    """Who brought these customers."""
    return set(connection.scalars(_REFERRERS, {"ids": list(ids)}))


def on_record(connection: Connection, ids: Collection[int], praise: Collection[str]) -> list[OnRecord]:
    """What is on record of these customers; `praise`: the tags that count as praise or sharing.

    Their rows stay locked (PostgreSQL), so that what follows is written before it changes.
    """
    these = {"ids": sorted(ids)}
    people = connection.execute(_PEOPLE, these).all()
    orders = _orders(connection, these)
    ledger = _ledger(connection, these, orders)
    praised = {row[0]: row[1] for row in connection.execute(_PRAISE, these | {"tags": list(praise)})}
    asked = {row[0]: row for row in connection.execute(_ASKED, these)}
    brought: defaultdict[int, list[date]] = defaultdict(list)
    for by_id, first_on in connection.execute(_BROUGHT, these):
        brought[by_id].append(first_on)
    return [
        OnRecord(
            id_,
            stage,
            tuple(orders.get(id_, ())),
            tuple(ledger.get(id_, ())),
            bool(moved),
            int(praised.get(id_, 0)),
            int(asked[id_][1]) if id_ in asked else 0,
            (asked[id_][2] or Decimal(0)) if id_ in asked else Decimal(0),
            tuple(sorted(brought.get(id_, ()))),
        )
        for id_, stage, moved in people
    ]


def ledger_of(connection: Connection, customer_id: int) -> list[PointsLine]:
    """This customer's points, as they were entered."""
    these = {"ids": [customer_id]}
    return sorted(_ledger(connection, these, _orders(connection, these, items=False))[customer_id])


def _ledger(
    connection: Connection, these: Mapping[str, Any], orders: Mapping[int, Sequence[Order]]
) -> defaultdict[int, list[PointsLine]]:
    owner = {order.id: order.customer_id for theirs in orders.values() for order in theirs}
    lines: defaultdict[int, list[PointsLine]] = defaultdict(list)
    for row in connection.execute(_GIVEN, these):
        lines[row.customer_id].append(PointsLine(*row[1:]))
    for row in _of_many(connection, _OF_ORDERS, owner):
        lines[owner[row.order_id]].append(PointsLine(*row))
    return lines


def _orders(
    connection: Connection, these: Mapping[str, Any], *, items: bool = True
) -> defaultdict[int, list[Order]]:
    rows = connection.execute(_ORDERS, these).all()
    content: defaultdict[int, list[OrderItem]] = defaultdict(list)
    for item in _of_many(connection, _ITEMS, [r.id for r in rows] if items else ()):
        content[item.order_id].append(OrderItem(item.product, item.quantity, item.price))
    found: defaultdict[int, list[Order]] = defaultdict(list)
    for id_, number, customer_id, status, total, at, refunded in rows:
        goods = tuple(content.get(id_, ()))
        order = Order(id_, number, customer_id, OrderStatus(status), total, at, goods, refunded=refunded)
        found[customer_id].append(order)
    return found


def _of_many(connection: Connection, asked: AnySelect, ids: Iterable[int]) -> Iterator[Row[Any]]:
    """By ids, not by a join: without statistics PostgreSQL would read the whole table for one customer."""
    every = list(ids)
    for first in range(0, len(every), _MOST_IDS):
        yield from connection.execute(asked, {"ids": every[first : first + _MOST_IDS]})


def customers_of_orders(connection: Connection, order_ids: Collection[int]) -> set[int]:
    """Whose orders these are."""
    asked = select(col(OrderRow.customer_id)).where(col(OrderRow.id).in_(order_ids))
    return set(connection.scalars(asked))
