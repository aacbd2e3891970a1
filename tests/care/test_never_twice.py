"""Whatever is told, in whatever order and however often: no occasion yields two messages, and everything ends."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.care import CareRecord, CareState, Known, Standing
from bot.core.customer import Customer, Order, OrderItem, OrderStatus
from bot.core.effects import CancelTimer, Effect, LeaveTask, PlanCare, Push, SettleCare, StartTimer
from handlers.care import plan
from handlers.care import ring as ring_care
from handlers.rings import Ring
from tests.care.shop import at
from tests.handlers.shop import KNOWN, SHOP

START = at("2026-11-20")
_AGAIN = (OrderStatus.CREATED, OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.SIGNED)


@dataclass
class World:
    """One customer, the rows of care and the timers, as storage keeps them."""

    now: datetime = START
    orders: dict[str, Order] = field(default_factory=dict)
    known: dict[tuple[str, str], Known] = field(default_factory=dict)
    timers: dict[str, datetime] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    late: list[timedelta] = field(default_factory=list)

    @property
    def customer(self) -> Customer:
        newest = sorted(self.orders.values(), key=lambda o: o.created_at, reverse=True)
        return replace(KNOWN, orders=tuple(newest))

    @property
    def record(self) -> CareRecord:
        kept = [
            o for o in self.orders.values() if o.status not in (OrderStatus.CANCELLED, OrderStatus.REFUNDED)
        ]
        last = max((o.created_at for o in kept), default=None)
        standing = Standing(
            len(kept),
            sum((o.kept for o in kept), Decimal(0)),
            last.date() if last else None,
            (last + timedelta(days=60)).date() if last else None,
            "玫瑰面霜" if last else "",
        )
        return CareRecord(tuple(self.known.values()), standing)

    def plan(self) -> None:
        self.take(plan(self.customer, self.record, SHOP, self.now))

    def take(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case PlanCare(due_at=None):
                    self.known.pop((effect.rule, effect.occasion), None)
                case PlanCare(due_at=due):
                    assert due is not None
                    self.known[effect.rule, effect.occasion] = Known(effect.rule, effect.occasion, due)
                case SettleCare():
                    was = self.known[effect.rule, effect.occasion]
                    assert was.state is CareState.PLANNED, "settled twice"
                    self.known[effect.rule, effect.occasion] = replace(
                        was, state=effect.state, text=effect.text, settled_at=self.now
                    )
                case StartTimer():
                    self.timers[effect.occasion] = effect.due_at
                case CancelTimer():
                    self.timers.pop(effect.occasion, None)
                case Push(key=key) | LeaveTask(key=key):
                    self.said.append(str(key))

    def ring(self) -> None:
        """Everything due by now, in order."""
        while due := sorted((at, key) for key, at in self.timers.items() if at <= self.now):
            at_, key = due[0]
            del self.timers[key]
            self.take(ring_care(Ring(self.customer, key, SHOP, self.now, due_at=at_, care=self.record)))


_numbers = st.sampled_from(["A1", "A2", "A3"])
_acts = st.one_of(
    st.tuples(st.just("order"), _numbers, st.sampled_from([Decimal(129), Decimal(2100)])),
    st.tuples(st.just("becomes"), _numbers, st.sampled_from(list(OrderStatus))),
    st.tuples(st.just("told again"), _numbers, st.none()),
    st.tuples(st.just("wait"), st.none(), st.integers(1, 40 * 24)),
)


@settings(max_examples=150)
@given(st.lists(_acts, max_size=25))
def test_no_occasion_yields_two_messages_and_everything_ends(acts: list[tuple[str, str, object]]) -> None:
    world = World()
    for what, number, value in acts:
        match what:
            case "order" if number not in world.orders:
                items = (OrderItem("玫瑰面霜", 1, Decimal(str(value))),)
                world.orders[number] = Order(
                    int(number[1]), number, 1, OrderStatus.CREATED, Decimal(str(value)), world.now, items
                )
            case "becomes" if number in world.orders:
                status = OrderStatus(str(value))
                moments = {f"{status.value}_at": world.now} if status in _AGAIN[1:] else {}
                world.orders[number] = replace(world.orders[number], status=status, **moments)  # type: ignore[arg-type]
            case "wait":
                assert isinstance(value, int)
                world.now += timedelta(hours=value)  # the machine may have slept as long: it rings at the end
                world.ring()
        world.plan()
        world.plan()  # told twice
    world.now += timedelta(days=800)
    world.ring()
    assert not world.timers, "something never ends"
    assert not [key for key, times in Counter(world.said).items() if times > 1]
    assert all(k.state is not CareState.PLANNED for k in world.known.values())
