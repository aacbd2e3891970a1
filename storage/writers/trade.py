"""Writes consultations, orders and parcels."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from sqlalchemy import Connection, case, func, insert, text, update
from sqlalchemy.dialects.sqlite import Insert
from sqlmodel import col

from bot.core import effects
from bot.core.customer import OrderStatus
from storage.rows import (
    ConsultationRow,
    OrderItemRow,
    OrderRow,
    ParcelRow,
)
from storage.state import insert_for, insert_in
from storage.writers.registry import Batch, writes

ENOUGH_WORDS = 600
"""Characters of a consultation that are kept with it; the messages themselves are all there."""


@writes(effects.OpenConsultation)
def _open_consultation(connection: Connection, batch: Batch) -> None:
    rows = [
        {
            "customer_id": e.customer_id,
            "product": e.product or "",
            "words": e.words[:ENOUGH_WORDS],
            "opened_at": o.now,
            "last_at": o.now,
        }
        for o, e in batch
    ]
    connection.execute(_asked_again(connection.dialect.name), rows)


@cache
def _asked_again(dialect: str) -> Insert:
    """The open consultation about the same product collects the question."""
    put = insert_in(dialect, ConsultationRow)
    kept = col(ConsultationRow.words)
    more = func.substr(kept + "\n" + put.excluded.words, 1, ENOUGH_WORDS)
    return put.on_conflict_do_update(
        index_elements=["customer_id", "product"],
        index_where=text("state = 'open'"),
        set_={
            "last_at": put.excluded.last_at,
            "questions": col(ConsultationRow.questions) + 1,
            "words": case((func.length(kept) < ENOUGH_WORDS, more), else_=kept),
        },
    )


@writes(effects.CloseConsultations)
def _close_consultations(connection: Connection, batch: Batch) -> None:
    for origin, effect in batch:
        still_open = (col(ConsultationRow.customer_id) == effect.customer_id) & (
            col(ConsultationRow.state) == "open"
        )
        closed = {"state": effect.outcome, "closed_at": origin.now, "order_number": effect.order_number}
        connection.execute(update(ConsultationRow).where(still_open).values(closed))


@writes(effects.RecordOrder)
def _record_order(connection: Connection, batch: Batch) -> None:
    for origin, effect in batch:
        total = sum((i.price * i.quantity for i in effect.items), Decimal())
        put = insert_for(connection, OrderRow).values(
            number=effect.number,
            customer_id=effect.customer_id,
            status=effect.status,
            total=total,
            created_at=origin.now,
        )
        made = connection.execute(put.on_conflict_do_nothing().returning(col(OrderRow.id))).scalar()
        if made is not None and effect.items:
            lines = [
                {"order_id": made, "product": i.product, "quantity": i.quantity, "price": i.price}
                for i in effect.items
            ]
            connection.execute(insert(OrderItemRow), lines)


@writes(effects.ShipOrder)
def _ship_order(connection: Connection, batch: Batch) -> None:
    rows = [
        {"order_id": e.order_id, "courier": e.courier, "tracking_no": e.tracking_no, "shipped_at": o.now}
        for o, e in batch
    ]
    connection.execute(insert_for(connection, ParcelRow).on_conflict_do_nothing(), rows)
    before = (OrderStatus.CREATED, OrderStatus.PAID)
    shipped = update(OrderRow).where(col(OrderRow.id).in_([e.order_id for _, e in batch]))
    connection.execute(shipped.where(col(OrderRow.status).in_(before)).values(status=OrderStatus.SHIPPED))


@writes(effects.SignOrder)
def _sign_order(connection: Connection, batch: Batch) -> None:
    for origin, effect in batch:
        parcels = (col(ParcelRow.order_id) == effect.order_id) & col(ParcelRow.signed_at).is_(None)
        connection.execute(update(ParcelRow).where(parcels).values(signed_at=origin.now))
        order = update(OrderRow).where(col(OrderRow.id) == effect.order_id)
        connection.execute(order.values(status=OrderStatus.SIGNED))
