"""A workbook's table of texts, on disk: its memory does not grow with the file."""

from __future__ import annotations

import mmap
import tempfile
from array import array
from contextlib import ExitStack
from typing import IO

from storage.sheets.cells import plain, unescaped
from storage.sheets.limits import MAX_CELL, SheetFault
from storage.sheets.xml_stream import CHUNK, XmlStream, local

_KEEP = 8192
_LET_GO = 100_000
"""Texts read between two times that memory is given back."""


class SharedStrings:
    """Texts by number, as `cells.plain` has them; IndexError for one that is not there."""

    def __init__(self) -> None:
        self._files = ExitStack()
        self._texts = self._files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        self._ends = self._files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        self._pending, self._size, self._count = array("Q", [0]), 0, 0
        self._body: mmap.mmap | bytes = b""
        self._index: memoryview = memoryview(b"")
        self._maps: list[mmap.mmap] = []
        self._until_let_go = _LET_GO

    def add(self, text: str) -> None:
        """The next text."""
        self._size += self._texts.write(text.encode())
        self._pending.append(self._size)
        self._count += 1
        if len(self._pending) >= _KEEP:
            self._flush()

    def _flush(self) -> None:
        self._pending.tofile(self._ends)
        self._pending = array("Q")

    def seal(self) -> None:
        """No more texts; from here on they can be read."""
        self._flush()
        for file in (self._texts, self._ends):
            file.flush()
        if self._size:
            self._body = self._mapped(self._texts)
        self._index = memoryview(self._mapped(self._ends)).cast("Q")

    def _mapped(self, file: IO[bytes]) -> mmap.mmap:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._maps.append(mapped)
        return mapped

    def _let_go(self) -> None:
        """What has been looked at need not stay in memory: it counts as ours as long as it is mapped."""
        self._until_let_go = _LET_GO
        if hasattr(mmap, "MADV_DONTNEED"):  # not on Windows
            for mapped in self._maps:
                mapped.madvise(mmap.MADV_DONTNEED)

    def __getitem__(self, number: int) -> str:
        if not 0 <= number < self._count:
            raise IndexError(number)
        self._until_let_go -= 1
        if not self._until_let_go:
            self._let_go()
        index = self._index
        return self._body[index[number] : index[number + 1]].decode()

    def close(self) -> None:
        """Give the disk space back."""
        self._index.release()
        self._body = b""
        self._maps.clear()
        self._files.close()


class _Texts:
    """Collects the text of each `si`, without the readings (`rPh`) that Japanese Excel adds."""

    def __init__(self, into: SharedStrings) -> None:
        self._into = into
        self._parts: list[str] = []
        self._size, self._collecting, self._reading = 0, False, False

    def start(self, tag: str, _: dict[str, str]) -> None:
        tag = local(tag)
        if tag == "si":
            self._parts, self._size = [], 0
        elif tag == "rPh":
            self._reading = True
        elif tag == "t":
            self._collecting = not self._reading

    def text(self, text: str) -> None:
        if self._collecting:
            self._size += len(text)
            if self._size > 8 * MAX_CELL:
                raise SheetFault(f"有一格的文字超过 {MAX_CELL} 个字，没有读。")
            self._parts.append(text)

    def end(self, tag: str) -> None:
        tag = local(tag)
        if tag == "t":
            self._collecting = False
        elif tag == "rPh":
            self._reading = False
        elif tag == "si":
            self._into.add(plain(unescaped("".join(self._parts))))


def read_strings(stream: IO[bytes] | None) -> SharedStrings:
    """The texts of `sharedStrings.xml`; none for a workbook without one."""
    strings = SharedStrings()
    if stream is not None:
        texts = _Texts(strings)
        xml = XmlStream(texts.start, texts.end, texts.text)
        while chunk := stream.read(CHUNK):
            xml.feed(chunk)
        xml.feed(b"")
    strings.seal()
    return strings
