"""What buyers hear of a holiday: once that the shop is away, of every parcel that it is slow. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from bot.core.delivery import Kind
from bot.core.effects import Effect, MoveComplaint, OpenComplaint, Push, Reply
from bot.core.holiday import Holiday, on
from bot.core.settings import Settings
from handlers.situation import Situation
from handlers.understanding import Topic
from handlers.wording import said
from scheduler.calendar.days import days_after, local_date

_OF_PARCELS: Final = {Topic.PARCEL, Topic.DELIVERY}
SHIPPING: Final = "shipping"
"""The template of what is told when a parcel is handed over."""


def told(situation: Situation, effects: list[Effect]) -> list[Effect]:
    """What is answered, slow parcels included, and after it once to each buyer that the shop is away.

    Nobody is told who is not answered at all, is angry, or has just said that they want nothing more.
    """
    settings, customer = situation.settings, situation.customer
    today = local_date(situation.now, settings.shop.zone)
    answered = _with_parcels(situation, effects, today)
    away = on(situation.holidays, today)
    if away is None or situation.reading.opt_out or not any(isinstance(e, Reply) for e in effects):
        return answered
    if any(isinstance(e, OpenComplaint | MoveComplaint) for e in effects):
        return answered
    text = _said(settings, settings.holiday.away, away)
    return [*answered, Push(customer.id, text, Kind.NOTICE, f"away:{customer.id}:{away.begins}")]


def with_slow_parcels(
    effects: Sequence[Effect], holidays: Sequence[Holiday], settings: Settings, now: datetime
) -> list[Effect]:
    """The same, with the slow roads in every notice of a parcel, from some days before the holiday on."""
    near = _near(settings, holidays, local_date(now, settings.shop.zone))
    if near is None:
        return list(effects)
    line = _said(settings, settings.holiday.slow, near)
    return [
        replace(e, text=f"{e.text}\n{line}") if isinstance(e, Push) and e.template == SHIPPING else e
        for e in effects
    ]


def _with_parcels(situation: Situation, effects: list[Effect], today: date) -> list[Effect]:
    near = _near(situation.settings, situation.holidays, today)
    if near is None or not situation.reading.topics & _OF_PARCELS:
        return effects
    line = _said(situation.settings, situation.settings.holiday.slow, near)
    return [replace(e, text=f"{e.text}\n{line}") if isinstance(e, Reply) else e for e in effects]


def _near(settings: Settings, holidays: Sequence[Holiday], today: date) -> Holiday | None:
    return on(holidays, today, settings.holiday.slow_before)


def _said(settings: Settings, text: str, holiday: Holiday) -> str:
    days = {"begins": holiday.begins, "ends": holiday.ends, "back": days_after(holiday.ends, 1)}
    return said(settings, text, **{name: f"{day.month}月{day.day}日" for name, day in days.items()})
