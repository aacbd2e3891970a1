"""Writes what is left to the seller's own hand, and what becomes of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update
from sqlmodel import col

from bot.core import effects
from bot.core.effects import TaskState
from storage.rows import TaskRow
from storage.state import insert_for
from storage.writers.registry import Batch, Origin, writes

STANDING = (TaskState.OPEN, TaskState.LATER)
"""What has not been settled for good."""


@writes(effects.LeaveTask)
def leave_tasks(connection: Connection, batch: Batch) -> None:
    """New tasks; a key that is known stays as it is, settled or not."""
    rows = [_row(origin, effect) for origin, effect in batch]
    connection.execute(insert_for(connection, TaskRow).on_conflict_do_nothing(), rows)


def _row(origin: Origin, task: effects.LeaveTask) -> dict[str, Any]:
    return {
        "key": task.key,
        "customer_id": task.customer_id,
        "about": task.about,
        "draft": task.text,
        "why": task.why,
        "state": TaskState.OPEN,
        "created_at": origin.now,
        "until": task.until,
        "outbox_id": task.outbox_id,
    }


@writes(effects.SettleTask)
def _settle_tasks(connection: Connection, batch: Batch) -> None:
    for origin, effect in batch:
        settle_task(connection, effect, origin.now)


def settle_task(connection: Connection, effect: effects.SettleTask, now: datetime) -> None:
    """One that stands."""
    later = effect.state is TaskState.LATER
    became = {
        "state": effect.state,
        "again_at": effect.again_at if later else None,
        "settled_at": None if later else now,
    }
    standing = col(TaskRow.state).in_(STANDING)
    connection.execute(update(TaskRow).where(col(TaskRow.key) == effect.key, standing).values(became))
