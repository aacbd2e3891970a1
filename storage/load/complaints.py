"""Complaints with their stories."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Row, literal_column
from sqlmodel import col

from bot.core.complaint import Complaint, Move, Remedy, RemedyKind, Signal, Step
from storage.load.grouping import belonging, with_these
from storage.rows import ComplaintMoveRow, ComplaintRow, RemedyRow

NOT_ENDED = col(ComplaintRow.ending) == literal_column("''")
"""In the words of its partial index: SQLite uses that for nothing else."""


def open_complaints(connection: Connection, ids: Sequence[int]) -> defaultdict[int, tuple[Complaint, ...]]:
    """The open complaints of these customers, each with its story; oldest first."""
    found: defaultdict[int, tuple[Complaint, ...]] = defaultdict(tuple)
    rows = connection.execute(with_these(ComplaintRow, "customer_id", NOT_ENDED), {"ids": ids}).all()
    for complaint in whole_complaints(connection, rows):
        found[complaint.customer_id] += (complaint,)
    return found


def whole_complaints(connection: Connection, rows: Sequence[Row[Any]]) -> list[Complaint]:
    """Complaint rows with their moves and remedies, in the given order."""
    if not rows:
        return []
    ids = [row.id for row in rows]
    moves = belonging(connection, ComplaintMoveRow, "complaint_id", ids)
    remedies = belonging(connection, RemedyRow, "complaint_id", ids)
    return [
        Complaint(
            **{name: getattr(row, name) for name in _COMPLAINT},
            step=Step(row.step),
            moves=tuple(
                Move(m.at, m.actor, Signal(m.signal), Step(m.before), Step(m.after), m.words, m.sent)
                for m in moves[row.id]
            ),
            remedies=tuple(
                Remedy(r.id, RemedyKind(r.kind), r.words, r.due_at, r.done_at, r.back_no)
                for r in remedies[row.id]
            ),
        )
        for row in rows
    ]


_COMPLAINT = tuple(f.name for f in fields(Complaint) if f.name not in ("step", "moves", "remedies"))
