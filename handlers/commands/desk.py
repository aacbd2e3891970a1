"""What a seller's command may look at: questions, in the transaction that will write its effects."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.core.clock import shop_clock, shop_time
from bot.core.complaint import Complaint
from bot.core.customer import Customer, OpenPromise, Order
from bot.core.delivery import Kind
from bot.core.holiday import Holiday
from bot.core.ledger import Sendings
from bot.core.settings import Settings
from scheduler.preview import Row
from storage import ledger, load
from storage.holidays import limits_now
from storage.queries import complaints, consultations, outbox, people, promises, readings, tasks, trade
from storage.state import PUSHES_STOPPED, read_state

MOST_CANDIDATES = 9
_FAR = timedelta(days=300)
JOINT = "\0"
"""Stands for a space inside a word of a line; nobody can type it (see `framework.plain`)."""

MaySend = Callable[[Connection, Customer, Kind, datetime], str]
"""Whether a message of this kind may go to this customer now: empty if it may, else why not."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would go out from `start` to `until`, and what becomes of each, in order."""

    start: datetime
    until: datetime
    rows: tuple[Row, ...]


Foresee = Callable[[Connection, datetime, int], Foreseen]
"""From this moment on, for so many days."""


class Ambiguous(Exception):
    """A name that fits several customers, answered with a numbered choice; `more`: others besides."""

    def __init__(self, name: str, candidates: Sequence[Customer], *, more: bool = False) -> None:
        super().__init__(name)
        self.name = name
        self.candidates = candidates
        self.more = more


class NotFound(Exception):
    """A name or number that fits nothing; the message tells the seller what to do."""


