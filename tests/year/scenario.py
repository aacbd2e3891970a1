"""A year of a shop, made up with a seed: who the customers are, and what happens when. Plain data.

Everything happens at one of a few times of the day, well away from the hours at which care is due, so that
the seconds a restart costs move nothing from one side of a rule to the other.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
FIRST = date(2027, 1, 2)
DAYS = 365
SLOTS = (time(9, 12), time(13, 47), time(19, 3), time(22, 41))
PRICES = {"玫瑰面霜": 129, "氨基酸洁面乳": 69, "积雪草爽肤水": 79, "玻尿酸精华液": 159, "轻透防晒霜": 99}
BORN = ("农历腊月三十", "农历闰四月初一", "2-29", "农历正月初一", "12-31", "1-31", "农历八月十五", "1-2")
"""Birthdays that programs get wrong, for the first few customers."""
CHATTER = ("谢谢", "好的", "在吗", "嗯嗯")
BIG = 16
"""Pieces of the dearest thing: one order of more than 2000 yuan."""


@dataclass(frozen=True)
class Fact:
    """Something that happens. what: order, say (to the bot), command (of the seller)."""

    at: datetime
    who: str
    what: str
    text: str = ""
    order: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Year:
    """Everything that happens, in order; `buyers` have an account, each with a contact in this order."""

    seed: int
    buyers: tuple[str, ...]
    facts: tuple[Fact, ...]
    days: int = DAYS

    @property
    def begins(self) -> datetime:
        """The shop opens the program."""
        return moment(FIRST, time(8))

    @property
    def ends(self) -> datetime:
        return moment(FIRST + timedelta(days=self.days), time(8))

    def first(self, days: int) -> Year:
        """Its first days."""
        end = moment(FIRST + timedelta(days=days), time())
        return Year(self.seed, self.buyers, tuple(f for f in self.facts if f.at < end), days)


def moment(day: date, at: time) -> datetime:
    """A moment of the shop's wall clock."""
    return datetime.combine(day, at, ZONE)


def make(seed: int, customers: int, orders: int) -> Year:
    """So many customers with an account, and about so many orders over the year; always the same for a seed."""
    chance = random.Random(seed)
    buyers = tuple(f"b{n:03}" for n in range(1, customers + 1))
    facts: list[Fact] = []
    for n, who in enumerate(buyers):
        facts += _life(chance, n, who)
    numbers = iter(range(1, 10**6))
    for who, count in _shares(chance, buyers, orders).items():
        for day in _days(chance, count):
            facts += _order(chance, who, f"N{next(numbers):05}", day)
    holiday = FIRST + timedelta(days=200)
    facts += [
        Fact(moment(holiday, SLOTS[0]), "", "command", "停 全部"),
        Fact(moment(holiday, SLOTS[0]), "", "command", "确认"),
        Fact(moment(holiday + timedelta(days=3), SLOTS[1]), "", "command", "恢复 全部"),
    ]
    last = moment(FIRST + timedelta(days=DAYS), time())
    kept = sorted((f for f in facts if f.at < last), key=lambda f: f.at)
    return Year(seed, buyers, tuple(kept))


# --- people ---------------------------------------------------------------------------------------


def _life(chance: random.Random, n: int, who: str) -> Iterator[Fact]:
    hello = moment(FIRST, SLOTS[0])
    yield Fact(hello, who, "say", "在吗")
    if n < len(BORN) or chance.random() < 0.6:
        born = BORN[n] if n < len(BORN) else _birthday(chance)
        yield Fact(moment(_day(chance, 0, 20), SLOTS[1]), who, "command", f"生日 {who} {born}")
    for tag, share in (("长辈", 0.1), ("接受促销", 0.3), ("反感促销", 0.1), ("羊毛党", 0.1)):
        if chance.random() < share:
            yield Fact(moment(_day(chance, 0, 60), SLOTS[2]), who, "command", f"标签 {who} +{tag}")
    for _ in range(chance.randrange(4)):
        yield Fact(moment(_day(chance, 0, DAYS), chance.choice(SLOTS)), who, "say", chance.choice(CHATTER))
    yield from _troubles(chance, who)


