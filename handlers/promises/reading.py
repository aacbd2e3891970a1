"""Reads a seller's reply: which clauses promise a deed by a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from handlers.promises.deeds import (
    COMING,
    DEEDS,
    DENIED,
    DONE,
    FAILS,
    FROM_BUYER,
    HIS_PART,
    IF,
    NOT_DENIED,
    OTHERS,
    OVER,
    RULE,
    Deed,
    deed_of,
)
from handlers.promises.times import Due, Shop, dues_of
from handlers.understanding.normal import normalise


@dataclass(frozen=True, slots=True)
class Promise:
    """`words`: the clause as the seller wrote it, at most `LONGEST_WORDS` characters. due_at: aware, UTC."""

    what: Deed
    words: str
    due_at: datetime


LONGEST_WORDS: Final = 40

_READ = 1000  # characters
_QUESTION: Final = re.compile(
    "\\?|(?:吗|么|不|没)[亲哈]?$|可不可以|行不行|好不好|能不能|是不是|要不要|什么时候|哪天"
    "|(?<![这近过好])几[天点号]|多久|怎么(?!样都)|谁"
)
_TOLD_WHAT: Final = re.compile(
    "(?<=答复|回复|告诉|通知)(?:[您你]|大家)?[^?]*(?:怎么|多久|几天|什么时候|哪天|谁).*$"
)
"""今晚答复您具体怎么写: what will be told is asked by nobody."""
_TAG: Final = re.compile("(?:这样|您看|你看|亲)*(?:可以|行|好|成|ok|方便|同意|没问题|来得及)(?:吗|么|不|吧)?")
_PURE_TIME: Final = re.compile(
    "[\\W_]|那|好的?|嗯|哦|我们?|这边|给|帮|[您你]|亲|麻烦|请|大概|差不多|最[晚迟]|预计"
    "|应该|争取|尽量|一定|在|的|呢|吧|哈|左右|之?前|稍|等|放心|会|了|就|里"
)
_CLAUSE: Final = re.compile(
    "[^,，.。!！?？;；~～\n]+(?:\\.(?=\\d)[^,，.。!！?？;；~～\n]+)*[,，.。!！?？;；~～\n]*"
    "|[,，.。!！?？;；~～\n]+"
)


def promised(
    text: str, now: datetime, zone: ZoneInfo, hours: Callable[[date], datetime]
) -> tuple[Promise, ...]:
    """The promises with a time in a seller's reply, in order (PRACTICES 22, 23). No text raises.

    now: aware, else ValueError. hours: the aware closing time of a day. due_at is always after `now`.

    A promise without a time (会尽快处理) is none, nor is one under a condition (您拍下的话明天发): nothing
    is owed before the buyer has done his part. 周五之前 is due when the shop closes on Thursday, since the
    earlier of two readings keeps both; only when that is over, on Friday. 月底前 is the last day itself.
    Of a range (两三天内, 3到5号) the end counts. 今天 and 明天 end when the shop closes. 可能 and 不一定
    promise nothing, 尽量 and 预计 do: the buyer will wait for it. Festivals are not placed.
    """
    if now.tzinfo is None:
        raise ValueError("now must be aware")
    try:
        shop = Shop(now.astimezone(zone), zone, hours)
        found = list(_promises(text[:_READ], shop))
    except OverflowError:  # at the ends of the calendar
        return ()
    first: dict[tuple[Deed, datetime], Promise] = {}
    for promise in found:
        if promise.due_at > now:
            first.setdefault((promise.what, promise.due_at), promise)
    return tuple(first.values())


def _promises(text: str, shop: Shop) -> Iterator[Promise]:
    pieces = [match[0] for match in _CLAUSE.finditer(text)]
    waiting, carried, under_condition = "", None, False
    for index, piece in enumerate(pieces):
        clause = _bare(piece)
        asked = _asks(piece, pieces[index + 1] if index + 1 < len(pieces) else "")
        under_condition |= IF.search(NOT_DENIED.sub("", clause)) is not None
        under_condition |= bool(FROM_BUYER.search(clause) and HIS_PART.search(clause))
        if not (asked or under_condition or RULE.search(clause)):
            dues = dues_of(clause, shop)
            given = list(_given(clause, dues or ([carried] if carried else []), shop))
            for what, at in given:
                words = (piece if dues else waiting + piece).strip(" ,，.。!！?？;；~～\n")
                yield Promise(what, words[:LONGEST_WORDS], at.astimezone(UTC))
        waiting, carried = _carried(piece, clause, shop)
        under_condition &= not re.search("[.。!！?？;；\n]$", piece)


def _bare(piece: str) -> str:
    return normalise(piece).strip(" ,.!?;~。")


def _asks(piece: str, following: str) -> bool:
    """明天发可以吗? and 明天发,可以吗? alike."""
    if _QUESTION.search(_TOLD_WHAT.sub("", _bare(piece))) or re.search("[?？]", piece):
        return True
    return _TAG.fullmatch(_bare(following)) is not None and _QUESTION.search(normalise(following)) is not None


def _carried(piece: str, clause: str, shop: Shop) -> tuple[str, Due | None]:
    """A clause that is a time and nothing else (明天上午, …) gives it to the next one."""
    dues = dues_of(clause, shop)
    if not dues or DEEDS.search(clause) or re.search("[?？]", piece):
        return "", None
    rest = clause[: dues[0].start] + clause[dues[-1].end :]
    return (piece, dues[-1]._replace(start=0, end=0)) if not _PURE_TIME.sub("", rest) else ("", None)


def _given(clause: str, dues: list[Due], shop: Shop) -> Iterator[tuple[Deed, datetime]]:
    """What is promised in one clause: to each time the weightiest deed behind it."""
    if not dues or FROM_BUYER.search(clause):
        return
    promised: dict[Due, list[Deed]] = {}
    end = 0
    for match in DEEDS.finditer(clause):
        due = max((d for d in dues if d.start <= match.start()), default=dues[0])
        said = NOT_DENIED.sub(lambda m: m[0] if m[0] == "可能" else "", clause[end : match.end() + 3])
        if not (
            DENIED.search(said) or OTHERS.search(clause[: match.start()]) or _done(clause, match, due, shop)
        ):
            promised.setdefault(due, []).append(deed_of(clause, match))
        failed = FAILS.match(clause, match.end())
        end = failed.end() if failed else match.end()
    for due, deeds in promised.items():
        yield min(deeds, key=list(Deed).index), due.at


def _done(clause: str, match: re.Match[str], due: Due, shop: Shop) -> bool:
    """已经发了, 今天发的: over, which of tomorrow nobody says."""
    if OVER.search(clause):
        return True
    today = due.at.astimezone(shop.zone).date() == shop.today
    return today and DONE.match(clause, match.end()) is not None and not COMING.search(clause)
