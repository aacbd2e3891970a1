"""Scores of recency, frequency and money."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.value_settings import RfmSettings
from handlers.value.history import Purchase, Summary, summary
from handlers.value.rfm import Rfm, scale, score
from tests.handlers.value.shop import AMOUNTS, DAYS, PURCHASES, TODAY, bought

RULES = RfmSettings()
SMALL = scale([], RULES, TODAY)


def somebody(silence: int, orders: int, spent: int) -> Summary:
    day = TODAY - timedelta(days=silence)
    return Summary(orders, Decimal(spent), day, day)


@pytest.mark.parametrize(
    ("silence", "orders", "spent", "scores"),
    [
        (0, 1, 50, "511"),
        (30, 2, 100, "522"),
        (31, 3, 300, "433"),
        (91, 5, 800, "344"),
        (181, 10, 2000, "255"),
        (366, 1, 99, "111"),
    ],
)
def test_a_small_shop_has_fixed_cuts(silence: int, orders: int, spent: int, scores: str) -> None:
    assert str(score(somebody(silence, orders, spent), SMALL, TODAY)) == scores


def test_nobody_without_a_purchase_has_a_score() -> None:
    assert score(summary(()), SMALL, TODAY) is None


def test_fifths_of_a_larger_shop() -> None:
    crowd = [somebody(n, n + 1, 10 * n + 1) for n in range(100)]
    own = scale(crowd, RULES, TODAY)
    assert own.own
    scores = [score(c, own, TODAY) for c in crowd]
    for figure in ("frequency", "monetary", "recency"):
        assert [sum(getattr(s, figure) == n for s in scores) for n in range(1, 6)] == [20] * 5


def test_where_nearly_all_bought_once_orders_keep_the_fixed_cuts() -> None:
    crowd = [somebody(n, 1 if n < 95 else 4, 10 * n + 1) for n in range(100)]
    own = scale(crowd, RULES, TODAY)
    assert own.orders == RULES.orders
    assert own.spent != RULES.spent


@pytest.mark.parametrize(
    ("rfm", "name"),
    [
        (Rfm(5, 5, 5), "重要价值客户"),
        (Rfm(5, 1, 5), "重要发展客户"),
        (Rfm(1, 5, 5), "重要保持客户"),
        (Rfm(1, 1, 5), "重要挽留客户"),
        (Rfm(5, 5, 3), "一般价值客户"),
        (Rfm(5, 1, 1), "一般发展客户"),
        (Rfm(1, 4, 1), "一般保持客户"),
        (Rfm(3, 3, 3), "一般挽留客户"),
    ],
)
def test_the_eight_groups(rfm: Rfm, name: str) -> None:
    assert rfm.name == name


@given(PURCHASES.filter(bool), DAYS, AMOUNTS, st.lists(PURCHASES, max_size=60))
def test_one_more_purchase_lowers_no_score(
    history: list[Purchase], day: date, spent: Decimal, crowd: list[list[Purchase]]
) -> None:
    today = date(2027, 1, 1)
    by = scale([summary(h) for h in crowd], RfmSettings(enough=5), today)
    before, after = (score(summary(h), by, today) for h in (history, [*history, Purchase(day, spent)]))
    assert before is not None
    assert after is not None
    assert after.recency >= before.recency
    assert after.frequency >= before.frequency
    assert after.monetary >= before.monetary
    assert all(1 <= figure <= 5 for figure in (after.recency, after.frequency, after.monetary))


def test_bought_in_the_future_is_bought_today() -> None:
    ahead = summary(bought(TODAY + timedelta(days=3)))
    assert score(ahead, SMALL, TODAY) == Rfm(5, 1, 2)
