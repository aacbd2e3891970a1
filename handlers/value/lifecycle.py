"""The stages of a customer as a pure function of facts; dated transitions with reasons (PRACTICES 54-56)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from math import ceil

from bot.core.value_settings import LifecycleSettings
from handlers.value.alive import silence
from handlers.value.cycles import Basis, Cycle, own_cycle
from handlers.value.history import Purchase, gaps, months_after, summary


class Stage(StrEnum):
    """As the shop calls them; all but 流失 in rising order."""

    PROSPECT = "潜客"
    NEW = "新客"
    REGULAR = "老客户"
    LOYAL = "忠诚客户"
    FAN = "粉丝"
    AGENT = "分销商"
    LOST = "流失"


_ORDER: dict[Stage, int] = {stage: rank for rank, stage in enumerate(Stage) if stage is not Stage.LOST}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a stage follows from.

    signs: buyers brought along, and praise or sharing on record. agent: the seller has confirmed it.
    cycle: the customer's own, if known.
    """

    orders: int = 0
    last: date | None = None
    signs: int = 0
    agent: bool = False
    cycle: Cycle | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """From one stage to another on a day of the shop, and why."""

    before: Stage
    after: Stage
    day: date
    reason: str


def lost_on(facts: Facts, rules: LifecycleSettings) -> date | None:
    """The day from which silence means 流失; None for who never bought, and for agents.

    After `lost_months` by the calendar; sooner by the customer's own cycle, but not before `lost_at_least`.
    """
    if facts.last is None or facts.orders < 1 or facts.agent:
        return None
    by_calendar = months_after(facts.last, rules.lost_months)
    if facts.cycle is None or facts.cycle.basis is not Basis.OWN:
        return by_calendar
    by_habit = facts.last + timedelta(days=ceil(facts.cycle.days * rules.lost_cycles))
    return min(by_calendar, max(by_habit, months_after(facts.last, rules.lost_at_least)))


def stage(facts: Facts, rules: LifecycleSettings, today: date) -> tuple[Stage, str]:
    """The stage these facts amount to, and why; total: any facts have exactly one."""
    lost = lost_on(facts, rules)
    if lost is not None and facts.last is not None and lost <= today:
        habit = f"，{facts.cycle.reason}一次" if facts.cycle and facts.cycle.basis is Basis.OWN else ""
        return Stage.LOST, f"{silence(facts.last, today)} 天没来{habit}"
    if facts.agent:
        return Stage.AGENT, "店主确认的"
    if facts.orders >= rules.fan_orders and facts.signs >= rules.fan_signs:
        return Stage.FAN, f"买过 {facts.orders} 单，还夸过或介绍过 {facts.signs} 次"
    return _by_orders(facts.orders, rules)


def _by_orders(orders: int, rules: LifecycleSettings) -> tuple[Stage, str]:
    if orders >= rules.loyal_orders:
        return Stage.LOYAL, f"买过 {orders} 单"
    if orders >= rules.regular_orders:
        return Stage.REGULAR, f"买过 {orders} 单"
    return (Stage.NEW, "买了第一单") if orders >= 1 else (Stage.PROSPECT, "还没买过")


def transition(
    facts: Facts, current: Stage | str, rules: LifecycleSettings, today: date
) -> Transition | None:
    """The step to take from `current`, or None; a stage that nobody knows counts as 潜客.

    Going lost is dated by the day the silence grew too long, however late it is noticed; else it is today.
    Taking the step and asking again gives None.
    """
    before = Stage(current) if current in set(Stage) else Stage.PROSPECT
    after, why = stage(facts, rules, today)
    if after is before:
        return None
    if after is Stage.LOST:
        return Transition(before, after, lost_on(facts, rules) or today, why)
    return Transition(before, after, today, _turn(before, after) + why)


def _turn(before: Stage, after: Stage) -> str:
    if before is Stage.LOST:
        return "回来了，" if after is not Stage.PROSPECT else "退款以后，"
    return "" if _ORDER[after] > _ORDER[before] else "退单或改了规则，现在"


def agent_candidate(facts: Facts, rules: LifecycleSettings, today: date) -> bool:
    """Whether to ask the seller about 分销商: a fan who has shown it often enough (PRACTICES 56, 127)."""
    return stage(facts, rules, today)[0] is Stage.FAN and facts.signs >= rules.agent_signs


def retraced(
    bought: Sequence[Purchase],
    rules: LifecycleSettings,
    prior: Cycle,
    today: date,
    facts: Facts | None = None,
) -> tuple[Transition, ...]:
    """Every transition a history implies, oldest first: for imports, whose past nobody watched.

    facts: what is known beside purchases today; it counts from the last purchase on. prior: the shop's cycle.
    """
    steps: list[Transition] = []
    days = sorted({p.day for p in bought if p.day <= today})
    for n, day in enumerate(days):
        so_far = _facts_on(bought, day, prior)
        if n == len(days) - 1 and facts is not None:
            so_far = replace(so_far, signs=facts.signs, agent=facts.agent)
        _step(steps, so_far, rules, day)
        _step(steps, so_far, rules, min(_day_before(days, n), today))
    return tuple(steps)


def _facts_on(bought: Sequence[Purchase], day: date, prior: Cycle) -> Facts:
    past = [p for p in bought if p.day <= day]
    return Facts(len(past), summary(past).last, cycle=own_cycle(gaps(past), prior))


def _day_before(days: Sequence[date], n: int) -> date:
    return days[n + 1] - timedelta(days=1) if n + 1 < len(days) else date.max


def _step(steps: list[Transition], facts: Facts, rules: LifecycleSettings, day: date) -> None:
    current = steps[-1].after if steps else Stage.PROSPECT
    if (step := transition(facts, current, rules, day)) is not None:
        steps.append(step)
