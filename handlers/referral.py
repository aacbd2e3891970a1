"""Who was brought by whom, and what follows: thanks to both the same day, a call within the week. Pure.

PRACTICES 98, 99, 122, 125, 127. The newcomer says it in the first talk (张三介绍的), names a personal code,
or the seller types 介绍. Thanks are greetings: they keep to waking hours and reach nobody who wants none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.customer import Customer, OrderStatus, TagSource
from bot.core.delivery import Kind
from bot.core.effects import AddTag, Effect, NotifySeller, Push, Refer
from bot.core.namesake import Namesake
from bot.core.settings import Settings
from handlers.rings import Ring
from handlers.situation import Situation
from handlers.understanding.entities import find_entities
from handlers.wording import quoted, said, typed

RULE = "referral"
FIRST_TALK = timedelta(days=7)
"""How long after somebody first came their words about a friend still say who sent them."""
STALE = timedelta(hours=12)
"""A thank-you that could not go on its day is not sent later."""
BROUGHT = "带新客"
"""The tag whose count is how many somebody has brought; a sign of an opinion leader."""
_SAYS_SO = re.compile("介绍|推荐|推给|[让叫喊拉带]我|知道|听说")
_CODE = re.compile(
    r"(?:介绍码|推荐码|邀请码)[:：\s是为]*([0-9a-z]{4,14})|\b(ht[2-9a-z]{3,12})\b", re.IGNORECASE
)
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CHECK = 997
_NEVER = (OrderStatus.CANCELLED, OrderStatus.REFUNDED)


class How(StrEnum):
    """How it is known."""

    SAID = "买家说的"
    CODE = "介绍码"
    SELLER = "你记的"


# --- the personal code --------------------------------------------------------------------------


def code(customer_id: int) -> str:
    """The code that this customer may hand on."""
    rest, letters = customer_id * _CHECK + customer_id * 7919 % _CHECK, ""
    while rest:
        rest, digit = divmod(rest, len(_LETTERS))
        letters = _LETTERS[digit] + letters
    return "HT" + letters.rjust(3, _LETTERS[0])


def whose(typed_code: str) -> int | None:
    """Whose code this is; None if it is none."""
    letters = typed_code.upper().removeprefix("HT").lstrip(_LETTERS[0]) or _LETTERS[0]
    if not set(letters) <= set(_LETTERS) or len(letters) > 12:
        return None
    number = 0
    for letter in letters:
        number = number * len(_LETTERS) + _LETTERS.index(letter)
    id_, check = divmod(number, _CHECK)
    return id_ if id_ > 0 and check == id_ * 7919 % _CHECK else None


# --- the first talk -----------------------------------------------------------------------------


def named_in(customer: Customer, text: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The names and the owners of the codes that a newcomer's text calls the referrer."""
    if customer.orders or (not _SAYS_SO.search(text) and not _CODE.search(text)):
        return (), ()
    codes = tuple(id_ for m in _CODE.finditer(text) if (id_ := whose(m[1] or m[2])) is not None)
    names = tuple(r.name for r in find_entities(text).referrers if r.name)
    return names, codes


def record(situation: Situation) -> list[Effect]:
    """Put on record who sent this newcomer; who cannot be told from the name is asked of the seller."""
    customer = situation.customer
    if not customer.named and not _may_name(situation):
        return []
    if situation.now - customer.first_seen_at > FIRST_TALK or any(
        o.status not in _NEVER for o in customer.orders
    ):
        return []
    if len(customer.named) == 1:
        by = customer.named[0]
        how = How.CODE if whose(by.by) == by.id else How.SAID
        words = quoted(situation.text)
        return [
            *brought(customer, by, how, words, situation.settings, situation.now),
            _told(customer, by, words),
        ]
    return list(_unclear(situation))


def _may_name(situation: Situation) -> bool:
    return situation.heard and _SAYS_SO.search(situation.reading.normal) is not None


