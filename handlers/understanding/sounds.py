"""How a text sounds: its toneless pinyin letters, and where each letter comes from."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache

# its dictionary of phrases is 40 MB, and one character at a time needs none of it
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")

from pypinyin import Style, lazy_pinyin

Span = tuple[int, int]


def is_han(char: str) -> bool:
    """Whether this is a common Chinese character."""
    return "\u4e00" <= char <= "\u9fff"


@cache
def _syllable(char: str) -> str:
    # one character at a time: the same character sounds the same on both sides of a comparison
    return str(lazy_pinyin(char, style=Style.NORMAL)[0])


def letters(text: str) -> str:
    """玫瑰面霜 → meiguimianshuang; what has no sound is left out."""
    return "".join(_sound(c) for c in text)


def _sound(char: str) -> str:
    if is_han(char):
        return _syllable(char)
    return char if char.isascii() and char.isalnum() else ""


@dataclass(frozen=True, slots=True)
class Sound:
    """The letters of a text; `origin[i]` is the position in the text that letter `i` comes from."""

    letters: str
    origin: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Sound:
        """Listen to `text`."""
        spoken = [(_sound(c), i) for i, c in enumerate(text)]
        return cls("".join(s for s, _ in spoken), tuple(i for s, i in spoken for _ in s))

    def span(self, start: int, end: int) -> Span | None:
        """The part of the text that sounds like letters[start:end]; None if that cuts a character."""
        if start < 0 or end <= start or end > len(self.origin):
            return None
        cut_before = start > 0 and self.origin[start - 1] == self.origin[start]
        cut_after = end < len(self.origin) and self.origin[end - 1] == self.origin[end]
        return None if cut_before or cut_after else (self.origin[start], self.origin[end - 1] + 1)

    def find(self, wanted: str) -> Span | None:
        """Where the text first sounds like `wanted`, on whole characters."""
        start = self.letters.find(wanted) if wanted else -1  # mostly -1, and asked for a hundred words
        while start >= 0:
            if span := self.span(start, start + len(wanted)):
                return span
            start = self.letters.find(wanted, start + 1)
        return None
