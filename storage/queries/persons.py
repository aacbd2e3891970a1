"""What belongs to a person, as 合并 and 拆分 show it before and after, and who was brought by whom."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, Table, func, select
from sqlmodel import col

from storage.rows import (
    ComplaintRow,
    ConsultationRow,
    ContactRow,
    IdentityRow,
    MergeRow,
    MessageRow,
    OrderRow,
    ReferralRow,
    TagRow,
    table,
)

_COUNTED = {
    "聊天": table(MessageRow),
    "订单": table(OrderRow),
    "标签": table(TagRow),
    "咨询": table(ConsultationRow),
    "投诉": table(ComplaintRow),
}


def accounts_of(connection: Connection, customer_id: int) -> list[tuple[str, str]]:
    """(account, external id) of everywhere this person writes from."""
    asked = select(col(ContactRow.account), col(ContactRow.external_id))
    mine = asked.where(col(ContactRow.customer_id) == customer_id).order_by(col(ContactRow.id))
    return [(row[0], row[1]) for row in connection.execute(mine)]


def _count(rows: Table, customer_id: int) -> Select[int]:
    return select(func.count()).select_from(rows).where(rows.c.customer_id == customer_id)


def counts_of(connection: Connection, customer_id: int) -> dict[str, int]:
    """How much of what is on record of them; only what there is."""
    counted = {
        name: connection.execute(_count(rows, customer_id)).scalar_one() for name, rows in _COUNTED.items()
    }
    return {name: number for name, number in counted.items() if number}


def also_known_as(connection: Connection, customer_id: int) -> list[tuple[str, str]]:
    """(kind, value) of the earlier names, other phones and nicknames."""
    asked = select(col(IdentityRow.kind), col(IdentityRow.value))
    mine = asked.where(col(IdentityRow.customer_id) == customer_id).order_by(col(IdentityRow.id))
    return [(row[0], row[1]) for row in connection.execute(mine)]


class Merged(NamedTuple):
    """A merge that stands: who went into whom, when, by whom and why. whole: nothing of it was erased."""

    kept_id: int
    gone_id: int
    gone: str
    at: datetime
    by: str
    why: str
    whole: bool


def last_merge(connection: Connection, kept_id: int) -> Merged | None:
    """The last merge into this customer that stands."""
    mine = select(table(MergeRow)).where(col(MergeRow.kept_id) == kept_id, col(MergeRow.undone_at).is_(None))
    row = connection.execute(mine.order_by(col(MergeRow.id).desc()).limit(1)).first()
    if row is None:
        return None
    gone = row.moved.get("gone", {})
    called = gone.get("name") or gone.get("nickname") or f"#{row.gone_id}"
    return Merged(row.kept_id, row.gone_id, called, row.at, row.by, row.why, bool(row.moved))


class Referral(NamedTuple):
    """Who was brought by whom."""

    customer_id: int
    by_id: int
    at: datetime
    how: str
    rewarded_at: datetime | None
    reward: str


def _referrals(connection: Connection, which: ColumnElement[bool]) -> list[Referral]:
    asked = select(table(ReferralRow)).where(which).order_by(col(ReferralRow.id))
    rows = connection.execute(asked)
    return [Referral(r.customer_id, r.by_id, r.at, r.how, r.rewarded_at, r.reward) for r in rows]


def brought_by(connection: Connection, customer_id: int) -> list[Referral]:
    """Whom this customer has brought, oldest first."""
    return _referrals(connection, col(ReferralRow.by_id) == customer_id)


def who_brought(connection: Connection, customer_id: int) -> Referral | None:
    """Who has brought this customer."""
    return next(iter(_referrals(connection, col(ReferralRow.customer_id) == customer_id)), None)


def leaders(connection: Connection, most: int) -> list[tuple[int, int, int]]:
    """(customer, how many they have brought, how many of them they were not thanked for); most first."""
    brought = func.count(col(ReferralRow.id))
    owed = brought - func.count(col(ReferralRow.rewarded_at))
    asked = select(col(ReferralRow.by_id), brought, owed).group_by(col(ReferralRow.by_id))
    ranked = asked.order_by(brought.desc(), col(ReferralRow.by_id)).limit(most)
    return [(int(id_), int(many), int(left)) for id_, many, left in connection.execute(ranked)]


def spent_by_brought(connection: Connection, customer_id: int) -> int:
    """How many of those whom this customer has brought have ordered."""
    brought = select(col(ReferralRow.customer_id)).where(col(ReferralRow.by_id) == customer_id)
    buyers = select(func.count(func.distinct(col(OrderRow.customer_id)))).where(
        col(OrderRow.customer_id).in_(brought)
    )
    return connection.scalar(buyers) or 0
