"""The tables of who is one person with whom, and who brought whom."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import BigId
from storage.rows.kinds import json_object, long_text, maybe_moment, moment, own_id, whose


class IdentityRow(SQLModel, table=True):
    """By what else a person is known: a second phone, a union id, a nickname on a platform, an earlier name.

    kind as `effects.Known`. account: the platform's, of a union id or a nickname; else empty.
    """

    __tablename__ = "identity"
    __table_args__ = (
        UniqueConstraint("customer_id", "kind", "account", "value"),
        Index("ix_identity_value", "value", "kind"),
    )
    id: int = own_id()
    customer_id: int = whose(index=False)
    kind: str
    account: str = ""
    value: str
    at: datetime = moment()


class MergeRow(SQLModel, table=True):
    """Two people on record turned out to be one; append-only but for its undoing.

    gone_id: whose row is only a signpost now (`CustomerRow.merged_into`). moved: what it takes to undo it
    exactly (`storage.writers.moving`).
    """

    __tablename__ = "merge"
    id: int = own_id()
    kept_id: int = whose()
    gone_id: int = whose()
    at: datetime = moment()
    by: str
    why: str = long_text()
    moved: dict[str, Any] = json_object()
    undone_at: datetime | None = maybe_moment()
    undone_by: str = ""


class ReferralRow(SQLModel, table=True):
    """Who was brought by whom (PRACTICES 125); a person has one referrer.

    how: from the buyer's own words, the seller's command, or a personal code. called_at: when the seller was
    asked to call the newcomer.
    """

    __tablename__ = "referral"
    id: int = own_id()
    customer_id: int = Field(sa_type=BigId, foreign_key="customer.id", unique=True)
    by_id: int = whose()
    at: datetime = moment()
    how: str
    words: str = long_text()
    rewarded_at: datetime | None = maybe_moment()
    reward: str = long_text()
