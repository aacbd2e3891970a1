"""Complaints, open and closed, and what was told in them, as commands ask for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select
from sqlmodel import col

from bot.core.complaint import Complaint, Signal
from bot.core.customer import OrderStatus
from bot.core.delivery import Kind, Status
from storage import load
from storage.columns import AnySelect
from storage.queries.alerts import told
from storage.queries.outbox import Unsent
from storage.rows import ComplaintMoveRow, ComplaintRow, ContactRow, OrderRow, OutboxRow, table

_NO_ORDERS = (OrderStatus.CREATED, OrderStatus.CANCELLED, OrderStatus.REFUNDED)
MOST_ALERTS = 40


class OnRecord(NamedTuple):
    """A complaint with its end; `ending` is empty and `closed_at` None as long as it is open."""

    complaint: Complaint
    ending: str
    closed_at: datetime | None


def _records(connection: Connection, asked: AnySelect) -> list[OnRecord]:
    rows = connection.execute(asked).all()
    complaints = load.whole_complaints(connection, rows)
    return [OnRecord(c, row.ending, row.closed_at) for c, row in zip(complaints, rows, strict=True)]


def open_ones(connection: Connection) -> list[Complaint]:
    """All open complaints, oldest first."""
    asked = select(table(ComplaintRow)).where(load.NOT_ENDED).order_by(col(ComplaintRow.id))
    return [record.complaint for record in _records(connection, asked)]


def numbered(connection: Connection, number: int) -> OnRecord | None:
    """The complaint with this number; its buyer stays locked, so that nobody else moves it meanwhile."""
    here = col(ComplaintRow.id) == number
    whose = connection.scalar(select(col(ComplaintRow.customer_id)).where(here))
    if whose is None:
        return None
    load.lock_people(connection, [], [whose])
    return next(iter(_records(connection, select(table(ComplaintRow)).where(here))), None)


def ended_of(connection: Connection, customer_id: int, most: int) -> list[OnRecord]:
    """The closed complaints of this customer, newest first."""
    asked = select(table(ComplaintRow)).where(col(ComplaintRow.customer_id) == customer_id, ~load.NOT_ENDED)
    return _records(connection, asked.order_by(col(ComplaintRow.id).desc()).limit(most))


def opened_since(connection: Connection, since: datetime) -> list[OnRecord]:
    """All that were opened since then, oldest first."""
    asked = select(table(ComplaintRow)).where(col(ComplaintRow.opened_at) >= since)
    return _records(connection, asked.order_by(col(ComplaintRow.id)))


def next_number(connection: Connection) -> int:
    """A number for a new complaint that nobody else is given."""
    if connection.dialect.name == "sqlite":  # one transaction writes at a time
        return int(connection.scalar(select(func.coalesce(func.max(col(ComplaintRow.id)), 0))) or 0) + 1
    sequence = func.pg_get_serial_sequence(ComplaintRow.__tablename__, "id")
    return int(connection.scalar(select(func.nextval(sequence))) or 0)


def opened_by(connection: Connection, message_id: int) -> int | None:
    """The number of the complaint that this stored message has opened."""
    opened = select(col(ComplaintMoveRow.complaint_id)).where(
        col(ComplaintMoveRow.message_id) == message_id, col(ComplaintMoveRow.signal) == Signal.OPENED
    )
    found: int | None = connection.scalar(opened)
    return found


def written_at(connection: Connection, customer_id: int, moments: Collection[datetime]) -> list[Unsent]:
    """What was written for this customer at exactly these moments, and what became of it; in order."""
    asked = (
        select(table(OutboxRow), col(ContactRow.external_id))
        .join(ContactRow, col(ContactRow.id) == col(OutboxRow.contact_id))
        .where(col(ContactRow.customer_id) == customer_id, col(OutboxRow.created_at).in_(moments))
        .order_by(col(OutboxRow.id))
    )
    return [
        Unsent(
            row.id,
            row.external_id,
            Kind(row.kind),
            row.text,
            Status(row.status),
            row.reason,
            row.created_at,
            row.due_at,
            row.sent_at,
        )
        for row in connection.execute(asked)
    ]


def keys_of(connection: Connection, outbox_ids: Sequence[int]) -> dict[int, str]:
    """The keys under which these outbox rows were pushed; rows without one are left out."""
    asked = select(col(OutboxRow.id), col(OutboxRow.key)).where(
        col(OutboxRow.id).in_(outbox_ids), col(OutboxRow.key).is_not(None)
    )
    return {row.id: row.key for row in connection.execute(asked)}


def alerts(
    connection: Connection, homes: Collection[load.Address], since: datetime
) -> list[tuple[datetime, str]]:
    """What the seller with these identities was alerted to, and when; newest first."""
    return [(alert.at, alert.text) for alert in told(connection, homes, since, MOST_ALERTS)]


def bought_at(connection: Connection, customer_ids: Collection[int]) -> dict[int, list[datetime]]:
    """When each of these customers ordered what they paid for."""
    asked = select(col(OrderRow.customer_id), col(OrderRow.created_at)).where(
        col(OrderRow.customer_id).in_(customer_ids), col(OrderRow.status).not_in(_NO_ORDERS)
    )
    found: defaultdict[int, list[datetime]] = defaultdict(list)
    for row in connection.execute(asked):
        found[row.customer_id].append(row.created_at)
    return found
