"""The morning list goes to the sellers once a day, at the shop's hour (PRACTICES, what nobody has, 5).

With it, once a week, goes the report of the week before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection

from bot.core.care_rules import CareRule, When
from bot.core.effects import Effect, NotifySeller
from bot.core.settings import Settings
from handlers.commands.desk import Desk
from handlers.commands.report import drawn
from handlers.commands.report import told as report_told
from handlers.commands.today import listing
from handlers.report.period import Which
from handlers.wording import said
from scheduler.calendar.days import days_after, local_date, moment_of
from storage.state import read_state, write_state
from storage.writers import Origin, Surroundings, write_effects

STATE: Final = "last_morning"
"""A fact of the shop: the day whose list was the last to come up."""


def morning(settings: Settings, around: Surroundings, connection: Connection, now: datetime) -> datetime:
    """Tell the sellers, if it is time (`storage.shop_timers.Round`); no missed day is made up.

    A shop that has just begun is told from its next morning on.
    """
    at, zone = settings.care.morning, settings.shop.zone
    today = local_date(now, zone)
    begins = moment_of(today, at.at, zone)
    last = read_state(connection, STATE)
    if not last:
        write_state(connection, STATE, str(today if now >= begins else days_after(today, -1)))
    if now < begins:
        return begins
    if last and last < str(today):
        write_state(connection, STATE, str(today))
        for told in _told(settings, connection, now, date.fromisoformat(last)):
            write_effects(connection, [(Origin(now, None, around), told)])
    return moment_of(days_after(today, 1), at.at, zone)


def _told(settings: Settings, connection: Connection, now: datetime, last: date) -> Iterator[Effect]:
    """The list with the numbers it gives out; on a week's first morning last week's figures too."""
    at, desk = settings.care.morning, Desk(connection, settings, now)
    today = local_date(now, settings.shop.zone)
    if at.enabled:
        text, numbers = listing(desk)
        yield from numbers
        if told := "\n".join(filter(None, [text, *_quarterly(settings, last, today)])):
            yield NotifySeller(told, f"today:{today}")
    monday = days_after(today, 1 - today.isoweekday())
    if at.report and last < monday and (told := report_told(desk, Which.LAST_WEEK)):
        key, png = f"report:{monday}", drawn(desk, Which.LAST_WEEK)
        yield NotifySeller(told, key, owner_only=True, picture=png)  # money is for the owner


def _quarterly(settings: Settings, last: date, today: date) -> list[str]:
    """What is done four times a year (116) and has come up since the `last` morning."""
    rules = [r for r in settings.care.rules if r.enabled and r.when is When.QUARTER]
    due = [rule for rule in rules if _quarter(last, rule) != _quarter(today, rule)]
    return [said(settings, rule.texts[0], name="") for rule in due]


def _quarter(day: date, rule: CareRule) -> tuple[int, int]:
    """The quarter in which the day was as many days before as the rule waits."""
    then = days_after(day, -rule.days)
    return then.year, (then.month + 2) // 3
