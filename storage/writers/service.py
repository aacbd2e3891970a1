"""Writes complaints with their stories, open questions and promises, each with its timer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, case, delete, insert, text, update
from sqlalchemy.dialects.sqlite import Insert
from sqlmodel import col

from bot.core import effects
from bot.core.complaint import Signal, Step
from storage.rows import BuyerQuestionRow, ComplaintMoveRow, ComplaintRow, PromiseRow, RemedyRow
from storage.state import insert_in
from storage.writers.later import cancel_timers, start_timers
from storage.writers.outgoing import tell_sellers
from storage.writers.registry import Batch, Origin, writes

COMPLAINT, REMEDY, QUESTION, PROMISE = "complaint", "remedy", "question", "promise"
"""The timer rules whose timers these writers keep, one to each open row."""


# --- complaints ---------------------------------------------------------------------------------


@writes(effects.OpenComplaint)
def _open_complaint(connection: Connection, batch: Batch) -> None:
    for origin, effect in batch:
        row = insert(ComplaintRow).values(
            customer_id=effect.customer_id, words=effect.words, **dict(effect.fields)
        )
        number = connection.execute(row.returning(col(ComplaintRow.id))).scalar_one()
        step = Step(effect.fields["step"])
        _move(connection, origin, number, effect.actor, Signal.OPENED, step, step, effect.words, effect.said)
        _follow(connection, COMPLAINT, effect.customer_id, number, effect.fields["due_at"])
        if effect.alert:
            told = effects.NotifySeller(effect.alert.replace(effects.NUMBER, str(number)), effect.key or None)
            tell_sellers(connection, [(origin, told)])


@writes(effects.MoveComplaint)
def _move_complaint(connection: Connection, batch: Batch) -> None:
    for origin, effect in batch:
        m, changes = effect.move, dict(effect.changes)
        if effect.ending is not None:
            changes["ending"] = effect.ending
        _move(connection, origin, effect.complaint_id, m.actor, m.signal, m.before, m.after, m.words, m.sent)
        if changes:
            row = update(ComplaintRow).where(col(ComplaintRow.id) == effect.complaint_id)
            connection.execute(row.values(changes))
        if effect.ending is not None:
            _done(connection, COMPLAINT, effect.customer_id, effect.complaint_id)
        elif "due_at" in changes:
            _follow(connection, COMPLAINT, effect.customer_id, effect.complaint_id, changes["due_at"])


def _move(
    connection: Connection,
    origin: Origin,
    complaint: int,
    actor: str,
    signal: Signal,
    before: Step,
    after: Step,
    words: str,
    sent: str,
) -> None:
    row = {"at": origin.now, "actor": actor, "signal": signal, "before": before, "after": after}
    told = {"words": words, "sent": sent, "message_id": origin.message_id}
    connection.execute(insert(ComplaintMoveRow).values(complaint_id=complaint, **row, **told))


@writes(effects.PromiseRemedy)
def _promise_remedy(connection: Connection, batch: Batch) -> None:
    for _, e in batch:
        row = insert(RemedyRow).values(
            complaint_id=e.complaint_id,
            customer_id=e.customer_id,
            kind=e.kind,
            words=e.words,
            due_at=e.due_at,
        )
        number = connection.execute(row.returning(col(RemedyRow.id))).scalar_one()
        _follow(connection, REMEDY, e.customer_id, number, e.due_at)


@writes(effects.MoveRemedy)
def _move_remedy(connection: Connection, batch: Batch) -> None:
    for _, e in batch:
        changed = update(RemedyRow).where(col(RemedyRow.id) == e.remedy_id)
        connection.execute(changed.values(dict(e.changes)))
        if e.changes.get("done_at") is not None:
            _done(connection, REMEDY, e.customer_id, e.remedy_id)
        elif "due_at" in e.changes:
            _follow(connection, REMEDY, e.customer_id, e.remedy_id, e.changes["due_at"])


@writes(effects.DropRemedy)
def _drop_remedy(connection: Connection, batch: Batch) -> None:
    for _, e in batch:
        connection.execute(delete(RemedyRow).where(col(RemedyRow.id) == e.remedy_id))
        _done(connection, REMEDY, e.customer_id, e.remedy_id)


# --- open questions -----------------------------------------------------------------------------

_BY_URGENCY = ("建议", "普通", "紧急", "关键", "红线")
"""Mildest first."""


@writes(effects.AskedSeller)
def _asked_seller(connection: Connection, batch: Batch) -> None:
    for origin, e in batch:
        row = {
            "customer_id": e.customer_id,
            "message_id": origin.message_id,
            "urgency": e.urgency,
            "words": e.words,
            "asked_at": origin.now,
        }
        known = connection.execute(_graver(connection.dialect.name), row).scalar_one()
        if known == origin.now or e.urgency in _BY_URGENCY[2:]:
            start_timers(connection, [_timer(QUESTION, e.customer_id, "", e.ring_at)])


@cache
def _graver(dialect: str) -> Any:
    """A new question, or the open one at the higher of both urgencies; gives when it was first asked."""
    put: Insert = insert_in(dialect, BuyerQuestionRow)
    rank = {urgency: number for number, urgency in enumerate(_BY_URGENCY)}
    now, was = (case(rank, value=c, else_=1) for c in (put.excluded.urgency, col(BuyerQuestionRow.urgency)))
    higher = case((now > was, put.excluded.urgency), else_=col(BuyerQuestionRow.urgency))
    raised = put.on_conflict_do_update(
        index_elements=["customer_id"],
        index_where=text("answered_at IS NULL"),
        set_={"urgency": higher},
    )
    return raised.returning(col(BuyerQuestionRow.asked_at))


@writes(effects.QuestionRang)
def _question_rang(connection: Connection, batch: Batch) -> None:
    for origin, e in batch:
        changes: dict[str, Any] = {"stage": col(BuyerQuestionRow.stage) + 1}
        if e.acknowledged:
            changes["acknowledged_at"] = origin.now
        connection.execute(update(BuyerQuestionRow).where(_open_question(e.customer_id)).values(changes))
        if e.ring_at is not None:
            start_timers(connection, [_timer(QUESTION, e.customer_id, "", e.ring_at)])


@writes(effects.BuyerAnswered)
def _buyer_answered(connection: Connection, batch: Batch) -> None:
    for origin, e in batch:
        answered = {"answered_at": origin.now, "answered_by": e.by}
        connection.execute(update(BuyerQuestionRow).where(_open_question(e.customer_id)).values(answered))
        cancel_timers(connection, [(QUESTION, e.customer_id, "")])


def _open_question(customer_id: int) -> Any:
    return (col(BuyerQuestionRow.customer_id) == customer_id) & col(BuyerQuestionRow.answered_at).is_(None)


# --- promises -----------------------------------------------------------------------------------


@writes(effects.MakePromise)
def _make_promise(connection: Connection, batch: Batch) -> None:
    for origin, e in batch:
        row = {"customer_id": e.customer_id, "what": e.what, "words": e.words, "by": e.by}
        made = insert(PromiseRow).values(**row, made_at=origin.now, due_at=e.due_at)
        number = connection.execute(made.returning(col(PromiseRow.id))).scalar_one()
        _follow(connection, PROMISE, e.customer_id, number, e.ring_at)


@writes(effects.MovePromise)
def _move_promise(connection: Connection, batch: Batch) -> None:
    for origin, e in batch:
        changes: dict[str, Any] = {"state": e.state} | ({"due_at": e.due_at} if e.due_at else {})
        changes |= {"reminded_at": origin.now} if e.state == "open" else {"settled_at": origin.now}
        connection.execute(update(PromiseRow).where(col(PromiseRow.id) == e.promise_id).values(changes))
        if e.state != "open":
            _done(connection, PROMISE, e.customer_id, e.promise_id)
        if e.ring_at is not None:
            _follow(connection, PROMISE, e.customer_id, e.promise_id, e.ring_at)


# --- their timers -------------------------------------------------------------------------------


def _timer(rule: str, customer_id: int, occasion: str, due_at: Any) -> Mapping[str, Any]:
    return {"rule": rule, "customer_id": customer_id, "occasion": occasion, "due_at": due_at, "payload": {}}


def _follow(connection: Connection, rule: str, customer_id: int, number: int, due_at: Any) -> None:
    start_timers(connection, [_timer(rule, customer_id, str(number), due_at)])


def _done(connection: Connection, rule: str, customer_id: int, number: int) -> None:
    cancel_timers(connection, [(rule, customer_id, str(number))])
