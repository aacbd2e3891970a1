"""Whether a text may go out as what it claims to be: at start-up, at edit, in 群发 and in drafts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Final

from handlers.content import sms
from handlers.content.advertising import ADVERTISING, PRAISE
from handlers.content.kinds import GREETINGS, NOT_SELLING, SELLING, Fault, Rule, TextKind
from handlers.content.manners import ASKS, BLAME, CANNED, FORM_LETTER, NAMES_IT, UNNAMED
from handlers.content.medicine import MEDICAL
from handlers.content.selling import NEW_GOODS, PERKS
from handlers.content.selling import SELLING as SELLING_WORDS
from handlers.content.signs import emoji, particles, rows
from handlers.content.words import Table, hits, levelled
from handlers.understanding.problem import problem_in

_ALWAYS: Final = (ADVERTISING, MEDICAL, PRAISE, CANNED, FORM_LETTER)
_WAY_OUT: Final = re.compile(
    '(?:回复?|发送?)\\s*[“"「『【\\[]?\\s*(?:退订|td)(?![a-z])|退订\\s*(?:请)?回复?\\s*[“"「『【\\[]?\\s*(?:退订|td)(?![a-z])'
)


def faults(
    text: str, kind: TextKind, *, shop: str = "", sms_only: bool = False, licensed: Collection[str] = ()
) -> tuple[Fault, ...]:
    """What is wrong with `text` as a `kind`, in the order of the text; none if it may go out.

    `text` may be a template: {name} and the like stand for themselves. shop: its name; then a text that
    sells has to say it. sms_only: it has to fit into one segment (PRACTICES 89). licensed: words such as 美白
    for which this shop's goods have the special licence. Never raises.
    """
    level = levelled(text)
    found = [
        *_by_words(text, level, kind, licensed),
        *rows(text),
        *emoji(text, kind),
        *particles(text),
        *_missing(text, level, kind, shop),
        *(_too_long(text) if sms_only else ()),
    ]
    return tuple(_merged(text, found))


def _tables(text: str, kind: TextKind) -> Iterator[Table]:
    yield from _ALWAYS
    if not any(variable in text for variable in NAMES_IT) and not problem_in(text):
        yield UNNAMED
    if kind in NOT_SELLING:
        yield SELLING_WORDS
        yield NEW_GOODS
    if kind in GREETINGS:
        yield PERKS
    if kind is TextKind.MISSING:
        yield ASKS
    if kind is TextKind.COMPLAINT:
        yield BLAME


def _by_words(text: str, level: str, kind: TextKind, licensed: Collection[str]) -> Iterator[Fault]:
    for table in _tables(text, kind):
        why = table.why.replace("{kind}", kind)
        for word in table.words:
            for start, end in hits(word, level):
                if level[start:end] not in licensed:
                    yield Fault(start, end, text[start:end], why, table.rule)


def _missing(text: str, level: str, kind: TextKind, shop: str) -> Iterator[Fault]:
    """What a text that sells has to have."""
    if kind not in SELLING:
        return
    end = len(text)
    if not _WAY_OUT.search(level):
        yield Fault(end, end, "", "卖东西的要写怎么不再收，例如：回复 退订 就不再发", Rule.NO_WAY_OUT)
    if shop and shop not in text and "{shop}" not in text:
        yield Fault(0, 0, "", "卖东西的要写明是谁发的，写上 {shop}", Rule.NO_SENDER)


def _too_long(text: str) -> Iterator[Fault]:
    whole = sms.filled(text)
    if (count := sms.segments(whole)) == 1:
        return
    start = min(sms.fits(whole), len(text)) if whole == text else len(text)
    why = f"短信一条装不下，要拆成 {count} 条；连变量一起 70 个字以内"
    yield Fault(start, len(text), text[start:], why, Rule.LENGTH)


def _merged(text: str, found: Iterable[Fault]) -> Iterator[Fault]:
    """In the order of the text; what overlaps for one reason is one, what lies within another is none."""
    kept: list[Fault] = []
    for fault in sorted(found, key=lambda f: (f.rule is Rule.LENGTH, f.start, -f.end)):
        last = kept[-1] if kept and kept[-1].word and fault.word else None
        if last is None or fault.rule is Rule.LENGTH or fault.start >= last.end:
            kept.append(fault)
        elif fault.end > last.end and fault.rule is last.rule:
            kept[-1] = replace(last, end=fault.end, word=text[last.start : fault.end])
        elif fault.end > last.end:
            kept.append(fault)
    yield from kept


def marked(text: str, wrong: Iterable[Fault]) -> str:
    """`text` with 【】 around the words at fault, and below it each reason once: for the seller to read."""
    wrong = list(wrong)
    shown, upto = "", 0
    for fault in sorted((f for f in wrong if f.word), key=lambda f: f.start):
        start = max(fault.start, upto)
        if start < fault.end:
            shown += f"{text[upto:start]}【{text[start : fault.end]}】"
            upto = fault.end
    return "\n".join((shown + text[upto:], *explained(wrong)))


def explained(wrong: Iterable[Fault]) -> list[str]:
    """One line a reason: “八折”“抽奖”：节日问候里不卖东西 …"""
    words: dict[str, list[str]] = {}
    for fault in wrong:
        named = words.setdefault(fault.why, [])
        if fault.word and fault.rule is not Rule.LENGTH and fault.word not in named:
            named.append(fault.word)
    return [
        "".join(f"“{word}”" for word in named) + ("：" if named else "") + why for why, named in words.items()
    ]
