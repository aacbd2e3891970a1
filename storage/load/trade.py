"""Orders with their lines and parcels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection

from bot.core.customer import Order, OrderItem, OrderStatus, Parcel
from storage.columns import AnySelect
from storage.load.grouping import belonging, with_these
from storage.rows import OrderItemRow, OrderRow, ParcelRow

LATEST_ORDERS = 20


def orders(connection: Connection, asked: AnySelect, bound: Mapping[str, Any] | None = None) -> list[Order]:
    """The orders that a query of order rows gives, with their lines and parcels, in its order."""
    rows = connection.execute(asked, bound or {}).all()
    if not rows:
        return []
    ids = [r.id for r in rows]
    items = belonging(connection, OrderItemRow, "order_id", ids)
    parcels = belonging(connection, ParcelRow, "order_id", ids)
    return [
        Order(
            r.id,
            r.number,
            r.customer_id,
            OrderStatus(r.status),
            r.total,
            r.created_at,
            tuple(OrderItem(i.product, i.quantity, i.price, i.sku) for i in items[r.id]),
            tuple(Parcel(**{name: getattr(p, name) for name in _PARCEL}) for p in parcels[r.id]),
            **{name: getattr(r, name) for name in _ORDER_MORE},
        )
        for r in rows
    ]


_PARCEL = tuple(f.name for f in fields(Parcel))
_ORDER_MORE = (
    "paid_at",
    "shipped_at",
    "signed_at",
    "refunded",
    "source",
    "items_said",
    "total_said",
)


def latest_orders(connection: Connection, ids: Sequence[int]) -> defaultdict[int, tuple[Order, ...]]:
    """The latest orders of these customers, newest first, `LATEST_ORDERS` at most of each."""
    newest: defaultdict[int, tuple[Order, ...]] = defaultdict(tuple)
    for order in reversed(orders(connection, with_these(OrderRow, "customer_id"), {"ids": ids})):
        if len(newest[order.customer_id]) < LATEST_ORDERS:
            newest[order.customer_id] += (order,)
    return newest
