"""Long texts in parts that a platform takes, cut where a reader would pause."""

from __future__ import annotations

import re
import unicodedata

_LONGEST_CHARACTER = 4
_JOINER = "\u200d"
_CONTINUATIONS = (_JOINER, "\ufe0f", "\u20e3")
_LONGEST_SIGN = 16
_PAUSES = (re.compile(r".*\n", re.S), re.compile(r".*[。！？!?…；;]", re.S), re.compile(r".*[，,、 ]", re.S))


def split_text(text: str, most_bytes: int) -> list[str]:
    """`text` in parts of at most `most_bytes` UTF-8 bytes: at a line, else a sentence, else a comma.

    No part is empty; an empty text gives no part. `most_bytes` is at least 4, else ValueError.
    """
    if most_bytes < _LONGEST_CHARACTER:
        raise ValueError(f"no part fits into {most_bytes} bytes")
    parts: list[str] = []
    rest = text.strip()
    while len(rest.encode()) > most_bytes:
        cut = _cut(rest, len(rest.encode()[:most_bytes].decode(errors="ignore")))
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [part for part in (*parts, rest) if part]


def _cut(text: str, most: int) -> int:
    for pause in _PAUSES:
        found = pause.match(text, 0, most)
        if found and found.end() > most // 3:
            return found.end()
    return _between_signs(text, most)


def _between_signs(text: str, cut: int) -> int:
    """The nearest place up to `cut` that does not take a sign of several characters (👩‍🔬, 👍🏽, é) apart."""
    for place in range(cut, max(cut - _LONGEST_SIGN, 0), -1):
        if not _continues(text[place]) and text[place - 1] != _JOINER:
            return place
    return cut


def _continues(character: str) -> bool:
    return (
        character in _CONTINUATIONS
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or unicodedata.combining(character) != 0
    )
