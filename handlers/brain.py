"""What the engine asks: an event of somebody → what follows. Joins the handlers, timers and commands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import handlers
from bot.core.care import CareRecord
from bot.core.customer import Customer
from bot.core.delivery import Contact, Kind
from bot.core.effects import (
    CancelTimer,
    Effect,
    KeepExample,
    KeepPiece,
    PiecesAnswered,
    ReadMessage,
    Reply,
    StartTimer,
)
from bot.core.events import BuyerEvent, BuyerMessage, MessageKind, SellerMessage, TimerDue
from bot.core.holiday import Holiday
from bot.core.settings import Settings
from handlers.commands import run_command
from handlers.commands.desk import Desk
from handlers.complaint import steps
from handlers.rings import Ring
from handlers.situation import Situation
from handlers.tag_rules import TagRules
from handlers.timer_rules import RULES
from handlers.understanding import Reader
from handlers.understanding.examples import LONGEST, from_rows
from handlers.wording import said

PIECES = "pieces"
ASK_AGAIN = timedelta(minutes=10)
"""Who speaks on in a room has been asked into a private chat already."""
LONGEST_SILENCE = 4
"""However long a buyer goes on typing, the answer comes after this many silences."""


class Brain:
    """The shop's configuration, compiled; every method is a decision."""

    def __init__(self, settings: Settings, reader: Reader) -> None:
        self.settings = settings
        self._reader = reader
        self._tags = TagRules(settings.tags, reader.lexicon.cutter)
        if stuck := steps.check(settings.complaints.deadlines.plan):
            raise ValueError(f"complaints.deadlines: {'；'.join(stuck)}")

    def on_message(
        self,
        customer: Customer,
        message: BuyerMessage,
        now: datetime,
        pieces: timedelta,
        holidays: tuple[Holiday, ...] = (),
    ) -> list[Effect]:
        """A buyer wrote; `pieces` is how long an open answer waits for the rest (zero: not at all)."""
        heard = _readable(message)
        situation = self._situation(customer, message.text, now, message.message_id, heard, holidays)
        effects = handlers.decide_message(situation)
        read = [_read(situation)] if situation.heard else []
        begun = customer.pieces[0].at if customer.pieces else now
        patience_left = now - begun < LONGEST_SILENCE * pieces
        if pieces and patience_left and handlers.needs_silence(situation, effects):
            return [*read, KeepPiece(), StartTimer(PIECES, customer.id, "", now + pieces)]
        if customer.pieces:
            effects += [PiecesAnswered(customer.id), CancelTimer(PIECES, customer.id, "")]
        return [*read, *effects]

    def on_timer(
        self,
        customer: Customer,
        timer: TimerDue,
        now: datetime,
        refused: Callable[[Kind], str],
        care: CareRecord | None = None,
        holidays: tuple[Holiday, ...] = (),
    ) -> list[Effect]:
        """A timer rang; `refused` says why a message of a kind cannot go there now (empty: it can).

        care: what is on record of them for care, for the rule of that name.
        """
        if timer.rule == PIECES:
            return self._pieces(customer, now, holidays)
        return RULES[timer.rule](
            Ring(customer, timer.occasion, self.settings, now, refused, timer.due_at, care or CareRecord())
        )

    def _pieces(self, customer: Customer, now: datetime, holidays: tuple[Holiday, ...]) -> list[Effect]:
        """The buyer has been silent: what waited is answered as one."""
        if not customer.pieces:
            return []
        situation = self._situation(customer, "", now, None, True, holidays)
        return [*handlers.decide_message(situation), PiecesAnswered(customer.id)]

    def on_event(self, customer: Customer, event: BuyerEvent, now: datetime) -> list[Effect]:
        """A buyer did something else than write."""
        return handlers.decide_event(customer, event, self.settings, now, self._reader)

    def on_room(self, contact: Contact, now: datetime) -> list[Effect]:
        """Somebody spoke where others listen: nothing of the matter is said there."""
        if contact.message_at is not None and now - contact.message_at < ASK_AGAIN:
            return []
        return [Reply(said(self.settings, self.settings.texts.room))]

    def on_command(self, desk: Desk, message: SellerMessage) -> list[Effect]:
        """A seller wrote."""
        return run_command(desk, message)

    def learn(self, kept: KeepExample) -> None:
        """What a seller has taught counts from now on; to be called once it is durable."""
        for example in from_rows([(kept.text, kept.intent, kept.complaint)]):
            self._reader.learn(example)

    def _situation(
        self,
        customer: Customer,
        text: str,
        now: datetime,
        message_id: str | None,
        heard: bool,
        holidays: tuple[Holiday, ...],
    ) -> Situation:
        waiting = [(p.message_id, p.text) for p in customer.pieces]
        if message_id is not None:
            waiting.append((message_id, text))
        joined = "\n".join(text for _, text in waiting)
        ids = tuple(message_id for message_id, _ in waiting)
        reading = self._reader.read(joined)
        hits = self._tags.matched(reading)
        return Situation(customer, joined, reading, self.settings, now, ids, heard, hits, holidays)


def _read(situation: Situation) -> ReadMessage:
    meaning = situation.reading.meaning
    return ReadMessage(
        meaning.intent.value,
        next((share for intent, share in meaning.scores if intent is meaning.intent), 0.0),
        meaning.complaint,
        "；".join(meaning.because)[:LONGEST],
        situation.text[:LONGEST] if len(situation.message_ids) > 1 else "",
    )


def _readable(message: BuyerMessage) -> bool:
    return message.kind is MessageKind.TEXT or bool(message.text)
