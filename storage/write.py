"""Writes decisions: messages, ledger, answers, then every effect, each kind in bulk (DESIGN §3.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, or_, select, update
from sqlmodel import col

from bot.core.decision import Answer, Decision
from bot.core.delivery import Kind, Status, Via
from bot.core.effects import ReadMessage
from bot.core.events import (
    TOUCHES,
    BuyerEvent,
    BuyerMessage,
    Inbound,
    RoomMessage,
    SellerMessage,
    TimerDue,
)
from storage.load import known_messages
from storage.rows import ContactRow, FailureRow, MessageRow, OutboxRow, TimerRow
from storage.writers import Origin, Surroundings, write_effects
from storage.writers.telling import gather_alerts

PASSIVE_LEASE = timedelta(seconds=30)
"""A passive answer whose delivery nobody confirmed by then is `unknown`."""


def write_decisions(
    connection: Connection, decisions: Sequence[Decision], now: datetime, around: Surroundings
) -> list[int | None]:
    """Write all of it; return each decision's message row id (None for a timer)."""
    ids = _messages(connection, decisions, now)
    _ledger(connection, decisions, now, around)
    _answers(connection, decisions, ids, now)
    _finish_timers(connection, decisions)
    write_effects(
        connection,
        [
            (Origin(now, message_id, around), effect)
            for decision, message_id in zip(decisions, ids, strict=True)
            for effect in decision.effects
        ],
    )
    return ids


def _messages(connection: Connection, decisions: Sequence[Decision], now: datetime) -> list[int | None]:
    inbound = [d for d in decisions if isinstance(d.event, Inbound)]
    if not inbound:
        return [None] * len(decisions)
    connection.execute(insert(MessageRow), [_message(d, now) for d in inbound])
    keys = [(d.event.account, d.event.message_id) for d in inbound if isinstance(d.event, Inbound)]
    known = known_messages(connection, keys)  # cheaper than RETURNING, which SQLite would do row by row
    return [
        known[d.event.account, d.event.message_id].id if isinstance(d.event, Inbound) else None
        for d in decisions
    ]


def _message(decision: Decision, now: datetime) -> dict[str, Any]:
    event, contact = decision.event, decision.contact
    assert isinstance(event, Inbound) and contact  # what came in has a sender
    kind, text, payload = _content(event)
    return {
        "account": event.account,
        "contact_id": contact.id,
        "customer_id": contact.customer_id,
        "message_id": event.message_id,
        "kind": kind,
        "text": text,
        "payload": payload,
        "at": event.at,
        "received_at": now,
        "answer": decision.http_answer,
    } | _reading(decision)


_UNREAD: dict[str, Any] = {"intent": "", "certainty": 0.0, "complaint": 0.0, "because": "", "joined": ""}


def _reading(decision: Decision) -> dict[str, Any]:
    """How the message was read; written with it, so that it costs no statement of its own."""
    for effect in decision.effects:
        if isinstance(effect, ReadMessage):
            return {
                "intent": effect.intent,
                "certainty": effect.certainty,
                "complaint": effect.complaint,
                "because": effect.because,
                "joined": effect.joined,
            }
    return _UNREAD


def _content(event: Inbound) -> tuple[str, str, dict[str, Any]]:
    match event:
        case BuyerMessage():
            return event.kind.value, event.text, dict(event.payload)
        case BuyerEvent():
            return "event", event.happening.value, dict(event.detail)
        case SellerMessage():
            return "text", event.text, {}
        case RoomMessage():
            return "text", event.text, dict(event.payload)
    raise TypeError(f"unknown inbound event {type(event).__name__}")


def opens_window(event: Inbound) -> bool:
    """Whether it is the correspondent who did something that can be answered (CHANNELS §1.7)."""
    return not isinstance(event, BuyerEvent) or event.happening in TOUCHES


def _ledger(
    connection: Connection, decisions: Sequence[Decision], now: datetime, around: Surroundings
) -> None:
    """Remember what opened a window (CHANNELS §1.7), and let what waited for it go."""
    spoke = {
        d.contact.id
        for d in decisions
        if d.contact and isinstance(d.event, BuyerMessage | SellerMessage | RoomMessage)
    }
    touched = {
        d.contact.id
        for d in decisions
        if d.contact and isinstance(d.event, BuyerEvent) and d.event.happening in TOUCHES
    }
    if spoke:
        heard = {"message_at": now, "message_sent": 0, "reachable": True}
        connection.execute(update(ContactRow).where(col(ContactRow.id).in_(spoke)).values(heard))
    if touched:
        opened = {"touch_at": now, "touch_sent": 0, "reachable": True}
        connection.execute(update(ContactRow).where(col(ContactRow.id).in_(touched)).values(opened))
    if spoke or touched:
        riding = [i for d in decisions for i in (*d.joined, *d.staying)]
        gather_alerts(connection, spoke | touched, around, but=riding)
        release_parked(connection, spoke | touched, now, but=riding)


def release_parked(
    connection: Connection, contact_ids: set[int], now: datetime, but: Sequence[int] = ()
) -> None:
    """What waited for these correspondents goes now, after their answers; what has expired is dropped."""
    waiting = and_(col(OutboxRow.contact_id).in_(contact_ids), col(OutboxRow.status) == Status.PARKED)
    if connection.scalar(select(col(OutboxRow.id)).where(waiting).limit(1)) is None:
        return
    expired = col(OutboxRow.expires_at) <= now
    dropped = {"status": Status.DROPPED, "reason": "等得太久，已经过时"}
    connection.execute(update(OutboxRow).where(waiting, expired).values(dropped))
    alive = or_(col(OutboxRow.expires_at).is_(None), col(OutboxRow.expires_at) > now)
    again = update(OutboxRow).where(waiting, alive)
    if but:
        again = again.where(col(OutboxRow.id).not_in(but))
    connection.execute(again.values(status=Status.HELD, due_at=now, reason=""))


def _answers(
    connection: Connection, decisions: Sequence[Decision], ids: Sequence[int | None], now: datetime
) -> None:
    rows = [
        _answer(decision, answer, message_id, now)
        for decision, message_id in zip(decisions, ids, strict=True)
        for answer in decision.answers
    ]
    if rows:
        connection.execute(insert(OutboxRow), rows)
    for decision, message_id in zip(decisions, ids, strict=True):
        if decision.joined:
            riding = {"status": Status.SENDING, "via": Via.PASSIVE, "message_id": message_id, "began_at": now}
            connection.execute(
                update(OutboxRow)
                .where(col(OutboxRow.id).in_(decision.joined))
                .values(riding | {"lease_until": now + PASSIVE_LEASE})
            )


def _answer(decision: Decision, answer: Answer, message_id: int | None, now: datetime) -> dict[str, Any]:
    assert decision.contact is not None  # only who wrote is answered
    return {
        "contact_id": decision.contact.id,
        "message_id": message_id,
        "kind": Kind.REPLY,
        "text": answer.text,
        "picture": answer.picture or None,
        "status": answer.status,
        "via": answer.via,
        "due_at": now,
        "created_at": now,
        "lease_until": now + PASSIVE_LEASE if answer.status is Status.SENDING else None,
    }


def _finish_timers(connection: Connection, decisions: Sequence[Decision]) -> None:
    done = [d.event.timer_id for d in decisions if isinstance(d.event, TimerDue)]
    if done:
        connection.execute(delete(TimerRow).where(col(TimerRow.id).in_(done)))


def write_failure(connection: Connection, event: str, error: str, now: datetime) -> None:
    """Keep the error of an event that could not be decided."""
    connection.execute(insert(FailureRow).values(at=now, event=event, error=error))
