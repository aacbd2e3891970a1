"""Opens an .xlsx or .csv as a stream of rows with known headers. Nothing of it is kept in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from storage.sheets.columns import SheetKind
from storage.sheets.csv_text import SEPARATORS, CsvText, encoding_of, sample
from storage.sheets.header_row import LOOKED_AT, HeaderRow, find_headers, not_found
from storage.sheets.headers import Layout, known_as
from storage.sheets.limits import MAX_MERGES, SheetFault
from storage.sheets.sniffing import Form, form_of
from storage.sheets.workbook import Merge, Tab, Workbook
from storage.sheets.worksheet import NumberedRow, Worksheet

Source = CsvText | Worksheet


class Row(NamedTuple):
    """A row that is not empty: its number as Excel shows it, its texts by column."""

    number: int
    cells: list[str]


@dataclass(slots=True)
class Sheet:
    """A table whose headers are known. Use it as a context manager.

    layout: what its columns are. date1904: how its bare numbers count days. name: the tab's, empty for CSV.
    """

    path: Path
    name: str
    header: HeaderRow
    date1904: bool
    _open: Callable[[], Source]
    _fills: dict[int, list[Merge]]
    _resources: ExitStack
    _source: Source | None = None

    @property
    def layout(self) -> Layout:
        """What each column is."""
        return self.header.layout

    @property
    def kind(self) -> SheetKind:
        """What the rows are: customers or orders."""
        return self.header.layout.kind

    @property
    def done(self) -> float:
        """The share of the table that `rows` has read, from 0 to 1."""
        return self._source.done if self._source else 0.0

    def rows(self) -> Iterator[Row]:
        """The rows under the headers, empty ones left out; from the first at each call.

        SheetFault where the file turns out to be broken or too large.
        """
        self._source = self._open()
        filling: dict[int, tuple[int, str]] = {}
        for number, cells in self._source:
            if number <= self.header.number:
                continue
            if self._fills or filling:
                self._fill(number, cells, filling)
            if any(cells):
                yield Row(number, cells)

    def _fill(self, number: int, cells: list[str], filling: dict[int, tuple[int, str]]) -> None:
        """A cell merged downwards says the same in each of its rows."""
        for merge in self._fills.get(number, ()):
            if merge.left < len(cells) and cells[merge.left]:
                filling[merge.left] = merge.bottom, cells[merge.left]
        for column, (bottom, text) in list(filling.items()):
            if number > bottom:
                del filling[column]
                continue
            cells.extend([""] * (column + 1 - len(cells)))
            cells[column] = cells[column] or text

    def close(self) -> None:
        """Let go of the file."""
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_sheet(path: Path, kind: SheetKind | None = None) -> Sheet:
    """The table in `path`; of several tabs the first visible one whose headers are known.

    `kind`: what the rows must be; guessed if None. SheetFault, with advice, for whatever cannot be read.
    """
    if kind not in (None, SheetKind.CUSTOMERS, SheetKind.ORDERS):
        raise SheetFault("只能导入客户表（customers）和订单表（orders）。")
    return _open_csv(path, kind) if form_of(path) is Form.CSV else _open_workbook(path, kind)


def _open_csv(path: Path, kind: SheetKind | None) -> Sheet:
    encoding = encoding_of(path)
    samples = {separator: sample(path, encoding, separator, LOOKED_AT) for separator in SEPARATORS}
    separator = max(SEPARATORS, key=lambda one: _fit(samples[one]))
    rows = list(islice(CsvText(path, encoding, separator), LOOKED_AT))
    header = find_headers(rows, (), kind)
    if header is None:
        raise not_found(rows, kind)
    return Sheet(path, "", header, False, lambda: CsvText(path, encoding, separator), {}, ExitStack())


def _fit(rows: list[NumberedRow]) -> tuple[int, int]:
    """How well a separator fits: known headers in one row, then columns."""
    known = max((sum(known_as(text) is not None for text in cells) for _, cells in rows), default=0)
    return known, max((len(cells) for _, cells in rows), default=0)


def _open_workbook(path: Path, kind: SheetKind | None) -> Sheet:
    with ExitStack() as resources:
        book = Workbook(path)
        resources.callback(book.close)
        tab, header, fills = _first_known(book, kind)
        return Sheet(
            path, tab.name, header, book.date1904, lambda: book.worksheet(tab), fills, resources.pop_all()
        )


def _first_known(book: Workbook, kind: SheetKind | None) -> tuple[Tab, HeaderRow, dict[int, list[Merge]]]:
    seen: list[NumberedRow] = []
    for tab in book.tabs:
        rows = list(islice(book.worksheet(tab), LOOKED_AT))
        if not any(any(cells) for _, cells in rows):
            continue
        upper, fills = _sorted_merges(book, tab)
        if header := find_headers(rows, upper, kind):
            if header.layout.kind is SheetKind.CUSTOMERS and fills is None:
                raise SheetFault(f"合并单元格超过 {MAX_MERGES} 处。请在 Excel 里取消合并、填满，再试。")
            # lines of an order need no filling: what is blank there is the order's (`gathering`)
            return tab, header, fills if fills and header.layout.kind is SheetKind.CUSTOMERS else {}
        seen = seen or rows
    raise not_found(seen, kind)


def _sorted_merges(book: Workbook, tab: Tab) -> tuple[list[Merge], dict[int, list[Merge]] | None]:
    """The merged cells near the headers, and by row those that go down; None instead if they are too many."""
    upper: list[Merge] = []
    fills: dict[int, list[Merge]] | None = {}
    for count, merge in enumerate(book.merges(tab)):
        if merge.top <= 2 * LOOKED_AT and len(upper) < MAX_MERGES:
            upper.append(merge)
        if count > MAX_MERGES:
            fills = None
        elif fills is not None and merge.bottom > merge.top:
            fills.setdefault(merge.top, []).append(merge)
    return upper, fills
