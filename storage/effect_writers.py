"""One writer per effect: a block here and a class in `bot.core.effects` is all that a new effect needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, func, insert, select, text, update
from sqlalchemy.dialects.sqlite import Insert
from sqlmodel import col

from bot.core import effects
from bot.core.customer import OrderStatus, TagSource
from bot.core.delivery import Contact, Kind, Status
from bot.core.splitting import split_text
from storage.load import latest_contacts
from storage.rows import (
    WAITING,
    AuditRow,
    ConsentRow,
    ConsultationRow,
    ContactRow,
    CustomerRow,
    MessageRow,
    OrderItemRow,
    OrderRow,
    OutboxRow,
    ParcelRow,
    QuestionRow,
    TagRow,
    TimerRow,
)
from storage.state import PUSHES_STOPPED, insert_for, insert_in, write_state


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What writing must know of the shop: where its sellers are, and how long a text each account takes."""

    sellers: tuple[Contact, ...] = ()
    text_bytes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an effect comes from: when, from which stored message, in which shop."""

    now: datetime
    message_id: int | None
    around: Surroundings


DEFAULT_TEXT_BYTES = 2000
ENOUGH_WORDS = 600
"""Characters of a consultation that are kept with it; the messages themselves are all there."""

Batch = Sequence[tuple[Origin, Any]]
Writer = Callable[[Connection, Batch], None]
_WRITERS: dict[type, Writer] = {}


def writes(effect: type) -> Callable[[Writer], Writer]:
    """Register the writer of one kind of effect."""

    def register(writer: Writer) -> Writer:
        _WRITERS[effect] = writer
        return writer

    return register


def write_effects(connection: Connection, batch: Batch) -> None:
    """Write all effects, kind by kind in the order of this file."""
    by_kind: defaultdict[type, list[tuple[Origin, Any]]] = defaultdict(list)
    for origin, effect in batch:
        by_kind[type(effect)].append((origin, effect))
    for kind, writer in _WRITERS.items():
        if found := by_kind.pop(kind, None):
            writer(connection, found)
    by_kind.pop(effects.Reply, None)  # replies are written with their message, as answers
    if by_kind:
        raise TypeError(f"no writer for {', '.join(k.__name__ for k in by_kind)}")


# --- the customer -------------------------------------------------------------------------------


@writes(effects.SetFields)
def _set_fields(connection: Connection, batch: Batch) -> None:
    _update_each(connection, CustomerRow, [(e.customer_id, e.fields) for _, e in batch])


@writes(effects.MarkContact)
def _mark_contact(connection: Connection, batch: Batch) -> None:
    _update_each(connection, ContactRow, [(e.contact_id, e.fields) for _, e in batch])


def _update_each(connection: Connection, row: Any, changes: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """Write each row's fields; rows that change the same fields go together."""
    together: defaultdict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for id_, fields in changes:
        together[tuple(sorted(fields))].append({"the_id": id_, **fields})
    for names, rows in together.items():
        values: dict[str, Any] = {name: bindparam(name) for name in names}
        connection.execute(update(row).where(col(row.id) == bindparam("the_id")).values(values), rows)


@writes(effects.AddTag)
def _add_tag(connection: Connection, batch: Batch) -> None:
    rows = [
        {
            "customer_id": e.customer_id,
            "name": e.name,
            "source": e.source,
            "first_at": o.now,
            "last_at": o.now,
            "words": e.words,
        }
        for o, e in batch
    ]
    connection.execute(_tag_shown(connection.dialect.name), rows)


@cache
def _tag_shown(dialect: str) -> Insert:
    """A trait seen again counts; what the seller said stays as the seller said it."""
    put = insert_in(dialect, TagRow)
    by_bot = put.excluded.source == TagSource.BOT
    kept_seller = (col(TagRow.source) == TagSource.SELLER) & by_bot
    return put.on_conflict_do_update(
        index_elements=["customer_id", "name"],
        set_={
            "last_at": put.excluded.last_at,
            "times": col(TagRow.times) + case((by_bot, 1), else_=0),
            "source": case((kept_seller, col(TagRow.source)), else_=put.excluded.source),
            "words": case((kept_seller, col(TagRow.words)), else_=put.excluded.words),
        },
    )