@dataclass(frozen=True)
class Desk:
    """One seller's view of the shop at one moment.

    chosen: names that the seller has resolved by number. confirmed: whether 确认 was typed.
    """

    connection: Connection
    settings: Settings
    now: datetime
    seller: str = ""
    role: str = "staff"
    chosen: Mapping[str, int] = field(default_factory=dict)
    confirmed: bool = False
    may_send: MaySend = lambda *_: ""
    foresee: Foresee | None = None

    def customer(self, name: str) -> Customer:
        """The one customer whom `name` means (name, nickname, phone, platform id or #number)."""
        found = self.customers([self.chosen[name]] if name in self.chosen else self._named(name))
        if not found:
            raise NotFound(f"没有找到“{name[:20]}”。发 找 {name[:1]} 看看有谁。")
        if len(found) > 1:
            raise Ambiguous(name, found[:MOST_CANDIDATES], more=len(found) > MOST_CANDIDATES)
        return found[0]

    def _named(self, name: str) -> list[int]:
        # platforms hand nicknames over in any width
        spellings = list(dict.fromkeys((name, unicodedata.normalize("NFKC", name))))
        return people.named(self.connection, spellings, MOST_CANDIDATES + 1)

    def one_word(self, line: str) -> str:
        """`line` with the name at its beginning made one word (see JOINT), if it has spaces."""
        spaced = [n for n in people.named_first(self.connection, line) if len(n.split()) > 1]
        name = max((n for n in spaced if line[len(n) :][:1].strip() == ""), key=len, default="")
        return JOINT.join(name.split(" ")) + line[len(name) :] if name else line

    def customers(self, ids: Sequence[int]) -> list[Customer]:
        """These customers, in the order asked."""
        snapshots = load.snapshots(self.connection, ids)
        return [snapshots[i] for i in ids if i in snapshots]

    def search(self, words: Sequence[str], most: int) -> list[Customer]:
        """Customers who have each of `words` in tags, profile or purchases, last heard from first."""
        return self.customers(people.searched(self.connection, words, most))

    def order(self, number: str) -> Order | None:
        """The order with this number."""
        return trade.order(self.connection, number)

    def next_order_number(self) -> str:
        """A free order number of the shop's own, like 20261121-3."""
        return trade.next_number(self.connection, self.now.astimezone(self.settings.shop.zone).date())

    def open_consultations(self, most: int) -> list[consultations.OpenConsultation]:
        """Consultations without an order, latest first."""
        return consultations.open_consultations(self.connection, most)

    def consultations_since(
        self, moment: datetime, until: datetime | None = None
    ) -> list[consultations.Past]:
        """Every consultation opened since `moment` (and before `until`), with what has come of it."""
        return consultations.since(self.connection, moment, until)

    def parcel_elsewhere(self, tracking_no: str, order: Order) -> str:
        """The number of another customer's order that has this parcel; empty if there is none."""
        return trade.parcel_elsewhere(self.connection, tracking_no, order.customer_id)

    def last_typed(self) -> list[outbox.Unsent]:
        """What this seller's latest command that was not taken back has to send, and what became of it."""
        return outbox.latest_of(self.connection, self.seller)

    def waiting_for(self, customer: Customer) -> list[outbox.Unsent]:
        """What waits to be sent to this customer, with its reason."""
        return outbox.waiting_for(self.connection, customer.id)

    def not_sent_to(self, customer: Customer, most: int) -> list[outbox.Unsent]:
        """The latest messages to this customer that did not go out, or perhaps not; newest first."""
        return outbox.not_sent_to(self.connection, customer.id, self.now - timedelta(days=30), most)

    def last_said(self, customer: Customer) -> readings.Said | None:
        """What this customer said last that can be read, and how it was read."""
        return readings.last_of(self.connection, customer.id)

    def alerted(self, last: timedelta) -> list[tuple[datetime, readings.Said]]:
        """The buyers' words that this seller was alerted to of late, and when; newest first."""
        return readings.alerted(self.connection, self._homes(), self.now - last)

    def alert_texts(self, last: timedelta) -> list[tuple[datetime, str]]:
        """What this seller was alerted to of late, and when; newest first."""
        return complaints.alerts(self.connection, self._homes(), self.now - last)

    def _homes(self) -> list[load.Address]:
        """Where this seller can be told things."""
        mine = [s for s in self.settings.sellers if s.name == self.seller]
        return [(i.account, i.id) for s in mine for i in s.identities]

    def complaint(self, number: int) -> complaints.OnRecord | None:
        """The complaint with this number, open or closed."""
        return complaints.numbered(self.connection, number)

    def open_complaints(self) -> list[Complaint]:
        """All open ones of the shop, oldest first."""
        return complaints.open_ones(self.connection)

    def ended_complaints(self, customer: Customer, most: int = 3) -> list[complaints.OnRecord]:
        """The closed ones of this customer, newest first."""
        return complaints.ended_of(self.connection, customer.id, most)

    def complaints_since(self, moment: datetime) -> list[complaints.OnRecord]:
        """All of the shop that were opened since then."""
        return complaints.opened_since(self.connection, moment)

    def complaint_opened_by(self, said: readings.Said) -> int | None:
        """The number of the complaint that these words have opened."""
        return complaints.opened_by(self.connection, said.id)

    def next_complaint_number(self) -> int:
        """A free number."""
        return complaints.next_number(self.connection)

    def told_in(self, complaint: Complaint) -> list[outbox.Unsent]:
        """What the buyer was to be told with the moves of this complaint, and what became of it."""
        moments = {move.at for move in complaint.moves if move.sent}
        return complaints.written_at(self.connection, complaint.customer_id, moments)

    def pushed_under(self, messages: Sequence[outbox.Unsent]) -> dict[int, str]:
        """The keys of these messages, by their ids."""
        return complaints.keys_of(self.connection, [message.id for message in messages])

    def bought_at(self, customer_ids: Sequence[int]) -> dict[int, list[datetime]]:
        """When each of these customers bought something."""
        return complaints.bought_at(self.connection, customer_ids)

    def whose(self, messages: Sequence[outbox.Unsent]) -> dict[int, int]:
        """The customers for whom these messages are, by the messages' ids."""
        return outbox.whose(self.connection, [message.id for message in messages])

    def settled_by_words(self, customer: Customer, moment: datetime) -> list[OpenPromise]:
        """The promises that the seller's words of exactly this moment kept or replaced."""
        return promises.settled_by_words(self.connection, customer.id, moment)

    def pushed(self, key: str) -> outbox.Unsent | None:
        """The message that was pushed under this key (see `effects.Push.key`)."""
        return outbox.by_key(self.connection, f"{key}#0")

    def question(self) -> dict[str, Any] | None:
        """What this seller has been asked and has not answered."""
        return load.open_question(self.connection, self.seller, self.now)

    def holidays(self) -> tuple[Holiday, ...]:
        """When the shop is away, by config.yaml and by what a seller has said since."""
        return limits_now(self.connection, self.settings.care_limits).holidays

    def all_stopped(self) -> bool:
        """Whether 停 全部 holds."""
        return bool(read_state(self.connection, PUSHES_STOPPED))

    def not_allowed(self, customer: Customer, kind: Kind) -> str:
        """Why a message of this kind may not go to this customer now; empty if it may."""
        unwanted = self._unwanted(customer) if kind in (Kind.CARE, Kind.PROMO) else ""
        return unwanted or self.may_send(self.connection, customer, kind, self.now)

    def sendings(self, customer: Customer) -> Sendings:
        """What this customer has had of greetings and offers, and what is foreseen."""
        limits = self.settings.care_limits
        return ledger.sendings(self.connection, [customer.id], self.now, limits).get(customer.id, Sendings())

    def left_to_me(self, customer: Customer) -> list[tasks.Task]:
        """What waits for the seller's own hand about this customer."""
        return tasks.of_customer(self.connection, customer.id, self.now)

    def unasked_sent_to(self, customer: Customer, most: int) -> list[outbox.Unsent]:
        """The latest greetings and offers that went out to this customer; newest first."""
        return outbox.unasked_sent_to(self.connection, customer.id, most)

    def _unwanted(self, customer: Customer) -> str:
        return load.unwanted(self.connection, customer).replace("店主", "你")

    def when(self, moment: datetime) -> str:
        """A moment as the shop writes it; with the year where it would be taken for a day of this one."""
        year = f"{moment.astimezone(self.settings.shop.zone).year}年" if abs(moment - self.now) > _FAR else ""
        return year + shop_time(moment, self.settings.shop.zone)

    def clock(self, moment: datetime) -> str:
        """The same without the day, if that is today: 22:36."""
        return shop_clock(moment, self.settings.shop.zone, self.now)
