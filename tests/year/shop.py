"""The shop as its configuration says, and what the oracle reckons with: plain values."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.year.scenario import ZONE, moment

RANK = {
    "birthday": 80,
    "coupon": 80,
    "remind": 60,
    "care": 50,
    "festival": 40,
    "season": 30,
    "missing": 20,
    "offer": 20,
    "promo": 10,
}
"""Who gets the month's last message: birthday > referral > run-out > after-sales > festival > … > promo."""
SELLS = ("coupon", "offer", "promo")
OF_A_DAY = ("birthday", "festival", "season")
FACTS_OF_ORDERS = ("order_created", "order_paid", "order_shipped", "order_signed")
DAWN = time(4, 30)
FESTIVALS_AHEAD, BIRTHDAYS_AHEAD = timedelta(days=32), timedelta(days=62)
"""How long before its day something of the calendar is foreseen, so that lesser messages leave it room."""
TERM, VALID = 12, 12
EVERYBODY = "其他"


@dataclass
class Order:
    number: str
    created: datetime
    items: list[dict[str, Any]]
    paid: datetime | None = None
    signed: datetime | None = None
    over: bool = False

    @property
    def total(self) -> Decimal:
        return sum((Decimal(i["price"]) * i["quantity"] for i in self.items), Decimal(0))

    @property
    def counts(self) -> bool:
        return self.paid is not None and not self.over

    @property
    def goods(self) -> list[str]:
        return [str(i["product"]) for i in self.items]


@dataclass
class Bell:
    """An occasion of a rule that waits for its time."""

    rule: dict[str, Any]
    occasion: str
    due: datetime
    number: int

    @property
    def rank(self) -> int:
        return RANK.get(self.rule["what"], 0)


@dataclass
class Message:
    """Something to say that waits for its leave."""

    rule: dict[str, Any]
    occasion: str
    text: str
    due: datetime
    expires: datetime | None
    number: int

    @property
    def rank(self) -> int:
        return RANK.get(self.rule["what"], 0)


@dataclass(frozen=True)
class Expected:
    """A message that must arrive."""

    at: datetime
    who: str
    kind: str
    rule: str
    occasion: str
    template: str


@dataclass
class Shop:
    """What the configuration says, as plain values."""

    rules: list[dict[str, Any]]
    products: dict[str, dict[str, Any]]
    levels: list[dict[str, Any]]
    limits: dict[str, Any]

    @classmethod
    def read(cls, config: Path) -> Shop:
        told = YAML(typ="safe").load(config.read_text(encoding="utf-8"))
        rules = [r for r in told["care"]["rules"] if r.get("enabled", True)]
        products = {p["name"]: p for p in told["products"]}
        return cls(rules, products, told["value"]["tiers"]["levels"], told["limits"])

    @property
    def cap(self) -> int:
        return int(self.limits["monthly_cap"])

    @property
    def gap(self) -> timedelta:
        return span(self.limits["min_gap"])

    @property
    def quiet(self) -> tuple[time, time]:
        begins, ends = str(self.limits["quiet"]).split("-")
        return clock(begins), clock(ends)

    def is_quiet(self, when: datetime) -> bool:
        begins, ends = self.quiet
        wall = when.astimezone(ZONE).time()
        return wall >= begins or wall < ends if begins > ends else begins <= wall < ends

    def morning(self, when: datetime) -> datetime:
        """When people are awake again."""
        day = when.astimezone(ZONE).date()
        here = moment(day, self.quiet[1])
        return here if here > when else moment(day + timedelta(days=1), self.quiet[1])

    def place(self, contact: int) -> timedelta:
        """Everybody has a place of their own in the morning's release."""
        return timedelta(
            seconds=int(
                span(self.limits["spread"]).total_seconds() * (zlib.crc32(str(contact).encode()) / 2**32)
            )
        )


def clock(text: str) -> time:
    hours, minutes = str(text).split(":")
    return time(int(hours), int(minutes))


def span(text: str) -> timedelta:
    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    return timedelta(**{units[str(text)[-1]]: int(str(text)[:-1])})
