"""Tiers and what is bought together."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.value_settings import TierSettings, TogetherSettings
from handlers.value.history import Purchase
from handlers.value.tiers import standing
from handlers.value.together import Together
from tests.handlers.value.shop import AMOUNTS, DAYS, PURCHASES, TODAY, bought

RULES = TierSettings()
BASKETS = st.lists(st.lists(st.sampled_from("甲乙丙丁"), max_size=4), max_size=12)


def test_below_the_first_tier() -> None:
    found = standing(bought("2026-11-01", spent=499), RULES, TODAY)
    assert found.tier is None
    assert found.until is None
    assert found.above is not None
    assert (found.above.name, found.missing) == ("银卡", Decimal(1))


def test_reached_held_reminded_and_over() -> None:
    history = bought("2026-01-31", "2026-02-28", spent=250)
    found = standing(history, RULES, date(2026, 3, 1))
    assert found.tier is not None
    assert found.tier.name == "银卡"
    assert (found.since, found.until) == (date(2026, 2, 28), date(2027, 2, 28))
    assert found.remind_on == date(2027, 1, 29)
    assert found.missing == 1500
    assert standing(history, RULES, date(2027, 2, 28)).tier == found.tier
    assert standing(history, RULES, date(2027, 3, 1)).tier is None


def test_only_spending_within_the_term_counts() -> None:
    assert standing(bought("2025-03-01", "2026-03-01", spent=250), RULES, date(2026, 3, 1)).tier is None
    assert standing(bought("2025-03-02", "2026-03-01", spent=250), RULES, date(2026, 3, 1)).tier is not None


def test_a_purchase_that_meets_the_tier_renews_it() -> None:
    found = standing(bought("2026-01-01", "2026-06-01", spent=500), RULES, TODAY)
    assert (found.since, found.until) == (date(2026, 1, 1), date(2027, 6, 1))


def test_a_higher_tier_ends_in_the_lower_one_that_was_earned_since() -> None:
    history = (*bought("2025-01-01", spent=2000), *bought("2026-01-05", spent=600))
    gold, silver = standing(history, RULES, date(2025, 6, 1)), standing(history, RULES, date(2026, 2, 1))
    assert gold.tier is not None
    assert silver.tier is not None
    assert (gold.tier.name, silver.tier.name) == ("金卡", "银卡")
    assert silver.until == date(2027, 1, 5)


def test_people_brought_along_raise_the_tier() -> None:
    days = [date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)]
    found = standing(bought("2026-08-01", spent=60), RULES, TODAY, referrals=days)
    assert found.tier is not None
    assert (found.tier.name, found.since) == ("金卡", date(2026, 11, 1))
    assert standing(bought("2026-08-01", spent=60), RULES, TODAY, referrals=days[:2]).tier is None


@given(PURCHASES, DAYS, AMOUNTS)
def test_one_more_purchase_lowers_no_tier_and_a_refund_restores_all(
    history: list[Purchase], day: date, spent: Decimal
) -> None:
    def rank(bought: list[Purchase]) -> int:
        tier = standing(bought, RULES, TODAY).tier
        return -1 if tier is None else RULES.levels.index(tier)

    more = [*history, Purchase(day, spent)]
    assert rank(more) >= rank(history)
    assert standing(more[:-1], RULES, TODAY) == standing(history[::-1], RULES, TODAY)


@given(PURCHASES, st.integers(0, 800))
def test_a_held_tier_covers_today_and_tells_when_it_ends(history: list[Purchase], days: int) -> None:
    today = TODAY + timedelta(days=days)
    found = standing(history, RULES, today)
    if found.tier is not None:
        assert found.since is not None
        assert found.until is not None
        assert found.since <= today <= found.until
        assert found.remind_on == found.until - timedelta(days=RULES.remind_days)


def test_hints_are_seen_often_and_oftener_than_by_chance() -> None:
    counts = Together()
    for basket in (["面霜", "精华"],) * 4 + (["面霜"],) * 2 + (["防晒"],) * 6 + (["面霜", "防晒"],) * 3:
        counts.add(basket)
    (hint,) = counts.hints("面霜", TogetherSettings())
    assert (hint.product, hint.baskets) == ("精华", 4)
    assert hint.lift == pytest.approx(4 * 15 / (9 * 4))
    assert hint.reason == "买面霜的 9 单里，4 单也买了精华"
    assert counts.hints("没有的", TogetherSettings()) == ()


@given(BASKETS, st.lists(st.sampled_from("甲乙丙丁"), max_size=4))
def test_taking_back_undoes_adding(baskets: list[list[str]], one: list[str]) -> None:
    before, after = Together(), Together()
    for basket in baskets:
        before.add(basket)
        after.add(basket[::-1])
    after.add(one)
    after.take_back(one)
    assert after == before


def test_what_was_never_added_cannot_be_taken_back() -> None:
    counts = Together()
    counts.add(["面霜"])
    with pytest.raises(ValueError, match="没有计过数"):
        counts.take_back(["面霜", "精华"])
    assert counts.products["面霜"] == 1
