"""Points and baskets follow the orders, whatever happens to them and however often it is looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.core.customer import Order, OrderStatus
from bot.core.worth import OnRecord, PointsLine
from handlers.value.history import COUNTS
from handlers.value.points import account
from handlers.value.points_of_orders import ledger, lines_due
from tests.handlers.value.shop import SETTINGS, ZONE, order

START = datetime(2026, 11, 1, tzinfo=UTC)
RULES = SETTINGS.points


def looked_at(one: OnRecord, now: datetime) -> tuple[OnRecord, int]:
    """The record with the lines that were due, and how the baskets' count changes."""
    due = lines_due(one, now, ZONE, RULES)
    written = tuple(PointsLine(*vars_of(line.entry), line.amount) for line in due)
    return replace(one, ledger=one.ledger + written), sum(line.basket for line in due)


def vars_of(entry: object) -> tuple[object, ...]:
    return tuple(getattr(entry, n) for n in ("number", "at", "points", "reason", "order", "until"))


CHANGES = st.lists(
    st.tuples(st.sampled_from(OrderStatus), st.integers(0, 300), st.integers(1, 40)), min_size=1, max_size=8
)


@given(st.lists(CHANGES, min_size=1, max_size=3))
def test_the_ledger_says_of_every_order_what_it_is_worth_now(
    histories: list[list[tuple[OrderStatus, int, int]]],
) -> None:
    one, baskets, now = OnRecord(1, "潜客"), 0, START
    for step in range(max(map(len, histories))):
        now += timedelta(days=1)
        orders = []
        for number, history in enumerate(histories, 1):
            status, refunded, _ = history[min(step, len(history) - 1)]
            made = order(number, START, 300, status)
            orders.append(replace(made, refunded=Decimal(refunded)))
        one, change = looked_at(replace(one, orders=tuple(orders)), now)
        baskets += change
        assert lines_due(one, now, ZONE, RULES) == []
        for made in orders:
            lines = [line for line in one.ledger if line.order == made.id]
            worth = made.kept if made.status in COUNTS else Decimal(0)
            assert sum(line.amount for line in lines) == worth
            assert abs(sum(line.points for line in lines) - worth) < len(lines) + 1  # fractions are dropped
        assert baskets == sum(made.status in COUNTS for made in orders)
        counting = sum(int(o.kept) for o in orders if o.status in COUNTS)
        balance = account(ledger(one.ledger), now, ZONE).balance
        assert abs(balance - counting) <= len(one.ledger)


def test_a_part_refund_takes_its_part_of_the_points() -> None:
    one, _ = looked_at(OnRecord(1, "潜客", (order(1, START, 300),)), START)
    part = replace(one.orders[0], refunded=Decimal(100))
    one, change = looked_at(replace(one, orders=(part,)), START + timedelta(days=1))
    assert [(line.points, line.reason) for line in one.ledger] == [(300, "购物"), (-100, "部分退款")]
    assert change == 0


def test_what_was_earned_stays_when_the_rules_change() -> None:
    one, _ = looked_at(OnRecord(1, "潜客", (order(1, START, 300),)), START)
    doubled = RULES.model_copy(update={"per_yuan": Decimal(2)})
    assert lines_due(one, START, ZONE, doubled) == []


def test_an_order_worth_nothing_is_counted_once_too() -> None:
    free: Order = order(1, START, 0)
    one, first = looked_at(OnRecord(1, "潜客", (free,)), START)
    _, again = looked_at(one, START)
    assert (first, again) == (1, 0)
    gone, back = looked_at(replace(one, orders=(replace(free, status=OrderStatus.REFUNDED),)), START)
    assert back == -1
    assert lines_due(gone, START, ZONE, RULES) == []
