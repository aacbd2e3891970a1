"""What the learned part sees of a text: the same features when it is trained and when it reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from operator import add

from handlers.understanding.wordlists import all_lists

_LINK = re.compile(r"(?:https?://)?[\w.-]+\.(?:com|cn|net)\S*", re.ASCII)
_LONG_NUMBER = re.compile(r"\d{9,}")
_NUMBER = re.compile(r"\d+")
_LONGEST_LISTED = 6
_MOST_COUNTED = 3
WORD = "w:"
"""Before a feature that is a whole word."""
_ROLES = ("goods", "attributes")

Piece = tuple[str, tuple[str, ...]]
"""A listed word with its lists, or a single character with none."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The features of a text, and how many words of each list it has."""

    features: set[str]
    lists: dict[str, int]


def levelled(normal: str) -> str:
    """Normalised text with what varies without meaning taken out: links, numbers, spaces."""
    text = _LINK.sub("链", normal) if "." in normal else normal
    text = _NUMBER.sub("0", _LONG_NUMBER.sub("号", text))
    return text.replace("\n", " ").replace(" ", "")


def look(text: str, tokens: Sequence[str]) -> Seen:
    """All features of a levelled text and its words."""
    pieces = pieces_of(text)
    found = [names for _, names in pieces if names]
    lists: dict[str, int] = {}
    for names in found:
        for name in names:
            lists[name] = lists.get(name, 0) + 1
    seen = _words(tokens)
    seen |= _characters(f"^{text}$")
    seen |= _list_counts(lists)
    seen.update(map("go:{}>{}".format, ["^", *(n[0] for n in found)], [*(n[0] for n in found), "$"]))
    seen |= _roles(pieces)
    seen.add(f"len:{min(8, len(text) // 4)}")
    return Seen(seen, lists)


def _words(tokens: Sequence[str]) -> set[str]:
    words = ["0" if token.isdigit() else token for token in tokens]
    single = {WORD + word for word in words}
    single.update(map("b:{}_{}".format, ["^", *words], [*words, "$"]))
    return single


def _characters(text: str) -> set[str]:
    """One to three neighbouring characters; without a mark, for they are most of the features."""
    pairs = list(map(add, text, text[1:]))
    return {*text, *pairs, *map(add, pairs, text[2:])}


def _list_counts(lists: dict[str, int]) -> set[str]:
    counted = {
        f"g{n}:{name}" for name, count in lists.items() for n in range(1, min(count, _MOST_COUNTED) + 1)
    }
    names = sorted(lists)
    counted.update(f"gg:{name}+{other}" for place, name in enumerate(names) for other in names[place + 1 :])
    return counted


def _roles(pieces: Sequence[Piece]) -> set[str]:
    """Neighbours, with goods and their properties by role: 面霜裂了 and 砂锅裂了 are one thing."""
    roles = [
        next((f"<{n}>" for n in names if n in _ROLES), piece) if names else piece for piece, names in pieces
    ]
    return set(map("m:{}{}".format, ["^", *roles], [*roles, "$"]))


def pieces_of(text: str) -> list[Piece]:
    """The text in pieces: each listed word, longest first from the left; the rest by character."""
    lists, start, end = all_lists(), 0, len(text)
    found: list[Piece] = []
    while start < end:
        for length in range(min(_LONGEST_LISTED, end - start), 0, -1):
            piece = text[start : start + length]
            if piece in lists:
                found.append((piece, lists[piece]))
                start += length
                break
        else:
            found.append((text[start], ()))
            start += 1
    return found
