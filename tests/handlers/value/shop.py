"""Purchases and orders made by hand, and strategies for any of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bot.core.customer import Order, OrderItem, OrderStatus
from bot.core.value_settings import ValueSettings
from handlers.value.cycles import Basis, Cycle
from handlers.value.history import Purchase

ZONE = ZoneInfo("Asia/Shanghai")
SETTINGS = ValueSettings()
TODAY = date(2026, 11, 21)
CYCLE = Cycle(60.0, Basis.OWN, "按他自己 4 次购买的间隔，约 60 天")


def bought(
    *days: date | str, spent: int = 100, product: str = "面霜", pieces: int = 1
) -> tuple[Purchase, ...]:
    made = (date.fromisoformat(d) if isinstance(d, str) else d for d in days)
    return tuple(Purchase(day, Decimal(spent), ((product, pieces),)) for day in made)


def order(
    number: int,
    at: datetime | str,
    total: int | str = 100,
    status: OrderStatus = OrderStatus.SIGNED,
    items: tuple[OrderItem, ...] = (OrderItem("面霜", 1, Decimal(100)),),
) -> Order:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC) if isinstance(at, str) else at
    return Order(number, str(number), 1, status, Decimal(total), moment, items)


DAYS = st.dates(date(2020, 1, 1), date(2026, 12, 31))
AMOUNTS = st.decimals(Decimal("0.01"), Decimal(9999), places=2)
PURCHASES = st.lists(
    st.builds(
        Purchase,
        DAYS,
        AMOUNTS,
        st.lists(
            st.tuples(st.sampled_from("甲乙丙"), st.integers(1, 5)), max_size=3, unique_by=lambda p: p[0]
        ).map(tuple),
        st.booleans(),
    ),
    max_size=8,
)
ORDERS = st.lists(
    st.builds(
        order,
        st.integers(1, 1000),
        st.builds(datetime.combine, DAYS, st.times(), st.just(UTC)),
        st.integers(1, 9999),
        st.sampled_from(OrderStatus),
    ),
    max_size=8,
    unique_by=lambda o: o.id,
)
CYCLES = st.builds(Cycle, st.floats(1, 400), st.sampled_from(Basis), st.just("约 60 天"))
