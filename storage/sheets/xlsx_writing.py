"""A workbook of one tab, written as its rows come: the least that Excel, WPS and phones open."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import IO
from xml.sax.saxutils import escape

from storage.sheets.cells import for_xlsx
from storage.sheets.limits import MAX_CELL, SheetFault

Cell = str | int | Decimal | datetime | None
MAX_ROWS = 1_048_576
_EXACT = 10**15
_ODD = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="{0}sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{0}worksheet+xml"/>'
    '<Override PartName="/xl/styles.xml" ContentType="{0}styles+xml"/></Types>'
).format("application/vnd.openxmlformats-officedocument.spreadsheetml.")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
_RELATION = f'<Relationship Id="{{}}" Type="{_OFFICE}/{{}}" Target="{{}}"/>'
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/></font><font><b/><sz val="11"/></font>'
    '</fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill '
    'patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1">'
    '<xf/></cellStyleXfs><cellXfs count="3"><xf/><xf numFmtId="49" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_TEXT, _BOLD = 1, 2
"""The styles above: text stays text when the seller edits it."""
_BEFORE = (
    f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
    'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
    '<cols><col min="1" max="{columns}" width="18" style="1" customWidth="1"/></cols><sheetData>'
)


def write_xlsx(file: IO[bytes], name: str, headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write a workbook to `file`, one row in memory at a time. SheetFault beyond Excel's own limits."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for part, body in _parts(name):
            archive.writestr(part, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + body)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(_BEFORE.format(columns=max(len(headers), 1)).encode())
            sheet.write(_row(1, headers, _BOLD))
            for number, row in enumerate(rows, 2):
                if number > MAX_ROWS:
                    raise SheetFault(f"超过 {MAX_ROWS} 行，.xlsx 装不下。请导出为 .csv。")
                sheet.write(_row(number, row, _TEXT))
            sheet.write(b"</sheetData></worksheet>")


def _parts(name: str) -> Iterable[tuple[str, str]]:
    yield "[Content_Types].xml", _TYPES
    yield "_rels/.rels", _RELATIONS.format(_RELATION.format("rId1", "officeDocument", "xl/workbook.xml"))
    tab = f'<sheet name="{escape(name, {chr(34): "&quot;"})}" sheetId="1" r:id="rId1"/>'
    yield (
        "xl/workbook.xml",
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{tab}</sheets></workbook>',
    )
    relations = _RELATION.format("rId1", "worksheet", "worksheets/sheet1.xml")
    relations += _RELATION.format("rId2", "styles", "styles.xml")
    yield "xl/_rels/workbook.xml.rels", _RELATIONS.format(relations)
    yield "xl/styles.xml", _STYLES


def _row(number: int, cells: Sequence[Cell], style: int) -> bytes:
    written = "".join(_cell(f"{_letters(column)}{number}", cell, style) for column, cell in enumerate(cells))
    return f'<row r="{number}">{written}</row>'.encode()


def _cell(place: str, value: Cell, style: int) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, Decimal | int) and -_EXACT < value < _EXACT:
        return f'<c r="{place}"><v>{value}</v></c>'
    text = for_xlsx(shown(value))
    if len(text) > MAX_CELL:
        raise SheetFault(f"{place} 这一格超过 {MAX_CELL} 个字，.xlsx 装不下。请导出为 .csv。")
    text = escape(_ODD.sub(lambda odd: f"_x{ord(odd[0]):04X}_", text))
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def shown(value: Cell) -> str:
    """A value as text: a moment as shops write it, in the zone that it has."""
    if value is None:
        return ""
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else str(value)


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
