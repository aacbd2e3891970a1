"""How facts become the shop's sentences, and a buyer's words a line for the seller."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.effects import NotifySeller
from bot.core.settings import Settings
from handlers.situation import Situation

_QUOTED = 200


def said(settings: Settings, template: str, **facts: str) -> str:
    """One of `settings.texts`, filled in."""
    return template.format(shop=settings.shop.name, **facts)


def day(moment: datetime, zone: ZoneInfo) -> str:
    """11月21日, as the shop counts days."""
    local = moment.astimezone(zone)
    return f"{local.month}月{local.day}日"


def quoted(text: str) -> str:
    """A buyer's words in one line of bearable length."""
    line = " ".join(text.split())
    return line if len(line) <= _QUOTED else line[:_QUOTED] + "…"


def alert(situation: Situation, about: str, why: str) -> NotifySeller:
    """Tell the seller once of this message: who, the words, why, and what to type.

    about: names the matter in the alert's key, so that one message can raise several.
    """
    called = situation.customer.called
    contact = situation.customer.contact
    key = f"{about}:{contact.account}:{situation.message_ids[-1]}"
    words = quoted(situation.text) or "（图片、语音或文件，我看不了）"
    return NotifySeller(f"{called}：{words}\n{why}\n回他就打：回 {called} 文字", key)
