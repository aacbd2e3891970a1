"""The engine: a batch of events is one transaction, load → decide → write (DESIGN §1–§3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.answering import Composed, Parked, compose
from bot.batching import Batcher
from bot.core.clock import Clock
from bot.core.customer import Customer
from bot.core.decision import Decision
from bot.core.delivery import UNASKED, Capability, Contact
from bot.core.effects import Effect, NotifySeller, PiecesAnswered, Reply, SetFields
from bot.core.events import BuyerEvent, BuyerMessage, Event, Inbound, SellerMessage, TimerDue
from handlers.brain import Brain
from handlers.commands.desk import Desk, MaySend
from storage import load
from storage.db import Database
from storage.effect_writers import Surroundings
from storage.queues import standing_timers
from storage.state import PUSHES_STOPPED, read_state
from storage.write import confirm_passive, opens_window, write_decisions, write_failure

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 256
TRIES_ALONE = 3
"""How often an event is tried by itself when the database may have been at fault."""


@dataclass(frozen=True, slots=True)
class Handled:
    """What came of an event: its message row (None for a timer) and what the HTTP answer carries."""

    message_row: int | None
    answer: str | None = None
    duplicate: bool = False


class Engine:
    """Takes every event; when `submit` returns, what came of it is durable."""

    def __init__(
        self,
        database: Database,
        brain: Brain,
        capabilities: Mapping[str, Capability],
        clock: Clock,
        may_send: MaySend,
        around: Surroundings,
    ) -> None:
        self._database = database
        self._brain = brain
        self._may_send = may_send
        self._around = around
        self._capabilities = capabilities
        self._clock = clock
        self.wake: Callable[[], None] = lambda: None
        self._events: Batcher[Event, Handled] = Batcher(self._handle, MOST_AT_ONCE)
        self._delivered: Batcher[int, None] = Batcher(self._confirm, 1000)

    async def submit(self, event: Event) -> Handled:
        """Handle one event. The same (account, message id) again changes nothing and is answered alike.

        Raises what the database raises when nothing could be stored; the platform will try again.
        """
        return await self._events.submit(self._who(event))

    def delivered(self, message_row: int) -> None:
        """The HTTP answer to this message has been written out; noted soon, in bulk."""
        self._delivered.post(message_row)

    async def drain(self) -> None:
        """Wait until everything taken is written."""
        await self._events.drain()
        await self._delivered.drain()

    def _who(self, event: Event) -> Event:
        """A bound seller's message is a seller's message, whatever channel it came by."""
        if not isinstance(event, BuyerMessage):
            return event
        seller = self._brain.settings.seller_by_identity.get((event.account, event.external_id))
        if seller is None:
            return event
        return SellerMessage(
            event.account, event.external_id, event.message_id, event.at, seller.name, seller.role, event.text
        )

    async def _confirm(self, message_rows: Sequence[int]) -> Sequence[None]:
        now = self._clock.now()
        try:
            await self._database.write(lambda connection: confirm_passive(connection, message_rows, now))
        except Exception as error:
            log.error("deliveries_not_noted", answers=len(message_rows), error=type(error).__name__)
        return [None] * len(message_rows)

    async def _handle(self, batch: Sequence[Event]) -> Sequence[Handled | BaseException]:
        try:
            handled: list[Handled | BaseException] = list(
                await self._database.write(lambda c: self._process(c, batch))
            )
        except Exception as error:
            log.warning("batch_set_apart", events=len(batch), error=type(error).__name__)
            handled = [await self._alone(event) for event in batch]
        self.wake()
        return handled

    async def _alone(self, event: Event) -> Handled | BaseException:
        error: Exception = RuntimeError("not tried")
        for _ in range(TRIES_ALONE):
            try:
                return (await self._database.write(lambda c: self._process(c, [event])))[0]
            except (IntegrityError, OperationalError) as passing:  # another process was faster, or a lock
                error = passing
            except Exception as lasting:
                error = lasting
                break
        return await self._set_aside(event, error)

    async def _set_aside(self, event: Event, error: Exception) -> Handled | BaseException:
        """Store the event without its effects, and tell the seller; if even that fails, hand the error on."""
        try:
            return (await self._database.write(lambda c: self._process(c, [event], broken=error)))[0]
        except Exception as worse:
            log.error("event_lost_for_now", error=type(worse).__name__)
            return worse

    # --- in the writing thread ------------------------------------------------------------------

    def _process(
        self, connection: Connection, batch: Sequence[Event], broken: Exception | None = None
    ) -> list[Handled]:
        around = self._around
        handled: dict[int, Handled] = {}
        load.lock_people(
            connection,
            [(e.account, e.external_id) for e in batch if isinstance(e, Inbound)],
            [e.customer_id for e in batch if isinstance(e, TimerDue)],
        )
        for wave in _waves(batch):
            events = [batch[i] for i in wave]
            results = self._wave(connection, events, around, broken)
            handled |= dict(zip(wave, results, strict=True))
        return [handled[i] for i in range(len(batch))]

    def _wave(
        self, connection: Connection, events: Sequence[Event], around: Surroundings, broken: Exception | None
    ) -> list[Handled]:
        if isinstance(events[0], TimerDue):
            return self._timers(connection, [e for e in events if isinstance(e, TimerDue)], around, broken)
        inbound = [e for e in events if isinstance(e, Inbound)]
        known = load.known_messages(connection, [(e.account, e.message_id) for e in inbound])
        fresh = [e for e in inbound if (e.account, e.message_id) not in known]
        decisions = self._decide(connection, fresh, broken)
        ids = write_decisions(connection, decisions, self._clock.now(), around)
        new = {
            (e.account, e.message_id): Handled(row, decision.http_answer)
            for e, decision, row in zip(fresh, decisions, ids, strict=True)
        }
        old = {key: Handled(found.id, found.answer, duplicate=True) for key, found in known.items()}
        return [(new | old)[(e.account, e.message_id)] for e in inbound]

    def _decide(
        self, connection: Connection, events: Sequence[Inbound], broken: Exception | None
    ) -> list[Decision]:
        if not events:
            return []
        now = self._clock.now()
        buyers = [(e.account, e.external_id) for e in events if not self._from_seller(e)]
        sellers = [(e.account, e.external_id) for e in events if self._from_seller(e)]
        contacts = load.ensure_contacts(connection, buyers, sellers, now)
        people = {c.customer_id: c for c in contacts.values() if c.customer_id is not None}
        customers = load.customers(connection, people) if people else {}
        disabled = load.api_disabled(connection, list(self._capabilities), now)
        listening = [contacts[e.account, e.external_id] for e in events if opens_window(e)]
        parked = load.parked_texts(connection, self._passive_only(listening, disabled), now)
        stopped = bool(read_state(connection, PUSHES_STOPPED)) if parked else False
        decisions = []
        for event in events:
            contact = contacts[event.account, event.external_id]
            customer = customers.get(contact.customer_id or 0)
            api = contact.account not in disabled
            effects = self._effects(connection, event, customer, broken, api=api)
            unwanted = stopped or (customer is not None and _wants_no_more(customer, effects))
            waiting = [
                Parked(row.id, row.text)
                for row in parked.get(contact.id, ())
                if not (unwanted and row.kind in UNASKED)
            ]
            composed = self._compose(effects, contact, api=api, parked=waiting)
            decisions.append(
                Decision(
                    event,
                    contact,
                    tuple(effects),
                    composed.http_answer,
                    composed.answers,
                    composed.joined,
                    tuple(p.id for p in waiting if p.id not in composed.joined),
                )
            )
        return decisions

    def _from_seller(self, event: Inbound) -> bool:
        return (event.account, event.external_id) in self._brain.settings.seller_by_identity

    def _passive_only(self, contacts: Iterable[Contact], disabled: set[str]) -> list[int]:
        return [
            contact.id
            for contact in contacts
            if (capability := self._capabilities.get(contact.account)) is not None
            and capability.passive
            and not (capability.api and contact.account not in disabled)
        ]

    def _compose(
        self, effects: Sequence[Effect], contact: Contact, *, api: bool, parked: Sequence[Parked]
    ) -> Composed:
        capability = self._capabilities[contact.account]
        replies = [e.text for e in effects if isinstance(e, Reply)]
        return compose(
            replies,
            capability,
            api=api and capability.api,
            parked=parked,
            more=self._brain.settings.texts.more,
        )

    def _effects(
        self,
        connection: Connection,
        event: Inbound,
        customer: Customer | None,
        broken: Exception | None,
        *,
        api: bool,
    ) -> list[Effect]:
        now = self._clock.now()
        try:
            if broken is not None:
                raise broken
            if isinstance(event, SellerMessage):
                desk = Desk(connection, self._brain.settings, now, may_send=self._may_send)
                return self._brain.on_command(desk, event)
            if customer is None:  # a seller's subscribe, click and so on: only the ledger cares
                return []
            if isinstance(event, BuyerMessage):
                return self._brain.on_message(
                    customer, event, now, pieces=self._pieces(event.account, api=api)
                )
            if isinstance(event, BuyerEvent):
                return self._brain.on_event(customer, event, now)
        except Exception as error:
            return self._failed(connection, event, customer, error)
        raise TypeError(f"unknown inbound event {type(event).__name__}")

    def _pieces(self, account: str, *, api: bool) -> timedelta:
        """How long a buyer's silence is waited for before an open answer (DESIGN §3.5)."""
        settings = self._brain.settings
        if not (api and self._capabilities[account].api):
            return timedelta()
        if settings.account(account).channel == "sandbox" and not settings.sandbox.pieces:
            return timedelta()
        return settings.conversation.silence

    def _failed(
        self, connection: Connection, event: Inbound | TimerDue, customer: Customer | None, error: Exception
    ) -> list[Effect]:
        log.error("event_not_decided", kind=type(event).__name__, error=type(error).__name__)
        log.debug("event_not_decided_because", exc_info=error)
        about = _about(event)
        write_failure(connection, about, f"{type(error).__name__}: {error}"[:2000], self._clock.now())
        if isinstance(event, SellerMessage):
            return [
                Reply("这条指令我没办成，出了内部错误，什么都没改。原话已记下，可以换个写法再试，或发 帮助。")
            ]
        called = customer.called if customer else ""
        pieces = [piece.text for piece in customer.pieces] if customer else []
        words = "\n".join([*pieces, *filter(None, [getattr(event, "text", "")])])
        text = f"{called} 的一条消息我没处理好，原话：“{words}”\n请你来回：回 {called} 文字"
        told = NotifySeller(text, key=f"failure:{about}")
        # pieces that cannot be read must not be joined to the next message
        return [told, PiecesAnswered(customer.id)] if customer and pieces else [told]

    def _timers(
        self,
        connection: Connection,
        events: Sequence[TimerDue],
        around: Surroundings,
        broken: Exception | None,
    ) -> list[Handled]:
        now = self._clock.now()
        standing = standing_timers(connection, events)
        contacts = load.latest_contacts(connection, [e.customer_id for e in events])
        customers = load.customers(connection, contacts)
        decisions = []
        for event in events:
            if event.timer_id not in standing:
                continue
            if event.customer_id not in customers:  # nowhere to be reached: done with
                decisions.append(Decision(event, None))
                continue
            customer = customers[event.customer_id]
            effects = self._timer_effects(connection, event, customer, broken)
            replies = [e.text for e in effects if isinstance(e, Reply)]
            capability = self._capabilities.get(customer.contact.account, Capability())
            composed = compose(replies, _without_passive(capability), api=True)
            decisions.append(Decision(event, customer.contact, tuple(effects), None, composed.answers))
        write_decisions(connection, decisions, now, around)
        return [Handled(None) for _ in events]

    def _timer_effects(
        self, connection: Connection, event: TimerDue, customer: Customer, broken: Exception | None
    ) -> list[Effect]:
        try:
            if broken is not None:
                raise broken
            return self._brain.on_timer(customer, event, self._clock.now())
        except Exception as error:
            return self._failed(connection, event, customer, error)


