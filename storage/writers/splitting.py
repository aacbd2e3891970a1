"""One person who turns out to be two after all: the merge undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update
from sqlmodel import col

from bot.core import effects
from storage.load import STILL_OPEN, living, lock_people
from storage.rows import (
    BuyerQuestionRow,
    ComplaintMoveRow,
    ComplaintRow,
    ConsultationRow,
    ContactRow,
    IdentityRow,
    MergeRow,
    MessageRow,
    OrderRow,
    PointsRow,
    PromiseRow,
    ReferralRow,
    RemedyRow,
    TimerRow,
    table,
)
from storage.writers.belongings import OF_A_PERSON, Belonging, carried
from storage.writers.merging import person_row, write_person
from storage.writers.moving import give_back, put_back, rows_of, without
from storage.writers.one_profile import WISHES
from storage.writers.packing import unpacked
from storage.writers.registry import Batch, writes
from storage.writers.service import COMPLAINT, PROMISE, QUESTION, REMEDY
from storage.writers.two_of_a_kind import Values

CONSULTATION = "consultation"
"""The timer rule whose occasion is a product (`handlers.consultation.timing`)."""


@writes(effects.SplitCustomers)
def _split_customers(connection: Connection, batch: Batch) -> None:
    for origin, effect in batch:
        kept = living(connection, [effect.customer_id])[effect.customer_id]
        if (last := last_merge(connection, kept)) is not None and last.moved:
            split(connection, last, origin.now, effect.by)


def last_merge(connection: Connection, kept: int) -> Any:
    """The merge into this customer that would be undone first, as its row; None if there is none."""
    mine = select(table(MergeRow)).where(col(MergeRow.kept_id) == kept, col(MergeRow.undone_at).is_(None))
    return connection.execute(mine.order_by(col(MergeRow.id).desc()).limit(1)).first()


def split(connection: Connection, merged: Any, now: datetime, by: str) -> None:
    """Undo a merge: what it moved goes back, what came since stays with the elder.

    Unless it plainly belongs to an account of the other. A wish to be left alone that was said since holds
    for both.
    """
    kept, gone, record = merged.kept_id, merged.gone_id, merged.moved
    lock_people(connection, [], [kept, gone])
    connection.execute(delete(IdentityRow).where(col(IdentityRow.id).in_(record["known"])))
    for belonging in reversed(OF_A_PERSON):
        if belonging.name in record:
            give_back(connection, belonging, record[belonging.name], gone, kept)
    for row in record["circles"]:
        put_back(connection, Belonging(ReferralRow), unpacked(row))
    _give_back_later_ones(connection, record, gone, kept)
    _two_profiles(connection, record, gone, kept)
    undone = {"undone_at": now, "undone_by": by}
    connection.execute(update(MergeRow).where(col(MergeRow.id) == merged.id).values(undone))


def _two_profiles(connection: Connection, record: Values, gone: int, kept: int) -> None:
    before, joined, younger = (unpacked(record[part]) for part in ("kept", "joined", "gone"))
    now = person_row(connection, kept)
    own = {name: before[name] for name in joined}
    write_person(connection, kept, without(own, joined, now))
    said_since = {name: now[name] for name in WISHES if now[name] and now[name] != joined[name]}
    write_person(connection, gone, {n: v for n, v in younger.items() if n != "id"} | said_since)


def _give_back_later_ones(connection: Connection, record: Values, gone: int, kept: int) -> None:
    """What came since the merge by an account of the other, and the bells of everything that went back."""
    contacts = carried(record, ContactRow)
    messages = select(col(MessageRow.id)).where(
        col(MessageRow.id) > record["last_message"], col(MessageRow.contact_id).in_(contacts)
    )
    opened = select(col(ComplaintMoveRow.complaint_id)).where(col(ComplaintMoveRow.message_id).in_(messages))
    first = select(func.min(col(ComplaintMoveRow.id))).group_by(col(ComplaintMoveRow.complaint_id))
    opened = opened.where(col(ComplaintMoveRow.id).in_(first))
    theirs = select(col(OrderRow.id)).where(col(OrderRow.customer_id) == gone)
    later = (
        (MessageRow, col(MessageRow.id).in_(messages)),
        (BuyerQuestionRow, col(BuyerQuestionRow.message_id).in_(messages)),
        (ComplaintRow, col(ComplaintRow.id).in_(opened)),
        (PointsRow, col(PointsRow.order_id).in_(theirs)),
    )
    for row, which in later:
        mine = col(row.customer_id) == kept
        connection.execute(update(row).where(which, mine).values(customer_id=gone))
    complaints = select(col(ComplaintRow.id)).where(col(ComplaintRow.customer_id) == gone)
    remedies = update(RemedyRow).where(col(RemedyRow.complaint_id).in_(complaints))
    connection.execute(remedies.values(customer_id=gone))
    _bells_follow(connection, gone, kept)


def _bells_follow(connection: Connection, gone: int, kept: int) -> None:
    """A timer may have been wound again since: it goes with what it is about."""
    matters = {COMPLAINT: ComplaintRow, REMEDY: RemedyRow, PROMISE: PromiseRow}
    wanted = [(rule, {str(id_) for id_ in _ids(connection, row, gone)}) for rule, row in matters.items()]
    products = _open_products(connection, gone) - _open_products(connection, kept)
    wanted.append((CONSULTATION, products))
    if _waits(connection, gone) and not _waits(connection, kept):
        wanted.append((QUESTION, {""}))
    has = {(row["rule"], row["occasion"]) for row in rows_of(connection, Belonging(TimerRow), gone)}
    for row in rows_of(connection, Belonging(TimerRow), kept):
        occasions = next((found for rule, found in wanted if rule == row["rule"]), set())
        if row["occasion"] in occasions and (row["rule"], row["occasion"]) not in has:
            bell = update(TimerRow).where(col(TimerRow.id) == row["id"])
            connection.execute(bell.values(customer_id=gone))


def _ids(connection: Connection, row: Any, customer_id: int) -> set[int]:
    return set(connection.scalars(select(col(row.id)).where(col(row.customer_id) == customer_id)))


def _open_products(connection: Connection, customer_id: int) -> set[str]:
    mine = (col(ConsultationRow.customer_id) == customer_id) & STILL_OPEN
    return set(connection.scalars(select(col(ConsultationRow.product)).where(mine)))


def _waits(connection: Connection, customer_id: int) -> bool:
    mine = (col(BuyerQuestionRow.customer_id) == customer_id) & col(BuyerQuestionRow.answered_at).is_(None)
    return connection.scalar(select(col(BuyerQuestionRow.id)).where(mine).limit(1)) is not None
