"""How facts become the shop's sentences, and a buyer's words a line for the seller."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.customer import Customer
from bot.core.effects import NotifySeller
from bot.core.settings import Settings
from handlers.situation import Situation
from handlers.understanding.meaning import INTENT_NAMES, Intent

_QUOTED = 200
_LONGEST_TYPED = 20
_READ_ALERTS = ("unknown", "complaint")
"""What an alert is about if it depends on how the message was read."""


def said(settings: Settings, template: str, **facts: str) -> str:
    """One of `settings.texts`, filled in."""
    return template.format(shop=settings.shop.name, **facts)


def day(moment: datetime, zone: ZoneInfo) -> str:
    """11月21日, as the shop counts days."""
    local = moment.astimezone(zone)
    return f"{local.month}月{local.day}日"


def typed(customer: Customer) -> str:
    """What the seller types to mean this customer: the name, or the number where that is long."""
    called = customer.called
    one_line = len(called) <= _LONGEST_TYPED and called == " ".join(called.split())
    return called if one_line else f"#{customer.id}"


def quoted(text: str) -> str:
    """A buyer's words in one line of bearable length."""
    line = " ".join(text.split())
    return line if len(line) <= _QUOTED else line[:_QUOTED] + "…"


def alert(situation: Situation, about: str, why: str, *, awaits: bool = True) -> NotifySeller:
    """Tell the seller once of this message: who, the words, why, and what to type.

    about: names the matter in the alert's key, so that one message can raise several. awaits: whether the
    buyer waits for the seller's answer.
    """
    called = situation.customer.called
    contact = situation.customer.contact
    key = f"{about}:{contact.account}:{situation.message_ids[-1]}"
    words = quoted(situation.text) or "（图片、语音或文件，我看不了）"
    lines = [f"{called}：{words}", why, f"回他就打：回 {called} 文字"]
    if about in _READ_ALERTS:
        lines.append(_read_wrong(situation))
    return NotifySeller("\n".join(lines), key, awaits=awaits)


def _read_wrong(situation: Situation) -> str:
    """How it was read, and what to type if that is wrong (`handlers.commands.right_word`)."""
    meaning = situation.reading.meaning
    if meaning.intent is Intent.COMPLAINT:
        return "读错了打：是退换（或 是物流、是咨询…）"
    if meaning.is_complaint:
        return "不是投诉就打：不是投诉"
    if meaning.intent is Intent.OTHER:
        return "要是投诉就打：是投诉"
    return f"我当{INTENT_NAMES[meaning.intent]}读的，错了打：是投诉"
