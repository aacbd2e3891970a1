"""The daily pass: what the calendar brings, chunk by chunk, wherever it was broken off."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection

from bot.care import birthdays, everybody, figures
from bot.care.day import AHEAD, Day, rules_on
from bot.core.care_rules import When
from bot.core.settings import Settings
from scheduler.calendar.days import days_after, local_date, moment_of
from storage.state import read_state, write_state
from storage.writers import Surroundings

BACK: Final = 45
"""However long the machine slept, no older day is looked at again."""
DAWN: Final = time(4, 30)
"""When the day is planned, after the nightly round has valued everybody."""
STATE: Final = "care_day"
"""A fact of the shop: which day was planned last, and how far the work at hand has come."""

Job = Callable[[Day, Any], Any]
"""A piece of a job from a cursor on; gives the cursor to go on from, None when it is done."""


def daily(settings: Settings, around: Surroundings, connection: Connection, now: datetime) -> datetime:
    """A piece of the daily pass (`storage.shop_timers.Round`, with the settings bound).

    Looks at the days since the last pass (at most `BACK`), and `AHEAD`: what a sleeping machine has missed is
    planned with its own moment, so that each kind's catch-up says whether it still goes. Costs what is due.
    """
    today = local_date(now, settings.shop.zone)
    state: dict[str, Any] = json.loads(read_state(connection, STATE) or "{}")
    if state.get("at") != str(today):
        done = state.get("done")
        since = date.fromisoformat(done) if done else today
        since = max(min(since, today), days_after(today, -BACK))
        state = {"at": str(today), "from": str(since), "done": done}
    first, before = date.fromisoformat(state["from"]), state.get("done") is not None
    day = Day(connection, settings, now, first, days_after(today, AHEAD), around, before)
    jobs = dict(_jobs(settings, day))
    names = list(jobs)
    begun = state.get("job")
    left = names[names.index(begun) :] if begun in jobs else names
    cursor = state.get("cursor") if begun in jobs else None
    for name in left:
        cursor = jobs[name](day, cursor)
        if cursor is not None:  # a whole chunk has been done, and more may be left
            state |= {"job": name, "cursor": cursor}
            write_state(connection, STATE, json.dumps(state, ensure_ascii=False))
            return now
    write_state(connection, STATE, json.dumps({"at": str(today), "from": str(today), "done": str(today)}))
    return moment_of(days_after(today, 0 if _before_dawn(now, settings) else 1), DAWN, settings.shop.zone)


def _before_dawn(now: datetime, settings: Settings) -> bool:
    return now.astimezone(settings.shop.zone).time() < DAWN


def _jobs(settings: Settings, day: Day) -> Iterator[tuple[str, Job]]:
    if any(rule.when in birthdays.THEIRS for rule in rules_on(settings)):
        yield "unread birthdays", birthdays.read
        yield "birthdays", birthdays.foresee
    for rule in rules_on(settings):
        match rule.when:
            case When.RUN_OUT | When.POINTS_END | When.TIER_ENDS:
                yield rule.name, partial(figures.by_column, rule)
            case When.DORMANT:
                for months in rule.months:
                    yield f"{rule.name}/{months}", partial(figures.dormant, rule, months)
            case When.FESTIVAL:
                for name, year, on in everybody.festivals(rule, day):
                    yield (
                        f"{rule.name}/{name}/{year}",
                        partial(everybody.festival, rule, f"{name}/{year}", on),
                    )
            case When.YEAR:
                yield rule.name, partial(everybody.best_of_year, rule)
