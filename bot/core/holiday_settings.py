"""The block `holiday`: when the shop is away and what buyers are told then (PRACTICES 110, 111)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from pydantic import Field, field_validator, model_validator

from bot.core.accounts import NonEmpty
from bot.core.holiday import Holiday
from bot.core.model import StrictModel
from bot.core.service_settings import fillable

_DAYS: Final = {"shop", "begins", "ends", "back"}
LONGEST: Final = 60
"""Days that a holiday lasts at most; more is a wrong year."""


class HolidaySettings(StrictModel):
    """begins, ends: the first and the last day, both away; a seller can say others (放假, 开工).

    slow_before: so many days before it parcels are slow already. wishes: whether festivals and birthdays are
    wished all the same. away: said once to whoever writes. slow: with whatever is said of a parcel.
    """

    begins: date | None = None
    ends: date | None = None
    slow_before: Annotated[int, Field(ge=0, le=30)] = 5
    wishes: bool = True
    away: NonEmpty = "店里{begins}到{ends}放假，{back}起照常发货。这几天回得慢，您留言我都记着。"
    slow: NonEmpty = "快递放假前后走得慢，要多等几天。"

    @property
    def days(self) -> tuple[Holiday, ...]:
        """The holiday that is written here, if any."""
        return (Holiday(self.begins, self.ends),) if self.begins and self.ends else ()

    @field_validator("away", "slow")
    @classmethod
    def _fillable(cls, value: str) -> str:
        return fillable(value, set(_DAYS))

    @model_validator(mode="after")
    def _whole(self) -> HolidaySettings:
        if (self.begins is None) != (self.ends is None):
            raise ValueError("begins 和 ends 要一起写")
        if self.begins and self.ends and not 0 <= (self.ends - self.begins).days < LONGEST:
            raise ValueError(f"ends 要在 begins 当天或之后，最多 {LONGEST} 天")
        return self
