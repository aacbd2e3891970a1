"""Short ways to read a table in a test."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from storage.sheets import CustomerRecord, OrderRecord, Record, Rejected, SheetKind, gather, open_sheet

ZONE = ZoneInfo("Asia/Shanghai")


def records(path: Path, kind: SheetKind | None = None) -> list[Record]:
    with open_sheet(path, kind) as sheet, gather(sheet, ZONE) as gathered:
        return list(gathered)


def cut(line: str) -> list[str]:
    """The cells of a plain line."""
    return line.split(",")


def order(record: Record) -> OrderRecord:
    assert isinstance(record, OrderRecord), record
    return record


def customer(record: Record) -> CustomerRecord:
    assert isinstance(record, CustomerRecord), record
    return record


def rejected(record: Record) -> Rejected:
    assert isinstance(record, Rejected), record
    return record


def csv_file(
    path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8-sig", separator: str = ","
) -> Path:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path
