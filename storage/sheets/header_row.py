"""Where the headers are: under titles, over two rows, in merged cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from storage.sheets.columns import KIND_NAMES, SheetKind
from storage.sheets.headers import Layout, known_as, layout_of
from storage.sheets.limits import SheetFault
from storage.sheets.workbook import Merge
from storage.sheets.worksheet import NumberedRow

LOOKED_AT = 30
"""Rows in which headers are looked for; shops put titles, dates and hints above them."""


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """The row (as Excel counts) in which the headers end, and what they say."""

    number: int
    layout: Layout


def find_headers(
    rows: Sequence[NumberedRow], merges: Sequence[Merge], kind: SheetKind | None
) -> HeaderRow | None:
    """The row of the first `rows` in which most headers are known; the upper one of equals."""
    best: tuple[int, HeaderRow] | None = None
    above: dict[int, list[str]] = {}
    for number, cells in rows:
        texts = _completed(number, cells, above, merges)
        above[number] = list(cells)
        score = len({known[0] for text in texts if (known := known_as(text))})
        if score and (best is None or score > best[0]) and (layout := layout_of(texts, kind)):
            best = score, HeaderRow(number, layout)
    return best[1] if best else None


def _completed(
    number: int, cells: Sequence[str], above: dict[int, list[str]], merges: Sequence[Merge]
) -> list[str]:
    """A header row with what its merged cells say: from the row above, or from the left."""
    texts = list(cells)
    for merge in merges:
        if not merge.top <= number <= merge.bottom:
            continue
        source = texts if merge.top == number else above.get(merge.top, [])
        text = source[merge.left] if merge.left < len(source) else ""
        wide = range(merge.left, min(merge.right, merge.left + 20) + 1)
        for column in wide if number == merge.bottom else ():
            texts.extend([""] * (column + 1 - len(texts)))
            texts[column] = texts[column] or text
    return texts


def not_found(rows: Sequence[NumberedRow], kind: SheetKind | None) -> SheetFault:
    """What to tell the seller when no row of any tab is a header row."""
    first = next((cells for _, cells in rows if any(cells)), [])
    seen = "、".join(text for text in first if text)[:60]
    found = f"第一行写的是：{seen}。" if seen else "表里没有内容。"
    wanted = {
        SheetKind.CUSTOMERS: "客户表至少要有“姓名”“昵称”“电话”里的一列。",
        SheetKind.ORDERS: "订单表至少要有“订单号”一列。",
    }
    name = KIND_NAMES[kind] if kind else "表"
    advice = wanted[kind] if kind in wanted else "".join(wanted.values())
    return SheetFault(f"没认出这张{name}的表头。{found}{advice}")
