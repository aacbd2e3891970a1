"""CSV in the encodings and separators in which it comes: from Excel, WPS, shops' back ends and editors."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path

from storage.sheets.cells import BROKEN, formula_text, plain
from storage.sheets.limits import MAX_CELL, MAX_COLUMNS, SheetFault
from storage.sheets.worksheet import TOO_WIDE, NumberedRow
from storage.sheets.xml_stream import CHUNK

SEPARATORS = ",\t;|，"
_SAMPLE = 64 * 1024
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LONGEST_LINE = 8 * MAX_CELL
_LONGEST = 200
"""Lines of one record; more is a quotation mark without its partner."""


def encoding_of(path: Path) -> str:
    """The encoding in which all of the file can be read: UTF-8, UTF-16 or GB18030 (which holds GBK)."""
    with path.open("rb") as file:
        head = file.read(4096)
    for bom, name in _BOMS:
        if head.startswith(bom):
            return _checked(path, name)
    if len(head) > 1 and head.count(0) > len(head) // 8:  # ASCII letters in UTF-16 without its mark
        return _checked(path, "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be")
    return "utf-8" if _reads(path, "utf-8") else _checked(path, "gb18030")


def _reads(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", True)
    except UnicodeError:
        return False
    return True


def _checked(path: Path, encoding: str) -> str:
    if not _reads(path, encoding):
        raise SheetFault(
            f"{path.name} 里的文字认不出编码，或者它不是表格。请用 Excel 或 WPS 打开，另存为 .xlsx 再试。"
        )
    return encoding


class _Lines:
    """The lines of a file; counts quotation marks, and characters for the progress bar."""

    def __init__(self, file: io.TextIOBase) -> None:
        self._file = file
        self.quotes, self.lines = 0, 0

    def __iter__(self) -> Iterator[str]:
        while line := self._file.readline(_LONGEST_LINE + 1):
            if len(line) > _LONGEST_LINE:
                raise SheetFault(f"有一行超过 {_LONGEST_LINE} 个字，不像表格，没有读。")
            self.quotes += line.count('"')
            self.lines += 1
            yield line.replace(BROKEN, "") if BROKEN in line else line


class CsvText:
    """Iterates over (row number as Excel would count, texts); `done` is the share that has been read."""

    def __init__(self, path: Path, encoding: str, separator: str) -> None:
        self._path, self._encoding, self._separator = path, encoding, separator
        self._size = max(path.stat().st_size, 1)
        self._raw: io.BufferedReader | None = None

    @property
    def done(self) -> float:
        """From 0 to 1."""
        raw = self._raw
        return min(1.0, raw.tell() / self._size) if raw and not raw.closed else 0.0

    def __iter__(self) -> Iterator[NumberedRow]:
        with self._path.open("rb") as self._raw:
            text = io.TextIOWrapper(self._raw, self._encoding, newline="")
            lines = _Lines(text)
            reader = csv.reader(iter(lines), delimiter=self._separator)
            try:
                for number, cells in enumerate(reader, 1):
                    _check(number, cells, lines)
                    lines.quotes = lines.lines = 0
                    yield number, [_meant(cell) for cell in cells]
            except csv.Error as broken:
                raise SheetFault(f"第 {reader.line_num} 行附近读不下去，多半是引号没有成对。") from broken


def _check(number: int, cells: list[str], lines: _Lines) -> None:
    if lines.lines > _LONGEST or (lines.lines > 1 and lines.quotes % 2):
        raise SheetFault(f"第 {number} 行有一个没配对的引号，后面的行都连在一起了。请补上或去掉它，再试。")
    if len(cells) > MAX_COLUMNS and any(cells[MAX_COLUMNS:]):
        raise SheetFault(TOO_WIDE)
    if any(len(cell) > MAX_CELL for cell in cells):
        raise SheetFault(f"第 {number} 行有一格超过 {MAX_CELL} 个字，没有读。")


def _meant(cell: str) -> str:
    if cell[:1] == "=":
        return formula_text(cell[1:])  # a program that opens the file would calculate it; we do not
    if cell[:1] == "\t" and (bare := cell.strip("\t ")).startswith("="):
        return plain(bare)
    return plain(cell)


def sample(path: Path, encoding: str, separator: str, rows: int) -> list[NumberedRow]:
    """The first rows as they would be with this separator; fewer where it does not fit."""
    with path.open("rb") as file:
        raw = file.read(_SAMPLE)
    text = codecs.getincrementaldecoder(encoding)().decode(raw)
    found: list[NumberedRow] = []
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator), 1):
            found.append((number, [_meant(cell) for cell in cells]))
            if number >= rows:
                break
    except csv.Error:
        pass
    return found
