"""How a forbidden word is found: where it stands, what makes it harmless, examples that are tests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from handlers.content.kinds import Rule

_LEVEL: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_LEVEL.update({ord(c): ord(c.lower()) for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"})
_LEVEL.update({code: code - 0xFEE0 + 32 for code in range(0xFF21, 0xFF3B)})
# 不是最好的, 没有优惠; but 有没有优惠, 要不要领券 and 特别优惠 deny nothing
_DENIED: Final = re.compile(
    "(?:(?<![要是会能有用])(?:不是|不会|不能|不可以?|不要|不用|不搞|不做|不谈|不推|不卖|不再|没有|没|不)"
    "|并非|(?<![分特差各])别|无|勿|禁止|避免)"
    "(?:什么|任何|要|为了|用来|用于|用|说|能|具有|具备|有|含|替代|代替|取代|搞|做|谈)*$"
)
_BEFORE: Final = 12


@dataclass(frozen=True, slots=True)
class Word:
    """A pattern that must not stand in a text.

    hits, misses: texts in which it is and is not found; the tests try them. unless: what makes a hit that
    lies wholly in it harmless (第一 in 第一次). deniable: 不, 没有 … before it make it harmless.
    """

    pattern: str
    hits: tuple[str, ...]
    misses: tuple[str, ...] = ()
    unless: str = ""
    deniable: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Words forbidden for one reason; `why` says it to the seller, {kind} is the kind of text."""

    rule: Rule
    why: str
    words: Sequence[Word]


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def levelled(text: str) -> str:
    """ASCII in its narrow, small form; every character stays in its place."""
    return text.translate(_LEVEL)


def hits(word: Word, text: str) -> Iterator[tuple[int, int]]:
    """Where it stands in the levelled `text`."""
    harmless = [m.span() for m in _compiled(word.unless).finditer(text)] if word.unless else []
    for match in _compiled(word.pattern).finditer(text):
        start, end = match.span()
        if any(a <= start and end <= b for a, b in harmless):
            continue
        if word.deniable and _DENIED.search(text, max(0, start - _BEFORE), start):
            continue
        yield start, end
