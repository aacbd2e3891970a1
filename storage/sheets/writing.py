"""Writes a table for Excel, as .csv or .xlsx: whole or not at all, and with nothing that calculates."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from storage.sheets.cells import for_csv
from storage.sheets.limits import SheetFault
from storage.sheets.xlsx_writing import Cell, shown, write_xlsx


def write_sheet(
    path: Path, headers: Sequence[str], rows: Iterable[Sequence[Cell]], name: str = "导出"
) -> int:
    """Write `rows` under `headers` to `path`; how many there were. An older file is replaced at the end.

    Texts stay texts (phones, order numbers, what begins with = + - @) and are read back the same; int and
    Decimal are numbers; a moment is written in the zone that it has, so give it in the shop's. `name`: the
    tab's. One row is in memory at a time. SheetFault for another ending than .csv and .xlsx, a folder that
    cannot be written to, or more than .xlsx holds; then nothing has changed.
    """
    ending = path.suffix.lower()
    if ending not in (".csv", ".xlsx"):
        raise SheetFault(f"只能导出 .xlsx 或 .csv，不能导出“{ending or path.name}”。")
    count = 0

    def counted() -> Iterator[Sequence[Cell]]:
        nonlocal count
        for row in rows:
            count += 1
            yield row

    with _replacing(path) as file:
        if ending == ".csv":
            _write_csv(file, headers, counted())
        else:
            write_xlsx(file, name, headers, counted())
    return count


@contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file beside `path` that takes its place when all went well, and is gone when not."""
    try:
        handle, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as refused:
        raise SheetFault(f"写不了 {path}：{refused.strerror}。") from refused
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _place(Path(beside), path)
    except OSError as refused:
        raise SheetFault(f"写不了 {path}：{refused.strerror}。它在 Excel 里开着的话，先关掉。") from refused
    finally:
        with suppress(FileNotFoundError):
            Path(beside).unlink()


def _place(beside: Path, path: Path) -> None:
    """mkstemp makes files for the owner alone: customers' data; a file that was there keeps its mode."""
    with suppress(FileNotFoundError):
        beside.chmod(path.stat().st_mode & 0o777)
    beside.replace(path)


def _write_csv(file: IO[bytes], headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    text = io.TextIOWrapper(file, "utf-8-sig", errors="replace", newline="")
    table = csv.writer(text)
    table.writerow([for_csv(header) for header in headers])
    for row in rows:
        table.writerow([for_csv(cell) if isinstance(cell, str) else shown(cell) for cell in row])
    text.flush()
    text.detach()