def _without_passive(capability: Capability) -> Capability:
    return Capability(text_bytes=capability.text_bytes)


def _about(event: Inbound | TimerDue) -> str:
    """The event's name in failures and alerts; a timer's number may come back, its due time does not."""
    if isinstance(event, TimerDue):
        return f"TimerDue:{event.timer_id}:{event.due_at.isoformat()}"
    return f"{type(event).__name__}:{event.account}:{event.message_id}"


def _wants_no_more(customer: Customer, effects: Sequence[Effect]) -> bool:
    """Whether greetings and offers are unwanted, be it from this very event on."""
    if customer.opted_out_at is not None or customer.stopped_at is not None:
        return True
    return any(isinstance(e, SetFields) and e.fields.get("opted_out_at") for e in effects)


def _waves(batch: Sequence[Event]) -> Iterator[list[int]]:
    """Cut a batch so that no wave has two events of one person: each sees what the one before left.

    A seller's message stands alone, because a command may look at anybody; timers stand apart.
    """
    wave: list[int] = []
    inside: set[tuple[str, str]] = set()
    kind: type | None = None
    for index, event in enumerate(batch):
        who = (
            ("timer", str(event.customer_id))
            if isinstance(event, TimerDue)
            else (event.account, event.external_id)
        )
        alone = isinstance(event, SellerMessage)
        if wave and (
            alone or who in inside or kind is SellerMessage or (kind is TimerDue) != (type(event) is TimerDue)
        ):
            yield wave
            wave, inside = [], set()
        wave.append(index)
        inside.add(who)
        kind = type(event)
    if wave:
        yield wave
