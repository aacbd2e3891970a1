"""What would go out, and what not and why: intended messages played through the ledger (CONTRACT §2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from heapq import heapify, heappop, heappush

from bot.core.delivery import (
    UNASKED,
    USUAL_PRIORITY,
    AccountState,
    Capability,
    Contact,
    Kind,
    Outgoing,
    Planned,
)
from bot.core.ledger import Late, Limits, Priority, Promise, Sendings
from scheduler.permission import Doubt, Drop, Hold, Ledger, Park, Permission, Send, permission


@dataclass(frozen=True, slots=True)
class Intended:
    """A message that a rule will want at `at`; the fields are those of `effects.Push`.

    known: whether it is foreseen from the start, so that lesser ones leave it room; else from `at` on.
    """

    at: datetime
    customer_id: int
    kind: Kind
    rule: str
    text: str
    priority: Priority | None = None
    late: Late = Late.ANY
    expires_at: datetime | None = None
    template: str | None = None
    known: bool = True

    @property
    def weight(self) -> int:
        """How much it matters."""
        if self.kind not in UNASKED:
            return 0
        return self.priority or USUAL_PRIORITY[self.kind]


@dataclass(frozen=True, slots=True)
class Bell:
    """A bell wound with a priority from `since` to `until`: lesser messages leave room for what it may mean.

    until: when it rings, or is taken back. Some ring for nothing, and have kept others waiting.
    """

    customer_id: int
    at: datetime
    priority: int
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Listener:
    """One person as things stand: where they are best reached, and what they have had (`Sendings.sent`).

    What is foreseen for them stands among the intended messages, rows that wait already included, and bells.
    """

    called: str
    contact: Contact
    account: AccountState
    unwanted: str = ""
    talking_to: str = ""
    talks_until: datetime | None = None
    sent: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One intended message and what becomes of it, at `at`. reason: why not, or why not sooner."""

    at: datetime
    customer: str
    account: str
    kind: Kind
    rule: str
    text: str
    decision: str
    reason: str
    customer_id: int


@dataclass(slots=True)
class _Book:
    """The ledger as it grows while the messages go out."""

    limits: Limits
    people: dict[int, Listener]
    today: date
    sent: defaultdict[int, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    coming: defaultdict[int, dict[int, Promise]] = field(default_factory=lambda: defaultdict(dict))
    bells: defaultdict[int, list[Bell]] = field(default_factory=lambda: defaultdict(list))
    since: dict[int, datetime] = field(default_factory=dict)
    days: defaultdict[tuple[str, date], int] = field(default_factory=lambda: defaultdict(int))

    def planned(self, number: int, one: Intended, now: datetime, expires_at: datetime | None) -> Planned:
        """The message as the sender would see it at `now`."""
        person = self.people[one.customer_id]
        day = self.limits.day(now)
        before = person.account.unasked_today if day == self.today else 0
        today = before + self.days[person.contact.account, day]
        horizon = self.limits.horizon(now)
        return Planned(
            Outgoing(
                0,
                person.contact.account,
                person.contact.external_id,
                one.kind,
                one.text,
                template=one.template,
            ),
            person.contact,
            replace(person.account, unasked_today=today),
            person.called,
            expires_at=expires_at,
            unwanted=person.unwanted,
            rule=one.rule,
            priority=one.weight,
            late=one.late,
            talking_to=person.talking_to,
            talks_until=person.talks_until,
            sendings=Sendings(
                (*person.sent, *self.sent[one.customer_id]),
                tuple(p for p in self._others(number, one.customer_id, now) if p.at < horizon),
            ),
        )

    def _others(self, number: int, customer_id: int, now: datetime) -> Iterator[Promise]:
        """What else is foreseen for this person at `now`."""
        for other, promise in self.coming[customer_id].items():
            if other != number and self.since.get(other, now) <= now:
                yield promise
        for bell in self.bells[customer_id]:
            if bell.since <= now < bell.until:
                yield Promise(bell.at, bell.priority)

    def went(self, one: Intended, now: datetime, verdict: Send) -> None:
        """It has gone out: the month, the account's day and the platform's window are so much fuller."""
        person = self.people[one.customer_id]
        contact = person.contact
        match verdict.ledger:
            case Ledger.MESSAGE:
                contact = replace(contact, message_sent=contact.message_sent + 1)
            case Ledger.TOUCH:
                contact = replace(contact, touch_sent=contact.touch_sent + 1)
        self.people[one.customer_id] = replace(person, contact=contact)
        if one.kind in UNASKED:
            self.sent[one.customer_id].append(now)
            self.days[contact.account, self.limits.day(now)] += 1


def preview(
    intended: Sequence[Intended],
    people: Mapping[int, Listener],
    capabilities: Mapping[str, Capability],
    limits: Limits,
    start: datetime,
    until: datetime,
    bells: Iterable[Bell] = (),
) -> list[Row]:
    """What becomes of each message from `start` to `until`, in order of the moments, if nobody writes.

    intended: as the sender takes them (`storage.queues.IN_TURN`): of two at one moment the earlier one goes.
    Who is not in `people` can only be reached by the seller. What still waits at `until` is "hold".
    """
    book = _Book(limits, dict(people), limits.day(start))
    for bell in bells:
        book.bells[bell.customer_id].append(bell)
    for number, one in enumerate(intended):
        if one.weight:
            book.coming[one.customer_id][number] = Promise(one.at, one.weight, number)
            if not one.known:
                book.since[number] = one.at
    queue: list[tuple[datetime, int, str]] = [
        (max(one.at, start), number, "") for number, one in enumerate(intended)
    ]
    heapify(queue)
    rows: list[Row] = []
    while queue:
        now, number, waited = heappop(queue)
        one = intended[number]
        verdict = _verdict(book, number, one, now, capabilities)
        if isinstance(verdict, Hold) and verdict.until <= until:
            _wait(book, number, one, verdict)
            heappush(queue, (verdict.until, number, verdict.reason))
            continue
        if isinstance(verdict, Send):
            book.went(one, now, verdict)
        book.coming[one.customer_id].pop(number, None)
        rows.append(_row(one, book.people.get(one.customer_id), now, verdict, waited))
    return sorted(rows, key=lambda row: row.at)


def _verdict(
    book: _Book, number: int, one: Intended, now: datetime, capabilities: Mapping[str, Capability]
) -> Permission:
    person = book.people.get(one.customer_id)
    if person is None or not person.contact.is_somewhere:
        return Park("没有他的聊天账号")
    if person.contact.account not in capabilities:
        return Park("这个号已经不在配置里")
    last = book.limits.expiry(one.at, one.late, one.expires_at, unasked=one.kind in UNASKED)
    planned = book.planned(number, one, now, last)
    return permission(planned, capabilities[person.contact.account], now, book.limits)


def _wait(book: _Book, number: int, one: Intended, verdict: Hold) -> None:
    if one.weight:
        book.coming[one.customer_id][number] = Promise(verdict.until, one.weight, number)


_DECISIONS: Sequence[tuple[type, str]] = (
    (Send, "send"),
    (Hold, "hold"),
    (Park, "park"),
    (Drop, "drop"),
    (Doubt, "drop"),
)


def _row(one: Intended, person: Listener | None, now: datetime, verdict: Permission, waited: str) -> Row:
    decision = next(name for kind, name in _DECISIONS if isinstance(verdict, kind))
    return Row(
        now,
        person.called if person else f"#{one.customer_id}",
        person.contact.account if person else "",
        one.kind,
        one.rule,
        one.text,
        decision,
        waited if isinstance(verdict, Send) else verdict.reason,
        one.customer_id,
    )
