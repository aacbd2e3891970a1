"""Which tag rules a text meets: words at word borders, not negated, near each other (DESIGN §7.6)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from bot.core.tag_rules import TagRule, alternatives
from handlers.understanding.normal import normalise
from handlers.understanding.reading import Reader, Reading
from handlers.understanding.tokens import Cutter

NEGATION_REACH = 3
"""So many words before a word, a negation still means it: 不 是 很 敏感."""

_NEGATING = """
不 没 没有 没得 没什么 别 无 非 未 勿 甭 不是 不会 不想 不要 不太 不能 不算 不怎么 不用 不必 不再 不吃
不爱 不带 不含 不像 不属于 不需要 不打算 不准备 不缺 不肯 不敢 不该 不许 不够 不很 不可能 不可以 不做 不当
无需 无须 并非 并不 并不是 从不 从没 从来不 从来没 毫不 毫无 绝不 绝非 决不 未必 未曾 尚未 还没 还没有
又不 又没 也不 也没 才不 就不 都不 都没 可不
"""
_NEGATING_NOTHING = """
不知 不知道 不好意思 不错 不过 不但 不仅 不只 不光 不止 不管 不论 不如 不少 不然 不断 不久 不同 不晓得
不清楚 不懂 不确定 没事 没关系 没问题 没想到 没准 没错 别人 别的 别家 别处 别提 别说 别管 非常 非要 非得
无论 无非 无所谓 不用说 不要紧 不小心 不由得 没多久 不一会 不得不
"""
_HOLDING_UP = "是 而是 就是 只是 但 但是 可是 而 不过 也 还 却 因为 所以 如果 了 吗 呢 吧 啊 哦 呀 嘛 哈"

NEGATIONS = frozenset(_NEGATING.split())
HARMLESS = frozenset(_NEGATING_NOTHING.split())
"""Phrases that negate nothing that follows them."""
_STOPS = frozenset(_HOLDING_UP.split())
"""Words that no negation before them reaches across: 不是油皮是干皮, 不用了敏感肌能用吗."""
_AGAIN = ("不", "没")

_AND = "、"

Places = dict[str, list[int]]
"""Word → the pieces at which it begins."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that the text meets, and the words by which it does."""

    rule: TagRule
    words: tuple[str, ...]

    @property
    def tag(self) -> str:
        """The trait."""
        return self.rule.tag

    @property
    def group(self) -> str:
        """The kind of trait."""
        return self.rule.group

    @property
    def cool_down(self) -> timedelta:
        """How soon another hit is the same one."""
        return self.rule.cool_down


class Spotted:
    """The words of the rules that stand in one text."""

    def __init__(self, pieces: Sequence[str], places: Places) -> None:
        self.pieces = pieces
        self.places = places

    @cached_property
    def said(self) -> Places:
        """The same without the places that are negated."""
        kept = {w: [n for n in found if not self.negated(n)] for w, found in self.places.items()}
        return {word: found for word, found in kept.items() if found}

    def negated(self, place: int) -> bool:
        """Whether a negation stands shortly before this place, in the same clause."""
        for n in range(place - 1, max(place - 1 - NEGATION_REACH, -1), -1):
            piece = self.pieces[n]
            if piece in _STOPS or not piece[0].isalnum():
                return False
            if piece in NEGATIONS and not self._harmless(n):
                return True
        return False

    def _harmless(self, n: int) -> bool:
        """不知道 negates nothing, nor does 不 in 喜不喜欢 and 能不能."""
        piece, after = self.pieces[n], self.pieces[n + 1 : n + 3]
        if any(piece + "".join(after[:many]) in HARMLESS for many in (1, 2)):
            return True
        again = piece[1:] or (after[0] if after else "")
        return n > 0 and piece[0] in _AGAIN and self.pieces[n - 1][0] == again[:1]


