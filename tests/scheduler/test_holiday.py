"""While the shop is away nothing greets or sells, and what has waited comes back without a burst."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.delivery import AccountState, Capability, Contact, Kind, Outgoing, Planned
from bot.core.holiday import Holiday, in_force, on, said
from bot.core.ledger import BACK_OVER, Limits, Priority
from scheduler.permission import Drop, Hold, Permission, Send, permission

SHANGHAI = ZoneInfo("Asia/Shanghai")
SPRING = Holiday(date(2027, 2, 4), date(2027, 2, 11))
LIMITS = Limits(holidays=(SPRING,))


def at(day: int, hour: int = 10) -> datetime:
    """In February, by the shop's wall."""
    return datetime(2027, 2, day, hour, tzinfo=SHANGHAI).astimezone(UTC)


def asked(
    now: datetime,
    kind: Kind = Kind.CARE,
    priority: Priority = Priority.AFTER_SALES,
    who: int = 1,
    limits: Limits = LIMITS,
    until: datetime | None = None,
) -> Permission:
    message = Outgoing(7, "oa", "a", kind, "天凉了")
    planned = Planned(message, Contact(who, "oa", "a", 9), AccountState("oa"), "小美", priority=priority)
    return permission(replace(planned, expires_at=until), Capability(), now, limits)


@pytest.mark.parametrize(("day", "goes"), [(3, True), (4, False), (11, False), (12 + BACK_OVER, True)])
def test_greetings_rest_from_the_first_day_to_the_last(day: int, goes: bool) -> None:
    assert isinstance(asked(at(day)), Send) is goes


def test_what_waits_says_why_and_comes_back_over_three_mornings() -> None:
    turns = [asked(at(6), who=who) for who in range(300)]
    assert all(isinstance(turn, Hold) and "店里放假" in turn.reason for turn in turns)
    mornings = [turn.until.astimezone(SHANGHAI) for turn in turns if isinstance(turn, Hold)]
    days = Counter(morning.day for morning in mornings)
    assert set(days) == {12, 13, 14} and max(days.values()) < 150
    assert all(
        timedelta(hours=8, minutes=30) <= _clock(m) <= timedelta(hours=9, minutes=30) for m in mornings
    )
    assert len({_clock(m) for m in mornings}) > 200
    for who, turn in enumerate(turns):  # when its turn has come, it goes
        assert isinstance(turn, Hold) and isinstance(asked(turn.until, who=who), Send)


def _clock(moment: datetime) -> timedelta:
    return timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second)


def test_what_is_new_on_the_first_day_back_does_not_jump_the_queue() -> None:
    later = next(who for who in range(9) if LIMITS.back(SPRING, who) > at(13))
    assert isinstance(asked(at(12), who=later), Hold)


def test_what_is_out_of_date_by_then_is_let_go_with_its_reason() -> None:
    gone = asked(at(6), until=at(9))
    assert isinstance(gone, Drop) and "放假" in gone.reason and "过时" in gone.reason


@pytest.mark.parametrize(
    ("kind", "priority", "wishes", "goes"),
    [
        (Kind.CARE, Priority.FESTIVAL, True, True),
        (Kind.CARE, Priority.BIRTHDAY, True, True),
        (Kind.PROMO, Priority.BIRTHDAY, True, False),  # a coupon
        (Kind.CARE, Priority.FESTIVAL, False, False),
        (Kind.NOTICE, Priority.PROMO, False, True),  # about their own order
        (Kind.REPLY, Priority.PROMO, False, True),
    ],
)
def test_wishes_go_if_the_shop_wants_it_and_service_always(
    kind: Kind, priority: Priority, wishes: bool, goes: bool
) -> None:
    limits = replace(LIMITS, wishes=wishes)
    assert isinstance(asked(at(6), kind, priority, limits=limits), Send) is goes


def test_what_a_seller_says_counts_instead_of_what_is_written() -> None:
    own = Holiday(date(2027, 2, 1), date(2027, 2, 7))
    autumn = Holiday(date(2027, 10, 1), date(2027, 10, 7))
    assert in_force((SPRING,), "") == (SPRING,)
    assert in_force((SPRING,), said(own)) == (own,)
    assert in_force((autumn,), said(own)) == (own, autumn)
    back_early = Holiday(SPRING.begins, date(2027, 2, 6))
    assert on(in_force((SPRING,), said(back_early)), date(2027, 2, 7)) is None
    never_left = Holiday(SPRING.begins, date(2027, 2, 3))
    assert on(in_force((SPRING,), said(never_left)), date(2027, 2, 4)) is None


def test_parcels_are_slow_some_days_before() -> None:
    days = [day for day in range(1, 20) if on((SPRING,), date(2027, 2, day), days_before=2)]
    assert days == list(range(2, 12))
