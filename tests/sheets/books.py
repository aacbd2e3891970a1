"""Workbooks made by hand, as Excel and the shops' programs write them: parts of XML in a zip."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="176" formatCode="yyyy/m/d\\ h:mm;@"/>'
    '</numFmts><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="176"/></cellXfs></styleSheet>'
)
DAY, MINUTE = 1, 2


def letters(column: int) -> str:
    return (letters(column // 26 - 1) if column >= 26 else "") + chr(65 + column % 26)


class Number(str):
    """A cell that is a number, as the file has it."""

    style = 0


class Day(Number):
    """A number that is shown as a day."""

    style = DAY


class Minute(Number):
    """A number that is shown as a day and a time."""

    style = MINUTE


class Formula(str):
    """A formula; with its result behind a |."""


class Broken(str):
    """An error value."""


def cell(place: str, value: str, strings: list[str]) -> str:
    if isinstance(value, Number):
        return f'<c r="{place}" s="{value.style}"><v>{value}</v></c>'
    if isinstance(value, Formula):
        formula, _, result = value.partition("|")
        return f'<c r="{place}" t="str"><f>{escape(formula)}</f>' + (
            f"<v>{result}</v></c>" if result else "</c>"
        )
    if isinstance(value, Broken):
        return f'<c r="{place}" t="e"><v>{value}</v></c>'
    strings.append(value)
    return f'<c r="{place}" t="s"><v>{len(strings) - 1}</v></c>'


def sheet_xml(rows: Sequence[Sequence[str]], strings: list[str], merges: Sequence[str] = ()) -> str:
    written = "".join(
        f'<row r="{n}">'
        + "".join(cell(f"{letters(c)}{n}", v, strings) for c, v in enumerate(row) if v)
        + "</row>"
        for n, row in enumerate(rows, 1)
    )
    merged = "".join(f'<mergeCell ref="{one}"/>' for one in merges)
    merged = f'<mergeCells count="{len(merges)}">{merged}</mergeCells>' if merges else ""
    return f'<worksheet xmlns="{MAIN}"><sheetData>{written}</sheetData>{merged}</worksheet>'


def parts(
    tabs: Mapping[str, Sequence[Sequence[str]]],
    merges: Sequence[str] = (),
    hidden: Sequence[str] = (),
    date1904: bool = False,
) -> dict[str, str]:
    """The files of a workbook."""
    strings: list[str] = []
    made = {"[Content_Types].xml": TYPES, "xl/styles.xml": STYLES}
    listed = relations = ""
    for n, (name, rows) in enumerate(tabs.items(), 1):
        made[f"xl/worksheets/sheet{n}.xml"] = sheet_xml(rows, strings, merges)
        state = ' state="hidden"' if name in hidden else ""
        listed += f'<sheet name="{name}" sheetId="{n}"{state} r:id="rId{n}"/>'
        relations += f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
    relations += f'<Relationship Id="s" Type="{OFFICE}/styles" Target="styles.xml"/>'
    relations += f'<Relationship Id="t" Type="{OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
    made["xl/workbook.xml"] = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr date1904="{int(date1904)}"/>'
        f"<sheets>{listed}</sheets></workbook>"
    )
    made["xl/_rels/workbook.xml.rels"] = f'<Relationships xmlns="{PACKAGE}">{relations}</Relationships>'
    texts = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in strings)
    made["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{texts}</sst>'
    return made


def pack(path: Path, files: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return path


def book(path: Path, rows: Sequence[Sequence[str]], merges: Sequence[str] = ()) -> Path:
    """A workbook with one tab."""
    return pack(path, parts({"Sheet1": rows}, merges))
