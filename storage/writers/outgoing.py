"""Writes what goes out, what is taken back, and what platforms say of it later."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, case, select, update
from sqlmodel import col

from bot.core import effects
from bot.core.delivery import Contact, Kind, Status
from bot.core.splitting import split_text
from storage.load import latest_contacts
from storage.rows import (
    ConsentRow,
    ContactRow,
    OutboxRow,
)
from storage.state import PUSHES_STOPPED, insert_for, write_state
from storage.writers.registry import Batch, Origin, writes

DEFAULT_TEXT_BYTES = 2000


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
