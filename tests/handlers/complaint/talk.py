"""A buyer, the bot and its clock: every word and every ring, decided and written as the engine does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from bot.core.complaint import Complaint, RemedyKind, Signal
from bot.core.customer import Customer
from bot.core.delivery import Kind
from bot.core.effects import Effect, MoveComplaint, OpenComplaint, PromiseRemedy
from bot.core.settings import Settings
from handlers import decide_message
from handlers.complaint import steps
from handlers.complaint.hearing import moved
from handlers.situation import Situation
from handlers.understanding import Reader
from tests.handlers.shop import KNOWN, NOW, SHOP, after, alerts, pushed, reply, ring

READER = Reader(SHOP)
READER.warm()


@dataclass
class Talk:
    """What has come of everything said so far."""

    customer: Customer = KNOWN
    settings: Settings = SHOP
    now: datetime = NOW
    refused: Callable[[Kind], str] = lambda _: ""
    found: list[Effect] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """Everything that the buyer has read."""
    numbers: Any = field(default_factory=lambda: count(1))

    def say(self, text: str, *, heard: bool = True) -> str | None:
        """The buyer writes; the bot's reply."""
        at_hand = Situation(
            self.customer,
            text,
            READER.read(text),
            self.settings,
            self.now,
            (f"m{next(self.numbers)}",),
            heard,
        )
        self.write(decide_message(at_hand))
        return reply(self.found)

    def write(self, found: list[Effect]) -> None:
        self.found = found
        self.customer = after(self.customer, found, self.now)
        self.told += [text for text in (reply(found), *pushed(found)) if text]

    def ring(self, complaint: int | None = None) -> list[str]:
        """The clock goes on to the deadline of this complaint, which rings; what the buyer is told."""
        one = self.complaint if complaint is None else self.numbered(complaint)
        self.now = max(self.now, one.due_at)
        more = {"refused": self.refused, "settings": self.settings}
        self.write(ring(self.customer, "complaint", str(one.id), self.now, **more))
        return pushed(self.found)

    def seller(self, *signals: Signal, words: str = "", sent: str = "", **more: Any) -> None:
        """The seller moves the complaint."""
        plan, hours = self.settings.complaints.deadlines.plan, self.settings.shop.opening
        for signal in signals:
            advance = steps.advance(
                self.complaint, signal, self.now, plan, hours, actor="老板", words=words, sent=sent
            )
            self.write([moved(self.complaint, advance, **more)])

    def promise(self, kind: RemedyKind, within: timedelta) -> None:
        one = self.complaint
        self.write([PromiseRemedy(one.id, self.customer.id, kind, kind.value, self.now + within)])

    def until_result(self) -> None:
        """The seller does steps 1 to 7."""
        for signal in (Signal.APOLOGISED, Signal.CAUSE, Signal.EXPLAINED, Signal.ACTED, Signal.COMPENSATED):
            self.seller(signal, words="漏放了泡沫")

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    def numbered(self, number: int) -> Complaint:
        return next(c for c in self.customer.complaints if c.id == number)

    @property
    def complaint(self) -> Complaint:
        """The only open one."""
        [one] = self.customer.complaints
        return one

    @property
    def alerts(self) -> list[str]:
        """What the last decision tells the seller."""
        return alerts(self.found)

    @property
    def opened(self) -> list[OpenComplaint]:
        return [e for e in self.found if isinstance(e, OpenComplaint)]

    @property
    def moves(self) -> list[MoveComplaint]:
        return [e for e in self.found if isinstance(e, MoveComplaint)]


def shop(**complaints: Any) -> Settings:
    """The example shop with other settings of complaints."""
    block = SHOP.complaints.model_copy(update=complaints)
    return SHOP.model_copy(update={"complaints": block})


def known(**more: Any) -> Customer:
    return replace(KNOWN, **more)
