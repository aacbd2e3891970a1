"""The table of what waits for the seller's own hand."""

from datetime import datetime

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from bot.core.effects import TaskState
from storage.columns import BigId
from storage.rows.kinds import long_text, maybe_moment, moment, own_id, whose

_OPEN = text("state IN ('open', 'later')")


class TaskRow(SQLModel, table=True):
    """One entry for the seller's morning list (`effects.LeaveTask`); open, done, skipped, or later.

    draft: words ready to paste. why: why the bot does not do it. until: when it is out of date. again_at:
    when one that was put off is shown again. outbox_id: the parked message that says the same.
    """

    __tablename__ = "task"
    __table_args__ = (
        Index("ix_task_open", "created_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_task_customer_id", "customer_id"),
    )
    id: int = own_id()
    key: str = Field(unique=True)
    customer_id: int = whose(index=False)
    about: str
    draft: str = long_text()
    why: str = long_text()
    state: TaskState = Field(default=TaskState.OPEN, sa_type=Text)
    created_at: datetime = moment()
    until: datetime | None = maybe_moment()
    again_at: datetime | None = maybe_moment()
    settled_at: datetime | None = maybe_moment()
    outbox_id: int | None = Field(default=None, sa_type=BigId, nullable=True)
