"""Customers as deciding sees them, and who each of them is by now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Row, literal_column, or_, select, tuple_
from sqlmodel import col

from bot.core.customer import Consultation, Customer, OpenPromise, OpenQuestion, Piece, Tag, TagSource
from bot.core.delivery import Contact, nowhere
from storage.load.complaints import open_complaints
from storage.load.contacts import Address, latest_contacts
from storage.load.grouping import by_customer, with_these
from storage.load.trade import latest_orders
from storage.rows import (
    WAITING,
    BuyerQuestionRow,
    ConsultationRow,
    ContactRow,
    CustomerRow,
    MessageRow,
    PromiseRow,
    TagRow,
)

STILL_OPEN = col(ConsultationRow.state).in_(("open", "followed_up"))
UNANSWERED = col(BuyerQuestionRow.answered_at).is_(None)
NOT_SETTLED = col(PromiseRow.state) == literal_column("'open'")
"""In the words of their partial indexes: SQLite uses them for nothing else."""

_PROFILE = (
    "id",
    "name",
    "nickname",
    "phone",
    "address",
    "birthday",
    "note",
    "stage",
    "first_seen_at",
    "greeted_at",
    "asked_seller_at",
    "opted_out_at",
    "stopped_at",
    "taken_over_by",
    "taken_over_until",
    "red_line_at",
    "found",
    "facts",
    "merged_into",
)


def customers(connection: Connection, contacts: Mapping[int, Contact]) -> dict[int, Customer]:
    """The snapshots of these customers, each seen at the given contact."""
    ids = list(contacts)
    rows = connection.execute(with_these(CustomerRow, "id"), {"ids": ids}).all()
    tags = by_customer(connection, TagRow, ids, _tag)
    consultations = by_customer(connection, ConsultationRow, ids, _consultation, STILL_OPEN)
    questions = by_customer(connection, BuyerQuestionRow, ids, _question, UNANSWERED)
    promises = by_customer(connection, PromiseRow, ids, _promise, NOT_SETTLED)
    complaints = open_complaints(connection, ids)
    pieces = by_customer(connection, MessageRow, ids, _piece, WAITING)
    orders = latest_orders(connection, ids)
    return {
        row.id: Customer(
            **{name: getattr(row, name) for name in _PROFILE},
            contact=contacts[row.id],
            tags=tags[row.id],
            orders=orders[row.id],
            consultations=consultations[row.id],
            pieces=pieces[row.id],
            complaints=complaints[row.id],
            question=next(iter(questions[row.id]), None),
            promises=promises[row.id],
        )
        for row in rows
    }


def _tag(row: Row[Any]) -> Tag:
    return Tag(row.name, TagSource(row.source), row.first_at, row.last_at, row.times, row.words)


def _consultation(row: Row[Any]) -> Consultation:
    return Consultation(
        row.id,
        row.customer_id,
        row.product or None,
        row.words,
        row.opened_at,
        row.last_at,
        row.questions,
        row.price,
        tuple(row.objections.split()),
        row.followed_up_at,
    )


def _question(row: Row[Any]) -> OpenQuestion:
    return OpenQuestion(row.id, row.urgency, row.words, row.asked_at, row.stage, row.acknowledged_at)


def _promise(row: Row[Any]) -> OpenPromise:
    return OpenPromise(row.id, row.what, row.words, row.by, row.made_at, row.due_at, row.reminded_at)


def _piece(row: Row[Any]) -> Piece:
    return Piece(row.message_id, row.text, row.at)


def snapshots(connection: Connection, customer_ids: Collection[int]) -> dict[int, Customer]:
    """The snapshots of these customers, each where they are best reached; `nowhere` if they are not.

    Under the id of somebody who has turned out to be another stands the other.
    """
    contacts = latest_contacts(connection, customer_ids)
    found = customers(connection, {id_: contacts.get(id_) or nowhere(id_) for id_ in customer_ids})
    gone = {id_: one.merged_into for id_, one in found.items() if one.merged_into is not None}
    if not gone:
        return found
    others = snapshots(connection, set(gone.values()))
    return found | {id_: others[into] for id_, into in gone.items() if into in others}


def living(connection: Connection, customer_ids: Collection[int]) -> dict[int, int]:
    """Who each of these customers is now: themselves, or whom they have turned out to be one with."""
    now = {id_: id_ for id_ in customer_ids}
    while True:
        asked = select(col(CustomerRow.id), col(CustomerRow.merged_into)).where(
            col(CustomerRow.id).in_(set(now.values())), col(CustomerRow.merged_into).is_not(None)
        )
        into = {row.id: row.merged_into for row in connection.execute(asked)}
        if not into:
            return now
        now = {id_: into.get(one, one) for id_, one in now.items()}


def lock_people(connection: Connection, addresses: Collection[Address], ids: Collection[int]) -> None:
    """Keep other processes from deciding about the same people meanwhile (PostgreSQL).

    Once for a whole batch and in id order, so that two batches never wait for each other.
    """
    if connection.dialect.name == "sqlite":
        return
    here = tuple_(col(ContactRow.account), col(ContactRow.external_id)).in_(addresses)
    known = select(col(ContactRow.customer_id)).where(here) if addresses else None
    who = col(CustomerRow.id).in_(ids)
    rows = select(col(CustomerRow.merged_into)).where(
        who if known is None else or_(who, col(CustomerRow.id).in_(known))
    )
    found = connection.scalars(rows.order_by(col(CustomerRow.id)).with_for_update())
    # who has turned out to be another while we waited for the lock is that other now
    if others := {into for into in found if into is not None}:
        lock_people(connection, [], list(living(connection, others).values()))
