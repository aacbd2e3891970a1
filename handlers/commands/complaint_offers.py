"""What a seller offers: an action with its day (PRACTICES 6), a compensation with its cost (7). Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from bot.core.complaint import RemedyKind
from bot.core.hours import OpeningHours
from bot.core.money import CENT, show_money
from handlers.commands.complaint_due import day_due, due_in
from handlers.understanding.entities import find_entities

_NOT_BACK = re.compile(
    r"不(?:用|需要?|必)(?:再|您|你)?(?:退货|寄回来?|退回来?|换货?)|免退|货不?用?不要了|仅退款"
)
_OTHER = re.compile(r"^其[他它](?:\s|[:：,，]|$)\s*")
_KINDS = (
    (RemedyKind.RETURN, re.compile(r"退货|退回|寄回|召回")),
    (RemedyKind.RESEND, re.compile(r"补[发寄货送]|重[发寄]|重新[发寄]|再[发寄]|补(?![差偿贴钱])")),
    (RemedyKind.EXCHANGE, re.compile(r"换")),
    (RemedyKind.REPAIR, re.compile(r"维修|返修|返厂|修")),
    (RemedyKind.REFUND, re.compile(r"退|赔|补[差钱]|返[现还]|打款|转账")),
)
_SHORT = {"退": "退款", "换": "换货", "补": "补发", "修": "维修"}
_COST = re.compile(
    r"[,，;；\s]*成本(?:价|是|大概|约)?\s*[:：]?\s*(?P<yuan>\d{1,6}(?:\.\d{1,2})?)\s*(?:元|块钱?)?"
)
_BARE = re.compile(
    r"(?<![\d.满])(?P<yuan>\d{1,6}(?:\.\d{1,2})?)(?![\d.%％折支瓶个张件片盒次天号包袋条份码月日年]|ml|g|ML)"
)
_BEFORE_SUM = re.compile(r"\s+(?=[\d¥￥]|[一二两三四五六七八九十百半]+(?:元|块))")
_GIVES = re.compile(r"再|另|给|送|退|补|发|赔|返|免|换|多|减|打|寄|全|不|下")


class Plan(NamedTuple):
    """An action: `words` as the buyer may read them. said: the day stood in the line."""

    kind: RemedyKind
    words: str
    due_at: datetime
    said: bool
    by_the_clock: bool


class Gift(NamedTuple):
    """A compensation: `words` as the buyer may read them, what it costs in yuan; None: not known."""

    words: str
    cost: Decimal | None


def planned(text: str, now: datetime, hours: OpeningHours, usual: timedelta) -> Plan | None:
    """The action in 换货 明天; None if none is named. Without a day it is due after `usual`."""
    kind, line = _kind(text)
    due = due_in(line, now, hours)
    if kind is None:
        return None
    words = _SHORT.get(due.rest, due.rest) or kind.value
    at = due.at or day_due(usual, now, hours)
    return Plan(kind, _joined(words), at, due.at is not None, due.by_the_clock)


def _kind(text: str) -> tuple[RemedyKind | None, str]:
    """What is named first, and the line without 其他."""
    line = " ".join(text.split())
    if match := _OTHER.match(line):
        rest = line[match.end() :]
        return (RemedyKind.OTHER if rest else None), rest
    bare = _NOT_BACK.sub(lambda m: "#" * len(m[0]), line)
    found = [(m.start(), order, kind) for order, (kind, p) in enumerate(_KINDS) if (m := p.search(bare))]
    return (min(found)[2] if found else None), line


def _joined(words: str) -> str:
    """Without spaces: a sum belongs to what stands before it, the rest are clauses."""
    return "，".join(_BEFORE_SUM.sub("", words).split())


def given(text: str) -> Gift:
    """What 红包10元, 优惠券 20, 送一支护手霜 成本15, 退差价8.5 give, and cost."""
    line = " ".join(text.split())
    if match := _COST.search(line):
        rest = f"{line[: match.start()]} {line[match.end() :]}".strip(" ,，;；。.")
        return Gift(_offered(rest or line), Decimal(match["yuan"]).quantize(CENT))
    sums = [a.yuan for a in find_entities(line).amounts if not a.text.startswith("满")]
    if sums:
        return Gift(_offered(line), sum(sums, Decimal()))
    bare = list(_BARE.finditer(line))
    if len(bare) != 1:
        return Gift(_offered(line), None)
    yuan = Decimal(bare[0]["yuan"]).quantize(CENT)
    before, after = line[: bare[0].start()].rstrip(), line[bare[0].end() :]
    return Gift(_offered(f"{before}{show_money(yuan)}{after}"), yuan)


def _offered(words: str) -> str:
    """As the shop says it to the buyer: 给您红包10元."""
    clean = _joined(words.strip(" ,，;；。.!！").replace("；", "，").replace(";", "，"))
    return clean if _GIVES.match(clean) else f"给您{clean}"
