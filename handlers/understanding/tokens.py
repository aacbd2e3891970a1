"""Cutting text into words with jieba, which needs a second to load and must not be waited for."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from threading import Lock
from typing import Any

from handlers.understanding.sounds import Span, is_han

_COLD = re.compile(r"[a-z0-9]+|\S")
_TAUGHT = 10  # jieba's count of a word that it is taught
_LONGEST_TAUGHT = 4  # what is longer is a phrase, and would win against the words beside it
_COMMON = 20  # jieba's count from which a word is one that people write on purpose
_JIEBAS_OWN: list[tuple[dict[str, int], int]] = []
"""jieba's words with their counts, and the sum of these: loaded once, the same for every Cutter."""
_LOADING = Lock()


class Cutter:
    """Cuts text; the shop's own words stay whole whatever characters they are made of.

    own_words: a pattern of theirs. new_words: what jieba may not know as a word; they begin and end
    where tokens do.

    jieba splits user words with -, latin letters or spaces (its issues 300, 514, 626), so they are
    taken out before it sees the text.
    """

    def __init__(self, own_words: re.Pattern[str], new_words: Iterable[str] = ()) -> None:
        self._own = own_words
        self._new = sorted(set(new_words))
        self._jieba: Any = None
        self._parts: dict[str, tuple[str, ...]] = {}

    @property
    def warm(self) -> bool:
        """Whether jieba is loaded."""
        return self._jieba is not None

    def load(self, cache_folder: str | None = None) -> None:
        """Load jieba: about a second the first time, then from its cache file. Safe in any thread."""
        import jieba  # noqa: PLC0415 - not before somebody wants to wait for it

        tokenizer = jieba.Tokenizer()
        with _LOADING:
            if not _JIEBAS_OWN:
                jieba.setLogLevel(logging.WARNING)
                tokenizer.tmp_dir = cache_folder
                tokenizer.initialize()
                _JIEBAS_OWN.append((tokenizer.FREQ, tokenizer.total))
        words, tokenizer.total = _JIEBAS_OWN[0]
        tokenizer.FREQ, tokenizer.initialized = dict(words), True
        self._parts = _taught(tokenizer, self._new)
        self._jieba = tokenizer

    def _is_word(self, text: str) -> bool:
        return self.warm and self._jieba.FREQ.get(text, 0) >= _COMMON

    def slips(self, text: str, tokens: tuple[str, ...]) -> Callable[[Span], bool]:
        """A judge of the places in `text`: may something else have been meant that sounds like this?

        Not by a word of its own (界面 is not 洁面), nor by parts of two words (接面 in 接面试官).
        """
        seams, at = {0}, 0
        for token in tokens:
            start = text.index(token, at)
            at = start + len(token)
            seams |= {start, at}

        def is_slip(span: Span) -> bool:
            word = text[slice(*span)]
            return not is_han(word[0]) or (seams.issuperset(span) and not self._is_word(word))

        return is_slip

    def cut(self, text: str) -> tuple[str, ...]:
        """The words of normalised text; before jieba is loaded, single characters."""
        return tuple(self._words(text, self._cut_with_jieba() if self.warm else _COLD.findall))

    def _cut_with_jieba(self) -> Callable[[str], Iterable[str]]:
        tokenizer = self._jieba
        parts = self._parts
        return lambda text: (
            part
            for word in tokenizer.cut(text, HMM=False)
            for part in parts.get(word, (word,))
            if not part.isspace()
        )

    def _words(self, text: str, cut: Callable[[str], Iterable[str]]) -> Iterator[str]:
        end = 0
        for own in self._own.finditer(text):
            yield from cut(text[end : own.start()])
            yield own[0]
            end = own.end()
        yield from cut(text[end:])


def _taught(tokenizer: Any, words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Teach jieba where words begin and end that it does not know; each with its parts.

    Without it, 双十一再买 is cut into 双十 and 一再. In a cut text they stand in their parts again: what
    else is looked for in a text, one shop's tag rules do not change.
    """
    short = [w for w in words if len(w) <= _LONGEST_TAUGHT and all(map(is_han, w))]
    new = [w for w in short if not tokenizer.FREQ.get(w)]
    cut = {word: tuple(tokenizer.cut(word, HMM=False)) for word in new}
    for word in cut:
        least = _TAUGHT if len(word) > 2 else 1  # two characters may stand side by side by chance
        tokenizer.add_word(word, max(least, tokenizer.suggest_freq(word)))
    return {word: pieces for word, pieces in cut.items() if len(pieces) > 1}
