"""Writes timers, and the pieces that wait for a buyer's silence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, delete, tuple_, update
from sqlalchemy.dialects.sqlite import Insert
from sqlmodel import col

from bot.core import effects
from storage.rows import (
    WAITING,
    MessageRow,
    TimerRow,
)
from storage.state import insert_in
from storage.writers.registry import Batch, writes


@writes(effects.CancelTimer)
def _cancel_timer(connection: Connection, batch: Batch) -> None:
    cancel_timers(connection, [(e.rule, e.customer_id, e.occasion) for _, e in batch])


def cancel_timers(connection: Connection, timers: Sequence[tuple[str, int, str]]) -> None:
    """Remove the timers with these (rule, customer, occasion)."""
    named = tuple_(col(TimerRow.rule), col(TimerRow.customer_id), col(TimerRow.occasion))
    connection.execute(delete(TimerRow).where(named.in_(timers)))


@writes(effects.StartTimer)
def _start_timer(connection: Connection, batch: Batch) -> None:
    rows = [
        {
            "rule": e.rule,
            "customer_id": e.customer_id,
            "occasion": e.occasion,
            "due_at": e.due_at,
            "payload": dict(e.payload),
            "priority": e.priority or 0,
        }
        for _, e in batch
    ]
    start_timers(connection, rows)


def start_timers(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Start timers, or move the ones that wait already; rows by the names of `effects.StartTimer`."""
    connection.execute(_timer_moved(connection.dialect.name), rows)


@cache
def _timer_moved(dialect: str) -> Insert:
    put = insert_in(dialect, TimerRow)
    kept = ("due_at", "payload", "priority")
    moved = {name: put.excluded[name] for name in kept} | {"lease_until": None}
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
