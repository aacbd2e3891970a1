"""The rows of one tab, parsed as they are unpacked: what is in memory is one piece, never the tab."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO

from storage.sheets.cells import BROKEN, day_text, formula_text, number_text, plain, unescaped
from storage.sheets.limits import MAX_CELL, MAX_COLUMNS, SheetFault
from storage.sheets.package import damage_named
from storage.sheets.strings import SharedStrings
from storage.sheets.xml_stream import CHUNK, XmlStream, local

NumberedRow = tuple[int, list[str]]
ValueOf = Callable[[str, str, str | None, str | None], str]
"""(kind, style, text, formula) → what the cell says; None for what the cell does not have."""
_DIGITS = "0123456789"
_FAR = 20_000
TOO_WIDE = f"这张表超过 {MAX_COLUMNS} 列，没有读。请只留下要导入的列，再试。"


def column_number(letters: str) -> int:
    """`A` is 0; a column beyond Excel's last is `_FAR`."""
    if not 0 < len(letters) < 4 or not letters.isascii() or not letters.isalpha():
        return _FAR
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


class Worksheet:
    """Iterates over (row number as Excel counts, texts); `done` is the share that has been read."""

    def __init__(
        self, stream: IO[bytes], size: int, strings: SharedStrings, days: frozenset[str], date1904: bool
    ) -> None:
        self._stream, self._size, self._read = stream, max(size, 1), 0
        self._strings, self._days, self._date1904 = strings, days, date1904

    @property
    def done(self) -> float:
        """From 0 to 1."""
        return min(1.0, self._read / self._size)

    def __iter__(self) -> Iterator[NumberedRow]:
        rows: list[NumberedRow] = []
        parser = _Rows(rows, self._value)
        xml = XmlStream(parser.start, parser.end, parser.text)
        with damage_named(), self._stream:
            while chunk := self._stream.read(CHUNK):
                self._read += len(chunk)
                xml.feed(chunk)
                yield from rows
                rows.clear()
            xml.feed(b"")
            yield from rows

    def _value(self, kind: str, style: str, text: str | None, formula: str | None) -> str:
        if not text:
            return "" if formula is None else _without_result(formula, text is not None and kind == "str")
        match kind:
            case "s":
                return self._strings[int(text)]
            case "n":
                if text.isdigit() and len(text) < 16 and style not in self._days:
                    return text
                return day_text(text, self._date1904) if style in self._days else number_text(text.strip())
            case "inlineStr" | "str":
                return plain(unescaped(text))
            case "e":
                return BROKEN + text
            case "d":
                return text.replace("T", " ")
        return {"1": "是", "0": "否"}.get(text, text) if kind == "b" else text


def _without_result(formula: str, shows_nothing: bool) -> str:
    text = formula_text(formula)
    return "" if shows_nothing and text.startswith(BROKEN) else text


class _Columns(dict[str, int]):
    """The number of each column by its letters, reckoned once."""

    def __missing__(self, letters: str) -> int:
        number = self[letters] = column_number(letters)
        return number


class _Rows:
    """Appends each finished row to `rows`; a million cells go through here, hence the slots."""

    __slots__ = (
        "_cells",
        "_collecting",
        "_column",
        "_columns",
        "_formula",
        "_found",
        "_into",
        "_kind",
        "_number",
        "_parts",
        "_reading",
        "_rows",
        "_size",
        "_style",
        "_value_of",
    )

    def __init__(self, rows: list[NumberedRow], value_of: ValueOf) -> None:
        self._rows, self._value_of, self._columns = rows, value_of, _Columns()
        self._number, self._column, self._cells, self._parts = 0, -1, list[str](), list[str]()
        self._kind, self._style, self._size = "n", "", 0
        self._formula: list[str] | None = None
        self._into = self._parts
        self._collecting = self._found = self._reading = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if ":" in tag:
            tag = local(tag)
        if tag == "c":
            letters = attributes.get("r", "").rstrip(_DIGITS)
            self._column = self._columns[letters] if letters else self._column + 1
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._parts, self._size, self._formula, self._found = [], 0, None, False
        elif tag in ("v", "t"):
            if not self._reading:
                self._into, self._collecting, self._found = self._parts, True, True
        elif tag == "f":
            self._into = self._formula = []
            self._collecting = True
        elif tag == "row":
            self._number = int(attributes.get("r", self._number + 1))
            self._column, self._cells = -1, []
        elif tag == "rPh":
            self._reading = True

    def text(self, piece: str) -> None:
        if self._collecting:
            self._size += len(piece)
            if self._size > 8 * MAX_CELL:
                raise _too_long(self._number)
            self._into.append(piece)

    def end(self, tag: str) -> None:
        if ":" in tag:
            tag = local(tag)
        if tag in ("v", "t", "f"):
            self._collecting = False
        elif tag == "c":
            text = "".join(self._parts) if self._found else None
            formula = None if self._formula is None else "".join(self._formula)
            if value := self._value_of(self._kind, self._style, text, formula):
                if self._column >= MAX_COLUMNS:
                    raise SheetFault(TOO_WIDE)
                if len(value) > MAX_CELL:
                    raise _too_long(self._number)
                self._cells.extend([""] * (self._column + 1 - len(self._cells)))
                self._cells[self._column] = value
        elif tag == "row":
            self._rows.append((self._number, self._cells))
        elif tag == "rPh":
            self._reading = False


def _too_long(number: int) -> SheetFault:
    return SheetFault(f"第 {number} 行有一格超过 {MAX_CELL} 个字，没有读。")
