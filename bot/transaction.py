"""One batch of events in the writing thread: load → decide → write, wave by wave (DESIGN §3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from bot.answering import Parked, compose
from bot.core.clock import Clock
from bot.core.customer import Customer
from bot.core.decision import Decision
from bot.core.delivery import UNASKED, Capability, Contact
from bot.core.effects import Effect, KeepExample, Reply, SetFields
from bot.core.events import BuyerEvent, BuyerMessage, Event, Inbound, SellerMessage, TimerDue
from bot.waves import waves
from handlers.brain import Brain
from handlers.commands.desk import Desk, MaySend
from handlers.failure import after_failure, name_of
from storage import load
from storage.queues import standing_timers
from storage.state import PUSHES_STOPPED, read_state
from storage.write import opens_window, write_decisions, write_failure
from storage.writers import Surroundings

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Handled:
    """What came of an event: its message row (None for a timer) and what the HTTP answer carries.

    taught: what a seller's message teaches, once it is durable.
    """

    message_row: int | None
    answer: str | None = None
    duplicate: bool = False
    taught: tuple[KeepExample, ...] = ()


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What the inbound events of one wave are decided against."""

    now: datetime
    contacts: Mapping[load.Address, Contact]
    customers: Mapping[int, Customer]
    disabled: frozenset[str] = frozenset()  # accounts that have turned out to have no right to send
    parked: Mapping[int, Sequence[load.Waiting]] = field(default_factory=dict)
    pushes_stopped: bool = False


