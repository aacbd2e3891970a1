"""What a seller's command may look at: questions, in the transaction that will write its effects."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.core.clock import shop_time
from bot.core.customer import Customer, Order
from bot.core.delivery import Kind
from bot.core.settings import Settings
from storage import load
from storage.queries import outbox, people, readings, trade
from storage.state import PUSHES_STOPPED, read_state

MOST_CANDIDATES = 9
JOINT = "\0"
"""Stands for a space inside a word of a line; nobody can type it (see `framework.plain`)."""

MaySend = Callable[[Connection, Customer, Kind, datetime], str]
"""Whether a message of this kind may go to this customer now: empty if it may, else why not."""


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
        snapshots = load.customers(self.connection, load.latest_contacts(self.connection, ids))
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

    def open_consultations(self, most: int = 20) -> list[trade.OpenConsultation]:
        """Consultations without an order, latest first."""
        return trade.open_consultations(self.connection, most)

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
        homes = [s.identities[0] for s in self.settings.sellers if s.name == self.seller and s.identities]
        found = [readings.alerted(self.connection, (h.account, h.id), self.now - last) for h in homes]
        return found[0] if found else []

    def pushed(self, key: str) -> outbox.Unsent | None:
        """The message that was pushed under this key (see `effects.Push.key`)."""
        return outbox.by_key(self.connection, f"{key}#0")

    def question(self) -> dict[str, Any] | None:
        """What this seller has been asked and has not answered."""
        return load.open_question(self.connection, self.seller, self.now)

    def all_stopped(self) -> bool:
        """Whether 停 全部 holds."""
        return bool(read_state(self.connection, PUSHES_STOPPED))

    def not_allowed(self, customer: Customer, kind: Kind) -> str:
        """Why a message of this kind may not go to this customer now; empty if it may."""
        unwanted = self._unwanted(customer) if kind in (Kind.CARE, Kind.PROMO) else ""
        return unwanted or self.may_send(self.connection, customer, kind, self.now)

    def _unwanted(self, customer: Customer) -> str:
        if customer.opted_out_at is not None:
            return "对方退订了"
        if customer.stopped_at is not None:
            return "你停了给这个人的推送"
        return "你停了全部推送" if self.all_stopped() else ""

    def when(self, moment: datetime) -> str:
        """A moment as the shop writes it."""
        return shop_time(moment, self.settings.shop.zone)

    def clock(self, moment: datetime) -> str:
        """The same without the day, if that is today: 22:36."""
        here = moment.astimezone(self.settings.shop.zone)
        today = self.now.astimezone(self.settings.shop.zone).date()
        return f"{here:%H:%M}" if here.date() == today else self.when(moment)
