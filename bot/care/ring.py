"""At a ring: what the care rule may look at."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, time

from sqlalchemy import Connection

from bot.care.audience import asked_at, condition
from bot.core.care import CareRecord
from bot.core.care_rules import When
from bot.core.events import TimerDue
from bot.core.settings import Settings
from handlers.care.planning import RULE
from scheduler.calendar.days import moment_of
from storage import care as stored
from storage import load


def records_for(
    connection: Connection, timers: Collection[TimerDue], settings: Settings, now: datetime
) -> Mapping[int, CareRecord]:
    """What the care rule may look at, by the timers' ids; nothing for timers of other rules."""
    ours = [timer for timer in timers if timer.rule == RULE]
    if not ours:
        return {}
    now_known = load.living(connection, [timer.customer_id for timer in ours])
    known = stored.records(connection, set(now_known.values()))
    return {
        timer.timer_id: _record(connection, timer, who, known[who], settings, now)
        for timer in ours
        for who in (now_known[timer.customer_id],)
    }


def _record(
    connection: Connection, timer: TimerDue, who: int, record: CareRecord, settings: Settings, now: datetime
) -> CareRecord:
    rule = settings.care.rule(timer.occasion.partition("|")[0])
    if rule is None:
        return record
    if rule.audience:
        node = condition(rule.audience, settings)
        fits = who in stored.in_audience(connection, node, asked_at(settings, now), [who])
        record = replace(record, fits=fits)
    if rule.when is When.YEAR:
        since = moment_of(date(int(timer.occasion.partition("|")[2]), 1, 1), time.min, settings.shop.zone)
        best = stored.spent_since(connection, who, since)
        record = replace(record, standing=replace(record.standing, best_spent=best))
    return record
