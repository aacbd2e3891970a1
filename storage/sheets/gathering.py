"""A whole table on disk before its first record: lines find their order, and a broken file yields nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import tzinfo
from itertools import groupby
from types import TracebackType
from typing import Self

from storage.sheets.columns import SheetKind
from storage.sheets.header_names import Field
from storage.sheets.limits import MAX_LINES
from storage.sheets.orders import order_of
from storage.sheets.reading import Row, Sheet
from storage.sheets.records import OrderLine, Record, Rejected
from storage.sheets.row_reading import RowReader, Unreadable, is_sum_of_orders

_BATCH = 500
_BUYER = (Field.NAME, Field.NICKNAME, Field.PHONE)
_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -4000;
CREATE TABLE place (number TEXT PRIMARY KEY, first INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE line (
    first INTEGER NOT NULL, row INTEGER NOT NULL, number TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (first, row)
) WITHOUT ROWID;
"""


class Gathered:
    """All rows of a table, read and put aside in a file that goes away with this object.

    read: how many rows there were. Iterating gives a record or a rejection for each customer and each order,
    in the table's order; it may be done again. Use it as a context manager.
    """

    def __init__(self, sheet: Sheet, zone: tzinfo) -> None:
        self.read = 0
        self.kind = sheet.kind
        self.layout = sheet.layout
        self._reader = RowReader(sheet.layout, zone, sheet.date1904)
        self._store = sqlite3.connect("", check_same_thread=False)  # "": on disk, without a name
        self._store.executescript(_TABLES)

    def add(self, rows: Iterator[Row], told: Callable[[], None]) -> None:
        """Put `rows` aside; `told` is called every few hundred."""
        pending: list[tuple[int, int, str, str]] = []
        for row, (first, number, refused) in self._placed(rows):
            self.read += 1
            body = json.dumps([refused, row.cells], ensure_ascii=False)
            pending.append((first, row.number, number, body))
            if len(pending) >= _BATCH:
                self._keep(pending)
                told()
        self._keep(pending)

    def _keep(self, pending: list[tuple[int, int, str, str]]) -> None:
        self._store.executemany("INSERT OR IGNORE INTO line VALUES (?, ?, ?, ?)", pending)
        pending.clear()

    def _placed(self, rows: Iterator[Row]) -> Iterator[tuple[Row, tuple[int, str, str]]]:
        """Each row with its order's first row, its order's number, and why it is none's."""
        if self.kind is not SheetKind.ORDERS:
            yield from ((row, (row.number, "", "")) for row in rows)
            return
        above: tuple[Row | None, str, int] = None, "", 0
        for row in rows:
            number, refused = self._number(row, above[0], above[1])
            if refused:
                above = None, "", 0
                yield row, (row.number, "", refused)
                continue
            first = above[2] if number == above[1] else self._first(number, row.number)
            buyer = above[0] if number == above[1] and above[0] else row
            above = buyer, number, first
            yield row, (first, number, "")

    def _number(self, row: Row, above: Row | None, above_number: str) -> tuple[str, str]:
        """The row's order number, its own or the one it continues; or why it has none."""
        try:
            number = self._reader.number(row)
        except Unreadable as wrong:
            return "", str(wrong)
        if is_sum_of_orders(row, self.layout):
            return "", "合计行，不是订单"
        if number:
            return number, ""
        if above and self._continues(row, above):
            return above_number, ""
        return "", "没有订单号"

    def _continues(self, row: Row, above: Row) -> bool:
        """A line without number belongs to the order above if it names a product and no other buyer."""
        product = self._cell(row, Field.PRODUCT)
        buyers = ((self._cell(row, field), self._cell(above, field)) for field in _BUYER)
        return bool(product) and all(not own or own == first for own, first in buyers)

    def _cell(self, row: Row, field: Field) -> str:
        columns = self.layout.columns.get(field, ())
        return next((row.cells[c] for c in columns if c < len(row.cells) and row.cells[c].strip()), "")

    def _first(self, number: str, row: int) -> int:
        kept = self._store.execute(
            "INSERT INTO place VALUES (?, ?) ON CONFLICT DO UPDATE SET first = first RETURNING first",
            (number, row),
        )
        first: int = kept.fetchone()[0]
        return first

    def __iter__(self) -> Iterator[Record]:
        with closing(self._store.cursor()) as cursor:
            kept = cursor.execute("SELECT first, row, number, body FROM line ORDER BY first, row")
            if self.kind is SheetKind.CUSTOMERS:
                for _, row, _, body in kept:
                    yield self._reader.customer(Row(row, json.loads(body)[1]))
                return
            for (first, number), lines in groupby(kept, key=lambda line: (line[0], line[2])):
                yield from self._order(first, number, lines)

    def _order(self, first: int, number: str, kept: Iterator[tuple[int, int, str, str]]) -> Iterator[Record]:
        lines: list[OrderLine] = []
        wrong: list[Rejected] = []
        rows: list[int] = []
        seen: set[str] = set()
        for _, row, _, body in kept:
            refused, cells = json.loads(body)
            rows.append(row)
            if refused:
                yield Rejected(row, refused)
            elif body not in seen and len(rows) <= MAX_LINES:  # a row that is there twice counts once
                seen.add(body)
                line = self._reader.line(Row(row, cells), number)
                wrong.append(line) if isinstance(line, Rejected) else lines.append(line)
        if len(rows) > MAX_LINES:
            yield Rejected(first, f"订单 {number} 有 {len(rows)} 行，最多 {MAX_LINES} 行，整单没有导入")
        elif wrong:
            yield from wrong
            named = {one.row for one in wrong}
            reason = f"同一订单的第 {wrong[0].row} 行有错，整单没有导入"
            yield from (Rejected(row, reason) for row in rows if row not in named)
        elif lines:
            yield order_of(tuple(rows), lines, self.layout.by_line)

    def close(self) -> None:
        """Give the disk space back."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def gather(sheet: Sheet, zone: tzinfo, told: Callable[[float], None] = lambda _: None) -> Gathered:
    """Read all of `sheet`; `told` hears the share that is done, from 0 to 1.

    SheetFault if the file breaks off or is too large: then there are no records at all. `zone`: the shop's.
    """
    gathered = Gathered(sheet, zone)
    try:
        gathered.add(sheet.rows(), lambda: told(sheet.done))
    except BaseException:
        gathered.close()
        raise
    told(1.0)
    return gathered
