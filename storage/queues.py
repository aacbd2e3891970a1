"""The queues: claim what is due, settle what was tried, recover what a crash left (DESIGN §4, §7.2)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased
from sqlmodel import col

from bot.core.decision import Judgement
from bot.core.delivery import UNFINISHED, AccountState, Contact, Kind, Outgoing, Planned, Status, Via
from bot.core.events import TimerDue
from storage.columns import AnySelect
from storage.load import why_unwanted
from storage.rows import AccountRow, ContactRow, CustomerRow, OutboxRow, TimerRow, table
from storage.state import PUSHES_STOPPED, ensure_account, read_state
from storage.writers import Origin, Surroundings, write_effects

LEASE = timedelta(seconds=60)
HORIZON = timedelta(seconds=1)
"""A row is claimed at most this long before its account's turn comes."""
_CLAIMING = 20261122
"""The advisory lock under which PostgreSQL processes claim: an account's pace is one for all of them."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that is ours to send, from `start_at` on."""

    planned: Planned
    start_at: datetime


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

    At most one row per correspondent, oldest first; other processes' rows are skipped.
    Returns what goes out, and how many rows were judged, which may have made room for others.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(_CLAIMING)))
    claimed: list[Claimed] = []
    judged = 0
    next_free: dict[str, datetime | None] = {}
    for planned in _due(connection, accounts, now, limit):
        name = planned.contact.account
        verdict = judge(planned, next_free.get(name, planned.account.next_send_at))
        if verdict is None:
            continue
        judged += 1
        apply_judgement(connection, planned, verdict, now, around)
        next_free[name] = verdict.account.get(
            "next_send_at", next_free.get(name, planned.account.next_send_at)
        )
        if verdict.start_at is not None:
            by_this_road = replace(planned.message, via=verdict.row.get("via", planned.message.via))
            claimed.append(Claimed(replace(planned, message=by_this_road), verdict.start_at))
    return claimed, judged


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


_COLUMNS = (
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
)


def _joined(*columns: Any) -> AnySelect:
    return (
        select(*columns)
        .select_from(OutboxRow)
        .join(ContactRow, col(ContactRow.id) == col(OutboxRow.contact_id))
        .outerjoin(AccountRow, col(AccountRow.account) == col(ContactRow.account))
        .outerjoin(CustomerRow, col(CustomerRow.id) == col(ContactRow.customer_id))
    )


def _on(accounts: Collection[str]) -> ColumnElement[bool]:
    """On one of these accounts; not by the account's index, which would lead SQLite past every customer."""
    return (col(ContactRow.account) + "").in_(accounts)


def _in_work(row: Any) -> ColumnElement[bool]:
    """Neither settled nor parked, in the words of the partial indexes: SQLite uses them for nothing else."""
    names = (Status.HELD, Status.PLANNED, Status.SENDING)
    return col(row.status).in_([literal_column(f"'{name.value}'") for name in names])


def _head_of_lane() -> Any:
    """Waiting, no call to the same correspondent is under way, and nothing earlier is unfinished.

    The due time of what is earlier does not matter: a backoff keeps its place.
    """
    other = aliased(OutboxRow)
    blocked = exists().where(
        _in_work(other),
        col(other.contact_id) == col(OutboxRow.contact_id),
        or_(
            and_(col(other.status) == Status.SENDING, col(other.via) != Via.PASSIVE),
            and_(col(other.id) < col(OutboxRow.id), col(other.status).in_(UNFINISHED)),
        ),
    )
    return and_(_in_work(OutboxRow), col(OutboxRow.status).in_((Status.PLANNED, Status.HELD)), ~blocked)


def _due(connection: Connection, accounts: Collection[str], now: datetime, limit: int) -> list[Planned]:
    stopped = read_state(connection, PUSHES_STOPPED)
    asked = _joined(*_COLUMNS).where(
        _head_of_lane(),
        _on(accounts),
        col(OutboxRow.due_at) <= now,
        or_(col(AccountRow.stopped_until).is_(None), col(AccountRow.stopped_until) <= now),
        or_(col(AccountRow.next_send_at).is_(None), col(AccountRow.next_send_at) <= now + HORIZON),
        or_(col(ContactRow.next_send_at).is_(None), col(ContactRow.next_send_at) <= now),
    )
    # the contact too: its ledger must not change before the judgement is written
    asked = asked.with_for_update(of=[OutboxRow, ContactRow], skip_locked=True, key_share=True)
    # `+ 0`: in the order of ids SQLite would read the whole table instead of the index of what is due
    asked = asked.order_by(col(OutboxRow.id) + 0).limit(limit)
    planned, seen = [], set()
    for row in connection.execute(asked):
        if row.contact_id not in seen:
            seen.add(row.contact_id)
            planned.append(_planned(row, bool(stopped)))
    return planned


def _planned(row: Row[Any], pushes_stopped: bool) -> Planned:
    return Planned(
        message=Outgoing(
            row.id,
            row.account,
            row.external_id,
            Kind(row.kind),
            row.text,
            Via(row.via),
            row.template,
            row.template_data,
            row.attempts,
        ),
        contact=Contact(
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
        ),
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
        unwanted=why_unwanted(row.opted_out_at, row.stopped_at, pushes_stopped=pushes_stopped),
    )


