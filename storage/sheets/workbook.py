"""A workbook's parts: its tabs, which number formats are days, the table of texts, merged cells."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from storage.sheets.limits import MAX_TABS, SheetFault
from storage.sheets.package import DAMAGED, damage_named, member, open_package
from storage.sheets.strings import read_strings
from storage.sheets.worksheet import Worksheet
from storage.sheets.xml_stream import CHUNK, Start, XmlStream, local

_DAYS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
"""Built-in formats that show a day or a time (ECMA-376 §18.8.30, the Chinese ones among them)."""
_QUIET = re.compile(r'"[^"]*"|\[(?!h+\]|m+\]|s+\])[^\]]*\]|\\.|_.|\*.|E[+-]', re.IGNORECASE)
_CLOCKWORK = re.compile("[ymdhs]", re.IGNORECASE)
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]{0,200}?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_OVERLAP = 300


@dataclass(frozen=True, slots=True)
class Tab:
    """One sheet of a workbook, by the name on its tab."""

    name: str
    part: str


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range; columns from 0, rows as Excel counts them."""

    left: int
    top: int
    right: int
    bottom: int


class Workbook:
    """An .xlsx, opened for reading; SheetFault for anything that is not one or not safe."""

    def __init__(self, path: Path) -> None:
        self._archive = open_package(path)
        try:
            with damage_named():
                self._read_parts()
        except SheetFault:
            self._archive.close()
            raise

    def _read_parts(self) -> None:
        main = next(iter(self._relations("", "/officeDocument").values()), "xl/workbook.xml")
        tabs: list[tuple[str, str]] = []
        self.date1904 = False

        def start(tag: str, attributes: dict[str, str]) -> None:
            match local(tag):
                case "workbookPr":
                    self.date1904 = attributes.get("date1904", "0") in ("1", "true")
                case "sheet" if attributes.get("state", "visible") == "visible" and len(tabs) < MAX_TABS:
                    key = next((v for k, v in attributes.items() if local(k) == "id" and ":" in k), "")
                    tabs.append((attributes.get("name", ""), key))

        if not self._scan(main, start):
            raise SheetFault(DAMAGED)
        parts = self._relations(main, "/worksheet")
        self.tabs = tuple(Tab(name, parts[key]) for name, key in tabs if key in parts)
        styles = next(iter(self._relations(main, "/styles").values()), "")
        self.days = _day_styles(self._archive, styles)
        texts = next(iter(self._relations(main, "/sharedStrings").values()), "")
        self.strings = read_strings(member(self._archive, texts))

    def _relations(self, part: str, kind: str) -> dict[str, str]:
        """Where the parts of a kind are that `part` names, by their ids."""
        folder, name = posixpath.split(part)
        found: dict[str, str] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if local(tag) == "Relationship" and attributes.get("Type", "").endswith(kind):
                target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))
                found[attributes.get("Id", "")] = target.lstrip("/")

        self._scan(posixpath.join(folder, "_rels", f"{name}.rels"), start)
        return found

    def _scan(self, part: str, start: Start) -> bool:
        return _scan(self._archive, part, start)

    def worksheet(self, tab: Tab) -> Worksheet:
        """The rows of a tab, from its first."""
        stream = member(self._archive, tab.part)
        if stream is None:
            raise SheetFault(DAMAGED)
        size = self._archive.getinfo(tab.part).file_size
        return Worksheet(stream, size, self.strings, self.days, self.date1904)

    def merges(self, tab: Tab) -> Iterator[Merge]:
        """The merged ranges; they stand behind all rows, so the tab is unpacked once for them."""
        with damage_named(), self._archive.open(tab.part) as stream:
            tail = b""
            while chunk := stream.read(CHUNK):
                window = tail + chunk
                end = 0
                for found in _MERGE.finditer(window):
                    end = found.end()
                    left, top, right, bottom = found.groups()
                    yield Merge(_column(left), int(top), _column(right), int(bottom))
                tail = window[max(end, len(window) - _OVERLAP) :]

    def close(self) -> None:
        """Let go of the file and of what was kept on disk."""
        self.strings.close()
        self._archive.close()


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _shows_day(code: str) -> bool:
    return code.lower() != "general" and bool(_CLOCKWORK.search(_QUIET.sub("", code)))


def _day_styles(archive: zipfile.ZipFile, part: str) -> frozenset[str]:
    """The numbers of the cell styles that show a day or a time, as cells name them."""
    formats: dict[str, bool] = {}
    styles: list[bool] = []
    inside = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        tag = local(tag)
        if tag == "numFmt":
            formats[attributes.get("numFmtId", "")] = _shows_day(attributes.get("formatCode", ""))
        elif tag in ("cellXfs", "cellStyles", "dxfs"):
            inside = tag == "cellXfs"
        elif tag == "xf" and inside:
            key = attributes.get("numFmtId", "0")
            styles.append(formats.get(key, key.isdigit() and int(key) in _DAYS))

    _scan(archive, part, start)
    return frozenset(str(number) for number, day in enumerate(styles) if day)


def _scan(archive: zipfile.ZipFile, part: str, start: Start) -> bool:
    stream = member(archive, part)
    if stream is None:
        return False
    with stream:
        xml = XmlStream(start)
        while chunk := stream.read(CHUNK):
            xml.feed(chunk)
        xml.feed(b"")
    return True
