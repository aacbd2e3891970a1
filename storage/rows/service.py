"""The tables of complaints, open questions and promises."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from storage.columns import BigId, Yuan
from storage.rows.kinds import link_to, long_text, maybe_moment, moment, own_id

_STILL_OPEN = text("ending = ''")


class ComplaintRow(SQLModel, table=True):
    """One matter of one buyer; open as long as it has no ending. The columns are `Complaint`'s fields."""

    __tablename__ = "complaint"
    __table_args__ = (
        Index("ix_complaint_open", "customer_id", sqlite_where=_STILL_OPEN, postgresql_where=_STILL_OPEN),
    )
    id: int = own_id()
    customer_id: int = link_to("customer")
    step: int
    opened_at: datetime = moment(index=True)
    entered_at: datetime = moment()
    due_at: datetime = moment()
    matter: str = ""
    product: str = ""
    order_number: str = ""
    words: str = long_text()
    urgency: str = ""
    source: str = ""
    heard_at: datetime | None = maybe_moment()
    evidence: int = 0
    rung: int = 0
    round: int = 1
    final: bool = False
    apologised_at: datetime | None = maybe_moment()
    cause: str = long_text()
    compensation: str = long_text()
    cost: Decimal | None = Field(default=None, sa_type=Yuan, nullable=True)
    asked_at: datetime | None = maybe_moment()
    satisfied: bool | None = None
    ending: str = ""
    closed_at: datetime | None = maybe_moment()


class ComplaintMoveRow(SQLModel, table=True):
    """One line of a complaint's story; append-only."""

    __tablename__ = "complaint_move"
    id: int = own_id()
    complaint_id: int = link_to("complaint")
    at: datetime = moment()
    actor: str
    signal: str
    before: int
    after: int
    words: str = long_text()
    sent: str = long_text()
    message_id: int | None = link_to("message", nullable=True)


class RemedyRow(SQLModel, table=True):
    """An action promised in a complaint; `back_no`: the parcel in which the goods come back."""

    __tablename__ = "remedy"
    id: int = own_id()
    complaint_id: int = link_to("complaint")
    customer_id: int = Field(sa_type=BigId)
    kind: str
    words: str = long_text()
    due_at: datetime = moment()
    done_at: datetime | None = maybe_moment()
    back_no: str = ""


_UNANSWERED = text("answered_at IS NULL")


class BuyerQuestionRow(SQLModel, table=True):
    """A question that was passed on to the seller, from its first message to the real answer."""

    __tablename__ = "buyer_question"
    __table_args__ = (
        Index(
            "uq_buyer_question_open",
            "customer_id",
            unique=True,
            sqlite_where=_UNANSWERED,
            postgresql_where=_UNANSWERED,
        ),
    )
    id: int = own_id()
    customer_id: int = link_to("customer")
    message_id: int | None = link_to("message", nullable=True)
    urgency: str
    words: str = long_text()
    asked_at: datetime = moment(index=True)
    stage: int = 0
    acknowledged_at: datetime | None = maybe_moment()
    answered_at: datetime | None = maybe_moment()
    answered_by: str = ""


_NOT_SETTLED = text("state = 'open'")


class PromiseRow(SQLModel, table=True):
    """What a seller promised a buyer by when, and whether it was kept."""

    __tablename__ = "promise"
    __table_args__ = (
        Index("ix_promise_open", "customer_id", sqlite_where=_NOT_SETTLED, postgresql_where=_NOT_SETTLED),
    )
    id: int = own_id()
    customer_id: int = link_to("customer")
    what: str
    words: str = long_text()
    by: str = ""
    made_at: datetime = moment(index=True)
    due_at: datetime = moment()
    reminded_at: datetime | None = maybe_moment()
    state: str = "open"
    settled_at: datetime | None = maybe_moment()
