"""Which parked texts may ride on an answer, where answers are the only road: the ledger is asked here too."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from bot.answering import Parked
from bot.core.customer import Customer
from bot.core.delivery import UNASKED, AccountState, Contact, Kind, Outgoing, Planned
from bot.core.effects import Effect, OpenComplaint, SetFields
from bot.core.ledger import Limits, Sendings
from scheduler.permission import by_person
from storage.ledger import sendings, unasked_today
from storage.load import Waiting

_NO_MORE = ("opted_out_at", "red_line_at")


@dataclass(frozen=True, slots=True)
class Riders:
    """What waits, by correspondent, and what its people have had."""

    parked: Mapping[int, Sequence[Waiting]] = field(default_factory=dict)
    had: Mapping[int, Sendings] = field(default_factory=dict)
    today: Mapping[str, int] = field(default_factory=dict)

    def wanted(
        self,
        contact: Contact,
        customer: Customer | None,
        effects: Sequence[Effect],
        unwanted: bool,
        now: datetime,
        limits: Limits,
    ) -> list[Parked]:
        """What may ride now, in its order; of what greets or sells at most one, the most important.

        Only the rest of an earlier answer comes before the answer to what was just written.
        """
        rows = self.parked.get(contact.id, ())
        asked = [row for row in rows if row.kind not in UNASKED]
        others = sorted((row for row in rows if row.kind in UNASKED), key=lambda r: (-r.priority, r.id))
        no_more = unwanted or (customer is not None and wants_no_more(customer, effects))
        free = [] if no_more else [r for r in others if self._may(r, contact, customer, now, limits)][:1]
        return [
            Parked(row.id, row.text, later=row.kind is not Kind.REPLY)
            for row in rows
            if row in asked or row in free
        ]

    def _may(
        self, row: Waiting, contact: Contact, customer: Customer | None, now: datetime, limits: Limits
    ) -> bool:
        had = self.had.get(contact.customer_id or 0, Sendings()).without(row.id)
        planned = Planned(
            Outgoing(row.id, contact.account, contact.external_id, row.kind, row.text),
            contact,
            AccountState(contact.account, unasked_today=self.today.get(contact.account, 0)),
            expires_at=row.expires_at,
            priority=row.priority,
            late=row.late,
            talks_until=customer.taken_over_until if customer else None,
            sendings=had,
        )
        return by_person(planned, now, limits) is None


def riders(
    connection: Connection,
    contacts: Collection[Contact],
    parked: Mapping[int, Sequence[Waiting]],
    now: datetime,
    limits: Limits,
) -> Riders:
    """The ledger is only asked where something waits that greets or sells."""
    whose = [c for c in contacts if any(row.kind in UNASKED for row in parked.get(c.id, ()))]
    if not whose:
        return Riders(parked)
    people = {c.customer_id for c in whose if c.customer_id is not None}
    today = unasked_today(connection, {c.account for c in whose}, now, limits)
    return Riders(parked, sendings(connection, people, now, limits), today)


def wants_no_more(customer: Customer, effects: Sequence[Effect]) -> bool:
    """Whether greetings and offers are unwanted, be it from this very event on."""
    if customer.opted_out_at is not None or customer.stopped_at is not None:
        return True
    if customer.complaints or customer.red_line_at is not None:
        return True
    said = [e for e in effects if isinstance(e, SetFields)]
    complains = any(isinstance(e, OpenComplaint) for e in effects)
    return complains or any(e.fields.get(name) for e in said for name in _NO_MORE)