class Transaction:
    """Knows the shop; holds nothing between two batches."""

    def __init__(
        self,
        brain: Brain,
        capabilities: Mapping[str, Capability],
        clock: Clock,
        may_send: MaySend,
        around: Surroundings,
    ) -> None:
        self.around = around
        self._brain = brain
        self._settings = brain.settings
        self._capabilities = capabilities
        self._clock = clock
        self._may_send = may_send

    def run(
        self, connection: Connection, batch: Sequence[Event], broken: Exception | None = None
    ) -> list[Handled]:
        """Handle the batch; `broken` is why its one event must be set aside instead of decided."""
        load.lock_people(
            connection,
            [(e.account, e.external_id) for e in batch if isinstance(e, Inbound)],
            [e.customer_id for e in batch if isinstance(e, TimerDue)],
        )
        handled: dict[int, Handled] = {}
        for wave in waves(batch):
            handled |= zip(wave, self._wave(connection, [batch[i] for i in wave], broken), strict=True)
        return [handled[i] for i in range(len(batch))]

    def learn(self, handled: Handled) -> None:
        """What the seller taught with this message, now that it is written, counts in this process.

        Other processes on the same PostgreSQL learn it at their next start.
        """
        for kept in handled.taught:
            self._brain.learn(kept)

    def _wave(
        self, connection: Connection, events: Sequence[Event], broken: Exception | None
    ) -> list[Handled]:
        timers = [e for e in events if isinstance(e, TimerDue)]
        if timers:
            write_decisions(
                connection, self._rung(connection, timers, broken), self._clock.now(), self.around
            )
            return [Handled(None)] * len(timers)
        return self._inbound(connection, [e for e in events if isinstance(e, Inbound)], broken)

    # --- messages and whatever else comes in ----------------------------------------------------

    def _inbound(
        self, connection: Connection, events: Sequence[Inbound], broken: Exception | None
    ) -> list[Handled]:
        known = load.known_messages(connection, [(e.account, e.message_id) for e in events])
        fresh = [e for e in events if (e.account, e.message_id) not in known]
        handled = {key: Handled(found.id, found.answer, duplicate=True) for key, found in known.items()}
        if fresh:
            loaded = self._load(connection, fresh)
            decisions = [self._decision(connection, event, loaded, broken) for event in fresh]
            rows = write_decisions(connection, decisions, loaded.now, self.around)
            for event, decision, row in zip(fresh, decisions, rows, strict=True):
                handled[event.account, event.message_id] = Handled(
                    row, decision.http_answer, taught=_taught(decision)
                )
        return [handled[e.account, e.message_id] for e in events]

    def _load(self, connection: Connection, events: Sequence[Inbound]) -> _Loaded:
        now = self._clock.now()
        bound = self._settings.seller_by_identity
        senders = [(e.account, e.external_id) for e in events]
        contacts = load.ensure_contacts(
            connection, [s for s in senders if s not in bound], [s for s in senders if s in bound], now
        )
        people = {c.customer_id: c for c in contacts.values() if c.customer_id is not None}
        customers = load.customers(connection, people) if people else {}
        disabled = frozenset(load.api_disabled(connection, list(self._capabilities), now))
        listening = [contacts[e.account, e.external_id] for e in events if opens_window(e)]
        only_answers = [c.id for c in listening if not self._may_push(c.account, disabled)]
        parked = load.parked_texts(connection, only_answers, now)
        stopped = bool(parked) and bool(read_state(connection, PUSHES_STOPPED))
        return _Loaded(now, contacts, customers, disabled, parked, stopped)

    def _may_push(self, account: str, disabled: frozenset[str]) -> bool:
        """Whether messages of one's own accord may be sent at all on this account."""
        return self._capabilities[account].api and account not in disabled

    def _decision(
        self, connection: Connection, event: Inbound, loaded: _Loaded, broken: Exception | None
    ) -> Decision:
        contact = loaded.contacts[event.account, event.external_id]
        customer = loaded.customers.get(contact.customer_id or 0)
        effects = self._decided(connection, event, customer, loaded, broken)
        waiting = _wanted(loaded, contact, customer, effects)
        composed = compose(
            [e.text for e in effects if isinstance(e, Reply)],
            self._capabilities[event.account],
            api=self._may_push(event.account, loaded.disabled),
            parked=waiting,
            more=self._settings.texts.more,
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
        loaded: _Loaded,
        broken: Exception | None,
    ) -> list[Effect]:
        try:
            if broken is not None:
                raise broken
            return self._ask(connection, event, customer, loaded)
        except Exception as error:
            return self._failed(connection, event, customer, error)

    def _ask(
        self, connection: Connection, event: Inbound, customer: Customer | None, loaded: _Loaded
    ) -> list[Effect]:
        if isinstance(event, SellerMessage):
            desk = Desk(connection, self._settings, loaded.now, may_send=self._may_send)
            return self._brain.on_command(desk, event)
        if customer is None:  # a seller's subscribe, click and so on: only the ledger cares
            return []
        if isinstance(event, BuyerMessage):
            silence = self._silence(event.account, loaded.disabled)
            return self._brain.on_message(customer, event, loaded.now, pieces=silence)
        if isinstance(event, BuyerEvent):
            return self._brain.on_event(customer, event, loaded.now)
        raise TypeError(f"unknown inbound event {type(event).__name__}")

    def _silence(self, account: str, disabled: frozenset[str]) -> timedelta:
        """How long a buyer's silence is waited for before an open answer (DESIGN §3.5)."""
        settings = self._settings
        if not self._may_push(account, disabled):
            return timedelta()
        if settings.account(account).channel == "sandbox" and not settings.sandbox.pieces:
            return timedelta()
        return settings.conversation.silence

    # --- timers ---------------------------------------------------------------------------------

    def _rung(
        self, connection: Connection, timers: Sequence[TimerDue], broken: Exception | None
    ) -> list[Decision]:
        standing = standing_timers(connection, timers)
        contacts = load.latest_contacts(connection, [t.customer_id for t in timers])
        customers = load.customers(connection, contacts)
        return [
            self._timer_decision(connection, timer, customers.get(timer.customer_id), broken)
            for timer in timers
            if timer.timer_id in standing
        ]

    def _timer_decision(
        self, connection: Connection, timer: TimerDue, customer: Customer | None, broken: Exception | None
    ) -> Decision:
        if customer is None:  # nowhere to be reached: done with
            return Decision(timer, None)
        try:
            if broken is not None:
                raise broken
            effects = self._brain.on_timer(customer, timer, self._clock.now())
        except Exception as error:
            effects = self._failed(connection, timer, customer, error)
        capability = self._capabilities.get(customer.contact.account, Capability())
        replies = [e.text for e in effects if isinstance(e, Reply)]
        composed = compose(replies, Capability(text_bytes=capability.text_bytes), api=True)
        return Decision(timer, customer.contact, tuple(effects), None, composed.answers)

    def _failed(
        self, connection: Connection, event: Event, customer: Customer | None, error: Exception
    ) -> list[Effect]:
        """A failing handler leaves nothing behind but this."""
        log.error("event_not_decided", kind=type(event).__name__, error=type(error).__name__)
        log.debug("event_not_decided_because", exc_info=error)
        write_failure(
            connection, name_of(event), f"{type(error).__name__}: {error}"[:2000], self._clock.now()
        )
        return after_failure(event, customer)


def _taught(decision: Decision) -> tuple[KeepExample, ...]:
    if not isinstance(decision.event, SellerMessage):
        return ()
    return tuple(e for e in decision.effects if isinstance(e, KeepExample))


def _wanted(
    loaded: _Loaded, contact: Contact, customer: Customer | None, effects: Sequence[Effect]
) -> list[Parked]:
    """What is parked for this contact and may ride on an answer: no greeting to who wants none."""
    unwanted = loaded.pushes_stopped or (customer is not None and _wants_no_more(customer, effects))
    rows = loaded.parked.get(contact.id, ())
    return [Parked(row.id, row.text) for row in rows if not (unwanted and row.kind in UNASKED)]


def _wants_no_more(customer: Customer, effects: Sequence[Effect]) -> bool:
    """Whether greetings and offers are unwanted, be it from this very event on."""
    if customer.opted_out_at is not None or customer.stopped_at is not None:
        return True
    return any(isinstance(e, SetFields) and e.fields.get("opted_out_at") for e in effects)