@writes(effects.RemoveTag)
def _remove_tag(connection: Connection, batch: Batch) -> None:
    for _, effect in batch:
        where = (col(TagRow.customer_id) == effect.customer_id) & (col(TagRow.name) == effect.name)
        connection.execute(delete(TagRow).where(where))


# --- consultations and orders -------------------------------------------------------------------


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


# --- what goes out ------------------------------------------------------------------------------


@writes(effects.Push)
def _push(connection: Connection, batch: Batch) -> None:
    contacts = latest_contacts(connection, {e.customer_id for _, e in batch})
    rows = [
        row
        for o, e in batch
        if e.customer_id in contacts
        for row in _push_rows(o, e, contacts[e.customer_id])
    ]
    if rows:
        connection.execute(insert_for(connection, OutboxRow).on_conflict_do_nothing(), rows)


def _push_rows(origin: Origin, push: effects.Push, contact: Contact) -> list[dict[str, Any]]:
    parts = split_text(push.text, origin.around.text_bytes.get(contact.account, DEFAULT_TEXT_BYTES))
    return [
        _push_row(origin, push, contact) | {"text": part, "key": push.key and f"{push.key}#{number}"}
        for number, part in enumerate(parts)
    ]


def _push_row(origin: Origin, push: effects.Push, contact: Contact) -> dict[str, Any]:
    return {
        "contact_id": contact.id,
        "kind": push.kind,
        "status": Status.HELD if push.hold else Status.PLANNED,
        "origin": push.origin,
        "template": push.template,
        "template_data": dict(push.template_data),
        "due_at": origin.now + push.hold,
        "created_at": origin.now,
        "expires_at": push.expires_at,
    }


@writes(effects.NotifySeller)
def _notify_seller(connection: Connection, batch: Batch) -> None:
    rows = [row for o, e in batch for seller in o.around.sellers for row in _alert_rows(o, e, seller)]
    if rows:
        connection.execute(insert_for(connection, OutboxRow).on_conflict_do_nothing(), rows)


def _alert_rows(origin: Origin, notice: effects.NotifySeller, seller: Contact) -> list[dict[str, Any]]:
    key = f"{notice.key}@{seller.id}" if notice.key else None
    parts = split_text(notice.text, origin.around.text_bytes.get(seller.account, DEFAULT_TEXT_BYTES))
    return [
        {
            "contact_id": seller.id,
            "kind": Kind.ALERT,
            "text": part,
            "status": Status.PLANNED,
            "key": key and (f"{key}#{number}" if number else key),
            "due_at": origin.now,
            "created_at": origin.now,
        }
        for number, part in enumerate(parts)
    ]


@writes(effects.Withdraw)
def _withdraw(connection: Connection, batch: Batch) -> None:
    ids = [i for _, e in batch for i in e.outbox_ids]
    unsent = (Status.HELD, Status.PLANNED, Status.PARKED)
    taken = {"status": Status.DROPPED, "reason": "店主撤回", "key": None}
    connection.execute(
        update(OutboxRow).where(col(OutboxRow.id).in_(ids), col(OutboxRow.status).in_(unsent)).values(taken)
    )


@writes(effects.SettleDelivery)
def _settle_delivery(connection: Connection, batch: Batch) -> None:
    for _, effect in batch:
        if effect.ok or not effect.platform_id:
            continue
        row = update(OutboxRow).where(col(OutboxRow.platform_id) == effect.platform_id)
        sent_there = col(OutboxRow.contact_id).in_(
            select(col(ContactRow.id)).where(col(ContactRow.account) == effect.account)
        )
        connection.execute(row.where(sent_there).values(status=Status.FAILED, reason=effect.reason))


@writes(effects.GrantNotice)
def _grant_notice(connection: Connection, batch: Batch) -> None:
    for _, effect in batch:
        put = insert_for(connection, ConsentRow).values(
            contact_id=effect.contact_id, template_id=effect.template_id, remaining=max(0, effect.change)
        )
        left = col(ConsentRow.remaining) + effect.change
        kept = case((left > 0, left), else_=0) if effect.change else 0
        connection.execute(
            put.on_conflict_do_update(index_elements=["contact_id", "template_id"], set_={"remaining": kept})
        )


@writes(effects.StopPushes)
def _stop_pushes(connection: Connection, batch: Batch) -> None:
    for _, effect in batch:
        write_state(connection, PUSHES_STOPPED, "1" if effect.stopped else "")


# --- what is to be done later -------------------------------------------------------------------