class _Compiled:
    """One rule with its words as they stand in normalised text."""

    def __init__(self, rule: TagRule) -> None:
        self.rule = rule
        self.needed = tuple(tuple(dict.fromkeys(map(_key, group))) for group in rule.needed)
        self.none = tuple(dict.fromkeys(map(_key, alternatives(rule.none))))

    def met(self, spotted: Spotted) -> tuple[str, ...]:
        """The words by which `spotted` meets the rule; empty if it does not."""
        if any(word in spotted.places for word in self.none):
            return ()
        said = spotted.said if self.rule.negatable else spotted.places
        found = [[word for word in group if word in said] for group in self.needed]
        if not all(found) or not (self.rule.window is None or self._near(said, found)):
            return ()
        return tuple(dict.fromkeys(word for words in found for word in words))

    def _near(self, said: Places, found: list[list[str]]) -> bool:
        """Whether somewhere a word of every group begins within the window."""
        window = self.rule.window or 0
        groups = [sorted(n for word in words for n in said[word]) for words in found]

        def within(group: list[int], start: int) -> bool:
            n = bisect_left(group, start)
            return n < len(group) and group[n] - start < window

        return any(all(within(group, start) for group in groups) for own in groups for start in own)

    def why_not(self, spotted: Spotted) -> str:
        """What keeps the rule from hitting, for its author."""
        for word in self.none:
            if word in spotted.places:
                return f"里面有 none 的“{word}”"
        for group in self.needed:
            if not any(word in spotted.places for word in group):
                return f"没有找到“{_AND.join(group[:3])}”，这句是这样分词的：{' '.join(spotted.pieces)}"
            if self.rule.negatable and not any(word in spotted.said for word in group):
                word = next(word for word in group if word in spotted.places)
                return f"“{word}”前面有否定；否定也算就写 negatable: false"
        return f"几个词离得太远，超过 window: {self.rule.window}"


class TagRules:
    """A shop's tag rules, compiled once. Pure and total; the cost follows the text, not the rules."""

    def __init__(self, rules: Sequence[TagRule], cutter: Cutter) -> None:
        self._cutter = cutter
        self._compiled = [_Compiled(rule) for rule in rules]
        self._rules_of: dict[str, list[int]] = {}
        self._words_from: dict[str, list[str]] = {}
        for n, rule in enumerate(self._compiled):
            for word in rule.needed[0]:
                self._rules_of.setdefault(word, []).append(n)
        words = {w for r in self._compiled for group in (*r.needed, r.none) for w in group}
        self._letters = frozenset(word for word in words if len(word) == 1)
        for word in sorted(words - self._letters - {""}):
            self._words_from.setdefault(word[:2], []).append(word)

    def matched(self, reading: Reading) -> tuple[Hit, ...]:
        """The rules that the text meets, in the order of the configuration."""
        spotted = self.spotted(reading)
        rules = sorted({n for word in spotted.places for n in self._rules_of.get(word, ())})
        met = ((self._compiled[n], self._compiled[n].met(spotted)) for n in rules)
        return tuple(Hit(compiled.rule, words) for compiled, words in met if words)

    def spotted(self, reading: Reading) -> Spotted:
        """The rules' words in the text: they begin and end where words do, so 烂 is not in 灿烂."""
        pieces = [t.replace(" ", "") for t in reading.tokens]
        begins, at = {}, 0
        for n, piece in enumerate(pieces):
            begins[at] = n
            at += len(piece)
        text, places = "".join(pieces), Places()
        borders = {*begins, at}
        # until jieba is there, 灿烂 is two words
        letters = self._letters if self._cutter.warm else frozenset()
        for start, n in begins.items():
            for word in self._words_from.get(text[start : start + 2], ()):
                if start + len(word) in borders and text.startswith(word, start):
                    places.setdefault(word, []).append(n)
            if pieces[n] in letters:
                places.setdefault(pieces[n], []).append(n)
        return Spotted(pieces, places)

    def failing_examples(self, reader: Reader) -> Iterator[str]:
        """One line for every example that is not as it says, with its place in the configuration."""
        for n, compiled in enumerate(self._compiled):
            rule, where = compiled.rule, f"tags[{n}].examples"
            for m, line in enumerate(rule.examples.hits):
                spotted = self.spotted(reader.read(line))
                if not compiled.met(spotted):
                    why = compiled.why_not(spotted)
                    yield f"{where}.hits[{m}]: “{line}”没有打上“{rule.tag}”：{why}"
            for m, line in enumerate(rule.examples.misses):
                if words := compiled.met(self.spotted(reader.read(line))):
                    shown = _AND.join(words)
                    yield f"{where}.misses[{m}]: “{line}”不该打上“{rule.tag}”，可是有“{shown}”"


def _key(word: str) -> str:
    """As the words of a text stand side by side: normalised, without spaces."""
    return normalise(word).replace(" ", "")