def confirm_passive(connection: Connection, message_ids: Sequence[int], now: datetime) -> list[Planned]:
    """The HTTP answers to these messages were written out: what rode on them is sent.

    Returns those of the rows that had been parked before.
    """
    riding = (
        col(OutboxRow.message_id).in_(message_ids),
        col(OutboxRow.via) == Via.PASSIVE,
        col(OutboxRow.status).in_((Status.SENDING, Status.UNKNOWN)),
    )
    waited = connection.scalars(select(col(OutboxRow.id)).where(*riding, col(OutboxRow.waited))).all()
    delivered = {"status": Status.SENT, "sent_at": now, "reason": ""}
    connection.execute(update(OutboxRow).where(*riding).values(delivered))
    if not waited:
        return []
    rows = connection.execute(_joined(*_COLUMNS).where(col(OutboxRow.id).in_(waited)))
    return [_planned(row, pushes_stopped=False) for row in rows]


# --- after a crash ------------------------------------------------------------------------------


def left_sending(
    connection: Connection, accounts: Collection[str], expired_at: datetime | None
) -> list[Planned]:
    """Rows left in `sending`: those whose lease ran out by `expired_at`, or (None) all but passive ones."""
    lost = col(OutboxRow.lease_until) <= expired_at if expired_at else col(OutboxRow.via) != Via.PASSIVE
    asked = _joined(*_COLUMNS).where(
        _in_work(OutboxRow),
        col(OutboxRow.status) == Status.SENDING,
        _on(accounts),
        lost,
    )
    rows = connection.execute(asked.with_for_update(of=OutboxRow, skip_locked=True))
    return [_planned(row, pushes_stopped=False) for row in sorted(rows, key=lambda row: row.id)]


# --- timers -------------------------------------------------------------------------------------


def claim_timers(connection: Connection, now: datetime, limit: int) -> list[TimerDue]:
    """The due timers, oldest first, ours for the length of a lease."""
    free = or_(col(TimerRow.lease_until).is_(None), col(TimerRow.lease_until) <= now)
    due = select(table(TimerRow)).where(col(TimerRow.due_at) <= now, free)
    due = due.order_by(col(TimerRow.due_at), col(TimerRow.id)).limit(limit).with_for_update(skip_locked=True)
    rows = connection.execute(due).all()
    if rows:
        leased = (
            update(TimerRow).where(col(TimerRow.id) == bindparam("timer")).values(lease_until=now + LEASE)
        )
        connection.execute(leased, [{"timer": r.id} for r in rows])
    return [TimerDue(r.id, r.rule, r.customer_id, r.occasion, r.due_at, r.payload) for r in rows]


def standing_timers(connection: Connection, rung: Collection[TimerDue]) -> set[int]:
    """The ids of those that have not been done, cancelled or moved meanwhile.

    SQLite gives a deleted timer's id again, so the id alone says nothing.
    """
    asked = select(table(TimerRow)).where(col(TimerRow.id).in_([t.timer_id for t in rung])).with_for_update()
    standing = {(r.id, r.rule, r.customer_id, r.occasion, r.due_at) for r in connection.execute(asked)}
    return {t.timer_id for t in rung if (t.timer_id, t.rule, t.customer_id, t.occasion, t.due_at) in standing}


def next_due(connection: Connection, accounts: Collection[str]) -> datetime | None:
    """When the next timer or outbox row can move on, or one left in `sending` is given up."""
    moment: Any = col(OutboxRow.due_at)
    for bound in (AccountRow.stopped_until, AccountRow.next_send_at, ContactRow.next_send_at):
        moment = case((col(bound) > moment, col(bound)), else_=moment)
    outbox = _joined(func.min(moment)).where(_head_of_lane(), _on(accounts))
    leased = col(TimerRow.lease_until) > col(TimerRow.due_at)
    timers = select(func.min(case((leased, col(TimerRow.lease_until)), else_=col(TimerRow.due_at))))
    left = _joined(func.min(col(OutboxRow.lease_until))).where(
        _in_work(OutboxRow), col(OutboxRow.status) == Status.SENDING, _on(accounts)
    )
    moments = [connection.scalar(asked) for asked in (outbox, timers, left)]
    return min((m for m in moments if m is not None), default=None)


def queue_sizes(connection: Connection) -> dict[str, int]:
    """How many outbox rows are in each unsettled or troubled state (metrics)."""
    shown = (Status.HELD, Status.PLANNED, Status.SENDING, Status.PARKED, Status.UNKNOWN, Status.FAILED)
    counts = select(col(OutboxRow.status), func.count()).where(col(OutboxRow.status).in_(shown))
    sizes: dict[str, int] = {status.value: 0 for status in shown}
    sizes.update({str(row[0]): row[1] for row in connection.execute(counts.group_by(col(OutboxRow.status)))})
    return sizes
