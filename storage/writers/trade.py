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
from storage.writers.registry import Batch, Origin, writes

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
            "price": e.price,
            "objections": " ".join(e.objections),
        }
        for o, e in batch
        if e.consultation_id is None
    ]
    if rows:
        connection.execute(_asked_again(connection.dialect.name), rows)
    for origin, effect in batch:
        if effect.consultation_id is not None:
            _collect(connection, origin, effect)


def _collect(connection: Connection, origin: Origin, effect: effects.OpenConsultation) -> None:
    """One that has been followed up, and still open, takes the question in."""
    words, still_open = col(ConsultationRow.words), col(ConsultationRow.state) == "followed_up"
    told = {"price": effect.price} if effect.price is not None else {}
    raised = {"objections": " ".join(effect.objections)} if effect.objections else {}
    row = update(ConsultationRow).where(col(ConsultationRow.id) == effect.consultation_id, still_open)
    connection.execute(
        row.values(
            last_at=origin.now,
            questions=col(ConsultationRow.questions) + 1,
            words=func.substr(words + ("\n" + effect.words), 1, ENOUGH_WORDS),
            **told,
            **raised,
        )
    )


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
            "price": func.coalesce(put.excluded.price, col(ConsultationRow.price)),
            "objections": case(
                (put.excluded.objections == "", col(ConsultationRow.objections)),
                else_=put.excluded.objections,
            ),
        },
    )


@writes(effects.CloseConsultations)
def _close_consultations(connection: Connection, batch: Batch) -> None:
    for origin, effect in batch:
        still_open = (col(ConsultationRow.customer_id) == effect.customer_id) & col(
            ConsultationRow.state
        ).in_(("open", "followed_up"))
        if effect.consultation_id is not None:
            still_open &= col(ConsultationRow.id) == effect.consultation_id
        closed = {"state": effect.outcome, "closed_at": origin.now, "order_number": effect.order_number}
        connection.execute(
            update(ConsultationRow).where(still_open).values(closed | {"reason": effect.reason})
        )


@writes(effects.FollowedUp)
def _followed_up(connection: Connection, batch: Batch) -> None:
    for origin, effect in batch:
        row = update(ConsultationRow).where(col(ConsultationRow.id) == effect.consultation_id)
        connection.execute(row.values(state="followed_up", followed_up_at=origin.now))


_PAID = (OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.SIGNED)


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
            paid_at=origin.now if effect.status in _PAID else None,
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
    put = insert_for(connection, ParcelRow)
    known = put.on_conflict_do_update(index_elements=["order_id", "tracking_no"], set_={"announced": True})
    connection.execute(known, rows)
    before = (OrderStatus.CREATED, OrderStatus.PAID)
    for origin, effect in batch:
        order = update(OrderRow).where(col(OrderRow.id) == effect.order_id)
        connection.execute(order.where(col(OrderRow.shipped_at).is_(None)).values(shipped_at=origin.now))
        connection.execute(order.where(col(OrderRow.status).in_(before)).values(status=OrderStatus.SHIPPED))


@writes(effects.SignOrder)
def _sign_order(connection: Connection, batch: Batch) -> None:
    for origin, effect in batch:
        parcels = (col(ParcelRow.order_id) == effect.order_id) & col(ParcelRow.signed_at).is_(None)
        signed_at = effect.at or origin.now
        connection.execute(update(ParcelRow).where(parcels).values(signed_at=signed_at))
        order = update(OrderRow).where(col(OrderRow.id) == effect.order_id)
        under_way = col(OrderRow.status).in_((OrderStatus.CREATED, OrderStatus.PAID, OrderStatus.SHIPPED))
        connection.execute(order.where(under_way).values(status=OrderStatus.SIGNED))
        connection.execute(order.where(col(OrderRow.signed_at).is_(None)).values(signed_at=signed_at))
