"""Orders as purchases, bands, averages, margin."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given

from bot.core.customer import Order, OrderItem, OrderStatus
from handlers.value.bands import average_order, band, band_text, margin, orders_a_year
from handlers.value.history import Gap, gaps, months_after, product_gaps, purchases, summary
from tests.handlers.value.shop import ORDERS, PURCHASES, TODAY, ZONE, bought, order


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-01-15", -12, "2025-01-15"),
        ("2026-12-01", 0, "2026-12-01"),
    ],
)
def test_months_are_of_the_calendar(day: str, months: int, later: str) -> None:
    assert months_after(date.fromisoformat(day), months) == date.fromisoformat(later)


def test_a_day_is_the_shops() -> None:
    (late_evening,) = purchases([order(1, "2026-03-01T16:30:00")], ZONE)
    assert late_evening.day == date(2026, 3, 2)


@pytest.mark.parametrize("status", OrderStatus)
def test_only_paid_orders_count(status: OrderStatus) -> None:
    counts = status in (OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.SIGNED)
    assert len(purchases([order(1, "2026-03-01", status=status)], ZONE)) == counts


@given(ORDERS)
def test_a_refund_takes_back_exactly_what_the_order_brought(orders: list[Order]) -> None:
    for one in orders:
        refunded = [replace(o, status=OrderStatus.REFUNDED) if o is one else o for o in orders]
        without = [o for o in orders if o is not one]
        assert purchases(refunded, ZONE) == purchases(without, ZONE)


@pytest.mark.parametrize(
    ("total", "price", "discounted"), [(100, 100, False), (90, 100, True), (90, 90, True), (120, 100, False)]
)
def test_discounted_is_below_the_lines_or_the_list(total: int, price: int, discounted: bool) -> None:
    one = order(1, "2026-03-01", total, items=(OrderItem("面霜", 1, Decimal(price)),))
    assert purchases([one], ZONE, {"面霜": Decimal(100)})[0].discounted is discounted


def test_gaps_count_days_not_orders() -> None:
    assert gaps(bought("2026-01-01", "2026-01-01", "2026-01-11", "2026-03-01")) == (Gap(10), Gap(49))


def test_gaps_of_a_product_know_the_pieces_at_their_beginning() -> None:
    history = (
        *bought("2026-01-01", pieces=2),
        *bought("2026-02-01", product="精华"),
        *bought("2026-05-01", pieces=1),
    )
    assert product_gaps(history, "面霜") == (Gap(120, 2),)
    assert product_gaps(history, "面霜")[0].per_piece == 60


@pytest.mark.parametrize(
    ("orders", "lower", "text"),
    [
        (0, 0, "没买过"),
        (1, 1, "1 单"),
        (2, 2, "2 单"),
        (3, 3, "3–4 单"),
        (4, 3, "3–4 单"),
        (5, 5, "5–9 单"),
        (9, 5, "5–9 单"),
        (10, 10, "10 单以上"),
        (200, 10, "10 单以上"),
    ],
)
def test_bands(orders: int, lower: int, text: str) -> None:
    assert (band(orders), band_text(orders)) == (lower, text)


def test_average_and_frequency() -> None:
    history = (*bought("2025-11-21", spent=100), *bought("2026-11-01", spent=51))
    assert average_order(history) == Decimal("75.50")
    assert orders_a_year(history, TODAY) == 2
    assert orders_a_year(bought("2026-11-20"), TODAY) == 1  # not 365 a year
    assert average_order(()) is None
    assert orders_a_year((), TODAY) == 0


def test_margin_counts_orders_with_known_costs_only() -> None:
    history = (*bought("2026-01-01", pieces=2), *bought("2026-02-01", product="礼盒"))
    known = margin(history, {"面霜": Decimal(30)})
    assert known is not None
    assert (known.earned, known.orders) == (Decimal(40), 1)
    assert margin(history, {}) is None


@given(PURCHASES)
def test_the_order_of_purchases_does_not_matter(history: list) -> None:  # type: ignore[type-arg]
    assert summary(history) == summary(history[::-1])
    assert gaps(history) == gaps(history[::-1])
