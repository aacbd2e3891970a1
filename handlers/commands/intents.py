"""What a buyer wants, as sellers type and read it."""

from __future__ import annotations

import re
from typing import NamedTuple

from handlers.commands.framework import Misused, level
from handlers.commands.phrases import short
from handlers.understanding.meaning import INTENT_NAMES, Intent
from storage.queries.readings import Said

_ALSO = {
    Intent.CONSULT: ("售前", "询问", "提问", "问题"),
    Intent.COMPLAINT: ("抱怨", "差评", "不满", "不满意", "生气"),
    Intent.LOGISTICS: ("快递", "包裹", "发货", "催发货", "查快递"),
    Intent.RETURN_REFUND: ("售后", "退货", "换货", "退款", "退换货", "保价"),
    Intent.ORDER: ("订单", "购买", "下订单", "付款", "改地址", "发票"),
    Intent.PRAISE: ("夸", "夸奖", "表扬", "感谢", "谢谢"),
    Intent.OPT_OUT: ("拒收", "不要发", "别发"),
    Intent.HUMAN: ("真人", "客服", "找人", "找客服"),
    Intent.OTHER: ("其它", "别的", "闲聊"),
}
_BY_WORD = {
    word: intent for intent in Intent for word in (INTENT_NAMES[intent], intent.value, *_ALSO[intent])
}
_NO_COMPLAINT = ("不是投诉", "不算投诉", "不投诉", "没投诉", "非投诉")
_BETWEEN = re.compile(r"[\s+,、/;]+")
_ENDS = re.compile(r"^[\s\W]+|[\s\W]+$")

CHOICE = "、".join(INTENT_NAMES.values())
BARE = frozenset(f"是{word}" for word in _BY_WORD if not word.isascii()) | frozenset(_NO_COMPLAINT)
"""Whole lines with which a seller answers an alert: 是退换."""


class Wanted(NamedTuple):
    """A seller's word about a message: its intent and whether it complains; None for what was not said."""

    intent: Intent | None
    complaint: bool | None


def wanted(typed: str) -> Wanted:
    """投诉, 是物流, 不是投诉, 退换 投诉; Misused for anything else."""
    line = _ENDS.sub("", level(typed)).lower()
    if line in _NO_COMPLAINT:
        return Wanted(None, False)
    words = [word if word in _BY_WORD else word.removeprefix("是") for word in _BETWEEN.split(line)]
    unknown = [word for word in words if word not in _BY_WORD]
    if unknown:
        raise Misused(f"没有“{short(unknown[0])}”这一类。能写：{CHOICE}。")
    intents = list(dict.fromkeys(_BY_WORD[word] for word in words))
    others = [intent for intent in intents if intent is not Intent.COMPLAINT]
    if len(others) > 1:
        raise Misused(f"只能是一类。有怨气的再加 投诉：{INTENT_NAMES[others[0]]} 投诉")
    if others and Intent.COMPLAINT in intents:
        return Wanted(others[0], True)
    return Wanted(intents[0], None)


def read_as(said: Said) -> Intent | None:
    """How these words were read; None if they were not."""
    return Intent(said.intent) if said.intent in set(Intent) else None


def name_of(intent: Intent, complaint: bool) -> str:
    """投诉; 退换，也算投诉; 退换."""
    name = INTENT_NAMES[intent]
    return f"{name}，也算投诉" if complaint and intent is not Intent.COMPLAINT else name
