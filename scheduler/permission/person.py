"""What one person may be sent that nobody asked for (PRACTICES 86–88, 110, 137).

Looked at in turn: wishes, talk, holiday, month, rest, what is more important soon, account, night.

Who gets a month's last message ("decided contradictions", 1), although messages come one by one: what is
foreseen this month and matters more (bells wound with a priority, rows that wait) has its place kept, so
that a lesser message finds the month full earlier. What is foreseen within the gap and matters more is let
go first. Equal ones go as they come.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.core.clock import shop_day
from bot.core.delivery import Kind, Planned
from bot.core.holiday import AWAY
from bot.core.ledger import BACK_OVER, PRIORITY_NAMES, Limits, Priority, Promise
from scheduler.permission.verdicts import Drop, Hold

Obstacle = tuple[datetime, str] | None
"""Until when, and why; None if there is none."""


def by_person(planned: Planned, now: datetime, limits: Limits) -> Hold | Drop | None:
    """Why this person may not be sent this now; None if they may. Other kinds have only their expiry."""
    if planned.expires_at is not None and planned.expires_at <= now:
        return Drop("已经过时")
    if planned.unasked and planned.unwanted:
        return Drop(planned.unwanted)
    for look in _LOOKS if planned.unasked else (_night,) if planned.can_wait else ():
        if obstacle := look(planned, now, limits):
            return _later(planned, *obstacle, now, limits)
    return None


def _later(planned: Planned, until: datetime, reason: str, now: datetime, limits: Limits) -> Hold | Drop:
    """Hold it, if it is not out of date by then; the next moment at which people are awake."""
    who = planned.contact.id
    for moment in (limits.awake(until, who), limits.awake(until)):
        if planned.expires_at is None or moment < planned.expires_at:
            return Hold(moment, reason)
    return Drop(f"{reason}，等到能发就过时了")


def _talk(planned: Planned, now: datetime, limits: Limits) -> Obstacle:
    """The bot does not greet into somebody else's conversation."""
    if planned.talks_until is None or planned.talks_until <= now:
        return None
    return planned.talks_until, f"{planned.talking_to or '店主'} 正接着跟对方聊"


_WISHES = (Priority.FESTIVAL, Priority.BIRTHDAY)


def _away(planned: Planned, now: datetime, limits: Limits) -> Obstacle:
    """The shop is on holiday, or has just come back and this person's turn has not (PRACTICES 110)."""
    if limits.wishes and planned.message.kind is Kind.CARE and planned.priority in _WISHES:
        return None
    for holiday in limits.holidays:
        turn = limits.back(holiday, planned.contact.id)
        if limits.day(now) >= holiday.begins and now < turn:
            return turn, f"{AWAY}，回来以后分 {BACK_OVER} 天慢慢发"
    return None


def _month(planned: Planned, now: datetime, limits: Limits) -> Obstacle:
    if limits.cap is None:
        return None
    begins, ends = limits.month(now)
    after = ends + limits.place(planned.contact.id)
    sent = sum(moment >= begins for moment in planned.sendings.sent)
    if sent >= limits.cap:
        return after, f"这个月的问候和促销发满 {limits.cap} 条了"
    foreseen = [p for p in _above(planned) if p.at < ends]
    if sent + len(foreseen) < limits.cap:
        return None
    return after, f"这个月还能发 {limits.cap - sent} 条，留给{_told(foreseen[-1], now, limits)}"


def _rest(planned: Planned, now: datetime, limits: Limits) -> Obstacle:
    last = max(planned.sendings.sent, default=None)
    if last is None or now >= last + limits.gap:
        return None
    return last + limits.gap, f"{shop_day(last, limits.zone)} 刚发过一条，两条之间隔 {_span(limits.gap)}"


_LATENESS = timedelta(minutes=1)
"""What is due on the hour goes out a moment later."""


def _soon(planned: Planned, now: datetime, limits: Limits) -> Obstacle:
    """It would take the rest that something more important needs: what is a gap away to the minute has it."""
    soon = [p for p in _above(planned) if p.at < now + limits.gap - _LATENESS]
    if not soon or not limits.gap:
        return None
    free = max(soon[-1].at, now) + limits.gap
    return free, f"先让{_told(soon[0], now, limits)}，两条之间隔 {_span(limits.gap)}"


def _account(planned: Planned, now: datetime, limits: Limits) -> Obstacle:
    most = limits.daily.get(planned.contact.account)
    if most is None or planned.account.unasked_today < most:
        return None
    after = limits.tomorrow(now) + limits.place(planned.contact.id)
    return after, f"这个号今天主动发满 {most} 条了"


def _night(planned: Planned, now: datetime, limits: Limits) -> Obstacle:
    if limits.quiet is None or not limits.is_quiet(now):
        return None
    begins, ends = limits.quiet
    return now, f"{begins:%H:%M} 到 {ends:%H:%M} 不打扰人"


_LOOKS: tuple[Callable[[Planned, datetime, Limits], Obstacle], ...] = (
    _talk,
    _away,
    _month,
    _rest,
    _soon,
    _account,
    _night,
)


def _above(planned: Planned) -> list[Promise]:
    """What is foreseen and matters more, soonest first."""
    above = [p for p in planned.sendings.promised if p.priority > planned.priority]
    return sorted(above, key=lambda p: (p.at, p.priority))


def _told(promise: Promise, now: datetime, limits: Limits) -> str:
    names = [PRIORITY_NAMES[known] for known in Priority if known <= promise.priority]
    return f"{shop_day(max(promise.at, now), limits.zone)} 的{names[-1] if names else '消息'}"


def _span(span: timedelta) -> str:
    units = {"天": timedelta(days=1), "小时": timedelta(hours=1), "分钟": timedelta(minutes=1)}
    name = next((name for name, unit in units.items() if span >= unit and not span % unit), "分钟")
    return f"{span // units[name]} {name}"
