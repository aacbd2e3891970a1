"""What buyers asked and nobody has answered yet, and how soon the others were answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple

from sqlalchemy import Connection, func, select
from sqlmodel import col

from storage.load import UNANSWERED
from storage.rows import BuyerQuestionRow


def waiting(connection: Connection, most: int) -> tuple[list[int], int]:
    """The customers who wait for an answer, longest first, at most so many; and how many wait in all."""
    asked = select(col(BuyerQuestionRow.customer_id)).where(UNANSWERED)
    first = asked.order_by(col(BuyerQuestionRow.asked_at), col(BuyerQuestionRow.id)).limit(most)
    count = select(func.count()).select_from(BuyerQuestionRow).where(UNANSWERED)
    return list(connection.scalars(first)), connection.scalar(count) or 0


class AnswerTimes(NamedTuple):
    """How soon the questions of a time were first answered (PRACTICES 24).

    asked: those that were answered or are late by now. half: within this time half of the answers came,
    None without any. in_time: answered within 24 h.
    """

    asked: int
    in_time: int
    half: timedelta | None


A_DAY = timedelta(hours=24)


def answer_times(
    connection: Connection,
    since: datetime,
    now: datetime,
    not_by: Sequence[str] = (),
    until: datetime | None = None,
) -> AnswerTimes:
    """Of those asked since `since` (and before `until`); one "answered" by one of `not_by` is none."""
    rows = select(col(BuyerQuestionRow.asked_at), col(BuyerQuestionRow.answered_at)).where(
        col(BuyerQuestionRow.asked_at) >= since, col(BuyerQuestionRow.answered_by).not_in(not_by)
    )
    if until is not None:
        rows = rows.where(col(BuyerQuestionRow.asked_at) < until)
    spans = [(row.asked_at, row.answered_at) for row in connection.execute(rows)]
    answers = [answered - asked for asked, answered in spans if answered is not None]
    late = [asked for asked, answered in spans if answered is None and now - asked > A_DAY]
    in_time = [span for span in answers if span <= A_DAY]
    half = median(answers) if answers else None
    return AnswerTimes(len(answers) + len(late), len(in_time), half)
