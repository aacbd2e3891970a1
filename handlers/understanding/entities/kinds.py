"""The things that can stand in a text. `text` is always `normal[start:end]` of the normalised text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Found:
    """A piece of normalised text and where it stands."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phone(Found):
    """`number`: a mobile's eleven digits, or a landline as 0571-12345678 with -extension if one was said."""

    number: str
    mobile: bool


@dataclass(frozen=True, slots=True)
class OrderNumber(Found):
    """An order's number, letters in capitals; `ours`: it has the shop's own form, 20261121-3."""

    number: str
    ours: bool


@dataclass(frozen=True, slots=True)
class TrackingNumber(Found):
    """A courier's number, levelled; `courier` is empty unless named beside it or unmistakable by shape."""

    number: str
    courier: str


@dataclass(frozen=True, slots=True)
class Amount(Found):
    """Yuan. approximate: 50多块, 大概100元. off: so much less is asked for (便宜20)."""

    yuan: Decimal
    approximate: bool
    off: bool


@dataclass(frozen=True, slots=True)
class Quantity(Found):
    """So many of a unit; of a range (两三瓶) the lower end. `unit`: empty if none was said (×2, 来俩)."""

    count: Decimal
    unit: str
    approximate: bool


class SizeKind(StrEnum):
    """What a size measures."""

    LETTER = "letter"
    GARMENT = "garment"
    NUMBER = "number"
    HEIGHT = "height"
    WEIGHT = "weight"


@dataclass(frozen=True, slots=True)
class Size(Found):
    """A size as the trade writes it: XL, 165/88A, 42.5; a height in centimetres, a weight in kilograms."""

    kind: SizeKind
    value: str


@dataclass(frozen=True, slots=True)
class LunarDate:
    """A day of the Chinese calendar, not converted; `day` None: the whole month."""

    month: int
    day: int | None
    leap: bool = False


@dataclass(frozen=True, slots=True)
class Birthday(Found):
    """A day that somebody calls a birthday. `whose`: 妈妈, 老婆 …, empty for the buyer's own."""

    month: int
    day: int
    year: int | None
    lunar: bool
    leap: bool
    whose: str


@dataclass(frozen=True, slots=True)
class Address(Found):
    """A Chinese address. Province and city with their full names if the text had them, `detail` the rest."""

    province: str
    city: str
    district: str
    detail: str

    @property
    def full(self) -> str:
        """On one line; a municipality once."""
        city = "" if self.city == self.province else self.city
        return self.province + city + self.district + self.detail


@dataclass(frozen=True, slots=True)
class Recipient(Found):
    """Who is to get the parcel: a name beside an address and a phone."""

    name: str


@dataclass(frozen=True, slots=True)
class Referrer(Found):
    """Who sent the buyer: a `name` (张三, 王姐), a `relation` (朋友, 同事), or both; never a platform."""

    name: str
    relation: str


class Exactness(StrEnum):
    """How much a moment says."""

    MINUTE = "minute"
    HOUR = "hour"
    PART = "part"  # 明天下午: of the day
    DAY = "day"
    ABOUT = "about"  # 月底, 过两天: that day or near it
    WEEK = "week"  # `day` is its Monday
    MONTH = "month"  # `day` is its first
    YEAR = "year"  # `day` is its first
    NAME = "name"  # a festival or a lunar day, which only a calendar can place


@dataclass(frozen=True, slots=True)
class Moment(Found):
    """A day or a time, in the shop's zone.

    at: with an hour; then `day` is its date. part: 上午 … as said. lunar or name: instead of a day.
    """

    exact: Exactness
    day: date | None = None
    at: datetime | None = None
    part: str = ""
    lunar: LunarDate | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Scores(Found):
    """The four marks of 大评委, 1 to 5; None: not given."""

    logistics: int | None
    storage: int | None
    quality: int | None
    shopping: int | None

    @property
    def lowest(self) -> int:
        """The worst mark given."""
        return min(m for m in (self.logistics, self.storage, self.quality, self.shopping) if m is not None)
