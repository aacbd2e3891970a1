"""The blocks replies and promises of config.yaml: how soon buyers are answered, and what is promised them."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, Self

from pydantic import ValidationInfo, field_validator, model_validator

from bot.core.accounts import NonEmpty
from bot.core.model import StrictModel
from bot.core.service_settings.kinds import Duration, fillable


class UrgencyClass(StrictModel):
    """The clock of one class of PRACTICES row 20: when the seller is warned, and who is told."""

    warn: Duration
    told: Literal["all", "owner"] = "all"

    @field_validator("warn")
    @classmethod
    def _later(cls, value: timedelta) -> timedelta:
        if value <= timedelta():
            raise ValueError("warn 要大于 0，例：2h")
        return value


class ReplyClocks(StrictModel):
    """One clock per open question (PRACTICES 18–20): warning, one "received", alarm.

    latest: it is due so long after it was asked, or at the shop's end of day, whichever is earlier.
    before_closing: how long before that the seller is warned. acknowledge: likewise for the buyer's
    "received". alarm: before 72 h are over. urgent, key, red_line: warned so soon, at night only of the last.
    """

    before_closing: Duration = timedelta(hours=2)
    acknowledge: Duration = timedelta(hours=1)
    latest: Duration = timedelta(hours=24)
    alarm: Duration = timedelta(hours=60)
    urgent: UrgencyClass = UrgencyClass(warn=timedelta(hours=2))
    key: UrgencyClass = UrgencyClass(warn=timedelta(hours=1), told="owner")
    red_line: UrgencyClass = UrgencyClass(warn=timedelta(minutes=15))

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if min(self.acknowledge, self.before_closing, self.latest) <= timedelta():
            raise ValueError("acknowledge、before_closing、latest 都要大于 0")
        if self.acknowledge > self.before_closing:
            raise ValueError("acknowledge 不能早于 before_closing：先提醒你，还没回才告诉买家在处理")
        if self.before_closing >= self.latest:
            raise ValueError("before_closing 要短于 latest：不然刚问就催了")
        if self.alarm <= self.latest:
            raise ValueError("alarm 要晚于 latest：过了该回的时间才拉警报")
        if self.alarm >= timedelta(hours=72):
            raise ValueError("alarm 要早于 72h：超过三天没回，人就走了")
        if slow := [c for c in ("urgent", "key", "red_line") if getattr(self, c).warn >= self.latest]:
            raise ValueError(f"{slow[0]}.warn 要短于 latest")
        return self


class PromiseSettings(StrictModel):
    """What the seller promises in a reply is remembered (PRACTICES 22). remind: so long before it is due.

    broken, late, postponed: drafts for the buyer, which only the seller sends: it was not done; it was not
    and will be by {until}; it will not be in time. {words}: the promise. {day}: when it was made.
    """

    remind: Duration = timedelta(hours=1)
    broken: NonEmpty = "{day}说好的“{words}”没做到，对不起，让您白等了。"
    late: NonEmpty = "{day}说好的“{words}”没做到，对不起，让您白等了。改到{until}前。"
    postponed: NonEmpty = "{day}说好的“{words}”要改到{until}前，先跟您说一声，对不起。"

    @field_validator("remind")
    @classmethod
    def _before(cls, value: timedelta) -> timedelta:
        if value <= timedelta():
            raise ValueError("remind 要大于 0，例：1h")
        return value

    @field_validator("broken", "late", "postponed")
    @classmethod
    def _fillable(cls, value: str, info: ValidationInfo) -> str:
        known = {"shop", "words", "day"} | (set() if info.field_name == "broken" else {"until"})
        return fillable(value, known)
