"""Writes what shop events and tracking services say of orders and parcels."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Connection, delete, func, insert, update
from sqlmodel import col

from bot.core import effects
from bot.core.customer import OrderStatus
from storage.rows import OrderItemRow, OrderRow, ParcelRow
from storage.state import insert_for
from storage.writers.registry import Batch, writes

_EMPTY = {"status": OrderStatus.CREATED, "total": Decimal(0)}


@writes(effects.KeepOrder)
def _keep_order(connection: Connection, batch: Batch) -> None:
    for origin, effect in batch:
        fields = {"customer_id": effect.customer_id, **effect.fields}
        first = _EMPTY | {"created_at": origin.now, "number": effect.number} | fields
        put = insert_for(connection, OrderRow).values(first)
        kept = put.on_conflict_do_update(index_elements=["number"], set_=fields)
        order_id: int = connection.execute(kept.returning(col(OrderRow.id))).scalar_one()
        if effect.items is not None:
            _keep_items(connection, order_id, effect)
        _keep_parcels(connection, order_id, effect)


def _keep_items(connection: Connection, order_id: int, effect: effects.KeepOrder) -> None:
    connection.execute(delete(OrderItemRow).where(col(OrderItemRow.order_id) == order_id))
    lines = [
        {
            "order_id": order_id,
            "product": i.product,
            "quantity": i.quantity,
            "price": i.price,
            "sku": i.sku,
        }
        for i in effect.items or ()
    ]
    if lines:
        connection.execute(insert(OrderItemRow), lines)


def _keep_parcels(connection: Connection, order_id: int, effect: effects.KeepOrder) -> None:
    rows = [
        {
            "order_id": order_id,
            "courier": p.courier,
            "tracking_no": p.tracking_no,
            "shipped_at": p.shipped_at,
            "signed_at": p.signed_at,
            "announced": p.announced,
        }
        for p in effect.parcels
    ]
    if not rows:
        return
    put = insert_for(connection, ParcelRow)
    more = {
        "announced": put.excluded.announced,
        "signed_at": func.coalesce(col(ParcelRow.signed_at), put.excluded.signed_at),
    }
    connection.execute(put.on_conflict_do_update(index_elements=["order_id", "tracking_no"], set_=more), rows)


@writes(effects.MoveParcel)
def _move_parcel(connection: Connection, batch: Batch) -> None:
    for _, effect in batch:
        row = update(ParcelRow).where(col(ParcelRow.id) == effect.parcel_id)
        connection.execute(row.values(dict(effect.changes)))
