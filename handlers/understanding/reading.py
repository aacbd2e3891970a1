"""Reading a buyer's text: who, what, and whether anything is left over."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.settings import Faq, Product, Settings
from handlers.understanding import words
from handlers.understanding.hearing import hear
from handlers.understanding.lexicon import Lexicon
from handlers.understanding.normal import normalise
from handlers.understanding.topics import PRODUCT, Topic

_LONGEST = 600  # characters; what a chat message asks, it asks before that
_HAN_GAP = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says.

    products, faqs: in the order of their mention.
    greeting, thanks, nod (好的, an emoticon): nothing but that, and at most one of them.
    complete: no word is left that the other fields do not account for.
    """

    normal: str
    tokens: tuple[str, ...] = ()
    products: tuple[Product, ...] = ()
    topics: frozenset[Topic] = frozenset()
    faqs: tuple[Faq, ...] = ()
    greeting: bool = False
    thanks: bool = False
    nod: bool = False
    human: bool = False
    machine: bool = False
    opt_out: bool = False
    question: bool = False
    complete: bool = False


class Reader:
    """Reads texts with one shop's lexicon. Pure and total: no text raises, the same text reads the same."""

    def __init__(self, settings: Settings) -> None:
        self.lexicon = Lexicon(settings)

    def read(self, text: str) -> Reading:
        """What `text` says; several pieces may be joined with newlines."""
        text = text[:_LONGEST]
        normal = normalise(text)
        solid = _solid(normal)
        tokens = self.lexicon.cutter.cut(solid)
        question = words.QUESTION.search(solid) is not None
        machine = words.MACHINE.search(solid) is not None
        human = words.HUMAN.search(words.MACHINE.sub(" ", solid) if machine else solid) is not None
        heard = hear(self.lexicon, solid, tokens, question)
        complete = _empty(heard.rest)
        says_more = heard.asks or heard.products or machine or human or not complete
        courtesy = "" if says_more else _courtesy(solid)
        return Reading(
            normal=normal,
            tokens=tokens,
            products=heard.products,
            topics=heard.topics,
            faqs=heard.faqs,
            greeting=courtesy == "greeting",
            thanks=courtesy == "thanks",
            nod=courtesy == "nod",
            human=human,
            machine=machine,
            opt_out=any(_opts_out(line) for line in text.splitlines()),
            question=question,
            complete=complete,
        )


def _solid(normal: str) -> str:
    """Without emoticons, and without the spaces that some put between Chinese words."""
    bare = words.EMOTICON.sub(" ", normal.replace(PRODUCT, " "))
    return _HAN_GAP.sub("", " ".join(bare.split()))


def _empty(rest: str) -> bool:
    for courtesy in (words.GREETING, words.THANKS, words.NOD):
        rest = courtesy.sub(" ", rest.strip())
    return not words.FILLER.sub("", rest)


def _courtesy(solid: str) -> str:
    if words.THANKS.search(solid):
        return "thanks"
    # a lone question mark asks whether anybody is there
    if words.GREETING.search(solid) or set(solid) == {"?"}:
        return "greeting"
    if words.NOD.search(solid) or not any(c.isalnum() for c in solid):
        return "nod"
    return ""


def _opts_out(line: str) -> bool:
    said = _EDGES.sub("", _solid(normalise(line)))
    return len(said) <= words.OPT_OUT_LONGEST and any(
        words.OPT_OUT.fullmatch(form) for form in (said, _EDGES.sub("", words.POLITE_TAIL.sub("", said)))
    )
