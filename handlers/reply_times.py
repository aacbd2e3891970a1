"""When an open question rings: computed from the question, the shop's clocks and its hours alone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.customer import OpenQuestion
from bot.core.hours import OpeningHours
from bot.core.service_settings import ReplyClocks, UrgencyClass
from bot.core.settings import Settings
from handlers.understanding.meaning import Urgency

PAUSE = timedelta(minutes=30)
"""The least that the seller has between two words about one question, and before the buyer is told."""
_LAST_CALL = timedelta(minutes=5)
_TIME_TO_ANSWER = timedelta(hours=4)
"""What the alarm leaves of the three days."""
THREE_DAYS = timedelta(hours=72)
"""Never longer without an answer (PRACTICES 18)."""


class Stage(StrEnum):
    """How long a question waits already: hardly, until the shop's end of day, for days."""

    EARLY = "early"
    DUE = "due"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class ReplyTimes:
    """The rings of one question, each at most once: hurry (urgent ones only), warned, received, alarm.

    due: by when it should be answered. received: when the buyer is told that it is being looked into. All
    are in shop hours, but a red line's first, and an alarm that falls into three closed days: that one
    comes by day, on a day of rest, because three days without a word lose the buyer.
    """

    asked: datetime
    due: datetime
    hurry: datetime | None
    warned: datetime
    received: datetime
    alarm: datetime

    def stage(self, now: datetime) -> Stage:
        """Where the question stands."""
        if now >= self.alarm:
            return Stage.ALARM
        return Stage.DUE if now >= self.warned else Stage.EARLY

    def after(self, moment: datetime) -> datetime | None:
        """The next ring behind `moment`, when something was said about it; None once the alarm has rung.

        The warning is left out where it would come on the heels of that.
        """
        warned = self.warned if self.warned - moment >= PAUSE else None
        rings = [r for r in (self.hurry, warned, self.received, self.alarm) if r is not None and r > moment]
        return min(rings) if rings and moment < self.alarm else None

    def first_from(self, now: datetime) -> datetime | None:
        """When the first ring of all comes, if that is still to be waited for (hours may have changed)."""
        first = min(self.hurry or self.warned, self.warned, self.alarm)
        return first if now < first else None


def urgent_class(urgency: str, clocks: ReplyClocks) -> UrgencyClass | None:
    """The clock of 紧急, 关键 and 红线; None for what has only the shop's day."""
    return {
        Urgency.URGENT.value: clocks.urgent,
        Urgency.KEY.value: clocks.key,
        Urgency.RED_LINE.value: clocks.red_line,
    }.get(urgency)


def due_at(asked: datetime, settings: Settings) -> datetime:
    """The earlier of the shop's end of day and so many hours (PRACTICES 18, 19)."""
    return min(settings.shop.opening.end_of_day(asked), asked + settings.replies.latest)


def reply_times(question: OpenQuestion, settings: Settings) -> ReplyTimes:
    """The rings of this question."""
    clocks, hours, asked = settings.replies, settings.shop.opening, question.asked_at
    due = due_at(asked, settings)
    warned = hours.from_opening(max(due - clocks.before_closing, asked + PAUSE))
    hurry = hurry_at(question.urgency, asked, settings)
    return ReplyTimes(
        asked=asked,
        due=due,
        hurry=hurry if hurry is not None and hurry < warned else None,
        warned=warned,
        received=_received(asked, due, warned, settings),
        alarm=_alarm(asked, clocks, hours),
    )


def hurry_at(urgency: str, begins: datetime, settings: Settings) -> datetime | None:
    """When the seller is warned of something urgent said at `begins`; only a red line wakes anybody."""
    urgent = urgent_class(urgency, settings.replies)
    if urgent is None:
        return None
    at = begins + urgent.warn
    return at if urgency == Urgency.RED_LINE else settings.shop.opening.from_opening(at)


def _received(asked: datetime, due: datetime, warned: datetime, settings: Settings) -> datetime:
    """Before it is due, if that leaves the seller a pause after the question; else when the shop opens."""
    last = due - _LAST_CALL
    at = max(due - settings.replies.acknowledge, warned + PAUSE)
    if at > last and warned < last and asked + PAUSE <= last:
        at = last
    return settings.shop.opening.from_opening(at)


def _alarm(asked: datetime, clocks: ReplyClocks, hours: OpeningHours) -> datetime:
    """Time enough before three days are over: when the shop opens, else the evening before, else by day."""
    wanted, limit = asked + clocks.alarm, asked + THREE_DAYS
    opening = hours.from_opening(wanted)
    if opening == wanted or opening <= limit - _TIME_TO_ANSWER:
        return opening
    evening = _last_chance(wanted, hours)
    if evening > asked + clocks.latest:
        return evening
    if opening < limit:
        return opening
    by_day = hours.without_rest()
    at = by_day.from_opening(wanted)
    return at if at <= limit - _TIME_TO_ANSWER else _last_chance(wanted, by_day)


def _last_chance(moment: datetime, hours: OpeningHours) -> datetime:
    """While somebody was still there before a closed `moment`, and had not begun to lock up."""
    last = hours.last_open(moment)
    earlier = last - PAUSE
    return earlier if hours.is_open(earlier) else last


def held_back(
    times: ReplyTimes, question: OpenQuestion, now: datetime, hours: OpeningHours
) -> datetime | None:
    """Until when a ring waits because the shop is closed or it came too soon; None if it may ring now."""
    if (first := times.first_from(now)) is not None:
        return first
    if question.urgency == Urgency.RED_LINE or hours.is_open(now):
        return None
    opening = hours.from_opening(now)
    if now < times.alarm:
        return min(opening, times.alarm)
    if opening < times.asked + THREE_DAYS:
        return opening
    by_day = hours.without_rest().from_opening(now)
    return by_day if by_day > now else None
