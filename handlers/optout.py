"""Who wants no more greetings and offers gets none, from this message on, until they ask again."""

from __future__ import annotations

import re

from bot.core.customer import OrderStatus
from bot.core.effects import Effect, NotifySeller, Reply, SetFields
from handlers.situation import Situation
from handlers.understanding.normal import normalise
from handlers.wording import quoted, said

_SUBJECT = "(?:请|麻烦)?(?:你们?|帮我|给我|我(?:想|要)?)?(?:还是|可以)?"
_MAIL = "(?:消息|信息|问候|活动|推送|通知)+"
# The whole message, nothing less: 恢复发货 and 我要订货 are about goods, 不要恢复 is the opposite.
_BACK = re.compile(
    f"{_SUBJECT}(?:(?:恢复|重新|再次|继续)(?:订阅|接收|推送|收{_MAIL}|发{_MAIL})|(?:取消|撤销)退订|订阅)"
    f"(?:(?:你们?的?)?{_MAIL}|吧|啦|了|一下|谢谢|哈|哦)*|恢复|订阅|subscribe"
    f"|(?:你们?)?(?:又|还是)?可以(?:再|继续|接着)?(?:给我)?(?:发|推送?){_MAIL}(?:给我)?[了啦吧]?"
    f"|我?(?:又)?(?:愿意|想)(?:再|继续)?(?:收|收到|接收)(?:你们?的?)?{_MAIL}了?"
)
_SIGNS = re.compile(r"[\W_]+")


def answer(situation: Situation) -> list[Effect]:
    """Note the wish and confirm it; a repeated wish is only confirmed. Silent while the seller talks."""
    if not situation.reading.opt_out:
        return _back(situation) if comes_back(situation.text) else []
    customer = situation.customer
    effects: list[Effect] = []
    if customer.opted_out_at is None:
        effects += [SetFields(customer.id, {"opted_out_at": situation.now}), _told(situation)]
    return effects + _confirmed(situation, situation.settings.texts.opted_out)


def comes_back(text: str) -> bool:
    """Whether the words, or one of several pieces, ask for greetings and offers again."""
    lines = (_SIGNS.sub("", normalise(line)) for line in text.splitlines())
    return any(_BACK.fullmatch(line) for line in lines)


def _back(situation: Situation) -> list[Effect]:
    """Only who has opted out comes back, and only by their own words; 停 stays the seller's."""
    customer = situation.customer
    if customer.opted_out_at is None or not situation.heard:
        return []
    words = f"{customer.called} 又要收问候和活动了（原话：{quoted(situation.text)}），已经恢复。"
    if customer.stopped_at is not None:
        words += f"\n你自己停过他，还停着。要恢复打：恢复 {customer.called}"
    key = f"optin:{customer.contact.account}:{situation.message_ids[-1]}"
    effects: list[Effect] = [SetFields(customer.id, {"opted_out_at": None}), NotifySeller(words, key)]
    return effects + _confirmed(situation, situation.settings.texts.opted_in)


def _confirmed(situation: Situation, text: str) -> list[Effect]:
    if situation.customer.taken_over(situation.now):
        return []
    return [Reply(said(situation.settings, text))]


def _told(situation: Situation) -> NotifySeller:
    customer = situation.customer
    text = f"{customer.called} 退订了（原话：{quoted(situation.text)}）。问候和活动不再发给他，订单通知照常。"
    unsent = [o for o in customer.orders if o.status is OrderStatus.PAID]
    if unsent:
        # 别发了 may also mean the parcel
        text += f"\n他有一单还没发：{unsent[0].goods}。要是他说的是别发货，打：回 {customer.called} 文字"
    return NotifySeller(text, f"optout:{customer.contact.account}:{situation.message_ids[-1]}")
