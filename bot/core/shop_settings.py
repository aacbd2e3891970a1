"""The blocks shop, sellers, products and faq of config.yaml."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, field_validator

from bot.core.accounts import AccountId, NonEmpty
from bot.core.hours import OpeningHours, check_rest, parse_hours
from bot.core.model import StrictModel
from bot.core.service_settings import Money

WEEKDAYS = "一二三四五六日"


def _rest_day(value: Any) -> Any:
    """周日 → 7; a date stays one."""
    if isinstance(value, str) and len(value) == 2 and value[0] in "周" and value[1] in WEEKDAYS:
        return WEEKDAYS.index(value[1]) + 1
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as neither:
        raise ValueError(f"休息日看不懂：{value[:20]}（例：周日、2027-02-06）") from neither


RestDay = Annotated[int | date, BeforeValidator(_rest_day)]
"""A day on which the shop does not open: an ISO weekday or a date."""


class ShopSettings(StrictModel):
    """Who speaks."""

    name: NonEmpty
    timezone: str = "Asia/Shanghai"
    hours: str = "9:00-22:00"
    rest: tuple[RestDay, ...] = ()

    @field_validator("hours")
    @classmethod
    def _readable_hours(cls, value: str) -> str:
        parse_hours(value)
        return value

    @field_validator("rest")
    @classmethod
    def _days_to_rest(cls, value: tuple[RestDay, ...]) -> tuple[RestDay, ...]:
        check_rest(value)
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as unknown:
            raise ValueError(f"没有这个时区：{value}（例：Asia/Shanghai）") from unknown
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def opening(self) -> OpeningHours:
        """When somebody is there."""
        return OpeningHours(self.zone, *parse_hours(self.hours), self.rest)


class SellerIdentity(StrictModel):
    """One account id of a seller on one account of the bot."""

    account: AccountId
    id: NonEmpty


class Seller(StrictModel):
    """Somebody whose messages are commands."""

    name: NonEmpty
    role: Literal["owner", "staff"] = "staff"
    identities: tuple[SellerIdentity, ...] = ()


class Product(StrictModel):
    """What the shop sells, as far as the bot may speak of it.

    stock: pieces left, or true/false for "there is some"; use_days: how long one unit lasts.
    cost: yuan that the shop pays for one piece, if it wants profit reckoned (PRACTICES 69).
    """

    name: NonEmpty
    aliases: tuple[NonEmpty, ...] = ()
    price: Money
    cost: Money | None = None
    unit: str = "件"
    stock: int | bool = True
    use_days: int | None = Field(default=None, gt=0)
    about: str = ""
    usage: str = ""
    care: str = ""


class Faq(StrictModel):
    """One answer and the ways to ask for it.

    ask: word groups; a group matches when all its space-separated words appear ("几天 到").
    unless: words beside which this answer would be wrong ("过敏"), so that the seller is asked instead.
    """

    ask: Annotated[tuple[NonEmpty, ...], Field(min_length=1)]
    unless: tuple[NonEmpty, ...] = ()
    answer: NonEmpty
