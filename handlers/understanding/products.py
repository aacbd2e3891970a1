"""Which products a text names, also when misspelt or typed as pinyin."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz

from bot.core.settings import Product
from handlers.understanding.normal import normalise
from handlers.understanding.sounds import Sound, Span, is_han, letters
from handlers.understanding.topics import OTHER_THING, PRODUCT

_ALIKE = 85  # of 100: one wrong or missing syllable in four, one wrong letter in ten
_LONG_SYLLABLES = 4
_LONG_LETTERS = 8
_SEPARATORS = re.compile(r"[\s\-·._']+")


Found = tuple[tuple[Product, ...], str]
"""Products in the order of their first mention, and the text with their names masked, in its full length."""


@dataclass(frozen=True, slots=True)
class _Name:
    text: str
    letters: str
    head: str  # how its last character sounds
    han: bool
    product: Product

    @classmethod
    def of(cls, text: str, product: Product) -> _Name:
        return cls(text, letters(text), letters(text[-1]), all(is_han(c) for c in text), product)


class ProductNames:
    """The names and aliases of a shop's products."""

    def __init__(self, products: tuple[Product, ...]) -> None:
        spelt = ((normalise(n), p) for p in products for n in (p.name, *p.aliases))
        named = [(n, p) for n, p in spelt if _SEPARATORS.sub("", n)]
        self._names = [_Name.of(n, p) for n, p in named]
        self._names.sort(key=lambda n: -len(n.text))
        self._long = [n for n in self._names if n.han and len(n.text) >= _LONG_SYLLABLES]
        self._by_text = {_SEPARATORS.sub("", n.text): n.product for n in self._names}
        self.pattern = re.compile("|".join(_spelling(n.text) for n in self._names) or r"(?!)")

    def spelt(self, text: str) -> Found:
        """Names that stand in normalised `text` letter by letter, the longest first."""
        products: dict[str, Product] = {}

        def mask(match: re.Match[str]) -> str:
            product = self._by_text[_SEPARATORS.sub("", match[0])]
            products.setdefault(product.name, product)
            return PRODUCT * len(match[0])

        masked = self.pattern.sub(mask, text)
        return tuple(products.values()), masked

    def alike(self, text: str, is_slip: Callable[[Span], bool]) -> Found:
        """The one name that `text` most probably means: the same sound, or nearly so if it is long."""
        sound = Sound.of(text)
        searches = (self._same_sound, self._near_in_latin, self._near_in_han)
        for (start, end), name in (guess for search in searches for guess in search(text, sound)):
            if is_slip((start, end)) and not re.match(OTHER_THING, text[end:]):
                return (name.product,), text[:start] + PRODUCT * (end - start) + text[end:]
        return (), text

    def _same_sound(self, text: str, sound: Sound) -> Iterator[tuple[Span, _Name]]:
        for name in self._names:
            if name.han and len(name.text) > 1 and (span := sound.find(name.letters)):
                yield span, name

    def _near_in_latin(self, text: str, sound: Sound) -> Iterator[tuple[Span, _Name]]:
        if not re.search("[a-z]{5}", text):
            return
        for name in self._names:
            if len(name.letters) < _LONG_LETTERS:
                continue
            found = fuzz.partial_ratio_alignment(name.letters, sound.letters, score_cutoff=_ALIKE + 3)
            span = found and sound.span(found.dest_start, found.dest_end)
            if span and re.search("[a-z]{4}", text[slice(*span)]):
                yield span, name

    def _near_in_han(self, text: str, sound: Sound) -> Iterator[tuple[Span, _Name]]:
        syllables = [letters(c) if is_han(c) else "" for c in text]
        for name in self._long:
            # the head of a Chinese noun is its end: 玫瑰面膜 is no 玫瑰面霜
            if name.head not in syllables:
                continue
            ends = [i + 1 for i, s in enumerate(syllables) if s == name.head]
            spans = [(e - n, e) for e in ends for n in (len(name.text) + d for d in (0, -1, 1)) if e >= n]
            alike = {s: fuzz.ratio(name.letters, letters(text[slice(*s)])) for s in spans}
            if best := max((s for s in alike if alike[s] >= _ALIKE), key=alike.__getitem__, default=None):
                yield best, name


def _spelling(name: str) -> str:
    """A pattern for a name: sk-ii is also sk ii and skii, but vc is not in vcd."""
    parts = [re.escape(p) for p in _SEPARATORS.split(name) if p]
    before = r"(?<![a-z0-9])" if name[0].isascii() else ""
    after = r"(?![a-z0-9])" if name[-1].isascii() else f"(?!{OTHER_THING})"
    return before + r"[\s\-·._']*".join(parts) + after
