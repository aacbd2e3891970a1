"""What a person may ask of the shop: that it forgets them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, delete, select, update
from sqlmodel import col

from bot.core import effects
from bot.core.complaint import Ending
from bot.core.delivery import Status
from storage.rows import (
    AuditRow,
    BuyerQuestionRow,
    CareRow,
    ComplaintMoveRow,
    ComplaintRow,
    ConsultationRow,
    ContactRow,
    CustomerRow,
    IdentityRow,
    MergeRow,
    MessageRow,
    OrderRow,
    OutboxRow,
    PromiseRow,
    ReferralRow,
    RemedyRow,
    ShopExampleRow,
    TagRow,
    TaskRow,
    TimerRow,
)
from storage.writers.registry import Batch, writes


@writes(effects.ErasePerson)
def _erase_person(connection: Connection, batch: Batch) -> None:
    """What names the person goes; orders stay, as the shop's own records, without the person."""
    ids = [e.customer_id for _, e in batch]
    forget_merges(connection, ids)
    names = dict.fromkeys(("name", "nickname", "phone", "address", "birthday", "note", "extra"), "")
    blank: dict[str, Any] = {**names, "found": {}, "facts": {}}
    connection.execute(update(CustomerRow).where(col(CustomerRow.id).in_(ids)).values(blank))
    connection.execute(update(OrderRow).where(col(OrderRow.customer_id).in_(ids)).values(extra=""))
    _forget_what_was_said(connection, ids, min(o.now for o, _ in batch))
    connection.execute(update(AuditRow).where(col(AuditRow.customer_id).in_(ids)).values(detail=""))
    _forget_complaints(connection, ids)
    connection.execute(update(ReferralRow).where(col(ReferralRow.customer_id).in_(ids)).values(words=""))
    for table in _THEIRS:
        connection.execute(delete(table).where(col(table.customer_id).in_(ids)))


_THEIRS: tuple[Any, ...] = (
    TagRow,
    ConsultationRow,
    BuyerQuestionRow,
    PromiseRow,
    TimerRow,
    CareRow,
    IdentityRow,
    TaskRow,
)
"""What is kept about a person and of no use without them."""


def _forget_what_was_said(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    """By them and to them; what is under way keeps its status, but must not be tried again without text."""
    contacts = select(col(ContactRow.id)).where(col(ContactRow.customer_id).in_(ids))
    theirs = col(MessageRow.contact_id).in_(contacts)
    examples = col(ShopExampleRow.message_id).in_(select(col(MessageRow.id)).where(theirs))
    connection.execute(delete(ShopExampleRow).where(examples))
    erased: dict[str, Any] = {"text": "", "payload": {}, "answer": None, "waiting": False}
    connection.execute(update(MessageRow).where(theirs).values(erased | {"because": "", "joined": ""}))
    blank_row = {"text": "", "template_data": {}, "expires_at": now}
    connection.execute(update(OutboxRow).where(col(OutboxRow.contact_id).in_(contacts)).values(blank_row))
    unsent = col(OutboxRow.status).in_((Status.HELD, Status.PLANNED, Status.PARKED))
    dropped = {"status": Status.DROPPED, "reason": "买家要求删除资料"}
    connection.execute(
        update(OutboxRow).where(col(OutboxRow.contact_id).in_(contacts), unsent).values(dropped)
    )


def _forget_complaints(connection: Connection, ids: Sequence[int]) -> None:
    """That there was one, and how it ended, stays; what it was about goes."""
    mine = select(col(ComplaintRow.id)).where(col(ComplaintRow.customer_id).in_(ids))
    for part in (ComplaintMoveRow, RemedyRow):
        connection.execute(delete(part).where(col(part.complaint_id).in_(mine)))
    told = {
        "words": "",
        "ending": case((col(ComplaintRow.ending) == "", Ending.ENDED), else_=col(ComplaintRow.ending)),
    }
    connection.execute(update(ComplaintRow).where(col(ComplaintRow.customer_id).in_(ids)).values(told))


def forget_merges(connection: Connection, ids: Sequence[int]) -> None:
    """What it would take to undo a merge is all about the person; who was one with them stays one."""
    people = set(ids)
    while new := _signposts_to(connection, people) - people:
        people |= new
    about = col(MergeRow.kept_id).in_(people) | col(MergeRow.gone_id).in_(people)
    connection.execute(update(MergeRow).where(about).values(moved={}, why=""))


def _signposts_to(connection: Connection, ids: Collection[int]) -> set[int]:
    asked = select(col(CustomerRow.id)).where(col(CustomerRow.merged_into).in_(ids))
    return set(connection.scalars(asked))
