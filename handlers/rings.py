"""What a timer rule may look at when its timer rings (the rules stand in `handlers.timer_rules`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.core.care import CareRecord
from bot.core.customer import Customer
from bot.core.delivery import Kind
from bot.core.effects import Effect
from bot.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Ring:
    """A timer of this customer rang: everything its rule may look at.

    occasion: what the timer is about, as the rule that started it names it. refused: why a message of this
    kind cannot go to the customer now; empty if it can. due_at: when it should have rung, None if that does
    not matter. care: what is on record of them for care (rule "care" alone).
    """

    customer: Customer
    occasion: str
    settings: Settings
    now: datetime
    refused: Callable[[Kind], str] = lambda _: ""
    due_at: datetime | None = None
    care: CareRecord = field(default=CareRecord())


Rule = Callable[[Ring], list[Effect]]
