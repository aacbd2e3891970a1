"""Writes what goes out, what is taken back, and what platforms say of it later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, select, update
from sqlmodel import col

from bot.core import effects
from bot.core.delivery import PICTURE, UNASKED, USUAL_PRIORITY, Contact, Kind, Status
from bot.core.holiday import AWAY, said
from bot.core.ledger import PERSONAL, PRIORITY_NAMES, Priority
from bot.core.splitting import split_text
from storage.holidays import HOLIDAY
from storage.load import latest_contacts
from storage.rows import (
    ConsentRow,
    ContactRow,
    OutboxRow,
)
from storage.state import PUSHES_STOPPED, insert_for, write_state
from storage.writers.registry import Batch, Origin, writes
from storage.writers.tasks import leave_tasks
from storage.writers.telling import DEFAULT_TEXT_BYTES, places_of_sellers

PICTURE_LASTS = timedelta(days=1)
"""How long a picture that goes with an alert may wait: it explains nothing by itself."""


@writes(effects.Push)
def _push(connection: Connection, batch: Batch) -> None:
    contacts = latest_contacts(connection, {e.customer_id for _, e in batch})
    if by_hand := [(o, task) for o, e in batch if e.customer_id not in contacts and (task := _by_hand(o, e))]:
        leave_tasks(connection, by_hand)
    rows = [
        row
        for o, e in batch
        if e.customer_id in contacts
        for row in _push_rows(o, e, contacts[e.customer_id])
    ]
    if rows:
        connection.execute(insert_for(connection, OutboxRow).on_conflict_do_nothing(), rows)


def _by_hand(origin: Origin, push: effects.Push) -> effects.LeaveTask | None:
    """A greeting about somebody who can only be reached by the seller: known from orders alone."""
    priority = _priority(push)
    if push.kind is not Kind.CARE or priority < PERSONAL or push.key is None:
        return None
    about = push.rule or PRIORITY_NAMES[priority]
    until, why = _expiry(origin, push), "没有他的聊天账号"
    return effects.LeaveTask(push.customer_id, about, push.text, push.key, until, why)


def _priority(push: effects.Push) -> Priority:
    return push.priority or USUAL_PRIORITY.get(push.kind, Priority.PROMO)


def _expiry(origin: Origin, push: effects.Push) -> datetime | None:
    unasked = push.kind in UNASKED
    return origin.around.limits.expiry(origin.now, push.late, push.expires_at, unasked=unasked)


def _push_rows(origin: Origin, push: effects.Push, contact: Contact) -> list[dict[str, Any]]:
    parts = split_text(push.text, origin.around.text_bytes.get(contact.account, DEFAULT_TEXT_BYTES))
    if push.kind in UNASKED and len(parts) > 1:
        too_long = {"status": Status.FAILED, "reason": "太长，一条发不下，没有发"}
        return [_push_row(origin, push, contact) | too_long | {"text": push.text, "key": _first(push)}]
    return [
        _push_row(origin, push, contact) | {"text": part, "key": push.key and f"{push.key}#{number}"}
        for number, part in enumerate(parts)
    ]


def _first(push: effects.Push) -> str | None:
    return push.key and f"{push.key}#0"


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
        "expires_at": _expiry(origin, push),
        "rule": push.rule,
        "priority": _priority(push) if push.kind in UNASKED else 0,
        "late": push.late,
        "reason": "",
    }


@writes(effects.NotifySeller)
def tell_sellers(connection: Connection, batch: Batch) -> None:
    """An alert to everybody whom it is for, once a person, where that person can be reached now."""
    places = places_of_sellers(connection, [o for o, _ in batch])
    rows = [
        row
        for o, e in batch
        for seller in _told(o, e)
        for row in _alert_rows(o, e, seller, places.get(seller.id, seller))
    ]
    if rows:
        connection.execute(insert_for(connection, OutboxRow).on_conflict_do_nothing(), rows)


def _told(origin: Origin, notice: effects.NotifySeller) -> Sequence[Contact]:
    """The owners alone, if it is for them; everybody where no owner can be reached."""
    owners = [seller for seller in origin.around.sellers if seller.id in origin.around.owners]
    return owners if notice.owner_only and owners else origin.around.sellers


def _alert_rows(
    origin: Origin, notice: effects.NotifySeller, seller: Contact, place: Contact
) -> list[dict[str, Any]]:
    key = f"{notice.key}@{seller.id}" if notice.key else None  # wherever it went: the person was told
    texts = split_text(notice.text, origin.around.text_bytes.get(place.account, DEFAULT_TEXT_BYTES))
    parts: list[tuple[str, bytes | None]] = [(part, None) for part in texts]
    if origin.around.carries(place.account, notice.picture):
        parts.append((PICTURE, notice.picture))
    return [
        {
            "contact_id": place.id,
            "kind": Kind.ALERT,
            "text": part,
            "picture": picture,
            "expires_at": origin.now + PICTURE_LASTS if picture else None,
            "status": Status.PLANNED,
            "key": key and (f"{key}#{number}" if number else key),
            "due_at": origin.now,
            "created_at": origin.now,
        }
        for number, (part, picture) in enumerate(parts)
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


@writes(effects.KeepHoliday)
def _keep_holiday(connection: Connection, batch: Batch) -> None:
    for origin, effect in batch:
        write_state(connection, HOLIDAY, said(effect.holiday))
        # whatever waits for the end of a holiday is looked at again: it may be another one now
        waits = (
            col(OutboxRow.status).in_([Status.HELD, Status.PLANNED]),
            col(OutboxRow.reason).startswith(AWAY),
        )
        connection.execute(update(OutboxRow).where(*waits).values(due_at=origin.now))


@writes(effects.StopPushes)
def _stop_pushes(connection: Connection, batch: Batch) -> None:
    for _, effect in batch:
        write_state(connection, PUSHES_STOPPED, "1" if effect.stopped else "")
