"""Writes the open question to a seller, and the audit lines."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert
from sqlmodel import col

from bot.core import effects
from storage.rows import (
    AuditRow,
    QuestionRow,
)
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


@writes(effects.Audit)
def _audit(connection: Connection, batch: Batch) -> None:
    rows = [
        {"at": o.now, "actor": e.actor, "action": e.action, "detail": e.detail, "customer_id": e.customer_id}
        for o, e in batch
    ]
    connection.execute(insert(AuditRow), rows)
