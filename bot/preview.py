"""What would go out in the days that come: the real planner and the real bells, lived through and undone.

Everything happens in a transaction that is taken back at its end; nothing leaves, nobody is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, literal_column, select
from sqlmodel import col

from bot.care import daily
from bot.core.clock import Clock
from bot.core.customer import Customer
from bot.core.delivery import UNASKED, Capability, Kind, Status
from bot.core.ledger import Late, Priority
from bot.core.settings import Settings
from bot.transaction import Transaction
from bot.valuation import nightly
from handlers.brain import Brain
from handlers.commands.desk import Foreseen
from scheduler.preview import Bell, Intended, Listener, Row, preview
from storage import load
from storage.holidays import limits_now
from storage.ledger import sendings, unasked_today
from storage.queues import IN_TURN, claim_timers
from storage.rows import ContactRow, OutboxRow, TimerRow, table
from storage.shop_timers import Round
from storage.writers import Surroundings

_AT_ONCE: Final = 50
_MOST_STEPS: Final = 200_000
_TO_CUSTOMERS: Final = (*UNASKED, Kind.NOTICE, Kind.COMPLAINT, Kind.RELAY)
_WAITING: Final = (Status.HELD, Status.PLANNED, Status.PARKED)


class Wound:
    """Which bells with a priority were wound when: in the ledger each keeps its place from then on.

    horizon: what rings from then on does not matter to any message of the days looked at.
    """

    def __init__(self, horizon: datetime) -> None:
        self._horizon = horizon
        self._now: dict[tuple[int, str, str], Bell] = {}
        self._gone: list[Bell] = []

    def look(self, connection: Connection, now: datetime) -> None:
        """Note what has been wound, has rung or was taken back since the last look."""
        asked = select(
            col(TimerRow.customer_id),
            col(TimerRow.rule),
            col(TimerRow.occasion),
            col(TimerRow.due_at),
            col(TimerRow.priority),
        ).where(col(TimerRow.priority) > literal_column("0"), col(TimerRow.due_at) < self._horizon)
        before, self._now = self._now, {}
        for customer_id, rule, occasion, due_at, priority in connection.execute(asked):
            key = (customer_id, rule, occasion)
            known = before.pop(key, None)
            if known is not None and known.at != due_at:
                self._gone.append(replace(known, until=min(known.at, now)))
                known = None
            self._now[key] = known or Bell(customer_id, due_at, priority, now, due_at)
        self._gone += [replace(bell, until=min(bell.at, now)) for bell in before.values()]

    def bells(self) -> list[Bell]:
        """All of them."""
        return [*self._gone, *self._now.values()]


def foresee(
    brain: Brain, capabilities: Mapping[str, Capability], connection: Connection, now: datetime, days: int
) -> Foreseen:
    """Every message to customers in the next `days` days and what becomes of it, if nobody writes."""
    until = now + timedelta(days=days)
    undone = connection.begin_nested()
    wound = Wound(brain.settings.care_limits.horizon(until))
    try:
        _live(brain, capabilities, connection, now, until, wound)
        intended = list(_intended(connection, now, until))
    finally:
        undone.rollback()
    ids = {one.customer_id for one in intended}
    people = _listeners(connection, brain.settings, ids, now)
    limits = limits_now(connection, brain.settings.care_limits)
    rows = preview(intended, people, capabilities, limits, now, until, wound.bells())
    return Foreseen(now, until, tuple(rows))


def _live(
    brain: Brain,
    capabilities: Mapping[str, Capability],
    connection: Connection,
    now: datetime,
    until: datetime,
    wound: Wound,
) -> None:
    """Do what comes due until then, at its own moment; the sellers are nobody here."""
    here = [now]
    around = Surroundings()
    clock = Clock(source=lambda: here[0])
    transaction = Transaction(brain, capabilities, clock, lambda *_: "", around)
    rounds: list[Round] = [partial(nightly, brain.settings), partial(daily, brain.settings, around)]
    planned = [now] * len(rounds)
    wound.look(connection, now)
    for _ in range(_MOST_STEPS):
        first = select(col(TimerRow.due_at)).order_by(col(TimerRow.due_at)).limit(1)
        due = min(m for m in (connection.scalar(first), *planned) if m is not None)
        if due > until:
            return
        here[0] = max(due, here[0])
        which = planned.index(min(planned))
        if planned[which] <= here[0]:
            planned[which] = rounds[which](connection, here[0])
            wound.look(connection, here[0])
            continue
        if timers := claim_timers(connection, here[0], _AT_ONCE):
            transaction.run(connection, timers)
        else:  # leased by the sender of a running shop: it will be done there
            here[0] += timedelta(minutes=2)


def _intended(connection: Connection, now: datetime, until: datetime) -> Iterator[Intended]:
    asked: Any = (
        select(table(OutboxRow), col(ContactRow.customer_id))
        .join(ContactRow, col(ContactRow.id) == col(OutboxRow.contact_id))
        .where(
            col(OutboxRow.status).in_(_WAITING),
            col(OutboxRow.kind).in_(_TO_CUSTOMERS),
            col(ContactRow.customer_id).is_not(None),
        )
    )
    for row in connection.execute(asked.order_by(*IN_TURN)):
        if row.due_at <= until:
            yield Intended(
                max(row.due_at, now),
                row.customer_id,
                Kind(row.kind),
                row.rule,
                row.text,
                Priority(row.priority) if row.priority else None,
                Late(row.late),
                row.expires_at,
                row.template,
                known=row.created_at <= now,
            )


def _listeners(
    connection: Connection, settings: Settings, ids: set[int], now: datetime
) -> dict[int, Listener]:
    people = load.snapshots(connection, ids)
    states = load.account_states(connection, {one.contact.account for one in people.values()})
    had = sendings(connection, ids, now, settings.care_limits)
    today = unasked_today(connection, states, now, settings.care_limits)
    states = {name: replace(one, unasked_today=today.get(name, 0)) for name, one in states.items()}
    return {
        id_: _listener(connection, one, states, had[id_].sent if id_ in had else ())
        for id_, one in people.items()
    }


def _listener(
    connection: Connection, one: Customer, states: Mapping[str, Any], sent: tuple[datetime, ...]
) -> Listener:
    return Listener(
        one.called,
        one.contact,
        states[one.contact.account],
        load.unwanted(connection, one),
        one.taken_over_by,
        one.taken_over_until,
        sent,
    )


def as_json(foreseen: Foreseen, settings: Settings) -> dict[str, Any]:
    """As CONTRACT §2 has it."""
    zone = settings.shop.zone
    return {
        "from": foreseen.start.astimezone(zone).isoformat(),
        "to": foreseen.until.astimezone(zone).isoformat(),
        "pushes": [_push(row, settings) for row in foreseen.rows],
    }


def _push(row: Row, settings: Settings) -> dict[str, Any]:
    return {
        "at": row.at.astimezone(settings.shop.zone).isoformat(),
        "customer": row.customer,
        "account": row.account,
        "kind": row.kind.value,
        "rule": row.rule,
        "text": row.text,
        "decision": row.decision,
        "reason": row.reason,
    }
