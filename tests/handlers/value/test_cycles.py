"""Cycles, run-out dates, the probability of coming again, dormancy, winning back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.value.alive import alive, next_purchase, overdue
from handlers.value.bands import Margin
from handlers.value.cycles import (
    Basis,
    Cycle,
    label_cycle,
    own_cycle,
    own_median,
    product_cycle,
    run_out,
    shop_cycle,
)
from handlers.value.dormancy import dormant, late
from handlers.value.history import Gap, Purchase, Summary, gaps, months_after, product_gaps, summary
from handlers.value.winback import win_back
from tests.handlers.value.shop import CYCLE, CYCLES, PURCHASES, SETTINGS, TODAY, bought

LABEL = label_cycle(60, 90)


def test_the_label_then_the_default() -> None:
    assert (LABEL.days, LABEL.basis, LABEL.reason) == (60, Basis.LABEL, "按用量说明，约 60 天")
    assert (label_cycle(None, 90).days, label_cycle(None, 90).basis) == (90, Basis.GUESS)


def test_without_a_gap_the_prior_speaks() -> None:
    assert own_cycle((), LABEL) is LABEL
    assert own_cycle((Gap(0),), LABEL) is LABEL
    assert product_cycle([], LABEL) is LABEL
    assert own_median(()) is None


def test_the_reason_names_what_was_counted() -> None:
    steady = own_cycle((Gap(57), Gap(58), Gap(59)), LABEL)
    assert steady.reason == "按他自己 4 次购买的间隔，约 59 天"
    quick = own_cycle((Gap(30),), LABEL)
    assert quick.reason == "按他自己 2 次购买的间隔（30 天），参考用量说明的 60 天，约 52 天"
    assert product_cycle([50.0] * 20, LABEL).reason == "按这款 20 位客人的回购间隔，约 52 天"
    assert shop_cycle([42.0], label_cycle(None, 42)).basis is Basis.SHOP


def test_one_odd_gap_moves_the_median_little() -> None:
    assert own_cycle([Gap(60)] * 9 + [Gap(1000)], LABEL).days == pytest.approx(60)


@given(st.lists(st.integers(1, 2000), min_size=1, max_size=30), st.floats(1, 400))
def test_a_cycle_lies_between_the_own_median_and_the_prior(days: list[int], prior: float) -> None:
    found = own_cycle([Gap(d) for d in days], Cycle(prior, Basis.PRODUCT, ""))
    own = own_median([Gap(d) for d in days])
    assert own is not None
    assert min(own, prior) * 0.999 <= found.days <= max(own, prior) * 1.001


@given(st.integers(1, 500), st.integers(1, 20), st.floats(1, 400))
def test_more_gaps_bring_the_cycle_nearer_to_the_own_median(gap: int, count: int, prior: float) -> None:
    fewer, more = (own_cycle([Gap(gap)] * n, Cycle(prior, Basis.SHOP, "")).days for n in (count, count + 1))
    assert abs(more - gap) <= abs(fewer - gap) + 1e-6


def test_run_out_counts_the_pieces() -> None:
    history = bought("2026-01-01", "2026-03-01", pieces=2)
    found = run_out(history, "面霜", LABEL)
    assert found is not None
    assert found.day == date(2026, 3, 1) + timedelta(days=120)
    assert (
        found.reason == "2026年3月1日买的面霜，买了 2 件；按用量说明，约 60 天用完一件，2026年6月29日前后用完"
    )
    assert run_out(history, "精华", LABEL) is None


def test_two_pieces_at_a_time_do_not_double_the_cycle() -> None:
    history = bought("2026-01-01", "2026-05-01", "2026-08-29", pieces=2)
    assert own_cycle(product_gaps(history, "面霜"), LABEL).days == pytest.approx(60)


@given(st.integers(1, 50), st.integers(0, 3000), CYCLES)
def test_silence_never_raises_the_probability_and_an_order_never_lowers_it(
    orders: int, silent: int, cycle: Cycle
) -> None:
    last = TODAY - timedelta(days=silent)
    now, later = (alive(orders, last, cycle, TODAY + timedelta(days=n)).probability for n in (0, 1))
    assert 0 < later < now < 1
    assert alive(orders + 1, last, cycle, TODAY).probability > now


def test_who_never_bought_is_no_customer_yet() -> None:
    assert alive(0, None, CYCLE, TODAY).probability == 0
    assert alive(1, None, CYCLE, TODAY).probability == 0


def test_alive_says_why() -> None:
    said = alive(5, TODAY - timedelta(days=120), CYCLE, TODAY)
    assert said.probability == pytest.approx(0.73, abs=0.01)
    assert (
        said.reason == "买过 5 次，120 天没来（按他自己 4 次购买的间隔，约 60 天一次），还会再来的可能约 73%"
    )


@given(st.integers(0, 3000), CYCLES)
def test_the_next_purchase_lies_ahead(silent: int, cycle: Cycle) -> None:
    last = TODAY - timedelta(days=silent)
    assert next_purchase(last, cycle, TODAY) > TODAY
    assert next_purchase(last, cycle, TODAY + timedelta(days=1)) >= next_purchase(last, cycle, TODAY)


@given(CYCLES, st.integers(0, 1000))
def test_overdue_is_silence_in_cycles(cycle: Cycle, silent: int) -> None:
    assert overdue(TODAY - timedelta(days=silent), cycle, TODAY) == pytest.approx(silent / cycle.days)


@pytest.mark.parametrize(
    ("today", "months"),
    [
        ("2026-05-27", None),
        ("2026-05-28", 3),
        ("2026-08-27", 3),
        ("2026-08-28", 6),
        ("2027-02-27", 6),
        ("2027-02-28", 12),
        ("2030-01-01", 12),
    ],
)
def test_dormant_by_the_calendar(today: str, months: int | None) -> None:
    found = dormant(date(2026, 2, 28), SETTINGS.dormancy, date.fromisoformat(today))
    assert (found.months if found else None) == months
    assert found is None or found.since == months_after(date(2026, 2, 28), found.months)


@pytest.mark.parametrize(("last", "since"), [("2025-11-30", "2026-02-28"), ("2026-08-21", "2026-11-21")])
def test_the_first_dormant_day(last: str, since: str) -> None:
    bought_on, first = date.fromisoformat(last), date.fromisoformat(since)
    found = dormant(bought_on, SETTINGS.dormancy, first)
    assert found is not None
    assert (found.months, found.since, found.name) == (3, first, "沉睡 3 个月")
    assert dormant(bought_on, SETTINGS.dormancy, first - timedelta(days=1)) is None


def test_nobody_who_never_bought_is_dormant_or_late() -> None:
    assert dormant(None, SETTINGS.dormancy, TODAY) is None
    assert late(None, CYCLE, SETTINGS.dormancy, TODAY) is None


@pytest.mark.parametrize(("silent", "is_late"), [(59, False), (89, False), (90, True), (400, True)])
def test_late_by_their_own_habit(silent: int, is_late: bool) -> None:
    found = late(TODAY - timedelta(days=silent), CYCLE, SETTINGS.dormancy, TODAY)
    assert (found is not None) is is_late
    if found:
        assert found.since == TODAY - timedelta(days=silent - 90)
        assert found.reason == f"{silent} 天没来，按他自己 4 次购买的间隔，约 60 天一次"


def somebody(spent: int) -> Summary:
    return summary(bought(TODAY - timedelta(days=100), spent=spent))


def test_nobody_who_never_bought_is_won_back() -> None:
    assert win_back(summary(()), alive(0, None, CYCLE, TODAY), SETTINGS.win_back).score == 0


def test_win_back_says_why_and_how_likely() -> None:
    chance = alive(5, TODAY - timedelta(days=120), CYCLE, TODAY)
    found = win_back(somebody(1500), chance, SETTINGS.win_back)
    assert found.score == 55
    assert found.chance(SETTINGS.win_back) == "高"
    assert found.reason.startswith("共 1500元；买过 5 次，120 天没来")
    poor = win_back(somebody(1500), chance, SETTINGS.win_back, Margin(Decimal(-5), 3))
    assert (poor.score, poor.chance(SETTINGS.win_back)) == (0, "低")


@given(st.integers(0, 9000), st.integers(0, 9000), st.integers(0, 2000), st.integers(1, 20))
def test_more_spent_never_scores_less_and_silence_never_more(
    spent: int, more: int, silent: int, orders: int
) -> None:
    def points(spent: int, silent: int) -> int:
        chance = alive(orders, TODAY - timedelta(days=silent), CYCLE, TODAY)
        return win_back(somebody(spent), chance, SETTINGS.win_back).score

    assert 0 <= points(spent, silent) <= points(spent + more, silent) <= 100
    assert points(spent, silent + 30) <= points(spent, silent)


@given(PURCHASES)
def test_any_history_has_a_cycle(history: list[Purchase]) -> None:
    assert own_cycle(gaps(history), LABEL).days > 0
    for product in "甲乙丙":
        found = run_out(history, product, own_cycle(product_gaps(history, product), LABEL))
        assert found is None or found.day >= max(p.day for p in history if product in dict(p.pieces))
