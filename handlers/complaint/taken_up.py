"""The seller talks to a buyer who is still complaining: listening is over, the steps are the seller's."""

from __future__ import annotations

from datetime import datetime

from bot.core.complaint import Signal, Step
from bot.core.customer import Customer
from bot.core.effects import Effect
from bot.core.settings import Settings
from handlers.complaint import steps
from handlers.complaint.hearing import moved


def taken_up(customer: Customer, by: str, settings: Settings, now: datetime) -> list[Effect]:
    """What `by` says to this buyer ends step 1 of their complaints; no other step is moved by guess."""
    plan, hours = settings.complaints.deadlines.plan, settings.shop.opening
    return [
        moved(c, steps.advance(c, Signal.DONE, now, plan, hours, actor=by))
        for c in customer.complaints
        if c.step is Step.LISTEN
    ]
