"""What is on record of somebody → which care is due when: pure, and the same however often it is asked.

Planning follows from the state of the orders, not from the events that led to it: whatever is reported
twice, late or in another order ends in the same timers, and an order taken back takes its timers with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Final, NamedTuple

from bot.core.care import CareRecord, CareState, Standing
from bot.core.care_rules import ORDERS, CareRule, Stop, When
from bot.core.customer import Customer, Order, OrderStatus
from bot.core.effects import CancelTimer, Effect, PlanCare, StartTimer
from bot.core.settings import Settings
from handlers.care.kinds import KINDS
from handlers.care.moments import due_after, due_on, is_over

RULE: Final = "care"
"""The timer rule; its occasion is `rule|occasion`."""
OVER: Final = (OrderStatus.CANCELLED, OrderStatus.REFUNDED)
_COUNTS: Final = (OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.SIGNED)
_FOLLOWED: Final = frozenset((*ORDERS, When.SPENT, When.TIER, When.RUN_OUT))
"""What `plan` keeps in step with the record; the other occasions come from the calendar."""
_TAKEN_BACK: Final = frozenset((*ORDERS, When.RUN_OUT))
"""Of these, what is not wanted any more is planned no more; a threshold stays passed when more is bought."""

Wanted = Mapping[tuple[str, str], tuple[CareRule, datetime]]
"""(rule, occasion) → when."""


class Dated(NamedTuple):
    """An occasion of the calendar: whose, what it is called in keys, and its day."""

    customer_id: int
    occasion: str
    day: date


def timer_key(rule: str, occasion: str) -> str:
    """The timer's occasion."""
    return f"{rule}|{occasion}"


def plan(customer: Customer, record: CareRecord, settings: Settings, now: datetime) -> list[Effect]:
    """Start, move and cancel timers so that they fit what is on record of this customer now."""
    wanted = dict(_wanted(customer, record.standing, settings))
    return [*_start(customer.id, wanted, record, settings, now), *_drop(customer, wanted, record, settings)]


def planned_on(
    rule: CareRule, dated: Iterable[Dated], known: Mapping[int, CareRecord], settings: Settings, now: datetime
) -> list[Effect]:
    """The same for occasions of the calendar; what is known of whom stands in `known`."""
    due_at = cache(lambda day: due_on(rule, day, settings))  # the same for everybody at a festival
    return [
        effect
        for one in dated
        for effect in _start(
            one.customer_id,
            {(rule.name, one.occasion): (rule, due_at(one.day))},
            known.get(one.customer_id, CareRecord()),
            settings,
            now,
        )
    ]


def forgotten(customer_id: int, rule: str, occasion: str) -> list[Effect]:
    """It is not planned any more, and can be planned anew."""
    return [
        CancelTimer(RULE, customer_id, timer_key(rule, occasion)),
        PlanCare(customer_id, rule, occasion, None),
    ]


# --- what the record wants ------------------------------------------------------------------------


def _wanted(
    customer: Customer, standing: Standing, settings: Settings
) -> Iterator[tuple[tuple[str, str], tuple[CareRule, datetime]]]:
    for rule in settings.care.rules:
        if rule.enabled and rule.when in _FOLLOWED:
            for occasion, due_at in _due(rule, customer, standing, settings):
                yield (rule.name, occasion), (rule, due_at)


def _due(
    rule: CareRule, customer: Customer, standing: Standing, settings: Settings
) -> Iterator[tuple[str, datetime]]:
    match rule.when:
        case When.SPENT:
            yield from _thresholds(rule, customer, standing, settings)
        case When.TIER:
            if standing.tier and standing.tier_since:
                key = f"{standing.tier}/{standing.tier_since}"
                yield key, due_on(rule, standing.tier_since, settings)
        case When.RUN_OUT:
            if standing.next_on and standing.next_goods:
                yield run_out_key(standing), due_on(rule, standing.next_on, settings)
        case _:
            for order in customer.orders:
                if (fact := moment_of_order(rule.when, order)) is not None and _of_interest(rule, order):
                    yield order.number, due_after(rule, fact, settings)


def run_out_key(standing: Standing) -> str:
    """玫瑰面霜/2027-01-20: bought again, it is another occasion."""
    return f"{standing.next_goods}/{standing.next_on}"


def moment_of_order(when: When, order: Order) -> datetime | None:
    """When that happened to the order, None if it has not; a hint to pay is only for what is not paid."""
    if order.status in OVER:
        return None
    match when:
        case When.ORDERED:
            return order.created_at
        case When.PAID:
            return order.paid_at
        case When.SHIPPED:
            return order.shipped_at
    return order.signed_at


def _of_interest(rule: CareRule, order: Order) -> bool:
    if Stop.PAID in rule.stop and order.status is not OrderStatus.CREATED:
        return False
    return rule.least is None or order.kept >= rule.least


def _thresholds(
    rule: CareRule, customer: Customer, standing: Standing, settings: Settings
) -> Iterator[tuple[str, datetime]]:
    """The highest threshold that the latest purchase has passed (PRACTICES 100)."""
    bought = [order for order in customer.orders if order.status in _COUNTS]
    if not bought:
        return
    before, after = standing.spent - bought[0].kept, standing.spent
    passed = [amount for amount in rule.amounts if before < amount <= after]
    if passed:
        fact = bought[0].paid_at or bought[0].created_at
        yield spent_key(max(passed)), due_after(rule, fact, settings)


def spent_key(amount: Decimal) -> str:
    """1000; once in a life."""
    return f"{amount:.0f}"


# --- what has to change ---------------------------------------------------------------------------


def _start(
    customer_id: int, wanted: Wanted, record: CareRecord, settings: Settings, now: datetime
) -> Iterator[Effect]:
    for (name, occasion), (rule, due_at) in wanted.items():
        known = record.of(name, occasion)
        if known is None and is_over(rule, due_at, settings, now):
            continue
        if known is None or (known.state is CareState.PLANNED and known.due_at != due_at):
            key, priority = timer_key(name, occasion), KINDS[rule.what].priority
            yield PlanCare(customer_id, name, occasion, due_at)
            yield StartTimer(RULE, customer_id, key, due_at, priority=priority)


def _drop(customer: Customer, wanted: Wanted, record: CareRecord, settings: Settings) -> Iterator[Effect]:
    """What was planned for an order that stands no more, or for goods that were bought again since."""
    numbers = {order.number for order in customer.orders}
    for known in record.known:
        rule = settings.care.rule(known.rule)
        if known.state is not CareState.PLANNED or rule is None or rule.when not in _TAKEN_BACK:
            continue
        if rule.when in ORDERS and known.occasion not in numbers:
            continue  # an old one, which this snapshot does not hold
        if (known.rule, known.occasion) not in wanted:
            yield from forgotten(customer.id, known.rule, known.occasion)
