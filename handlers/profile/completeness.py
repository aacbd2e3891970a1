"""How much is known of a person, what is missing or old, and the one thing to ask next. Pure.

PRACTICES 31-35: hard facts weigh 20 %, the ten groups of soft traits 80 %; name and phone first, birthday and
address later, the rest from talk; never a form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.core.customer import Customer, OrderStatus, Tag, TagSource
from bot.core.settings import Settings
from bot.core.tag_rules import DOUBT

HARD_WEIGHT, SOFT_WEIGHT = 20, 80
FIRST, LATER = ("姓名", "电话"), ("地址", "生日")
_COLUMNS = {"姓名": "name", "电话": "phone", "地址": "address", "生日": "birthday"}
_GROUPS = {"年龄段": "年龄", "尺码": "身材"}
_MOBILE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(-\d{1,5})?", re.ASCII)
_NO_ORDER = (OrderStatus.CANCELLED, OrderStatus.REFUNDED)


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much is known.

    score: 0 to 100. hard, soft: what is known, by item. missing: of what nothing is. stale: what is worth
    another look, each with its reason.
    """

    score: int
    hard: Mapping[str, str]
    soft: Mapping[str, tuple[str, ...]]
    missing: tuple[str, ...]
    stale: tuple[str, ...]


def completeness(customer: Customer, settings: Settings, now: datetime) -> Completeness:
    """What is known of this customer, against what the shop wants to know."""
    of = settings.profile
    hard = {item: _hard(customer, item, settings) for item in of.hard}
    soft = {name: _soft(customer, groups, settings) for name, groups in of.soft.items()}
    shares = ((HARD_WEIGHT, hard), (SOFT_WEIGHT, soft))
    score = sum(weight * sum(map(bool, known.values())) / len(known) for weight, known in shares if known)
    missing = tuple(name for known in (hard, soft) for name, value in known.items() if not value)
    return Completeness(round(score), hard, soft, missing, tuple(_stale(customer, settings, now)))


def _hard(customer: Customer, item: str, settings: Settings) -> str:
    if item in _COLUMNS:
        return str(getattr(customer, _COLUMNS[item]))
    if item == "买过什么":
        goods = [i.product for o in customer.orders if o.status not in _NO_ORDER for i in o.items]
        return "、".join(dict.fromkeys(goods))
    if fact := str(customer.facts.get(item, "")):
        return fact
    if item == "尺码":
        return " ".join(f"{n}{customer.facts[n]}" for n in ("身高", "体重") if n in customer.facts) or _tags(
            customer, item, settings
        )
    if item == "年龄段" and customer.birthday[:4].isdecimal():
        return f"{customer.birthday[2]}0后"
    return _tags(customer, item, settings)


def _tags(customer: Customer, item: str, settings: Settings) -> str:
    return "、".join(_soft(customer, (_GROUPS.get(item, item),), settings))


def _soft(customer: Customer, groups: tuple[str, ...], settings: Settings) -> tuple[str, ...]:
    """The traits of these groups that are sure; a seller's own tag counts by its name."""
    group_of = groups_by_tag(settings)
    return tuple(t.name for t in customer.tags if group_of.get(t.name) in groups)


def groups_by_tag(settings: Settings) -> dict[str, str]:
    """The group of every tag that a rule gives."""
    return {rule.tag: rule.group for rule in settings.tags}


def _stale(customer: Customer, settings: Settings, now: datetime) -> Iterator[str]:
    """What cannot be right, what the bot is not sure of, and what nobody has seen for long."""
    if customer.phone and not _MOBILE.fullmatch(customer.phone.replace(" ", "").removeprefix("+86")):
        yield f"电话 {customer.phone}：位数不对"
    for tag in customer.tags:
        if tag.name.endswith(DOUBT):
            yield f"{tag.name.removesuffix(DOUBT)}：还没拿准"
        elif _is_old(tag, settings, now):
            yield f"{tag.name}：{tag.last_at.astimezone(settings.shop.zone):%Y-%m} 以后没再见"


def _is_old(tag: Tag, settings: Settings, now: datetime) -> bool:
    ruled = tag.name in groups_by_tag(settings)
    return ruled and tag.source is TagSource.BOT and now - tag.last_at > settings.profile.stale


def next_question(customer: Customer, settings: Settings, now: datetime) -> tuple[str, str] | None:
    """(what, the sentence): the one thing to ask next; None if nothing is, or if this is no time to ask.

    Address and birthday only of who has bought; the traits come up in talk, and only when the rest is known.
    """
    if customer.complaints or customer.red_line_at or customer.opted_out_at or customer.stopped_at:
        return None
    known = completeness(customer, settings, now)
    bought = any(order.status not in _NO_ORDER for order in customer.orders)
    asked = [*FIRST, *(LATER if bought else ()), *known.soft]
    texts = settings.profile.questions
    return next(((item, texts[item]) for item in asked if item in known.missing and item in texts), None)
