"""The block `value`: how the shop reckons what a customer is worth (PRACTICES 45-70)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Protocol

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from bot.core.accounts import NonEmpty
from bot.core.model import StrictModel
from bot.core.money import parse_money


class _Comparable(Protocol):
    def __lt__(self, other: object, /) -> bool: ...


def _positive(value: Decimal) -> Decimal:
    if value <= 0:
        raise ValueError("要大于 0")
    return value


def _rising(values: tuple[_Comparable, ...]) -> tuple[_Comparable, ...]:
    if not all(lower < upper for lower, upper in pairwise(values)):
        raise ValueError("要从小到大，不能重复")
    return values


Money = Annotated[
    Decimal,
    BeforeValidator(lambda v: v if isinstance(v, Decimal) else parse_money(str(v))),
    AfterValidator(_positive),
]
Whole = Annotated[int, Field(ge=1, le=100_000)]
Cycles = Annotated[float, Field(ge=1, le=100)]
Months = Annotated[int, Field(ge=1, le=120)]
Number = Annotated[
    Decimal, BeforeValidator(lambda v: str(v) if isinstance(v, float) else v), Field(gt=0, le=100)
]


class RfmSettings(StrictModel):
    """Fixed cuts for a shop with fewer than `enough` buyers; with more its own quintiles count (50)."""

    enough: Annotated[int, Field(ge=5, le=100_000)] = 50
    recency_days: Annotated[tuple[Whole, Whole, Whole, Whole], AfterValidator(_rising)] = (31, 91, 181, 366)
    orders: Annotated[tuple[Whole, Whole, Whole, Whole], AfterValidator(_rising)] = (2, 3, 5, 10)
    spent: Annotated[tuple[Money, Money, Money, Money], AfterValidator(_rising)] = (
        Decimal(100),
        Decimal(300),
        Decimal(800),
        Decimal(2000),
    )


class KindSettings(StrictModel):
    """Who counts as what (45-48)."""

    big_spent: Money = Decimal(2000)
    big_orders: Whole = 10
    leader_referrals: Whole = 2
    watcher_price: Money = Decimal(300)
    watcher_questions: Whole = 2
    bargain_orders: Annotated[int, Field(ge=2, le=100)] = 3


class LifecycleSettings(StrictModel):
    """Where the stages begin (54-56, 60, 61). sign_tags: tags that stand for praise and sharing (55)."""

    sign_tags: tuple[NonEmpty, ...] = ("常夸", "转介绍")
    regular_orders: Annotated[int, Field(ge=2, le=100)] = 2
    loyal_orders: Annotated[int, Field(ge=2, le=100)] = 5
    fan_orders: Whole = 3
    fan_signs: Whole = 1
    agent_signs: Whole = 3
    lost_months: Months = 12
    lost_at_least: Months = 6
    lost_cycles: Cycles = 4

    @model_validator(mode="after")
    def _in_order(self) -> LifecycleSettings:
        if self.loyal_orders <= self.regular_orders:
            raise ValueError("loyal_orders 要比 regular_orders 大，不然没有老客户这一级")
        if self.lost_at_least > self.lost_months:
            raise ValueError("lost_at_least 不能比 lost_months 长")
        return self


class DormancySettings(StrictModel):
    """When somebody is dormant: calendar months (60), and how many of their own cycles (61)."""

    months: Annotated[tuple[Months, ...], Field(min_length=1), AfterValidator(_rising)] = (3, 6, 12)
    cycles: Cycles = 1.5


class WinBackSettings(StrictModel):
    """How the win-back score is spread (53, 69)."""

    half_spent: Money = Decimal(500)
    usual_margin: Annotated[Decimal, Field(gt=0, le=1)] = Decimal("0.5")
    high: Annotated[int, Field(ge=1, le=100)] = 40
    low: Annotated[int, Field(ge=0, le=99)] = 15

    @model_validator(mode="after")
    def _in_order(self) -> WinBackSettings:
        if self.low >= self.high:
            raise ValueError("low 要比 high 小")
        return self


class Tier(StrictModel):
    """One tier: what reaches it, what it brings. Perks before discounts."""

    name: NonEmpty
    threshold: Money
    benefits: Annotated[tuple[NonEmpty, ...], Field(min_length=1)]
    referrals: Whole | None = None


def _climbing(levels: tuple[Tier, ...]) -> tuple[Tier, ...]:
    if len({tier.name for tier in levels}) < len(levels):
        raise ValueError("等级名字重复了")
    for lower, upper in pairwise(levels):
        if upper.threshold <= lower.threshold:
            raise ValueError(f"{upper.name} 的 threshold 要比 {lower.name} 的高（从低到高写）")
    return levels


class TierSettings(StrictModel):
    """Spending within `term_months` reaches a tier, held for `valid_months` (62)."""

    levels: Annotated[tuple[Tier, ...], AfterValidator(_climbing)] = (
        Tier(name="银卡", threshold=Decimal(500), benefits=("包邮",)),
        Tier(name="金卡", threshold=Decimal(2000), benefits=("包邮", "生日礼"), referrals=3),
        Tier(name="钻石卡", threshold=Decimal(5000), benefits=("包邮", "生日礼", "新品先试"), referrals=10),
    )
    term_months: Months = 12
    valid_months: Months = 12
    remind_days: Annotated[int, Field(ge=0, le=180)] = 30


class PointDays(StrictModel):
    """Days on which points count several times, first and last included (65)."""

    begins: date
    ends: date
    times: Number = Decimal(2)

    @model_validator(mode="after")
    def _forward(self) -> PointDays:
        if self.ends < self.begins:
            raise ValueError("ends 比 begins 还早")
        if self.times < 1:
            raise ValueError("times 不能小于 1，不然成了少给积分")
        return self


class PointSettings(StrictModel):
    """Points per yuan, how long they count (none: for ever), the days that count more (64, 65)."""

    per_yuan: Number = Decimal(1)
    valid_months: Annotated[Months | None, BeforeValidator(lambda v: None if v == "none" else v)] = 12
    remind_days: Annotated[int, Field(ge=0, le=180)] = 30
    days: tuple[PointDays, ...] = ()


class TogetherSettings(StrictModel):
    """When two products count as bought together (67)."""

    baskets: Annotated[int, Field(ge=2, le=10_000)] = 3
    lift: Annotated[float, Field(ge=1, le=100)] = 1.2
    most: Annotated[int, Field(ge=1, le=20)] = 3


class ValueSettings(StrictModel):
    """The whole block; `default_cycle` is the days to the next purchase while nothing is known."""

    default_cycle: Annotated[int, Field(ge=1, le=3653)] = 90
    rfm: RfmSettings = RfmSettings()
    kinds: KindSettings = KindSettings()
    lifecycle: LifecycleSettings = LifecycleSettings()
    dormancy: DormancySettings = DormancySettings()
    win_back: WinBackSettings = WinBackSettings()
    tiers: TierSettings = TierSettings()
    points: PointSettings = PointSettings()
    together: TogetherSettings = TogetherSettings()
