"""One follow-up for who asked and did not buy, in the window or by the seller; then it is given up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from bot.core.customer import Consultation, Customer, TagSource
from bot.core.delivery import Kind
from bot.core.effects import (
    AddTag,
    CloseConsultations,
    Effect,
    FollowedUp,
    NotifySeller,
    Push,
    StartTimer,
)
from bot.core.money import show_money
from handlers.consultation.asking import last_reason
from handlers.consultation.timing import RULE, follow_up_at, gives_up_at, occasion, standing
from handlers.consultation.wording import FOLLOWED, asked_what, follow_up, product_of
from handlers.rings import Ring
from handlers.understanding.normal import normalise
from handlers.understanding.words import QUESTION
from handlers.wording import quoted, typed

STALE = timedelta(days=1)
"""A follow-up that could not go out by then is not sent any more."""
SOLD_OUT = "没货"
_BUYS: Final = re.compile(
    "(?:要|来|拿|买|拍|订)了?[一两二三四五六七八九十\\d]{1,3}[瓶支盒套件个罐片包]|"
    "(?:下单|付款|付过|付钱|转账|转过去|拍下?|付)(?:好|完|过去)?了|付款码|收款码"
)


def ring(ring: Ring) -> list[Effect]:
    """Ask once about what was not bought, or give it up; `occasion` is the product's name, or empty."""
    one = _asked_about(ring)
    if one is None:
        return []
    if bought := _bought_since(one, ring.customer):
        return [CloseConsultations(ring.customer.id, "ordered", bought, one.id)]
    end = gives_up_at(one, ring.customer, ring.settings)
    if ring.now >= end:
        reason = _reason(one, ring)
        return [CloseConsultations(ring.customer.id, "given_up", consultation_id=one.id, reason=reason)]
    if one.followed_up_at is not None or _wants_nothing(ring.customer):
        return [_again(one, ring, end)]
    later = _not_before(ring)
    about = _to_speak_of(one, ring) if later <= ring.now else None
    if about is None:
        next_look = later if later > ring.now else follow_up_at(ring.customer, ring.settings, ring.now)
        return [_again(one, ring, min(next_look, end))]
    return [*_said(about, ring), *_done(ring)]


def _asked_about(ring: Ring) -> Consultation | None:
    theirs = (c for c in reversed(ring.customer.consultations) if occasion(c.product) == ring.occasion)
    return next(theirs, None)


def _bought_since(one: Consultation, customer: Customer) -> str:
    """The number of the first order since it was asked; empty if there is none."""
    since = [order for order in standing(customer) if order.created_at >= one.opened_at]
    return since[-1].number if since else ""


def _reason(one: Consultation, ring: Ring) -> str:
    """What was said last against it; of who said nothing, that there was none to be had."""
    product = product_of(one, ring.settings)
    missing = product is not None and not product.stock and not one.objections
    return SOLD_OUT if missing else last_reason(one.objections)


def _again(one: Consultation, ring: Ring, at: datetime) -> StartTimer:
    return StartTimer(RULE, ring.customer.id, occasion(one.product), at)


# --- whether to speak now -----------------------------------------------------------------------


def _wants_nothing(customer: Customer) -> bool:
    """Who opted out, was stopped or complains is not asked, by nobody; it only runs out."""
    unwanted = customer.opted_out_at or customer.stopped_at or customer.red_line_at
    return unwanted is not None or bool(customer.complaints)


def _not_before(ring: Ring) -> datetime:
    """Not while they talk, with the bot or the seller, nor while they wait for an answer, nor at night."""
    customer, now = ring.customer, ring.now
    heard = [c.last_at for c in customer.consultations]
    if customer.contact.message_at is not None:
        heard.append(customer.contact.message_at)
    if _waits_for_answer(customer) or customer.taken_over(now):
        heard.append(now)
    due = follow_up_at(customer, ring.settings, max(heard))
    return max(due, ring.settings.shop.opening.from_opening(now))


def _waits_for_answer(customer: Customer) -> bool:
    """Whether they asked the seller something; 有点贵，我再看看 was passed on too, and asks nothing."""
    return customer.question is not None and _asks(customer.question.words)


def _asks(words: str) -> bool:
    return QUESTION.search(normalise(words)) is not None


def _to_speak_of(one: Consultation, ring: Ring) -> Consultation | None:
    """The one message speaks of one product, of what is rung for if possible; of none that is sold out."""
    waiting = _waiting(ring.customer)
    in_stock = [c for c in waiting if c.product and _to_be_had(c, ring)]
    if one in in_stock:
        return one
    if in_stock:
        return max(in_stock, key=lambda c: (c.last_at, c.id))
    return None if any(c.product for c in waiting) else one


def _to_be_had(one: Consultation, ring: Ring) -> bool:
    product = product_of(one, ring.settings)
    return product is None or bool(product.stock)


def _waiting(customer: Customer) -> list[Consultation]:
    return [c for c in customer.consultations if c.followed_up_at is None]


# --- what is said -------------------------------------------------------------------------------


def _said(about: Consultation, ring: Ring) -> Iterator[Effect]:
    """To the buyer, if it may go now and they have not said that they buy; else a task for the seller."""
    text = follow_up(about, ring.customer, ring.settings)
    refused = ring.refused(Kind.CARE)
    key = f"{RULE}:{about.id}"
    if text and not refused and not _says_they_buy(about):
        yield Push(ring.customer.id, text, Kind.CARE, key, expires_at=ring.now + STALE)
    else:
        yield NotifySeller("\n".join(_task(about, ring, text, refused)), key)
    yield AddTag(ring.customer.id, FOLLOWED, TagSource.BOT, quoted(about.words))


def _says_they_buy(one: Consultation) -> bool:
    """来两瓶面霜: perhaps they have paid, and only the order is not on record. 买两瓶多少钱 only asks."""
    return any(_BUYS.search(line) and not _asks(line) for line in one.words.splitlines())


def _task(about: Consultation, ring: Ring, text: str, refused: str) -> Iterator[str]:
    """Who, what, why the bot does not write, and the line to type."""
    who, product = typed(ring.customer), product_of(about, ring.settings)
    if _says_they_buy(about):
        yield f"{who} 说过“{quoted(about.words)[:40]}”，还没见订单。"
        price = show_money(product.price).removesuffix("元") if product else "金额"
        yield f"买了就记：订单 {who} {about.product or '商品'} {price}"
    else:
        yield asked_what(about, ring.customer)
        if refused:
            yield f"我现在发不了：{refused.replace('店主', '你')}。"
    yield f"想跟一句就打：回 {who} {text or '文字'}"
    if ring.refused(Kind.RELAY):
        yield "这样要等他下次来消息才送到；急就用你自己的微信发。"


def _done(ring: Ring) -> Iterator[Effect]:
    """One message is the follow-up of everything that they had asked."""
    for one in _waiting(ring.customer):
        yield FollowedUp(one.id)
        yield _again(one, ring, ring.now + ring.settings.consultations.given_up)
