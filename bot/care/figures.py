"""Days that a customer's own figures name: what runs out or ends, and how long they have not come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from bot.care.day import AT_ONCE, Day, days_of, plan_dated
from bot.core.care_rules import CareRule, When
from handlers.care.planning import Dated
from scheduler.calendar.days import days_after, months_after, months_before
from storage import care as stored

_COLUMN = {
    When.RUN_OUT: "next_on",
    When.POINTS_END: "points_until",
    When.TIER_ENDS: "tier_remind_on",
}


def by_column(rule: CareRule, day: Day, cursor: Any) -> list[Any] | None:
    """Plan for the next people whose figures name one of the days at hand."""
    first, last = days_of(rule, day)
    after = (date.fromisoformat(cursor[0]), int(cursor[1])) if cursor else None
    found = stored.by_day(day.connection, _COLUMN[rule.when], first, last, after, AT_ONCE)
    dated = [one for one in _dated(rule, day, found) if one is not None]
    plan_dated(rule, dated, day)
    return [str(found[-1][1]), found[-1][0]] if len(found) == AT_ONCE else None


def _dated(rule: CareRule, day: Day, found: Sequence[tuple[int, date, str]]) -> Iterator[Dated | None]:
    ends = stored.tier_ends(day.connection, [f[0] for f in found]) if rule.when is When.TIER_ENDS else {}
    for id_, on, what in found:
        match rule.when:
            case When.RUN_OUT:
                yield Dated(id_, f"{what}/{on}", on) if what else None
            case When.TIER_ENDS:
                yield Dated(id_, f"{what}/{ends.get(id_)}", on) if what else None
            case _:
                yield Dated(id_, str(on), on)


def dormant(rule: CareRule, months: int, day: Day, cursor: Any) -> list[Any] | None:
    """Calendar months, which end earlier in short ones: a few days more are read, and left out again."""
    first, last = days_of(rule, day)
    begin, end = days_after(months_before(first, months), -3), days_after(months_before(last, months), 3)
    after = (date.fromisoformat(cursor[0]), int(cursor[1])) if cursor else None
    found = stored.by_day(day.connection, "last_on", begin, end, after, AT_ONCE)
    plan_dated(
        rule,
        [
            Dated(id_, f"{months}/{bought}", on)
            for id_, bought, _ in found
            if first <= (on := months_after(bought, months)) <= last
        ],
        day,
    )
    return [str(found[-1][1]), found[-1][0]] if len(found) == AT_ONCE else None
