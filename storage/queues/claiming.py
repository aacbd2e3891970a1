"""Claim what is due and write what was judged about it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Integer, and_, bindparam, case, func, or_, select, update
from sqlmodel import col

from bot.core.decision import Judgement
from bot.core.delivery import Answered, Kind, Outgoing, Planned, Status
from bot.core.events import TOUCHES
from storage.columns import Moment
from storage.ledger import Books
from storage.queues.outbox import COLUMNS, head_of_lane, joined, on_these, planned_from
from storage.rows import AccountRow, ContactRow, MessageRow, OutboxRow
from storage.state import PUSHES_STOPPED, ensure_account, read_state
from storage.writers import Origin, Surroundings, write_effects

HORIZON = timedelta(seconds=1)
"""A row is claimed at most this long before its account's turn comes."""

_CLAIMING = 20261122
"""The advisory lock under which PostgreSQL processes claim: an account's pace is one for all of them."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that is ours to send, from `start_at` on."""

    planned: Planned
    start_at: datetime


_ANSWERS_FIRST = case(
    (and_(col(OutboxRow.kind) == Kind.REPLY, col(OutboxRow.status) == Status.PLANNED), 0), else_=1
)
"""What somebody has just asked for, before what waited for them to speak (which is held)."""

# `+ 0`: in the order of ids SQLite would read the whole table instead of the index of what is due
IN_TURN = (_ANSWERS_FIRST, col(OutboxRow.id) + 0)
"""Which of the rows that are due at one moment goes first: what was written first, whenever it was due."""

Judge = Callable[[Planned, datetime | None], Judgement | None]
"""(row, its account's next free moment) → judgement; None leaves the row for the next round."""


def claim_outbox(
    connection: Connection,
    accounts: Collection[str],
    now: datetime,
    limit: int,
    judge: Judge,
    around: Surroundings,
) -> tuple[list[Claimed], int]:
    """Judge the due rows of these accounts and mark what goes out as `sending`, all in one transaction.

    At most one row per correspondent, answers first and then oldest first; other processes' rows are skipped.
    Returns what goes out, and how many rows were judged, which may have made room for others.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(_CLAIMING)))
    claimed: list[Claimed] = []
    judged = 0
    next_free: dict[str, datetime | None] = {}
    due = _due(connection, accounts, now, limit)
    books = Books(connection, due, now, around.limits)
    for row in due:
        planned = books.about(row)
        if planned is None:
            continue
        name = planned.contact.account
        verdict = judge(planned, next_free.get(name, planned.account.next_send_at))
        if verdict is None:
            continue
        judged += 1
        books.note(planned, verdict)
        apply_judgement(connection, planned, verdict, now, around)
        next_free[name] = verdict.account.get(
            "next_send_at", next_free.get(name, planned.account.next_send_at)
        )
        if verdict.start_at is not None:
            claimed.append(Claimed(_as_judged(connection, planned, verdict), verdict.start_at))
    return claimed, judged


def _as_judged(connection: Connection, planned: Planned, verdict: Judgement) -> Planned:
    """On the road that was chosen, and naming what it answers where it must."""
    message = replace(planned.message, via=verdict.row.get("via", planned.message.via))
    if verdict.names:
        message = _naming(connection, planned.contact.id, message, verdict.names)
    return replace(planned, message=message)


def _naming(connection: Connection, contact_id: int, message: Outgoing, names: str) -> Outgoing:
    """The message with what it answers, which is kept on its row: a repeat must name the same."""
    kind, happening = col(MessageRow.kind), col(MessageRow.text)
    touched = and_(kind == "event", happening.in_([t.value for t in TOUCHES]))
    asked = select(col(MessageRow.id), col(MessageRow.message_id), col(MessageRow.received_at)).where(
        col(MessageRow.contact_id) == contact_id, touched if names == "touch" else kind != "event"
    )
    newest = connection.execute(asked.order_by(col(MessageRow.id).desc()).limit(1)).first()
    if newest is None:
        return replace(message, answers=None)
    connection.execute(update(OutboxRow).where(col(OutboxRow.id) == message.id).values(message_id=newest.id))
    return replace(message, answers=Answered(newest.message_id, newest.received_at, names == "touch"))


def apply_judgement(
    connection: Connection, planned: Planned, verdict: Judgement, now: datetime, around: Surroundings
) -> None:
    """Write a judgement: row, contact, account, and what the seller is told."""
    connection.execute(
        update(OutboxRow).where(col(OutboxRow.id) == planned.message.id).values(dict(verdict.row))
    )
    if verdict.contact:
        # what the snapshot said is void if the correspondent has been heard from since
        changed = update(ContactRow).where(col(ContactRow.id) == planned.contact.id, *_unheard(planned))
        connection.execute(changed.values(dict(verdict.contact)))
    if verdict.account:
        ensure_account(connection, planned.contact.account)
        account = update(AccountRow).where(col(AccountRow.account) == planned.contact.account)
        connection.execute(account.values(dict(verdict.account)))
    write_effects(connection, [(Origin(now, None, around), e) for e in verdict.effects])


def heard_since(connection: Connection, planned: Planned) -> bool:
    """Whether the correspondent wrote, or opened a window otherwise, after this row was claimed.

    The contact stays locked, so that the answer holds until the transaction ends.
    """
    unheard = select(col(ContactRow.id)).where(col(ContactRow.id) == planned.contact.id, *_unheard(planned))
    return connection.scalar(unheard.with_for_update(key_share=True)) is None


def _unheard(planned: Planned) -> tuple[ColumnElement[bool], ...]:
    return (
        col(ContactRow.message_at).is_not_distinct_from(planned.contact.message_at),
        col(ContactRow.touch_at).is_not_distinct_from(planned.contact.touch_at),
    )


_NOW = bindparam("now", type_=Moment())
_DUE = (
    joined(*COLUMNS)
    .where(
        head_of_lane(),
        on_these(),
        col(OutboxRow.due_at) <= _NOW,
        or_(col(AccountRow.stopped_until).is_(None), col(AccountRow.stopped_until) <= _NOW),
        or_(
            col(AccountRow.next_send_at).is_(None),
            col(AccountRow.next_send_at) <= bindparam("horizon", type_=Moment()),
        ),
        or_(col(ContactRow.next_send_at).is_(None), col(ContactRow.next_send_at) <= _NOW),
    )
    # the contact too: its ledger must not change before the judgement is written
    .with_for_update(of=[OutboxRow, ContactRow], skip_locked=True, key_share=True)
    .order_by(*IN_TURN)
    .limit(bindparam("limit", type_=Integer()))
)


def _due(connection: Connection, accounts: Collection[str], now: datetime, limit: int) -> list[Planned]:
    stopped = read_state(connection, PUSHES_STOPPED)
    asked = {"accounts": list(accounts), "now": now, "horizon": now + HORIZON, "limit": limit}
    planned, seen = [], set()
    for row in connection.execute(_DUE, asked):
        if row.contact_id not in seen:
            seen.add(row.contact_id)
            planned.append(planned_from(row, bool(stopped)))
    return planned
