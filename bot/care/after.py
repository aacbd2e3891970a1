"""After what happened: orders, a complaint that ended, an import."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import Connection

from bot.care import birthdays
from bot.care.day import AHEAD, BIRTHDAYS_AHEAD, Day, rules_on
from bot.core.care_rules import MOST_LATE, When
from bot.core.complaint import Ending
from bot.core.effects import Effect, KeepOrder, MoveComplaint, RecordOrder, ShipOrder, SignOrder
from bot.core.settings import Settings
from handlers.care.planning import Dated, plan, planned_on
from scheduler.calendar.days import days_after, local_date, moment_of
from storage import care as stored
from storage import load
from storage.writers import Origin, Surroundings, write_effects


def care_after(
    connection: Connection,
    effects: Iterable[Effect],
    settings: Settings,
    now: datetime,
    around: Surroundings,
) -> None:
    """Plan anew for everybody whose orders these written effects have changed."""
    if not settings.care.rules:
        return
    people, orders, closed = _concerned(effects)
    if orders:
        people |= stored.owners_of(connection, orders, ())
    found = _planned(connection, people, settings, now)
    found += _after_complaints(connection, closed, settings, now)
    write_effects(connection, [(Origin(now, None, around), effect) for effect in found])


def _planned(
    connection: Connection, people: Collection[int], settings: Settings, now: datetime
) -> list[Effect]:
    if not people:
        return []
    known = stored.records(connection, people)
    return [
        effect
        for id_, one in load.snapshots(connection, people).items()
        if one.id == id_
        for effect in plan(one, known[id_], settings, now)
    ]


def care_after_import(
    connection: Connection, people: Collection[int], settings: Settings, now: datetime, around: Surroundings
) -> None:
    """The same for those whose past has just been imported: only who has anything ahead is looked at.

    What runs out later than `BIRTHDAYS_AHEAD` days from now, the daily pass plans in time.
    """
    if not settings.care.rules:
        return
    today = local_date(now, settings.shop.zone)
    since, until = days_after(today, -_reach(settings)), days_after(today, BIRTHDAYS_AHEAD)
    begun = moment_of(since, time.min, settings.shop.zone)
    people = stored.with_something_ahead(connection, people, begun, since, until)
    found = _planned(connection, people, settings, now)
    write_effects(connection, [(Origin(now, None, around), effect) for effect in found])


def _reach(settings: Settings) -> int:
    """No rule says anything of what happened more days ago than this; a long holiday may come between."""
    waits = (max(rule.days, rule.after.days if rule.after else 0) for rule in rules_on(settings))
    late = (rule.catch_up.days for rule in rules_on(settings) if isinstance(rule.catch_up, timedelta))
    return max(waits, default=0) + max([*late, MOST_LATE.days]) + 14


def care_for_new_birthdays(
    settings: Settings, around: Surroundings, connection: Connection, now: datetime
) -> bool:
    """A piece of what the daily pass does about birthdays, at once; whether more may be left."""
    if not any(rule.when in birthdays.THEIRS for rule in rules_on(settings)):
        return False
    today = local_date(now, settings.shop.zone)
    day = Day(connection, settings, now, today, days_after(today, AHEAD), around)
    return bool(birthdays.read(day, None) or birthdays.foresee(day, None))


def _concerned(effects: Iterable[Effect]) -> tuple[set[int], set[int], list[MoveComplaint]]:
    people: set[int] = set()
    orders: set[int] = set()
    closed: list[MoveComplaint] = []
    for effect in effects:
        match effect:
            case RecordOrder() | KeepOrder():
                people.add(effect.customer_id)
            case ShipOrder() | SignOrder():
                orders.add(effect.order_id)
            case MoveComplaint(ending=Ending()):
                closed.append(effect)
    return people, orders, closed


def _after_complaints(
    connection: Connection, closed: Sequence[MoveComplaint], settings: Settings, now: datetime
) -> list[Effect]:
    rules = [rule for rule in rules_on(settings) if rule.when is When.COMPLAINT]
    if not rules or not closed:
        return []
    today = local_date(now, settings.shop.zone)
    dated = [Dated(move.customer_id, str(move.complaint_id), today) for move in closed]
    known = stored.records(connection, {one.customer_id for one in dated})
    return [effect for rule in rules for effect in planned_on(rule, dated, known, settings, now)]
