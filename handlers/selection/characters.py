"""The characters of a condition: where the reader stands, what joins there, what a value takes."""

from __future__ import annotations

from collections.abc import Collection

from handlers.selection.words import (
    AND,
    AND_MARKS,
    BEGINS,
    NOT,
    OR,
    OR_MARKS,
    QUOTES,
    level,
)


class Misread(ValueError):
    """What is wrong and where (`at`: character, from 0); the message is for the seller."""

    def __init__(self, why: str, at: int) -> None:
        super().__init__(why)
        self.at = at


class Characters:
    """What was typed, and how far it has been read."""

    def __init__(self, text: str) -> None:
        self._typed = text
        self._text = level(text)
        self._lower = "".join(low if len(low := c.lower()) == 1 else c for c in self._text)
        self._at = 0

    def _joined(self, words: Collection[str], alone: Collection[str], marks: str) -> bool:
        self._skip()
        begun = self._at
        while self._text[self._at : self._at + 1] and self._text[self._at] in marks:
            self._at += 1
        if word := self._stands(words, alone):
            self._at += len(word)
        self._skip()
        return self._at > begun

    def _stands(self, words: Collection[str], alone: Collection[str]) -> str:
        for word in (*words, *alone):
            after = self._lower[self._at + len(word) :][:1]
            if self._lower.startswith(word, self._at) and (word in words or not after or after in " (\t\n"):
                return word
        return ""

    def _negated(self) -> str:
        for word in NOT:
            if self._text.startswith(word, self._at):
                after = self._at + len(word)
                spaced = self._text[after : after + 1] in (" ", "(")
                if word == "!" or spaced or self._begins(after):
                    return word
        return ""

    def _begins(self, at: int) -> bool:
        return any(pattern.match(self._text, at) for pattern in BEGINS)

    def _value(self, what: str) -> str:
        """Up to the next space, mark or bracket, or to a 且 or 或 that a condition follows; or in quotes."""
        start = self._at
        if closing := QUOTES.get(self._text[start : start + 1]):
            end = self._text.find(closing, start + 1)
            if end < 0:
                raise Misread("这个引号没有合上。", start)
            self._at, value = end + 1, self._typed[start + 1 : end].strip()
        else:
            while self._at < len(self._text) and not self._ends():
                self._at += 1
            value = self._text[start : self._at].strip()
        if not value:
            raise Misread(f"{what}后面还没写。", start)
        return value

    def _ends(self) -> bool:
        here = self._text[self._at]
        if here.isspace() or here in "()" + AND_MARKS + OR_MARKS:
            return True
        word = next((w for w in (*AND, *OR, "和") if self._text.startswith(w, self._at)), "")
        return bool(word) and self._condition_at(self._at + len(word))

    def _condition_at(self, at: int) -> bool:
        while self._text[at : at + 1].isspace():
            at += 1
        negated = next((w for w in NOT if self._text.startswith(w, at)), "")
        return self._text[at : at + 1] == "(" or self._begins(at + len(negated))

    def _skip(self) -> None:
        while self._text[self._at : self._at + 1].isspace():
            self._at += 1
