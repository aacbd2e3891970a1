"""Headers → fields: which row they are in, what each column is, and what the table is about."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.sheets.cells import BROKEN
from storage.sheets.columns import COLUMNS, KIND_NAMES, SheetKind, written_by_us
from storage.sheets.header_names import (
    CUSTOMER_FIELDS,
    IDENTITY,
    NAMES,
    ORDER_FIELDS,
    SUB_ORDER,
    Field,
)
from storage.sheets.limits import SheetFault

_SPACES = re.compile(r"[\s\u200b\ufeff*＊\"'“”：:]+")
_UNIT = re.compile(r"(?:\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】)$")


def spelt(header: str) -> str:
    """A header's levelled spelling: half width, no spaces, stars or colons, small letters."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", header)).lower()


_BY_NAME = {spelt(name): (field, rank) for field, names in NAMES.items() for rank, name in enumerate(names)}
_SUB_ORDER = frozenset(map(spelt, SUB_ORDER))
_WAYBILL = spelt("单号")


def known_as(header: str) -> tuple[Field, int] | None:
    """The field a header names and how much it is preferred (0 most); units in brackets do not matter."""
    name = spelt(header)
    return _BY_NAME.get(name) or _BY_NAME.get(_UNIT.sub("", name))


@dataclass(frozen=True, slots=True)
class Layout:
    """What each column of a table is.

    headers: by column, unique; empty for one without. columns: a field's columns, the preferred one first.
    by_line: amounts are the line's, not the order's (a column of sub-orders).
    """

    kind: SheetKind
    headers: tuple[str, ...]
    columns: Mapping[Field, tuple[int, ...]]
    by_line: bool = False

    @property
    def own_headers(self) -> tuple[str, ...]:
        """The seller's own columns in their order: all that are no field of ours."""
        ours = {column for columns in self.columns.values() for column in columns[:1]}
        return tuple(h for column, h in enumerate(self.headers) if h and column not in ours)


def layout_of(headers: Sequence[str], kind: SheetKind | None) -> Layout | None:
    """The layout of a header row; None if it is none for that kind (for any, if kind is None).

    SheetFault for a table of ours that is not for importing.
    """
    texts = tuple(header.strip() for header in headers)
    if own := written_by_us(texts):
        if own not in (SheetKind.CUSTOMERS, SheetKind.ORDERS):
            raise SheetFault(f"这是回头客导出的{KIND_NAMES[own]}，只供查看，不能导入。")
        found = _columns(texts[: len(COLUMNS[own])])
    else:
        found = _columns(texts)
    about = kind or _guess(found)
    if about is None or not _enough(found, about):
        return None
    wanted = ORDER_FIELDS if about is SheetKind.ORDERS else CUSTOMER_FIELDS
    columns = {field: where for field, where in found.items() if field in wanted}
    by_line = any(spelt(text) in _SUB_ORDER for text in texts)
    return Layout(about, _unique(texts), columns, by_line)


def _columns(texts: Sequence[str]) -> dict[Field, tuple[int, ...]]:
    ranked: dict[Field, list[tuple[int, int]]] = {}
    for column, text in enumerate(texts):
        if text and not text.startswith(BROKEN) and (known := known_as(text)):
            ranked.setdefault(known[0], []).append((known[1], column))
    found = {field: tuple(column for _, column in sorted(places)) for field, places in ranked.items()}
    return _with_bare_number(found, texts)


def _with_bare_number(
    found: dict[Field, tuple[int, ...]], texts: Sequence[str]
) -> dict[Field, tuple[int, ...]]:
    """单号 alone is a courier's, unless nothing else is an order's number and no courier is named."""
    bare = [column for column in found.get(Field.TRACKING, ()) if spelt(texts[column]) == _WAYBILL]
    if bare and Field.NUMBER not in found and Field.COURIER not in found:
        found[Field.NUMBER] = (bare[0],)
        found[Field.TRACKING] = tuple(column for column in found[Field.TRACKING] if column != bare[0])
    return found


def _guess(found: Mapping[Field, tuple[int, ...]]) -> SheetKind | None:
    if Field.NUMBER in found and len(found) > 1:
        return SheetKind.ORDERS
    return SheetKind.CUSTOMERS if IDENTITY & found.keys() else None


def _enough(found: Mapping[Field, tuple[int, ...]], kind: SheetKind) -> bool:
    if kind is SheetKind.ORDERS:
        return Field.NUMBER in found
    return bool(IDENTITY & found.keys())


def _unique(texts: Sequence[str]) -> tuple[str, ...]:
    """Two columns 备注 become 备注 and 备注 (2)."""
    seen: dict[str, int] = {}
    names: list[str] = []
    for text in texts:
        seen[text] = seen.get(text, 0) + 1
        names.append(f"{text} ({seen[text]})" if text and seen[text] > 1 else text)
    return tuple(names)
