"""What the engine asks: an event of somebody → what follows. Joins the handlers, timers and commands."""

from __future__ import annotations

from datetime import datetime, timedelta

import handlers
from bot.core.customer import Customer
from bot.core.effects import CancelTimer, Effect, KeepPiece, PiecesAnswered, StartTimer
from bot.core.events import BuyerEvent, BuyerMessage, MessageKind, SellerMessage, TimerDue
from bot.core.settings import Settings
from handlers.commands import run_command
from handlers.commands.desk import Desk
from handlers.situation import Situation
from handlers.understanding import Reader

PIECES = "pieces"
LONGEST_SILENCE = 4
"""However long a buyer goes on typing, the answer comes after this many silences."""


class Brain:
    """The shop's configuration, compiled; every method is a decision."""

    def __init__(self, settings: Settings, reader: Reader) -> None:
        self.settings = settings
        self._reader = reader

    def on_message(
        self, customer: Customer, message: BuyerMessage, now: datetime, pieces: timedelta
    ) -> list[Effect]:
        """A buyer wrote; `pieces` is how long an open answer waits for the rest (zero: not at all)."""
        situation = self._situation(customer, message.text, now, message.message_id, _readable(message))
        effects = handlers.decide_message(situation)
        begun = customer.pieces[0].at if customer.pieces else now
        patience_left = now - begun < LONGEST_SILENCE * pieces
        if pieces and patience_left and handlers.needs_silence(situation, effects):
            return [KeepPiece(), StartTimer(PIECES, customer.id, "", now + pieces)]
        if customer.pieces:
            effects += [PiecesAnswered(customer.id), CancelTimer(PIECES, customer.id, "")]
        return effects

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

    def _situation(
        self, customer: Customer, text: str, now: datetime, message_id: str | None, heard: bool
    ) -> Situation:
        waiting = [(p.message_id, p.text) for p in customer.pieces]
        if message_id is not None:
            waiting.append((message_id, text))
        joined = "\n".join(text for _, text in waiting)
        ids = tuple(message_id for message_id, _ in waiting)
        return Situation(customer, joined, self._reader.read(joined), self.settings, now, ids, heard)


def _readable(message: BuyerMessage) -> bool:
    return message.kind is MessageKind.TEXT or bool(message.text)
