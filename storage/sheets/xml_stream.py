"""XML of unknown origin, a piece at a time: no document type, no entities, no endless tag."""

from __future__ import annotations

from collections.abc import Callable
from xml.parsers import expat

from storage.sheets.limits import SheetFault

CHUNK = 64 * 1024
_SILENT_CHUNKS = 32
Start = Callable[[str, dict[str, str]], None]


def _nothing(_: str) -> None:
    return None


class XmlStream:
    """Calls `start`, `end` and `text` with local names as pieces are fed.

    SheetFault for a document type (where entity bombs live) and for a single tag of megabytes, which the
    parser would have to keep whole; expat's own error for what is not XML.
    """

    def __init__(
        self, start: Start, end: Callable[[str], None] = _nothing, text: Callable[[str], None] = _nothing
    ) -> None:
        self._parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = self._doctype
        self._at, self._silent = -1, 0

    @staticmethod
    def _doctype(*_: object) -> None:
        raise SheetFault(
            "文件里有不该有的内容（DOCTYPE），没有读。请用 Excel 或 WPS 打开，另存为 .xlsx 再试。"
        )

    def feed(self, chunk: bytes) -> None:
        """The next piece; an empty one ends the document."""
        self._parser.Parse(chunk, not chunk)
        at = self._parser.CurrentByteIndex
        self._silent = self._silent + 1 if at == self._at else 0
        self._at = at
        if self._silent > _SILENT_CHUNKS:
            raise SheetFault("文件里有一处内容长得不正常，没有读。")


def local(tag: str) -> str:
    """`x:row` is a `row`: some programs write prefixes."""
    return tag.rpartition(":")[2]
