"""Tag rules as data (PRACTICES rows 31-51): which words of a buyer show which trait."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from bot.core.accounts import NonEmpty
from bot.core.durations import parse_duration
from bot.core.model import StrictModel

DOUBT = "?"
"""A trait that has not shown often enough yet is a tag with this behind its name: 羊毛党?"""
OR = "/"
"""Between two words of which one is enough: 女儿/儿子."""
LONGEST = 19  # a seller can type 20 characters after 标签, and one of them may be the doubt

_Duration = Annotated[timedelta, BeforeValidator(lambda v: parse_duration(v) if isinstance(v, str) else v)]


def _named(tag: str) -> str:
    if tag.endswith((DOUBT, "？")):
        raise ValueError("标签最后不要写问号；“羊毛党?” 是机器人记“还没拿准”用的")
    if tag != unicodedata.normalize("NFKC", tag) or any(c.isspace() for c in tag) or tag[0] in "+-":
        raise ValueError("标签里不要有空格和全角符号，也不要以 + - 开头，不然 标签 命令里打不出来")
    if len(tag) > LONGEST:
        raise ValueError(f"最多 {LONGEST} 个字")
    return tag


def _spelt(word: str) -> str:
    if not all(alternative.strip() for alternative in word.split(OR)):
        raise ValueError("/ 的两边都要有词，例如 女儿/儿子")
    return word


Word = Annotated[NonEmpty, AfterValidator(_spelt)]
"""Words between / are alternatives."""


def _flat(words: Any) -> Any:
    """[*别人, 送人]: a list that YAML refers to may stand among the words."""
    if not isinstance(words, list):
        return words
    return [w for word in words for w in (word if isinstance(word, list) else [word])]


Words = Annotated[tuple[Word, ...], BeforeValidator(_flat)]


class TagExamples(StrictModel):
    """Lines that this rule must and must not hit; `huitouke check` tries them."""

    hits: tuple[NonEmpty, ...] = ()
    misses: tuple[NonEmpty, ...] = ()


class TagRule(StrictModel):
    """One way in which a trait shows.

    any: one of these words is enough. all: each of these is needed; with `any`, one of those besides.
    none: beside one of these words the rule says nothing. window: the needed words begin within so many
    words of each other. negatable: a word after 不, 没, 别 … does not count.
    score, needs: a hit gives `score` points, and `needs` points make the tag; points add up over a
    customer's messages. cool_down: so soon after the last hit another is the same one.
    """

    tag: Annotated[NonEmpty, AfterValidator(_named)]
    group: str = ""
    any: Words = ()
    all: Words = ()
    none: Words = ()
    window: int | None = Field(default=None, ge=1)
    negatable: bool = True
    score: int = Field(default=1, ge=1, le=20)
    needs: int = Field(default=1, ge=1, le=20)
    cool_down: _Duration = timedelta(days=1)
    does: Literal["tag", "notify"] = "tag"
    examples: TagExamples = TagExamples()

    @field_validator("cool_down")
    @classmethod
    def _not_negative(cls, value: timedelta) -> timedelta:
        if value < timedelta():
            raise ValueError("不能是负的")
        return value

    @model_validator(mode="after")
    def _says_when(self) -> TagRule:
        if not (self.any or self.all):
            raise ValueError("any 和 all 至少写一个，不然永远不会打上")
        return self

    @property
    def needed(self) -> tuple[tuple[str, ...], ...]:
        """Groups of words; the rule hits when each group has a word in the text."""
        groups = [alternatives([word]) for word in self.all]
        return tuple([alternatives(self.any), *groups] if self.any else groups)

    @property
    def words(self) -> tuple[str, ...]:
        """Every word that the rule looks for."""
        return alternatives((*self.any, *self.all, *self.none))


def alternatives(words: Iterable[str]) -> tuple[str, ...]:
    """["女儿/儿子", "孩子"] → 女儿, 儿子, 孩子."""
    return tuple(alternative.strip() for word in words for alternative in word.split(OR))


def _agreed(rules: tuple[TagRule, ...]) -> tuple[TagRule, ...]:
    """The rules of one tag put it into one group and need the same points."""
    first: dict[str, int] = {}
    for n, rule in enumerate(rules):
        f = first.setdefault(rule.tag, n)
        for name in ("group", "needs"):
            if getattr(rule, name) != getattr(rules[f], name):
                raise ValueError(f"tags[{n}] 和 tags[{f}] 都是“{rule.tag}”，{name} 要写成一样的")
    return rules


TagRuleSet = Annotated[tuple[TagRule, ...], AfterValidator(_agreed)]
"""The block `tags`."""
