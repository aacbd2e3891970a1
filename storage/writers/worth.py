"""Writes what a seller says of points and stages."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.core import effects
from storage.worth import write_moves, write_points
from storage.writers.registry import Batch, writes


@writes(effects.EnterPoints)
def _enter_points(connection: Connection, batch: Batch) -> None:
    rows = [
        {
            "customer_id": e.customer_id,
            "at": o.now,
            "points": e.points,
            "reason": e.reason,
            "until": e.until,
            "actor": e.by,
        }
        for o, e in batch
    ]
    write_points(connection, rows)


@writes(effects.MoveStage)
def _move_stage(connection: Connection, batch: Batch) -> None:
    rows = [
        {
            "customer_id": e.customer_id,
            "day": e.day,
            "at": o.now,
            "before": e.before,
            "after": e.after,
            "reason": e.reason,
        }
        for o, e in batch
    ]
    write_moves(connection, rows)