@writes(effects.CancelTimer)
def _cancel_timer(connection: Connection, batch: Batch) -> None:
    for _, effect in batch:
        connection.execute(
            delete(TimerRow).where(
                col(TimerRow.rule) == effect.rule,
                col(TimerRow.customer_id) == effect.customer_id,
                col(TimerRow.occasion) == effect.occasion,
            )
        )


@writes(effects.StartTimer)
def _start_timer(connection: Connection, batch: Batch) -> None:
    rows = [
        {
            "rule": e.rule,
            "customer_id": e.customer_id,
            "occasion": e.occasion,
            "due_at": e.due_at,
            "payload": dict(e.payload),
        }
        for _, e in batch
    ]
    connection.execute(_timer_moved(connection.dialect.name), rows)


@cache
def _timer_moved(dialect: str) -> Insert:
    put = insert_in(dialect, TimerRow)
    moved = {"due_at": put.excluded.due_at, "payload": put.excluded.payload, "lease_until": None}
    return put.on_conflict_do_update(index_elements=["rule", "customer_id", "occasion"], set_=moved)


@writes(effects.PiecesAnswered)
def _pieces_answered(connection: Connection, batch: Batch) -> None:
    ids = [e.customer_id for _, e in batch]
    waiting = col(MessageRow.customer_id).in_(ids) & WAITING
    connection.execute(update(MessageRow).where(waiting).values(waiting=False))


@writes(effects.KeepPiece)
def _keep_piece(connection: Connection, batch: Batch) -> None:
    ids = [o.message_id for o, _ in batch]
    connection.execute(update(MessageRow).where(col(MessageRow.id).in_(ids)).values(waiting=True))


# --- the seller's desk --------------------------------------------------------------------------


@writes(effects.QuestionAnswered)
def _question_answered(connection: Connection, batch: Batch) -> None:
    connection.execute(delete(QuestionRow).where(col(QuestionRow.seller).in_([e.seller for _, e in batch])))


@writes(effects.AskSeller)
def _ask_seller(connection: Connection, batch: Batch) -> None:
    for origin, effect in batch:
        put = insert_for(connection, QuestionRow).values(
            seller=effect.seller, payload=dict(effect.payload), expires_at=origin.now + effect.lasts
        )
        asked = {"payload": put.excluded.payload, "expires_at": put.excluded.expires_at}
        connection.execute(put.on_conflict_do_update(index_elements=["seller"], set_=asked))


@writes(effects.Audit)
def _audit(connection: Connection, batch: Batch) -> None:
    rows = [
        {"at": o.now, "actor": e.actor, "action": e.action, "detail": e.detail, "customer_id": e.customer_id}
        for o, e in batch
    ]
    connection.execute(insert(AuditRow), rows)


@writes(effects.ErasePerson)
def _erase_person(connection: Connection, batch: Batch) -> None:
    """What names the person goes; orders stay, as the shop's own records, without the person."""
    ids = [e.customer_id for _, e in batch]
    contacts = select(col(ContactRow.id)).where(col(ContactRow.customer_id).in_(ids))
    blank = {"name": "", "nickname": "", "phone": "", "address": "", "birthday": "", "note": ""}
    connection.execute(update(CustomerRow).where(col(CustomerRow.id).in_(ids)).values(blank))
    erased: dict[str, Any] = {"text": "", "payload": {}, "answer": None, "waiting": False}
    connection.execute(update(MessageRow).where(col(MessageRow.contact_id).in_(contacts)).values(erased))
    # what is under way keeps its status, but must not be tried again with an empty text
    blank_row = {"text": "", "template_data": {}, "expires_at": min(o.now for o, _ in batch)}
    connection.execute(update(OutboxRow).where(col(OutboxRow.contact_id).in_(contacts)).values(blank_row))
    unsent = col(OutboxRow.status).in_((Status.HELD, Status.PLANNED, Status.PARKED))
    dropped = {"status": Status.DROPPED, "reason": "买家要求删除资料"}
    connection.execute(
        update(OutboxRow).where(col(OutboxRow.contact_id).in_(contacts), unsent).values(dropped)
    )
    connection.execute(update(AuditRow).where(col(AuditRow.customer_id).in_(ids)).values(detail=""))
    for table in (TagRow, ConsultationRow, TimerRow):
        connection.execute(delete(table).where(col(table.customer_id).in_(ids)))
