"""Messages and whatever else comes in: loaded, decided, written, answered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import same_people
from bot.answering import compose
from bot.core.customer import Customer
from bot.core.decision import Decision
from bot.core.delivery import Contact
from bot.core.effects import Effect, KeepExample, Reply
from bot.core.events import (
    BuyerEvent,
    BuyerMessage,
    Inbound,
    RoomMessage,
    SellerMessage,
)
from bot.core.ledger import Limits
from bot.riding import Riders, riders
from bot.transaction.workshop import Handled, Workshop, said_in
from handlers.commands.desk import Desk, Foresee, MaySend
from handlers.holiday import with_slow_parcels
from storage import load
from storage.holidays import limits_now
from storage.state import PUSHES_STOPPED, read_state
from storage.write import opens_window


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the inbound events of one wave are decided against."""

    now: datetime
    contacts: Mapping[load.Address, Contact]
    customers: Mapping[int, Customer]
    disabled: frozenset[str] = frozenset()  # accounts that have turned out to have no right to send
    riders: Riders = field(default=Riders())
    pushes_stopped: bool = False
    limits: Limits = field(default=Limits())
    later: Collection[int] = ()  # customers whose turn comes after somebody else's here

    def is_due(self, event: Inbound) -> bool:
        """Whether it is decided against this: the first of those who are one person, or may be."""
        contact = self.contacts[event.account, event.external_id]
        one = self.customers.get(contact.customer_id or 0)
        return one is None or (one.contact.id == contact.id and one.id not in self.later)


class Incoming:
    """Handles what one wave brings from correspondents."""

    def __init__(self, shop: Workshop, may_send: MaySend) -> None:
        self.foresee: Foresee | None = None
        self._shop = shop
        self._may_send = may_send

    def handle(
        self, connection: Connection, events: Sequence[Inbound], broken: Exception | None
    ) -> list[Handled]:
        """What came of each; who is one person with somebody earlier waits until that one is written."""
        known = load.known_messages(connection, [(e.account, e.message_id) for e in events])
        fresh = [e for e in events if (e.account, e.message_id) not in known]
        handled = {key: Handled(found.id, found.answer, duplicate=True) for key, found in known.items()}
        while fresh:
            loaded = self._load(connection, fresh)
            now_due = [e for e in fresh if loaded.is_due(e)]
            decisions = [self._decision(connection, event, loaded, broken) for event in now_due]
            rows = self._shop.write(connection, decisions, loaded.now)
            for event, decision, row in zip(now_due, decisions, rows, strict=True):
                handled[event.account, event.message_id] = Handled(
                    row, decision.http_answer, taught=_taught(decision)
                )
            fresh = [e for e in fresh if e not in now_due]
        return [handled[e.account, e.message_id] for e in events]

    def _load(self, connection: Connection, events: Sequence[Inbound]) -> Loaded:
        now = self._shop.now()
        bound = self._shop.settings.seller_by_identity
        senders = [(e.account, e.external_id) for e in events]
        nobodys = bound.keys() | {(e.account, e.external_id) for e in events if isinstance(e, RoomMessage)}
        contacts = load.ensure_contacts(
            connection, [s for s in senders if s not in nobodys], [s for s in senders if s in nobodys], now
        )
        people: dict[int, Contact] = {}
        for sender in senders:  # of one person's accounts the first; the others see what it has left
            if (id_ := contacts[sender].customer_id) is not None:
                people.setdefault(id_, contacts[sender])
        customers = load.customers(connection, people) if people else {}
        said = said_in(customers, events)
        customers, later = same_people.recognised(connection, customers, said), same_people.taking_turns(said)
        disabled = frozenset(load.api_disabled(connection, list(self._shop.capabilities), now))
        listening = [contacts[e.account, e.external_id] for e in events if opens_window(e)]
        only_answers = [c.id for c in listening if not self._shop.may_push(c.account, disabled)]
        parked = load.parked_texts(connection, only_answers, now)
        stopped = bool(parked) and bool(read_state(connection, PUSHES_STOPPED))
        limits = limits_now(connection, self._shop.around.limits)
        waiting = riders(connection, list(contacts.values()), parked, now, limits)
        return Loaded(now, contacts, customers, disabled, waiting, stopped, limits, later)

    def _decision(
        self, connection: Connection, event: Inbound, loaded: Loaded, broken: Exception | None
    ) -> Decision:
        contact = loaded.contacts[event.account, event.external_id]
        customer = loaded.customers.get(contact.customer_id or 0)
        effects = self._decided(connection, event, customer, loaded, broken)
        waiting = loaded.riders.wanted(
            contact, customer, effects, loaded.pushes_stopped, loaded.now, loaded.limits
        )
        composed = compose(
            [e.text for e in effects if isinstance(e, Reply)],
            self._shop.capabilities[event.account],
            api=self._shop.may_push(event.account, loaded.disabled),
            parked=waiting,
            more=self._shop.settings.texts.more,
            pictures=[e.picture for e in effects if isinstance(e, Reply)],
        )
        staying = tuple(p.id for p in waiting if p.id not in composed.joined)
        return Decision(
            event, contact, tuple(effects), composed.http_answer, composed.answers, composed.joined, staying
        )

    def _decided(
        self,
        connection: Connection,
        event: Inbound,
        customer: Customer | None,
        loaded: Loaded,
        broken: Exception | None,
    ) -> list[Effect]:
        try:
            if broken is not None:
                raise broken
            return self._ask(connection, event, customer, loaded)
        except Exception as error:
            return self._shop.failed(connection, event, customer, error)

    def _ask(
        self, connection: Connection, event: Inbound, customer: Customer | None, loaded: Loaded
    ) -> list[Effect]:
        if isinstance(event, SellerMessage):
            desk = Desk(
                connection, self._shop.settings, loaded.now, may_send=self._may_send, foresee=self.foresee
            )
            done = self._shop.brain.on_command(desk, event)
            return with_slow_parcels(done, loaded.limits.holidays, self._shop.settings, loaded.now)
        if isinstance(event, RoomMessage):
            return self._shop.brain.on_room(loaded.contacts[event.account, event.external_id], loaded.now)
        if customer is None:  # a seller's subscribe, click and so on: only the ledger cares
            return []
        if isinstance(event, BuyerMessage):
            silence = self._silence(event.account, loaded.disabled)
            holidays = loaded.limits.holidays
            return self._shop.brain.on_message(customer, event, loaded.now, pieces=silence, holidays=holidays)
        if isinstance(event, BuyerEvent):
            return self._shop.brain.on_event(customer, event, loaded.now)
        raise TypeError(f"unknown inbound event {type(event).__name__}")

    def _silence(self, account: str, disabled: frozenset[str]) -> timedelta:
        """How long a buyer's silence is waited for before an open answer (DESIGN §3.5)."""
        settings = self._shop.settings
        if not self._shop.may_push(account, disabled):
            return timedelta()
        if settings.account(account).channel == "sandbox" and not settings.sandbox.pieces:
            return timedelta()
        return settings.conversation.silence


def _taught(decision: Decision) -> tuple[KeepExample, ...]:
    if not isinstance(decision.event, SellerMessage):
        return ()
    return tuple(e for e in decision.effects if isinstance(e, KeepExample))
