"""What a text is about: products, topics and FAQ, and the words that none of them accounts for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.core.settings import Faq, Product
from handlers.understanding.lexicon import Lexicon
from handlers.understanding.sounds import Sound, Span, letters
from handlers.understanding.topics import SPOKEN, TOPICS, Topic

_SHORT = 14  # up to here a text without a question mark may still be one about a product
_IN_LATIN = re.compile("[a-z]{5}")
_BY_SOUND = tuple((topic, letters(phrase)) for topic, phrases in SPOKEN.items() for phrase in phrases)


@dataclass(frozen=True, slots=True)
class Heard:
    """Products, topics and FAQ of a text. rest: the text with all their words blanked, in its full length."""

    products: tuple[Product, ...]
    topics: frozenset[Topic]
    faqs: tuple[Faq, ...]
    rest: str

    @property
    def asks(self) -> bool:
        """Whether a topic or an FAQ was recognised."""
        return bool(self.topics or self.faqs)


def hear(lexicon: Lexicon, text: str, tokens: tuple[str, ...], question: bool) -> Heard:
    """Listen to normalised `text`; by sound and likeness only where the letters say nothing."""
    heard = _listen(lexicon, text, *lexicon.products.spelt(text))
    is_slip = lexicon.cutter.slips(text, tokens)
    if not heard.products and (heard.asks or question or len(text) <= _SHORT or _IN_LATIN.search(text)):
        products, masked = lexicon.products.alike(text, is_slip)
        heard = _listen(lexicon, text, products, masked) if products else heard
    return heard if heard.asks else _listen_to_sound(lexicon, heard, is_slip)


def _listen(lexicon: Lexicon, text: str, products: tuple[Product, ...], masked: str) -> Heard:
    topics, rest = _topics(masked)
    faqs, places = lexicon.questions.asked(text)
    if places:
        rest = "".join(" " if i in places else c for i, c in enumerate(rest))
    return Heard(products, topics, faqs, rest)


def _topics(masked: str) -> tuple[frozenset[Topic], str]:
    found = []
    for topic, pattern in TOPICS.items():
        masked, times = pattern.subn(_blank, masked)
        if times:
            found.append(topic)
    return frozenset(found), masked


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _listen_to_sound(lexicon: Lexicon, heard: Heard, is_slip: Callable[[Span], bool]) -> Heard:
    sound = Sound.of(heard.rest)
    if faq := lexicon.questions.asked_by_sound(heard.rest, sound, is_slip):
        return replace(heard, faqs=(faq,), rest="")
    for topic, spoken in _BY_SOUND:
        span = sound.find(spoken)
        if span and is_slip(span):
            start, end = span
            rest = heard.rest[:start] + " " * (end - start) + heard.rest[end:]
            return replace(heard, topics=frozenset({topic}), rest=rest)
    return heard