def _troubles(chance: random.Random, who: str) -> Iterator[Fact]:
    if chance.random() < 0.08:
        gone = _day(chance, 20, 300)
        yield Fact(moment(gone, chance.choice(SLOTS)), who, "say", "退订")
        if chance.random() < 0.5:
            back = gone + timedelta(days=chance.randint(10, 60))
            yield Fact(moment(back, chance.choice(SLOTS)), who, "say", "恢复订阅")
    if chance.random() < 0.05:
        stopped = _day(chance, 20, 300)
        yield Fact(moment(stopped, SLOTS[1]), who, "command", f"停 {who}")
        if chance.random() < 0.7:
            again = stopped + timedelta(days=chance.randint(5, 60))
            yield Fact(moment(again, SLOTS[2]), who, "command", f"恢复 {who}")
    if chance.random() < 0.12:
        angry = _day(chance, 20, 330)
        yield Fact(moment(angry, SLOTS[1]), who, "say", "收到的面霜瓶子碎了，漏了一箱子，气死了！！")
        over = angry + timedelta(days=chance.randint(2, 20))
        yield Fact(moment(over, SLOTS[2]), who, "command", f"投诉 {who} 结束 电话里说开了")
    for _ in range(chance.randrange(3)):
        yield Fact(moment(_day(chance, 0, DAYS), SLOTS[0]), who, "command", f"接管 {who}")


def _birthday(chance: random.Random) -> str:
    if chance.random() < 0.3:
        months = ("正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
        return f"农历{chance.choice(months)}月{chance.choice(('初八', '十五', '廿三', '廿九'))}"
    day = date(2027, 1, 1) + timedelta(days=chance.randrange(365))
    return f"{day.month}-{day.day}"


def _day(chance: random.Random, first: int, last: int) -> date:
    return FIRST + timedelta(days=chance.randint(first, last))


# --- orders ---------------------------------------------------------------------------------------


def _shares(chance: random.Random, buyers: tuple[str, ...], orders: int) -> dict[str, int]:
    """A few buy often, many once or twice, some never."""
    weights = [chance.paretovariate(1.3) for _ in buyers]
    for n in range(len(buyers)):
        if chance.random() < 0.08:
            weights[n] = 0
    found = dict.fromkeys(buyers, 0)
    for who in chance.choices(buyers, [min(w, 8) for w in weights], k=orders):
        found[who] += 1
    return found


def _days(chance: random.Random, count: int) -> list[date]:
    """Regular customers all year round; who buys once or twice does so early, and then is missed."""
    if count <= 2:
        return [_day(chance, 1, 120) for _ in range(count)]
    step = DAYS / count
    return [FIRST + timedelta(days=int((n + chance.uniform(0.1, 0.9)) * step)) for n in range(count)]


def _order(chance: random.Random, who: str, number: str, day: date) -> Iterator[Fact]:
    products = chance.sample(list(PRICES), chance.choice((1, 1, 1, 2)))
    items = [
        {"product": p, "quantity": chance.choice((1, 1, 2)), "price": f"{PRICES[p]}.00"} for p in products
    ]
    if chance.random() < 0.02:
        items = [{"product": "玻尿酸精华液", "quantity": BIG, "price": "159.00"}]
    slot = chance.choice(SLOTS)

    def told(event: str, after: int, at: time = slot, **more: Any) -> Fact:
        return Fact(moment(day + timedelta(days=after), at), who, "order", event, {"id": number, **more})

    fate = chance.random()
    late = 0 if 0.05 <= fate < 0.8 else 1
    if late:  # who pays at once is first heard of by that: nothing lies between two facts of one moment
        yield told("created", 0, items=items)
    if fate < 0.05:
        if chance.random() < 0.5:
            yield told("cancelled", 1)
        return
    yield told("paid", late, items=items)
    shipped = late + 1
    parcel = {"courier": "顺丰", "tracking_no": f"SF{int(number[1:]):013}"}
    yield told("shipped", shipped, SLOTS[1], parcels=[parcel])
    signed = shipped + chance.randint(2, 4)
    if chance.random() < 0.95:
        yield told("signed", signed, SLOTS[2])
    if chance.random() < 0.04:
        yield told("refunded", signed + chance.randint(1, 20), SLOTS[2])
