"""Consultations, as commands ask for them: the open ones, and what became of those of late."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Connection, select
from sqlmodel import col

from storage.load import STILL_OPEN
from storage.rows import ConsultationRow, ContactRow, CustomerRow, table


class OpenConsultation(NamedTuple):
    """A consultation without an order, with whom it was."""

    customer_id: int
    called: str
    product: str
    words: str
    opened_at: datetime
    last_at: datetime
    questions: int
    price: Decimal | None
    objections: tuple[str, ...]
    followed_up_at: datetime | None


def open_consultations(connection: Connection, most: int) -> list[OpenConsultation]:
    """Those without an order that are not given up either, latest first."""
    address = (
        select(col(ContactRow.external_id))
        .where(col(ContactRow.customer_id) == col(CustomerRow.id))
        .order_by(col(ContactRow.id))
        .limit(1)
        .scalar_subquery()
        .label("external_id")
    )
    asked = (
        select(table(ConsultationRow), col(CustomerRow.name), col(CustomerRow.nickname), address)
        .join(CustomerRow, col(CustomerRow.id) == col(ConsultationRow.customer_id))
        .where(STILL_OPEN)
        .order_by(col(ConsultationRow.last_at).desc(), col(ConsultationRow.id).desc())
    )
    return [
        OpenConsultation(
            row.customer_id,
            row.name or row.nickname or row.external_id or f"#{row.customer_id}",
            row.product,
            row.words,
            row.opened_at,
            row.last_at,
            row.questions,
            row.price,
            tuple(row.objections.split()),
            row.followed_up_at,
        )
        for row in connection.execute(asked.limit(most))
    ]


class Past(NamedTuple):
    """One consultation of late: whose, about what, and what has come of it so far."""

    customer_id: int
    product: str
    ordered: bool
    followed_up: bool
    reason: str
    last_at: datetime


def since(connection: Connection, moment: datetime, until: datetime | None = None) -> list[Past]:
    """Every consultation opened since `moment` (and before `until`), oldest first.

    reason: the seller's or the buyer's last word on why not; empty if none was given, or if it was ordered.
    """
    wanted = (
        col(ConsultationRow.customer_id),
        col(ConsultationRow.product),
        col(ConsultationRow.state),
        col(ConsultationRow.followed_up_at),
        col(ConsultationRow.reason),
        col(ConsultationRow.objections),
        col(ConsultationRow.last_at),
    )
    asked = select(*wanted).where(col(ConsultationRow.opened_at) >= moment)
    if until is not None:
        asked = asked.where(col(ConsultationRow.opened_at) < until)
    return [
        Past(
            row.customer_id,
            row.product,
            row.state == "ordered",
            row.followed_up_at is not None,
            "" if row.state == "ordered" else row.reason or next(reversed(row.objections.split()), ""),
            row.last_at,
        )
        for row in connection.execute(asked.order_by(col(ConsultationRow.id)))
    ]
