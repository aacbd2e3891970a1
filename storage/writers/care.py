"""Writes what care has planned, and what became of it."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Connection, delete, insert, tuple_, update
from sqlalchemy.dialects.sqlite import Insert
from sqlmodel import col

from bot.core import effects
from bot.core.care import CareState
from storage.rows import CareRow, ScoresRow, TodayRow
from storage.state import insert_for, insert_in
from storage.writers.registry import Batch, writes


@writes(effects.PlanCare)
def _plan_care(connection: Connection, batch: Batch) -> None:
    gone = [(e.customer_id, e.rule, e.occasion) for _, e in batch if e.due_at is None]
    if gone:
        named = tuple_(col(CareRow.customer_id), col(CareRow.rule), col(CareRow.occasion)).in_(gone)
        connection.execute(delete(CareRow).where(named, col(CareRow.state) == CareState.PLANNED))
    rows = [
        {"customer_id": e.customer_id, "rule": e.rule, "occasion": e.occasion, "due_at": e.due_at}
        for _, e in batch
        if e.due_at is not None
    ]
    if rows:
        connection.execute(
            _planned(connection.dialect.name), [r | {"state": CareState.PLANNED} for r in rows]
        )


@cache
def _planned(dialect: str) -> Insert:
    put = insert_in(dialect, CareRow)
    return put.on_conflict_do_update(
        index_elements=["customer_id", "rule", "occasion"],
        set_={"due_at": put.excluded.due_at},
        where=col(CareRow.state) == CareState.PLANNED,
    )


@writes(effects.SettleCare)
def _settle_care(connection: Connection, batch: Batch) -> None:
    for origin, effect in batch:
        here = (
            col(CareRow.customer_id) == effect.customer_id,
            col(CareRow.rule) == effect.rule,
            col(CareRow.occasion) == effect.occasion,
        )
        became = {"state": effect.state, "reason": effect.reason, "text": effect.text, "ab": effect.group}
        connection.execute(update(CareRow).where(*here).values(became | {"settled_at": origin.now}))


@writes(effects.KeepScores)
def _keep_scores(connection: Connection, batch: Batch) -> None:
    names = ("logistics", "storage", "quality", "shopping")
    rows = [
        {"customer_id": e.customer_id, "order_number": e.order_number, "at": o.now}
        | {name: getattr(e, name) for name in names}
        for o, e in batch
    ]
    connection.execute(insert(ScoresRow), rows)


@writes(effects.NumberToday)
def _number_today(connection: Connection, batch: Batch) -> None:
    names = ("day", "number", "kind", "ref", "customer_id")
    rows = [{name: getattr(e, name) for name in names} | {"state": "open"} for _, e in batch]
    connection.execute(insert_for(connection, TodayRow).on_conflict_do_nothing(), rows)


@writes(effects.SettleToday)
def _settle_today(connection: Connection, batch: Batch) -> None:
    for _, effect in batch:
        row = update(TodayRow).where(col(TodayRow.day) == effect.day, col(TodayRow.number) == effect.number)
        connection.execute(row.values(state=effect.state))
