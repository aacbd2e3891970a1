"""The tables of care: what every rule has planned and said to whom, the marks of 大评委, today's numbers."""

from datetime import date, datetime

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.core.care import CareState
from storage.columns import BigId
from storage.rows.kinds import long_text, maybe_moment, moment, own_id, whose

_PLANNED = text("state = 'planned'")
_SETTLED = text("settled_at IS NOT NULL")


class CareRow(SQLModel, table=True):
    """One occasion of one rule for one person, from its plan to what became of it: never twice.

    text: the number of the text that was said, -1 for none; ab: the group of a test.
    """

    __tablename__ = "care"
    __table_args__ = (
        UniqueConstraint("customer_id", "rule", "occasion"),
        Index("ix_care_planned", "due_at", sqlite_where=_PLANNED, postgresql_where=_PLANNED),
        Index("ix_care_settled", "settled_at", sqlite_where=_SETTLED, postgresql_where=_SETTLED),
    )
    id: int = own_id()
    customer_id: int = whose(index=False)
    rule: str
    occasion: str
    due_at: datetime = moment()
    state: CareState = Field(default=CareState.PLANNED, sa_type=Text)
    reason: str = long_text()
    text: int = Field(default=-1, sa_column_kwargs={"server_default": "-1"})
    ab: str = long_text()
    settled_at: datetime | None = maybe_moment()


class ScoresRow(SQLModel, table=True):
    """The four marks of one answer to 大评委 (PRACTICES 102, 103), 1 to 5."""

    __tablename__ = "scores"
    id: int = own_id()
    customer_id: int = whose()
    order_number: str = long_text()
    at: datetime = moment(index=True)
    logistics: int | None = None
    storage: int | None = None
    quality: int | None = None
    shopping: int | None = None


class TodayRow(SQLModel, table=True):
    """What a number of the morning list means, for that day: `kind` and `ref` name the thing itself."""

    __tablename__ = "today"
    __table_args__ = (UniqueConstraint("day", "number"), UniqueConstraint("day", "kind", "ref"))
    id: int = own_id()
    day: date
    number: int
    kind: str
    ref: str
    customer_id: int | None = Field(default=None, sa_type=BigId, nullable=True)
    state: str = "open"
