"""The one ledger's rows: what greets and sells has gone to whom, and what is foreseen (DESIGN §4.3)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Integer,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    null,
    or_,
    select,
)
from sqlmodel import col

from bot.core.decision import Judgement
from bot.core.delivery import UNASKED, Planned, Status
from bot.core.ledger import Limits, Promise, Sendings
from storage.columns import AnySelect, Moment
from storage.rows import ContactRow, CustomerRow, OutboxRow, TimerRow

_GONE = ("sent", "unknown", "sending")
"""What has left, or perhaps has: it counts."""
_COMING = ("held", "planned")


def _unasked() -> Any:
    """In the words of the partial index: SQLite uses it for nothing else."""
    return col(OutboxRow.kind).in_([literal_column(f"'{kind.value}'") for kind in UNASKED])


def _left_at() -> Any:
    """When it went: the later of beginning and end of the call, so that nothing counts for too little."""
    begun, done = col(OutboxRow.began_at), col(OutboxRow.sent_at)
    later = case((or_(begun.is_(None), done > begun), done), else_=begun)
    return func.coalesce(later, begun, col(OutboxRow.created_at), type_=Moment())


@cache
def _entries() -> CompoundSelect[Any]:
    gone = and_(col(OutboxRow.status).in_(_GONE), _left_at() >= bindparam("since", type_=Moment()))
    coming = and_(
        col(OutboxRow.status).in_(_COMING),
        col(OutboxRow.due_at) < bindparam("horizon", type_=Moment()),
        or_(
            col(OutboxRow.expires_at).is_(None), col(OutboxRow.expires_at) > bindparam("now", type_=Moment())
        ),
    )
    left = col(OutboxRow.status).in_(_GONE)
    written = (
        select(
            col(ContactRow.customer_id).label("who"),
            col(OutboxRow.id).label("row"),
            case((left, _left_at()), else_=col(OutboxRow.due_at)).label("at"),
            case((left, literal_column("-1")), else_=col(OutboxRow.priority)).label("priority"),
        )
        .join(OutboxRow, col(OutboxRow.contact_id) == col(ContactRow.id))
        .where(
            col(ContactRow.customer_id).in_(bindparam("ids", expanding=True)), _unasked(), or_(gone, coming)
        )
    )
    foreseen: AnySelect = select(
        col(TimerRow.customer_id).label("who"),
        null().cast(Integer).label("row"),
        col(TimerRow.due_at).label("at"),
        col(TimerRow.priority).label("priority"),
    ).where(
        col(TimerRow.customer_id).in_(bindparam("ids", expanding=True)),
        col(TimerRow.priority) > literal_column("0"),
        col(TimerRow.due_at) < bindparam("horizon", type_=Moment()),
    )
    return written.union_all(foreseen)


def sendings(
    connection: Connection, customer_ids: Collection[int], now: datetime, limits: Limits
) -> dict[int, Sendings]:
    """What each of these people has had and is to have, in one query; nothing for who has neither."""
    asked = {
        "ids": list(customer_ids),
        "since": limits.since(now),
        "horizon": limits.horizon(now),
        "now": now,
    }
    found: dict[int, Sendings] = {}
    for row in connection.execute(_entries(), asked) if customer_ids else ():
        one = found.get(row.who, Sendings())
        if row.priority < 0:
            found[row.who] = one.having_sent(row.at)
        else:
            promise = Promise(row.at, row.priority, row.row)
            found[row.who] = replace(one, promised=(*one.promised, promise))
    return found


def unasked_today(
    connection: Connection, accounts: Collection[str], now: datetime, limits: Limits
) -> dict[str, int]:
    """How much of it has gone out on each of those accounts that have a limit, since the shop's midnight."""
    limited = [name for name in accounts if name in limits.daily]
    if not limited:
        return {}
    midnight = limits.day_begins(limits.day(now))
    counts = (
        select(col(ContactRow.account), func.count())
        .join(OutboxRow, col(OutboxRow.contact_id) == col(ContactRow.id))
        .where(
            _unasked(),
            col(OutboxRow.status).in_(_GONE),
            or_(col(OutboxRow.began_at) >= midnight, col(OutboxRow.sent_at) >= midnight),
            col(ContactRow.account).in_(limited),
        )
    )
    return {row[0]: row[1] for row in connection.execute(counts.group_by(col(ContactRow.account)))}


class Books:
    """The ledger of one claim: read once for all of its rows, and true to what the claim has let go since.

    The people concerned stay locked until the transaction ends, so that nobody gives away the same place.
    """

    def __init__(
        self, connection: Connection, rows: Sequence[Planned], now: datetime, limits: Limits
    ) -> None:
        unasked = [row for row in rows if row.unasked]
        people = {id_ for row in unasked if (id_ := row.contact.customer_id) is not None}
        self._ours = _lock(connection, people)
        self._sendings = sendings(connection, self._ours, now, limits)
        self._today = unasked_today(connection, {row.contact.account for row in unasked}, now, limits)

    def about(self, planned: Planned) -> Planned | None:
        """The row with what the ledger says; None while another process decides about this person."""
        if not planned.unasked:
            return planned
        who = planned.contact.customer_id
        if who is not None and who not in self._ours:
            return None
        account = replace(planned.account, unasked_today=self._today.get(planned.contact.account, 0))
        return replace(planned, account=account, sendings=self._sendings.get(who or 0, Sendings()))

    def note(self, planned: Planned, verdict: Judgement) -> None:
        """What has become of a row counts for those after it."""
        if not planned.unasked:
            return
        who, account = planned.contact.customer_id or 0, planned.contact.account
        left = self._sendings.get(who, Sendings()).without(planned.message.id)
        if verdict.start_at is not None:
            left = left.having_sent(verdict.start_at)
            self._today[account] = self._today.get(account, 0) + 1
        elif verdict.row.get("status") in (Status.HELD, Status.PLANNED):
            again = Promise(verdict.row["due_at"], planned.priority, planned.message.id)
            left = replace(left, promised=(*left.promised, again))
        self._sendings[who] = left


def _lock(connection: Connection, people: set[int]) -> set[int]:
    """Those of `people` about whom nobody else is deciding; others are left for the next round.

    Without waiting: who decides holds a person first and the correspondents after, the sender the other way.
    """
    if not people or connection.dialect.name == "sqlite":
        return people
    asked = select(col(CustomerRow.id)).where(col(CustomerRow.id).in_(people)).order_by(col(CustomerRow.id))
    return set(connection.scalars(asked.with_for_update(skip_locked=True, key_share=True)))
