"""Outbox rows with all that is asked about them: which are in work, whose turn it is, and what they say."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, exists, literal_column, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from bot.core.delivery import (
    NO_ANSWER,
    UNFINISHED,
    AccountState,
    Answered,
    Contact,
    Kind,
    Outgoing,
    Planned,
    Status,
    Via,
)
from bot.core.ledger import Late
from storage.columns import AnySelect
from storage.load import NOT_ENDED, why_unwanted
from storage.rows import AccountRow, ComplaintRow, ContactRow, CustomerRow, MessageRow, OutboxRow, table

COLUMNS = (
    *table(OutboxRow).c,
    col(ContactRow.account),
    col(ContactRow.external_id),
    col(ContactRow.customer_id),
    col(ContactRow.reachable),
    col(ContactRow.message_at),
    col(ContactRow.message_sent),
    col(ContactRow.touch_at),
    col(ContactRow.touch_sent),
    col(ContactRow.next_send_at).label("contact_next_send_at"),
    col(AccountRow.stopped_until),
    col(AccountRow.stopped_reason),
    col(AccountRow.api_disabled_until),
    col(AccountRow.next_send_at).label("account_next_send_at"),
    col(CustomerRow.name),
    col(CustomerRow.nickname),
    col(CustomerRow.opted_out_at),
    col(CustomerRow.stopped_at),
    col(CustomerRow.red_line_at),
    col(CustomerRow.taken_over_by),
    col(CustomerRow.taken_over_until),
    col(MessageRow.message_id).label("answered_id"),
    col(MessageRow.received_at).label("answered_at"),
    col(MessageRow.kind).label("answered_kind"),
    exists(
        select(col(ComplaintRow.id)).where(col(ComplaintRow.customer_id) == col(CustomerRow.id), NOT_ENDED)
    ).label("complains"),
)


def joined(*columns: Any) -> AnySelect:
    """A query of outbox rows, each with its contact, account, customer and what it answers."""
    return (
        select(*columns)
        .select_from(OutboxRow)
        .join(ContactRow, col(ContactRow.id) == col(OutboxRow.contact_id))
        .outerjoin(AccountRow, col(AccountRow.account) == col(ContactRow.account))
        .outerjoin(CustomerRow, col(CustomerRow.id) == col(ContactRow.customer_id))
        .outerjoin(MessageRow, col(MessageRow.id) == col(OutboxRow.message_id))
    )


def on_these() -> ColumnElement[bool]:
    """On one of the bound `accounts`; by the account's index SQLite would go past every customer."""
    return (col(ContactRow.account) + "").in_(bindparam("accounts", expanding=True))


def in_work(row: Any) -> ColumnElement[bool]:
    """Neither settled nor parked, in the words of the partial indexes: SQLite uses them for nothing else."""
    names = (Status.HELD, Status.PLANNED, Status.SENDING)
    return col(row.status).in_([literal_column(f"'{name.value}'") for name in names])


def head_of_lane() -> Any:
    """Waiting, no call to the same correspondent is under way, and nothing earlier is unfinished.

    The due time of what is earlier does not matter: a backoff keeps its place.
    """
    other = aliased(OutboxRow)
    blocked = exists().where(
        in_work(other),
        col(other.contact_id) == col(OutboxRow.contact_id),
        or_(
            and_(col(other.status) == Status.SENDING, col(other.via) != Via.PASSIVE),
            and_(col(other.id) < col(OutboxRow.id), col(other.status).in_(UNFINISHED)),
        ),
    )
    return and_(in_work(OutboxRow), col(OutboxRow.status).in_((Status.PLANNED, Status.HELD)), ~blocked)


def planned_from(row: Row[Any], pushes_stopped: bool) -> Planned:
    """What a row of `COLUMNS` says. pushes_stopped: whether the seller has stopped everything for now."""
    return Planned(
        message=_message(row),
        contact=_contact(row),
        account=AccountState(
            row.account,
            row.stopped_until,
            row.stopped_reason or "",
            row.api_disabled_until,
            row.account_next_send_at,
        ),
        called=row.name or row.nickname or row.external_id,
        origin=row.origin,
        waited=row.waited,
        expires_at=row.expires_at,
        lease_until=row.lease_until,
        unwanted=why_unwanted(
            row.opted_out_at,
            row.stopped_at,
            row.red_line_at,
            complains=bool(row.complains),
            pushes_stopped=pushes_stopped,
        ),
        rule=row.rule,
        priority=row.priority,
        late=Late(row.late),
        talking_to=row.taken_over_by or "",
        talks_until=row.taken_over_until,
    )


def _message(row: Row[Any]) -> Outgoing:
    return Outgoing(
        row.id,
        row.account,
        row.external_id,
        Kind(row.kind),
        row.text,
        Via(row.via),
        row.template,
        row.template_data,
        row.attempts,
        _answered(row),
        row.code == NO_ANSWER,
        row.picture or b"",
    )


def _contact(row: Row[Any]) -> Contact:
    return Contact(
        row.contact_id,
        row.account,
        row.external_id,
        row.customer_id,
        row.reachable,
        row.message_at,
        row.message_sent,
        row.touch_at,
        row.touch_sent,
        row.contact_next_send_at,
    )


def _answered(row: Row[Any]) -> Answered | None:
    if row.answered_id is None:
        return None
    return Answered(row.answered_id, row.answered_at, row.answered_kind == "event")
