"""Reading a buyer's text: who, what, and whether anything is left over."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.core.settings import Faq, Product, Settings
from handlers.understanding import words
from handlers.understanding.entities import Entities, find_entities, only_marks
from handlers.understanding.examples import Examples
from handlers.understanding.hearing import hear
from handlers.understanding.intents import by_example, by_learning, by_marks, by_rule
from handlers.understanding.learned import Model
from handlers.understanding.learned.model import WEIGHTS
from handlers.understanding.lexicon import Lexicon
from handlers.understanding.meaning import Example, Intent, Meaning
from handlers.understanding.normal import normalise
from handlers.understanding.topics import PRODUCT, Topic
from handlers.understanding.typed_commands import typed_with

OWN_WEIGHTS = "understanding.npz"
"""The weights of a shop that has trained with its own corrections (`huitouke train`), beside its data."""
REASONS = 3
SURE = 0.6
"""From which share the learned part may decide what it otherwise only proposes."""
ALL_BUT_CERTAIN = 0.88
SHORT = 20
RECENT = 2000
"""So many short readings are remembered: 在吗, 多少钱 and 好的 come all day."""
_LONGEST = 600  # characters; what a chat message asks, it asks before that
_HAN_GAP = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says.

    products, faqs: in the order of their mention.
    greeting, thanks, nod (好的, an emoticon): nothing but that, and at most one of them.
    marks: nothing but marks of 大评委 (物流5 质量4, 5 4 3 5), of 1 to 5 or not.
    meaning: what the message is about, and whether something needs putting right.
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
    marks: bool = False
    meaning: Meaning = field(default=Meaning())

    @property
    def entities(self) -> Entities:
        """Phones, order and tracking numbers, money, sizes, addresses … in it; looked for when asked."""
        return find_entities(self.normal)


class Reader:
    """Reads texts with one shop's lexicon and examples. Total: no text raises, the same text reads the same.

    examples: what the seller has corrected; each counts at once for nearly the same words.
    """

    def __init__(self, settings: Settings, examples: Iterable[Example] = ()) -> None:
        self.lexicon = Lexicon(settings)
        self._examples = Examples()
        self._recent: dict[str, Reading] = {}
        self._model: Model | None = None
        for example in examples:
            self.learn(example)

    def warm(self, folder: str | None = None) -> None:
        """Load jieba and the learned weights, about a second; meant for a thread at start.

        Reading works before it, less finely. folder: where jieba keeps its cache, and where the weights of
        the shop's own training are, if it has trained.
        """
        self.lexicon.warm(folder)
        own = Path(folder or ".") / OWN_WEIGHTS
        self._model = Model.load(own if folder and own.exists() else WEIGHTS)
        self._recent.clear()

    def learn(self, example: Example) -> None:
        """The seller has read this message for the bot; counts from now on."""
        self._examples.add(example)
        self._recent.clear()

    def read(self, text: str) -> Reading:
        """What `text` says; several pieces may be joined with newlines."""
        if len(text) > SHORT:
            return self._read(text[:_LONGEST])
        known = self._recent.get(text)
        if known is None:
            if len(self._recent) >= RECENT:
                self._recent.clear()
            known = self._recent[text] = self._read(text)
        return known

    def _read(self, text: str) -> Reading:
        normal = normalise(text)
        solid = _solid(normal)
        tokens = self.lexicon.cutter.cut(solid)
        question = words.QUESTION.search(solid) is not None
        machine = words.MACHINE.search(solid) is not None
        human = words.HUMAN.search(words.MACHINE.sub(" ", solid) if machine else solid) is not None
        heard = hear(self.lexicon, solid, tokens, question)
        opt_out = any(_opts_out(line) for line in text.splitlines())
        complete = _empty(heard.rest)
        says_more = heard.asks or heard.products or machine or human or opt_out or not complete
        courtesy = "" if says_more else _courtesy(solid)
        learned = Meaning() if courtesy else self._learned(solid, tokens)
        if learned.blames and self._only_types_commands(text):
            learned = learned.blameless("像店主打的指令")
        marks = only_marks(normal)
        if marks:
            learned = by_marks(learned)
        human = human or (not machine and learned.share(Intent.HUMAN) >= SURE)
        opt_out = opt_out or _wants_no_more(solid, learned)
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
            opt_out=opt_out,
            question=question,
            complete=complete,
            marks=marks,
            meaning=self._meaning(normal, courtesy, learned, opt_out=opt_out, human=human),
        )

    def _meaning(
        self, normal: str, courtesy: str, learned: Meaning, *, opt_out: bool, human: bool
    ) -> Meaning:
        """Opting out is decided before anything else; a person asked for beats the rest."""
        if opt_out:
            return by_rule(Intent.OPT_OUT, "退订的说法", learned)
        if human:
            return by_rule(Intent.HUMAN, "要找真人", learned)
        example = self._examples.nearest(normal)
        if example is not None:
            return by_example(example)
        if courtesy:
            return by_rule(Intent.PRAISE if courtesy == "thanks" else Intent.OTHER, "只是客气话")
        return learned.without(Intent.OPT_OUT)

    def _learned(self, solid: str, tokens: tuple[str, ...]) -> Meaning:
        if self._model is None or not solid:
            return Meaning()
        judged = self._model.judge(solid, tokens, explain=REASONS)
        matter = words.KIND_BEHIND.sub("", words.KIND_BEFORE.sub("", solid))
        if matter and matter != solid:  # however kindly it is said, it is as wrong as it is
            bare = self._model.judge(matter, self.lexicon.cutter.cut(matter))
            judged = replace(judged, complaint=bare.complaint)
        return by_learning(solid, judged)

    def _only_types_commands(self, text: str) -> bool:
        """Whether a line is a seller's command, and neither what is behind it nor another line accuses."""
        lines = [line for line in text.splitlines() if line.strip()]
        behind = [typed_with(line) for line in lines]
        if all(rest is None for rest in behind):
            return False
        said = (prepared(line if rest is None else rest) for line, rest in zip(lines, behind, strict=True))
        return not any(self._learned(one, self.lexicon.cutter.cut(one)).accuses for one in said)


def _wants_no_more(solid: str, learned: Meaning) -> bool:
    """The learned part is sure and the words are about messages, or it is all but certain."""
    share = learned.share(Intent.OPT_OUT)
    if share >= ALL_BUT_CERTAIN:
        return True
    about_goods = words.NOT_MESSAGES.search(solid) is not None
    return share >= SURE and not about_goods and words.STOP_CUE.search(solid) is not None


def prepared(text: str) -> str:
    """The text as the learned part sees it."""
    return _solid(normalise(text[:_LONGEST]))


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
