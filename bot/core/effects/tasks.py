"""What is left for the seller's own hand, and the numbers of the morning list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class LeaveTask:
    """Something for the seller's own hand, with words ready to paste; the same key is the same task.

    about: what it is, in two words (生日祝福). why: why the bot does not do it. until: when it is out of date
    (None: never). outbox_id: the parked message that says the same; whoever does the task takes it back
    (`Withdraw`), and its going out settles the task.
    """

    customer_id: int
    about: str
    text: str
    key: str
    until: datetime | None = None
    why: str = ""
    outbox_id: int | None = None


class TaskState(StrEnum):
    """What has become of a task."""

    OPEN = "open"
    DONE = "done"
    SKIPPED = "skipped"
    LATER = "later"  # open again from `SettleTask.again_at` on


@dataclass(frozen=True, slots=True)
class SettleTask:
    """The task of that key is done, skipped or put off; one that is settled for good, or unknown, stays.

    again_at: when it is shown again, with LATER.
    """

    key: str
    state: TaskState
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NumberToday:
    """In the morning list of `day` this number means that thing, until the day is over."""

    day: date
    number: int
    kind: str
    ref: str
    customer_id: int | None = None


@dataclass(frozen=True, slots=True)
class SettleToday:
    """What the seller has said to a number of the list: done, skipped or later (tomorrow)."""

    day: date
    number: int
    state: str
