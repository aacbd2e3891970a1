"""The block complaints of config.yaml: the nine steps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from pydantic import field_validator

from bot.core.accounts import NonEmpty
from bot.core.complaint import Step
from bot.core.model import StrictModel
from bot.core.service_settings.complaint_texts import ComplaintTexts
from bot.core.service_settings.kinds import Duration, Money, Rings


class StepDeadlines(StrictModel):
    """How long each step waits before each ring; what the last one does stands in the machine.

    talk to compensate: reminders, then all sellers, then it is given up. result: the buyer is reminded,
    then the seller, then it goes on. follow_up: the buyer is asked, then the seller, then it is closed.
    """

    listen: Rings = (timedelta(minutes=10),)
    talk: Rings = (timedelta(hours=1), timedelta(hours=3), timedelta(hours=20), timedelta(days=30))
    apologise: Rings = (timedelta(hours=1), timedelta(hours=3), timedelta(hours=20), timedelta(days=30))
    analyse: Rings = (timedelta(hours=24), timedelta(hours=24), timedelta(hours=24), timedelta(days=30))
    explain: Rings = (timedelta(hours=24), timedelta(hours=24), timedelta(hours=24), timedelta(days=30))
    act: Rings = (timedelta(hours=24), timedelta(hours=24), timedelta(hours=24), timedelta(days=30))
    compensate: Rings = (timedelta(hours=24), timedelta(hours=24), timedelta(hours=24), timedelta(days=30))
    result: Rings = (timedelta(hours=24), timedelta(hours=48), timedelta(days=4))
    follow_up: Rings = (timedelta(days=3), timedelta(days=3), timedelta(days=4))

    @field_validator("*")
    @classmethod
    def _passing(cls, value: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
        if any(span <= timedelta() for span in value):
            raise ValueError("期限要大于 0")
        return value

    @field_validator("result", "follow_up")
    @classmethod
    def _asks_first(cls, value: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
        if len(value) < 2:
            raise ValueError("至少写两个：先问买家，再往下走")
        return value

    @property
    def plan(self) -> Mapping[Step, tuple[timedelta, ...]]:
        """The same by step."""
        return {step: getattr(self, step.name.lower()) for step in Step if step is not Step.CLOSED}


class CompensationLimits(StrictModel):
    """Yuan that may be given for one complaint: by staff, and by anybody."""

    staff: Money = Decimal(50)
    owner: Money = Decimal(500)


class ComplaintSettings(StrictModel):
    """The nine steps: deadlines, texts, limits.

    hotline: told to who complains. evidence: words that announce a proof. red_line: more words that are one.
    """

    hotline: str = ""
    deadlines: StepDeadlines = StepDeadlines()
    texts: ComplaintTexts = ComplaintTexts()
    compensation: CompensationLimits = CompensationLimits()
    evidence: tuple[NonEmpty, ...] = ("照片", "图片", "视频", "截图", "你看", "拍给你", "发给你看")
    red_line: tuple[NonEmpty, ...] = ()
    remedy_due: Duration = timedelta(days=1)
    silent_leaver: Duration = timedelta(days=7)
