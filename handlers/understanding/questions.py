"""Which of the shop's FAQ a text asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter

from bot.core.settings import Faq
from handlers.understanding.normal import normalise
from handlers.understanding.sounds import Sound, Span, letters

_SURE_LETTERS = 6  # baoyou: a shorter sound is in too much else


@dataclass(frozen=True, slots=True)
class _Group:
    words: tuple[str, ...]  # the longest first
    letters: tuple[str, ...]
    unless: tuple[str, ...]
    faq: Faq

    def stands_in(self, text: str) -> bool:
        return all(w in text for w in self.words) and not any(u in text for u in self.unless)

    def spans(self, text: str) -> list[Span]:
        return [(start, start + len(w)) for w in self.words if (start := text.find(w)) >= 0]


class Questions:
    """The word groups of a shop's FAQ, those that say most first."""

    def __init__(self, faqs: tuple[Faq, ...]) -> None:
        groups = [_group(ask, faq) for faq in faqs for ask in faq.ask if normalise(ask)]
        self._groups = sorted(groups, key=lambda g: -sum(map(len, g.words)))
        self._by_char: defaultdict[str, list[tuple[int, _Group]]] = defaultdict(list)
        for rank, group in enumerate(self._groups):
            self._by_char[group.words[0][0]].append((rank, group))
        self._loud = [g for g in self._groups if sum(map(len, g.letters)) >= _SURE_LETTERS and all(g.letters)]

    def asked(self, text: str) -> tuple[tuple[Faq, ...], set[int]]:
        """The FAQ whose longest word stands in normalised `text` by itself, and the places of their words.

        包邮吗，几天到 asks two, in this order.
        """
        seen: set[int] = set()
        found: dict[int, Faq] = {}
        for group in self._candidates(text):
            if not group.stands_in(text):
                continue
            spans = group.spans(text)
            start, end = spans[0]
            if seen.isdisjoint(range(start, end)) and group.faq not in found.values():
                found[start] = group.faq
            seen.update(i for s in spans for i in range(*s))
        return tuple(found[i] for i in sorted(found)), seen

    def _candidates(self, text: str) -> list[_Group]:
        near = [entry for char in set(text) for entry in self._by_char.get(char, ())]
        return [group for _, group in sorted(near, key=itemgetter(0))]

    def asked_by_sound(self, text: str, sound: Sound, is_slip: Callable[[Span], bool]) -> Faq | None:
        """The FAQ that `text` sounds like: 包油吗, baoyou ma."""
        for group in self._loud:
            if group.letters[0] not in sound.letters or any(u in text for u in group.unless):
                continue
            spans = [sound.find(s) for s in group.letters]
            if all(s and s[1] - s[0] > 1 and is_slip(s) for s in spans):
                return group.faq
        return None


def _group(ask: str, faq: Faq) -> _Group:
    words = tuple(sorted(normalise(ask).split(), key=len, reverse=True))
    unless = tuple(normalise(u) for u in faq.unless)
    return _Group(words, tuple(letters(w) for w in words), unless, faq)
