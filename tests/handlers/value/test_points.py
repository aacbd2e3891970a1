"""The points ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.value_settings import PointDays, PointSettings
from handlers.value.points import Entry, NotEnough, account, burn, earn, expiring, take_back, times, worth
from tests.handlers.value.shop import ZONE

RULES = PointSettings()
START = datetime(2026, 3, 1, 4, tzinfo=UTC)


def at(days: int) -> datetime:
    return START + timedelta(days=days)


def until(days: int) -> date:
    return at(days).date()


ENTRIES = st.lists(
    st.builds(
        Entry,
        st.integers(),
        st.integers(0, 400).map(at),
        st.integers(-300, 300),
        st.just("手动"),
        st.none() | st.integers(1, 4),
        st.none() | st.integers(0, 500).map(until),
    ),
    max_size=12,
    unique_by=lambda e: e.number,
)


def test_earn_per_yuan_with_an_end() -> None:
    entry = earn(1, 7, Decimal("129.90"), START, ZONE, RULES)
    assert (entry.points, entry.order, entry.until) == (129, 7, date(2027, 3, 1))
    forever = earn(1, 7, Decimal(10), START, ZONE, PointSettings(valid_months=None))
    assert forever.until is None


@pytest.mark.parametrize(
    ("day", "factor"),
    [("2026-11-10", 1), ("2026-11-11", 3), ("2026-11-12", 2), ("2026-11-13", 2), ("2026-11-14", 1)],
)
def test_days_that_multiply(day: str, factor: int) -> None:
    days = (
        PointDays(begins=date(2026, 11, 11), ends=date(2026, 11, 13)),
        PointDays(begins=date(2026, 11, 11), ends=date(2026, 11, 11), times=Decimal(3)),
    )
    rules = PointSettings(days=days)
    assert times(date.fromisoformat(day), rules) == factor
    assert worth(Decimal("10.50"), date.fromisoformat(day), rules) == int(Decimal("10.5") * factor)


def test_a_day_that_multiplies_is_the_shops() -> None:
    rules = PointSettings(days=(PointDays(begins=date(2026, 11, 11), ends=date(2026, 11, 11)),))
    before = datetime(2026, 11, 10, 15, 59, tzinfo=UTC)
    assert earn(1, 1, Decimal(10), before, ZONE, rules).points == 10
    assert earn(1, 1, Decimal(10), before + timedelta(minutes=1), ZONE, rules).points == 20


def test_the_oldest_points_are_spent_first_and_the_rest_expires() -> None:
    entries = [
        Entry(1, at(0), 100, "购物", 1, until(100)),
        Entry(2, at(50), 100, "购物", 2, until(150)),
        Entry(3, at(60), -120, "抵现"),
    ]
    assert account(entries, at(60), ZONE).lots == ((80, until(150)),)
    assert account(entries, at(150), ZONE).balance == 80  # the last day counts
    assert account(entries, at(151), ZONE).balance == 0
    assert account(entries, at(55), ZONE).balance == 200


def test_expired_points_cannot_be_spent() -> None:
    entries = [Entry(1, at(0), 100, "购物", 1, until(10))]
    with pytest.raises(NotEnough, match="只有 0 分，要用 1 分"):
        burn(entries, 2, 1, "抵现", at(11), ZONE)
    assert burn(entries, 2, 100, "抵现", at(10), ZONE).points == -100
    with pytest.raises(ValueError, match="大于 0"):
        burn(entries, 2, 0, "抵现", at(10), ZONE)


def test_a_refund_takes_back_exactly_and_once() -> None:
    entries = [Entry(1, at(0), 100, "购物", 1), Entry(2, at(1), 50, "购物", 2)]
    back = take_back(entries, 3, 2, at(2))
    assert back is not None
    assert back.points == -50
    assert account([*entries, back], at(2), ZONE).lots == ((100, None),)
    assert take_back([*entries, back], 4, 2, at(3)) is None
    assert take_back(entries, 4, 99, at(3)) is None


def test_points_spent_before_the_refund_are_owed_and_paid_by_the_next() -> None:
    entries = [
        Entry(1, at(0), 100, "购物", 1),
        Entry(2, at(1), -80, "抵现"),
        Entry(3, at(2), -100, "退款收回", 1),
    ]
    assert account(entries, at(2), ZONE).balance == 0
    assert account(entries, at(2), ZONE).owed == 80
    paid = account([*entries, Entry(4, at(3), 100, "购物", 2)], at(3), ZONE)
    assert (paid.balance, paid.owed) == (20, 0)


def test_a_refund_does_not_take_again_what_had_expired() -> None:
    entries = [
        Entry(1, at(0), 100, "购物", 1, until(10)),
        Entry(2, at(5), 40, "购物", 2),
        Entry(3, at(20), -100, "退款收回", 1),
    ]
    assert account(entries, at(20), ZONE).balance == 40
    assert account(entries, at(20), ZONE).owed == 0


def test_what_ends_soon() -> None:
    entries = [Entry(1, at(0), 100, "购物", 1, until(20)), Entry(2, at(1), 50, "购物", 2, until(90))]
    assert expiring(entries, at(2), ZONE, 30) == (100, until(20))
    assert expiring(entries, at(2), ZONE, 90) == (150, until(20))
    assert expiring(entries, at(2), ZONE, 10) is None


@given(ENTRIES, st.integers(0, 600), st.randoms(use_true_random=False))
def test_never_negative_and_whatever_the_order_given(entries: list[Entry], day: int, dice: object) -> None:
    found = account(entries, at(day), ZONE)
    assert found.balance >= 0
    assert found.owed >= 0
    assert found.balance == sum(points for points, _ in found.lots)
    shuffled = list(entries)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert account(shuffled, at(day), ZONE) == found


@given(ENTRIES, st.integers(0, 600), st.integers(1, 500))
def test_burning_takes_exactly_that_or_refuses(entries: list[Entry], day: int, points: int) -> None:
    before = account(entries, at(day), ZONE).balance
    number = max((e.number for e in entries), default=0) + 1
    if before < points:
        with pytest.raises(NotEnough):
            burn(entries, number, points, "抵现", at(day), ZONE)
    else:
        spent = burn(entries, number, points, "抵现", at(day), ZONE)
        assert account([*entries, spent], at(day), ZONE).balance == before - points


@given(
    ENTRIES.map(lambda entries: [e for e in entries if e.order != 9]),
    st.integers(1, 300),
    st.integers(0, 600),
)
def test_a_purchase_and_its_refund_leave_what_was_before(entries: list[Entry], points: int, day: int) -> None:
    number = max((e.number for e in entries), default=0) + 1
    bought = [*entries, Entry(number, at(day), points, "购物", 9)]
    back = take_back(bought, number + 1, 9, at(day))
    assert back is not None
    before, after = account(entries, at(day), ZONE), account([*bought, back], at(day), ZONE)
    assert (after.balance, after.owed) == (before.balance, before.owed)
