"""The block `care`: what is due when, to whom, in which words (PRACTICES 57-126)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import time, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, field_validator, model_validator

from bot.core.accounts import NonEmpty
from bot.core.model import StrictModel
from bot.core.service_settings import Duration, Money, fillable


class When(StrEnum):
    """What a rule is about: a fact on record, or a day of the calendar."""

    ORDERED = "order_created"
    PAID = "order_paid"
    SHIPPED = "order_shipped"
    SIGNED = "order_signed"
    SPENT = "spent"  # the sum of all purchases passes one of `amounts`
    TIER = "tier_reached"
    COMPLAINT = "complaint_closed"
    RUN_OUT = "run_out"  # what they bought last is used up, or the next purchase is to be expected
    BIRTHDAY = "birthday"
    BIRTHDAY_MONTH = "month_before_birthday"
    FESTIVAL = "festival"  # one of `festivals`; solar terms too
    DORMANT = "dormant"  # one of `months` after the last purchase
    TIER_ENDS = "tier_ends"
    POINTS_END = "points_end"
    YEAR = "best_of_year"  # who spent most this year; `days` after 1 December
    QUARTER = "quarter"  # once in each quarter, for the shop as a whole


ORDERS: Final = (When.ORDERED, When.PAID, When.SHIPPED, When.SIGNED)


class What(StrEnum):
    """What comes of it: decides which content rules hold, who goes first, and how late it may come."""

    BIRTHDAY = "birthday"
    COUPON = "coupon"
    FESTIVAL = "festival"
    SEASON = "season"
    MISSING = "missing"
    OFFER = "offer"  # to win somebody back
    CARE = "care"
    REMIND = "remind"
    PROMO = "promo"
    NOTICE = "notice"  # a service message about their own order
    CALL = "call"  # a task for the seller's own hand, with a script
    SHOP = "shop"  # the seller is told, about nobody in particular


class Stop(StrEnum):
    """What makes a planned message needless; looked at when its time has come."""

    BOUGHT = "bought_again"
    PAID = "paid"
    COMPLAINT = "complaint_open"
    KNOWN = "bought_before"  # they have had the same goods before


class Late(StrEnum):
    """How long after its moment a message is still worth sending (PRACTICES, lesson on missed runs)."""

    DAY = "day"  # until that day's end
    DONE = "done"  # until somebody has done it


_CLOCK: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
VARIABLES: Final[Mapping[When, frozenset[str]]] = {
    **{
        when: frozenset({"goods", "usage", "care", "order", "amount", "day"})
        for when in (*ORDERS, When.COMPLAINT)
    },
    When.SPENT: frozenset({"amount", "goods"}),
    When.TIER: frozenset({"tier", "benefits", "day"}),
    When.RUN_OUT: frozenset({"goods", "days"}),
    When.BIRTHDAY: frozenset({"tier"}),
    When.BIRTHDAY_MONTH: frozenset({"tier", "gift"}),
    When.FESTIVAL: frozenset({"festival"}),
    When.DORMANT: frozenset({"goods", "months"}),
    When.TIER_ENDS: frozenset({"tier", "benefits", "day"}),
    When.POINTS_END: frozenset({"points", "day"}),
    When.YEAR: frozenset({"amount"}),
    When.QUARTER: frozenset(),
}
"""What may stand in braces, beside {name} and {shop}."""
EVERYBODY: Final = "其他"
"""In `gifts`: whoever has no tier that is named."""
MOST_LATE: Final = timedelta(days=31)


def _clock(value: Any) -> Any:
    if isinstance(value, str):
        if (match := _CLOCK.fullmatch(value.strip())) is None:
            raise ValueError(f"时间看不懂：{value[:20]}（例：10:00）")
        return time(int(match[1]), int(match[2]))
    return value


ClockTime = Annotated[time, BeforeValidator(_clock)]
Texts = Annotated[tuple[NonEmpty, ...], Field(max_length=50)]
CatchUp = Late | Duration
_USUAL_LATE: Final[Mapping[What, CatchUp]] = {
    What.BIRTHDAY: Late.DAY,
    What.FESTIVAL: Late.DAY,
    What.SEASON: Late.DAY,
    What.CALL: Late.DONE,
    What.SHOP: Late.DONE,
}


def _late(value: Any) -> Any:
    return Late(value) if isinstance(value, str) and value in tuple(Late) else value


class CareRule(StrictModel):
    """One rule.

    moment: `days` after the occasion (before it if negative) at the shop's time `at`, on the next day that
    the shop opens with `workday`; or `after` a fact. audience: a condition as in 找. least: yuan of the
    order. festivals, months, amounts: which ones, where the occasion has several. late: how late it may
    come. plain: for elders. variants: instead of `texts`, by group; hold_out: the share of people who get
    nothing, to compare with. gifts: words for {gift}, by tier.
    """

    name: Annotated[NonEmpty, Field(max_length=30)]
    when: When
    what: What
    enabled: bool = True
    days: Annotated[int, Field(ge=-60, le=400)] = 0
    after: Duration | None = None
    at: ClockTime = time(10)
    workday: bool = False
    festivals: tuple[NonEmpty, ...] = ()
    months: tuple[Annotated[int, Field(ge=1, le=60)], ...] = ()
    amounts: tuple[Money, ...] = ()
    least: Money | None = None
    audience: str = ""
    stop: tuple[Stop, ...] = ()
    late: Annotated[CatchUp | None, BeforeValidator(_late)] = None
    texts: Texts = ()
    plain: Texts = ()
    variants: Mapping[NonEmpty, Annotated[tuple[NonEmpty, ...], Field(min_length=1)]] = Field(
        default_factory=dict
    )
    hold_out: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    gifts: Mapping[NonEmpty, NonEmpty] = Field(default_factory=dict)

    @property
    def catch_up(self) -> CatchUp:
        """How late it may come: a greeting that day, a reminder three days, a call until it is done."""
        return self.late if self.late is not None else _USUAL_LATE.get(self.what, timedelta(days=3))

    def texts_for(self, group: str) -> Sequence[str]:
        """The texts of this group of people."""
        return self.variants.get(group, self.texts)

    @field_validator("name")
    @classmethod
    def _speakable(cls, value: str) -> str:
        if "|" in value or "#" in value:
            raise ValueError("名字里不能有 | 和 #")
        return value

    @field_validator("late")
    @classmethod
    def _bounded(cls, value: CatchUp | None) -> CatchUp | None:
        if isinstance(value, timedelta) and not timedelta() < value <= MOST_LATE:
            raise ValueError("晚多久还发：day（当天）、done（办完为止），或 1h 到 31d")
        return value

    @model_validator(mode="after")
    def _whole(self) -> CareRule:
        said = {
            When.FESTIVAL: ("festivals", self.festivals),
            When.DORMANT: ("months", self.months),
            When.SPENT: ("amounts", self.amounts),
        }
        for when, (field, values) in said.items():
            if (self.when is when) != bool(values):
                raise ValueError(f"{field} {'要写' if self.when is when else '只能'}和 when: {when} 一起写")
        if not (self.texts or self.variants):
            raise ValueError("texts 还没写")
        if self.after is not None and self.when not in ORDERS:
            raise ValueError("after 只能和订单一起写；别的写 days 和 at")
        if (self.what is What.SHOP) != (self.when is When.QUARTER):
            raise ValueError("what: shop 和 when: quarter 要一起写")
        known = {"name", "shop", *VARIABLES[self.when]}
        for text in (*self.texts, *self.plain, *(t for texts in self.variants.values() for t in texts)):
            fillable(text, known)
        return self


class ReviewSettings(StrictModel):
    """大评委 (PRACTICES 102, 103): what is said to good marks, and the line about friends for the seller."""

    good: Annotated[int, Field(ge=3, le=5)] = 4
    thanks: Annotated[Texts, Field(min_length=1)] = (
        "收到，谢谢您认真打分。有哪里还能更好，随时告诉我。",
        "谢谢您又来打分，我都记着。",
    )
    refer: NonEmpty = "{name}谢谢您夸我们。要是身边有人也合适，把我推给他就好，我一样上心。"

    @field_validator("refer")
    @classmethod
    def _fillable(cls, value: str) -> str:
        return fillable(value, {"name", "shop"})


class MorningSettings(StrictModel):
    """今日: when it comes, and from when on a parcel is late and a customer long not heard of (147).

    report: whether last week's 报表 comes too, on the week's first morning.
    """

    at: ClockTime = time(9)
    enabled: bool = True
    report: bool = True
    unsigned_days: Annotated[int, Field(ge=1, le=90)] = 7
    quiet_days: Annotated[int, Field(ge=7, le=730)] = 60


class CareSettings(StrictModel):
    """The whole block; a rule that is not written does nothing."""

    morning: MorningSettings = MorningSettings()
    review: ReviewSettings = ReviewSettings()
    rules: tuple[CareRule, ...] = ()

    @field_validator("rules")
    @classmethod
    def _named_once(cls, value: tuple[CareRule, ...]) -> tuple[CareRule, ...]:
        names = [rule.name for rule in value]
        if repeated := next((name for name in names if names.count(name) > 1), ""):
            raise ValueError(f"有两条都叫“{repeated}”")
        return value

    def rule(self, name: str) -> CareRule | None:
        """The rule of that name that is switched on."""
        return next((rule for rule in self.rules if rule.name == name and rule.enabled), None)
