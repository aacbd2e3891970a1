"""The block `limits`: how often and when people are written to whom nobody asked (PRACTICES 86–88, 137)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, field_validator

from bot.core.accounts import AccountId
from bot.core.hours import parse_clock_span
from bot.core.ledger import Limits
from bot.core.model import StrictModel
from bot.core.service_settings import Duration

NONE = "none"
"""How "no limit" is written; nothing at all is an error, and never "everything blocked" (decided 1)."""


def _cap(value: Any) -> Any:
    if value is None or value == "":
        raise ValueError("空着不行：写一个数（例：3），不限就写 none")
    if value == NONE:
        return None
    if str(value).strip() in ("0", "-0"):
        raise ValueError("不能是 0：那样谁都收不到。要停就发 停 全部，不限就写 none")
    return value


def _quiet(value: Any) -> Any:
    """`21:30-8:30` → from, to; none → never."""
    if value == NONE:
        return None
    if not isinstance(value, str):
        return value
    begins, ends = parse_clock_span(value)
    if begins == ends:
        raise ValueError(f"静默时段的两头一样：{value[:40]}。不要静默就写 none")
    return begins, ends


Cap = Annotated[Annotated[int, Field(ge=1, le=100)] | None, BeforeValidator(_cap)]
Quiet = Annotated[tuple[time, time] | None, BeforeValidator(_quiet)]
PerDay = Annotated[int, Field(ge=1, le=100_000)]

USUAL = Limits()
MOST_SPREAD = timedelta(hours=6)


class CareLimits(StrictModel):
    """What holds for greetings and offers together (Kind.CARE, Kind.PROMO); nothing else counts or is held.

    monthly_cap: must be said where the block stands. min_gap: 0s for none. quiet: none for never.
    """

    monthly_cap: Cap
    min_gap: Duration = USUAL.gap
    quiet: Quiet = USUAL.quiet
    spread: Duration = USUAL.spread
    wait: Duration = USUAL.wait
    daily: Mapping[AccountId, PerDay] = Field(default_factory=dict)

    @field_validator("wait")
    @classmethod
    def _some(cls, value: timedelta) -> timedelta:
        if value <= timedelta():
            raise ValueError("要大于 0，例：7d")
        return value

    @field_validator("spread")
    @classmethod
    def _within_the_morning(cls, value: timedelta) -> timedelta:
        if value > MOST_SPREAD:
            raise ValueError("太长：早上攒下的最多分 6 小时发完（例：1h）")
        return value

    @field_validator("min_gap")
    @classmethod
    def _bearable(cls, value: timedelta) -> timedelta:
        if value > timedelta(days=31):
            raise ValueError("太长：两条之间最多隔 31 天；一个月几条由 monthly_cap 管")
        return value

    def on(self, zone: ZoneInfo) -> Limits:
        """The same as plain values, on the shop's calendar."""
        return Limits(
            cap=self.monthly_cap,
            gap=self.min_gap,
            quiet=self.quiet,
            spread=self.spread,
            wait=self.wait,
            daily=dict(self.daily),
            zone=zone,
        )
