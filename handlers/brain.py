"""What the engine asks: an event of somebody → what follows. Joins the handlers, timers and commands."""

from __future__ import annotations

from datetime import datetime, timedelta

import handlers
from bot.core.customer import Customer
from bot.core.effects import (
    CancelTimer,
    Effect,
    KeepExample,
    KeepPiece,
    PiecesAnswered,
    ReadMessage,
    StartTimer,
)
from bot.core.events import BuyerEvent, BuyerMessage, MessageKind, SellerMessage, TimerDue
from bot.core.settings import Settings
from handlers.commands import run_command
from handlers.commands.desk import Desk
from handlers.situation import Situation
from handlers.tag_rules import TagRules
from handlers.understanding import Reader
from handlers.understanding.examples import LONGEST, from_rows

PIECES = "pieces"
LONGEST_SILENCE = 4
"""However long a buyer goes on typing, the answer comes after this many silences."""


class Brain:
    """The shop's configuration, compiled; every method is a decision."""

    def __init__(self, settings: Settings, reader: Reader) -> None:
        self.settings = settings
        self._reader = reader
        self._tags = TagRules(settings.tags, reader.lexicon.cutter)

    def on_message(
        self, customer: Customer, message: BuyerMessage, now: datetime, pieces: timedelta
    ) -> list[Effect]:
        """A buyer wrote; `pieces` is how long an open answer waits for the rest (zero: not at all)."""
        situation = self._situation(customer, message.text, now, message.message_id, _readable(message))
        effects = handlers.decide_message(situation)
        read = [_read(situation)] if situation.heard else []
        begun = customer.pieces[0].at if customer.pieces else now
        patience_left = now - begun < LONGEST_SILENCE * pieces
        if pieces and patience_left and handlers.needs_silence(situation, effects):
            return [*read, KeepPiece(), StartTimer(PIECES, customer.id, "", now + pieces)]
        if customer.pieces:
            effects += [PiecesAnswered(customer.id), CancelTimer(PIECES, customer.id, "")]
        return [*read, *effects]

    def on_timer(self, customer: Customer, timer: TimerDue, now: datetime) -> list[Effect]:
        """A timer rang. The buyer has been silent: what waited is answered as one."""
        if timer.rule != PIECES:
            raise ValueError(f"no such timer rule: {timer.rule}")
        if not customer.pieces:
            return []
        situation = self._situation(customer, "", now, None, heard=True)
        return [*handlers.decide_message(situation), PiecesAnswered(customer.id)]

    def on_event(self, customer: Customer, event: BuyerEvent, now: datetime) -> list[Effect]:
        """A buyer did something else than write."""
        return handlers.decide_event(customer, event, self.settings, now, self._reader)

    def on_command(self, desk: Desk, message: SellerMessage) -> list[Effect]:
        """A seller wrote."""
        return run_command(desk, message)

    def learn(self, kept: KeepExample) -> None:
        """What a seller has taught counts from now on; to be called once it is durable."""
        for example in from_rows([(kept.text, kept.intent, kept.complaint)]):
            self._reader.learn(example)

    def _situation(
        self, customer: Customer, text: str, now: datetime, message_id: str | None, heard: bool
    ) -> Situation:
        waiting = [(p.message_id, p.text) for p in customer.pieces]
        if message_id is not None:
            waiting.append((message_id, text))
        joined = "\n".join(text for _, text in waiting)
        ids = tuple(message_id for message_id, _ in waiting)
        reading = self._reader.read(joined)
        hits = self._tags.matched(reading)
        return Situation(customer, joined, reading, self.settings, now, ids, heard, hits)


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
