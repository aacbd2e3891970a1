"""Writes the open question to a seller, what a seller teaches, and the audit lines."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, update
from sqlmodel import col

from bot.core import effects
from storage.rows import (
    AuditRow,
    MessageRow,
    QuestionRow,
    SentTableRow,
    ShopExampleRow,
)
from storage.sent_tables import State, settle
from storage.state import insert_for
from storage.writers.registry import Batch, writes


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


@writes(effects.KeepTable)
def _keep_table(connection: Connection, batch: Batch) -> None:
    rows = [
        {"account": e.account, "payload": dict(e.payload), "state": State.SENT, "created_at": origin.now}
        for origin, e in batch
    ]
    connection.execute(insert(SentTableRow), rows)


@writes(effects.TakeTable)
def _take_table(connection: Connection, batch: Batch) -> None:
    for _, effect in batch:
        settle(connection, effect.number, state=State.WANTED, tries=0, lease_until=None)


@writes(effects.KeepExample)
def _keep_example(connection: Connection, batch: Batch) -> None:
    for origin, effect in batch:
        put = insert_for(connection, ShopExampleRow).values(
            text=effect.text,
            intent=effect.intent,
            complaint=effect.complaint,
            seller=effect.seller,
            at=origin.now,
            message_id=effect.message,
        )
        newer = {name: put.excluded[name] for name in ("intent", "complaint", "seller", "at", "message_id")}
        connection.execute(put.on_conflict_do_update(index_elements=["text"], set_=newer))
        if effect.message is not None:
            corrected = {"intent": effect.intent, "certainty": 1.0, "complaint": float(effect.complaint)}
            row = update(MessageRow).where(col(MessageRow.id) == effect.message)
            connection.execute(row.values(corrected | {"because": effects.SAID_SO}))


@writes(effects.Audit)
def _audit(connection: Connection, batch: Batch) -> None:
    rows = [
        {"at": o.now, "actor": e.actor, "action": e.action, "detail": e.detail, "customer_id": e.customer_id}
        for o, e in batch
    ]
    connection.execute(insert(AuditRow), rows)