def brought(
    customer: Customer, by: Namesake, how: How, words: str, settings: Settings, now: datetime
) -> list[Effect]:
    """The referral with everything that follows from it; storage refuses a second one, and circles."""
    thanks = settings.shop.opening.without_rest().from_opening(now)
    call = settings.shop.opening.from_opening(now + settings.referral.call_after)
    rings = (
        (customer.id, f"came:{by.called}", thanks),
        (by.id, f"brought:{customer.id}:{customer.called}", thanks),
        (customer.id, f"call:{by.called}", call),
    )
    return [
        Refer(customer.id, by.id, how, words, rings),
        AddTag(by.id, BROUGHT, TagSource.BOT, customer.called),
    ]


def _told(customer: Customer, by: Namesake, words: str) -> NotifySeller:
    text = (
        f"{customer.called} 是 {by.called}（#{by.id}）介绍来的：“{words}”。我记上了，今天两边都谢一声，"
        f"过几天提醒你给他打个电话。\n不对就打：介绍 删 {typed(customer)}"
    )
    return NotifySeller(text, f"{RULE}:{customer.id}")


def _unclear(situation: Situation) -> Iterator[Effect]:
    """A name that nobody or several have: the seller knows."""
    customer = situation.customer
    names = [r.name for r in situation.reading.entities.referrers if r.name]
    if not names:
        return
    who = "、".join(f"{o.called}（#{o.id}）" for o in customer.named)
    why = f"叫这个的有 {who}" if who else "我这里没有叫这个的"
    text = f"{customer.called} 说是 {names[0]} 介绍来的，{why}。\n知道是谁就打：介绍 老客 {typed(customer)}"
    yield NotifySeller(text, f"{RULE}:{customer.id}")


# --- what follows -------------------------------------------------------------------------------


def ring(ring: Ring) -> list[Effect]:
    """Thanks to the newcomer or to who brought them, or the seller's call."""
    what, _, rest = ring.occasion.partition(":")
    match what:
        case "came":
            return _thanks(
                ring, ring.settings.referral.thanks_newcomer, rest, f"{RULE}:came:{ring.customer.id}"
            )
        case "brought":
            newcomer, _, called = rest.partition(":")
            return _thanks(ring, ring.settings.referral.thanks_referrer, called, f"{RULE}:brought:{newcomer}")
        case "call":
            return _call(ring, rest)
    return []


def _thanks(ring: Ring, template: str, other: str, key: str) -> list[Effect]:
    """A greeting, if it may go; else the seller, who may know another way."""
    one = ring.customer
    text = said(ring.settings, template, other=other if _is_name(other) else "朋友")
    refused = _unwanted(one) or ring.refused(Kind.CARE)
    if not refused:
        return [Push(one.id, text, Kind.CARE, key, expires_at=ring.now + STALE)]
    if _unwanted(one):
        return []
    task = f"今天该谢 {one.called} 一声，我发不了（{refused}）。用你自己的微信说也行：\n{text}"
    return [NotifySeller(task, key)]


def _unwanted(one: Customer) -> bool:
    """Nobody is thanked in the middle of a complaint, or who wants no messages."""
    return bool(one.complaints or one.opted_out_at or one.stopped_at or one.red_line_at)


def _is_name(called: str) -> bool:
    """A platform's id is no name."""
    return re.fullmatch("[\u4e00-\u9fff·]{2,8}", called) is not None


def _call(ring: Ring, by: str) -> list[Effect]:
    """A task with words that sell nothing (PRACTICES 99)."""
    one = ring.customer
    if _unwanted(one):
        return []
    script = said(ring.settings, ring.settings.referral.call, other=by if _is_name(by) else "朋友")
    how = f"打 {one.phone}" if one.phone else f"没有他的电话，发语音也行，或打：回 {typed(one)} 文字"
    text = f"{one.called} 是 {by} 介绍来的，这两天打个电话问候一声，别提卖东西。{how}。可以这样说：\n{script}"
    return [NotifySeller(text, f"{RULE}:call:{one.id}")]
