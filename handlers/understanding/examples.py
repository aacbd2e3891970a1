"""The shop's own examples: what the seller has read for the bot counts at once for the same words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from rapidfuzz import fuzz

from handlers.understanding.meaning import Example, Intent
from handlers.understanding.normal import normalise

LONGEST = 600
"""Characters of a text that are read, and so of an example that are kept."""

NEAR = 90
"""Per cent of likeness from which two texts are near-identical."""
SHORTEST_NEAR = 6
"""Characters below which only the same text is the same."""

_MARKS = re.compile(r"[\s.。,，、;；!！~～…·\"'“”‘’()（）\[\]【】《》*-]+")
_DIGITS = re.compile(r"\d+")
_TURNS = tuple("不没别无未非莫勿少漏坏?吗么")
"""One of these more or less, and a text that looks alike says the opposite, or asks."""

_HEAD = 60  # characters in which near texts are looked for
_MOST_OF_A_PAIR = 24
_DESTROYED = 4 / 11  # at 90 %, at most 2/11 of the characters are taken out, each with two pairs


def from_rows(rows: Iterable[tuple[str, str, bool]]) -> list[Example]:
    """Stored (text, intent, complaint) as examples, without intents that this version does not know."""
    known = set(Intent)
    return [Example(text, Intent(intent), complaint) for text, intent, complaint in rows if intent in known]


class Examples:
    """Examples by their words. Total; one thread may add while others look.

    A look-up costs a dictionary look-up and a comparison with a few candidates, however many there are:
    texts that are near-identical share one of their rarest pairs of characters.
    """

    def __init__(self, examples: Iterable[Example] = ()) -> None:
        self._by_key: dict[str, tuple[int, Example]] = {}
        self._with_pair: dict[str, list[str]] = {}
        self._added = 0
        for example in examples:
            self.add(example)

    def __len__(self) -> int:
        return len(self._by_key)

    def add(self, example: Example) -> None:
        """Take an example in; about the same words, the later one counts."""
        key = _key(normalise(example.text[:LONGEST]))
        if not key:
            return
        new = key not in self._by_key
        self._added += 1
        self._by_key[key] = (self._added, example)
        if new and len(key) >= SHORTEST_NEAR:
            for pair in _pairs(key):
                self._with_pair.setdefault(pair, []).append(key)

    def nearest(self, normal: str) -> Example | None:
        """The example with these normalised words, else the latest of those with almost the same."""
        if not self._by_key:
            return None
        key = _key(normal)
        if found := self._by_key.get(key):
            return found[1]
        if len(key) < SHORTEST_NEAR:
            return None
        near = [self._by_key[other] for other in self._candidates(key) if _near(key, other)]
        return max(near, key=lambda entry: entry[0])[1] if near else None

    def _candidates(self, key: str) -> set[str]:
        """Stored texts that may be near-identical, by the pairs of `key` that the fewest of them have."""
        pairs = _pairs(key)
        postings = sorted((self._with_pair.get(pair, ()) for pair in pairs), key=len)
        rarest = islice(postings, int(len(key) * _DESTROYED) + 1)
        least, most = len(key) * 9 / 11, len(key) * 11 / 9
        return {
            other for posting in rarest for other in posting[-_MOST_OF_A_PAIR:] if least <= len(other) <= most
        }


def _key(normal: str) -> str:
    """Without marks and spaces, numbers levelled; a text of nothing else is itself."""
    return _DIGITS.sub("0", _MARKS.sub("", normal)) or normal


def _pairs(key: str) -> set[str]:
    head = key[:_HEAD]
    return {head[i : i + 2] for i in range(len(head) - 1)}


def _near(key: str, other: str) -> bool:
    return fuzz.ratio(key, other, score_cutoff=NEAR) >= NEAR and all(
        key.count(turn) == other.count(turn) for turn in _TURNS
    )
