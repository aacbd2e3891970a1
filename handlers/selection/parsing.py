"""Reads a condition from left to right: how conditions are joined, and each one's value."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from decimal import Decimal

from bot.core.money import parse_money
from bot.core.selection import (
    All,
    AnyOf,
    BornIn,
    BoughtWithin,
    Compared,
    Figure,
    Has,
    NoContactFor,
    Node,
    Not,
    NotBoughtFor,
    Sign,
    Trait,
    Words,
)
from handlers.selection.characters import Characters, Misread
from handlers.selection.words import (
    A_CENTURY,
    AGO,
    AND,
    AND_ALONE,
    AND_MARKS,
    BIRTHDAY,
    BOUGHT,
    CHOICES,
    DAYS,
    EXAMPLE,
    EXAMPLES,
    FIELD,
    KNOWN,
    MONTH,
    NAMES,
    NOT_BOUGHT,
    OR,
    OR_ALONE,
    OR_MARKS,
    QUIET,
    SIGN,
    THOUSANDS,
    UNITS,
    UNKNOWN,
    WITHIN,
    any_of,
)

LONGEST, MOST, DEEPEST = 500, 30, 12
"""Characters, conditions, brackets inside each other."""


def parse(text: str, tiers: Collection[str] = ()) -> Node:
    """The condition that `text` says; Misread if it says none. tiers: the shop's, if they are to be checked.

    ，、 and spaces between conditions mean 且, which binds closer than 或; 非 closest; brackets as usual.
    """
    if len(text) > LONGEST:
        raise Misread(f"太长了，最多 {LONGEST} 个字。", LONGEST)
    return _Parser(text, tiers).whole()


class _Parser(Characters):
    def __init__(self, text: str, tiers: Collection[str]) -> None:
        super().__init__(text)
        self._tiers = tiers
        self._conditions = 0

    # --- how conditions are joined --------------------------------------------------------------

    def whole(self) -> Node:
        node = self._any(0)
        if self._at < len(self._text):
            raise Misread("多了一个右括号。", self._at)
        return node

    def _any(self, depth: int) -> Node:
        start, parts = self._at, [self._all(depth)]
        while self._joined(OR, OR_ALONE, OR_MARKS):
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts), start)

    def _all(self, depth: int) -> Node:
        start, parts = self._at, [self._one(depth)]
        while self._joined(AND, AND_ALONE, AND_MARKS) or self._goes_on():
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts), start)

    def _goes_on(self) -> bool:
        """Whether another condition follows after nothing but a space."""
        if self._at >= len(self._text) or self._text[self._at] in ")" + OR_MARKS:
            return False
        return not self._stands(OR, OR_ALONE)

    # --- one condition --------------------------------------------------------------------------

    def _one(self, depth: int) -> Node:
        self._skip()
        self._conditions += 1
        if self._conditions > MOST:
            raise Misread(f"条件太多了，最多 {MOST} 个。", self._at)
        if depth > DEEPEST:
            raise Misread(f"括号和“非”套得太深了，最多 {DEEPEST} 层。", self._at)
        start = self._at
        if start >= len(self._text):
            raise Misread("后面还差一个条件。" if self._conditions > 1 else "还没写条件。", start)
        if word := self._negated():
            self._at += len(word)
            return Not(self._one(depth + 1), start)
        if self._text[start] == "(":
            return self._bracketed(depth)
        return self._condition()

    def _bracketed(self, depth: int) -> Node:
        start = self._at
        self._at += 1
        node = self._any(depth + 1)
        if self._text[self._at : self._at + 1] != ")":
            raise Misread("这个括号没有合上。", start)
        self._at += 1
        return node

    def _condition(self) -> Node:
        start = self._at
        if match := AGO.match(self._text, start):
            self._at = match.end()
            days = self._days(match[1], match[2])
            return NotBoughtFor(days, start) if match[3] in DAYS[NOT_BOUGHT] else NoContactFor(days, start)
        if match := WITHIN.match(self._text, start):
            self._at = match.end()
            return BoughtWithin(self._days(match[1] or match[3], match[2] or match[4]), start)
        if match := FIELD.match(self._text, start):
            self._at = match.end()
            return self._field(NAMES[match[1]], SIGN[match[2]], match[1], start)
        if match := UNKNOWN.match(self._text, start):
            raise Misread(f"没有“{match[1]}”这个条件。能写：{KNOWN}。", start)
        return Words(self._value("要找的词"), start)

    def _field(self, what: Figure | Trait | str, sign: Sign, name: str, start: int) -> Node:
        if isinstance(what, Figure):
            return Compared(what, sign, self._amount(what, name), start)
        made: Callable[[str, int], Node]
        if isinstance(what, Trait):
            made = self._trait(what, name)
        else:
            made = {BOUGHT: _never, BIRTHDAY: self._birthday}.get(what) or self._ago(what)
        days = what in (NOT_BOUGHT, QUIET)
        if sign not in (Sign.EQUAL, *((Sign.MORE, Sign.AT_LEAST) if days else (Sign.UNEQUAL,))):
            raise Misread(f"“{name}”只能写 =，例：{EXAMPLE}", start)
        node = made(self._value(name), start)
        return Not(node, start) if sign is Sign.UNEQUAL else node

    def _trait(self, trait: Trait, name: str) -> Callable[[str, int], Node]:
        choices = CHOICES.get(trait)
        if trait is Trait.TIER and self._tiers:
            choices = {tier: tier for tier in self._tiers} | dict.fromkeys(("无", "没有", "普通"), "")

        def made(value: str, start: int) -> Node:
            if choices is None:
                return Has(trait, value, start)
            if value not in choices:
                known = "、".join(dict.fromkeys(known or "无" for known in choices.values()))
                raise Misread(f"{name}没有“{value[:20]}”，有：{known}。", start)
            return Has(trait, choices[value], start)

        return made

    def _ago(self, what: str) -> Callable[[str, int], Node]:
        def made(value: str, start: int) -> Node:
            match = re.fullmatch(rf"(\d{{1,5}})\s*({any_of(UNITS)})?", value)
            if match is None:
                raise Misread(f"“{value[:20]}”不是天数，例：{what}=30天", start)
            days = self._days(match[1], match[2] or "天")
            return NotBoughtFor(days, start) if what == NOT_BOUGHT else NoContactFor(days, start)

        return made

    def _birthday(self, value: str, start: int) -> Node:
        if value in ("本月", "这个月", "当月"):
            return BornIn(None, 0, start)
        if value in ("下月", "下个月"):
            return BornIn(None, 1, start)
        match = MONTH.fullmatch(value)
        if match is None or not 1 <= int(match[1]) <= 12:
            raise Misread(f"“{value[:20]}”不是月份，例：生日=12月、生日=本月", start)
        return BornIn(int(match[1]), 0, start)

    def _amount(self, figure: Figure, name: str) -> Decimal:
        start = self._at
        if match := THOUSANDS.match(self._text, start):
            self._at = match.end()
            return parse_money(match[0])
        value = self._value(name).removesuffix("单").removesuffix("次").removesuffix("分")
        try:
            return parse_money(value)
        except ValueError:
            raise Misread(f"“{value[:20]}”不是数，例：{figure.value}>{EXAMPLES[figure]}", start) from None

    def _days(self, number: str, unit: str) -> int:
        return min(int(number) * UNITS[unit], A_CENTURY)


def _never(value: str, start: int) -> Node:
    return Not(Has(Trait.BOUGHT, value, start), start)
