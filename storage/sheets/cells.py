"""One cell's text: what platforms wrap around it, what we wrap around it, numbers and days of a workbook."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from math import isfinite

BROKEN = "\x00"
"""First character of a cell that says nothing: a formula without its result, #N/A. Files hold no NUL."""
UNCALCULATED = BROKEN + "公式"
"""Begins a cell whose formula has no result; behind it the formula as Excel shows it, if the file has it."""
_STARTS = frozenset("=+-@\t\r'")
"""What Excel takes for the beginning of a formula, and our own mark against that."""
_EXACT_DIGITS = 15
_EXCEL_DIGITS = re.compile(r"\d{16,}", re.ASCII)
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_HALF = re.compile("[\ud800-\udfff]")
_LITERAL = '"(?:[^"]|"")*"'
_TRICK = re.compile(f"={_LITERAL}")
_LINK = re.compile(
    rf"HYPERLINK\(\s*(?:(?:{_LITERAL}|[^\"(),;]*)\s*[,;]\s*)?(?P<shown>{_LITERAL}|\d+)\s*\)", re.I | re.ASCII
)
_CONSTANT = re.compile(rf"{_LITERAL}|\d+", re.ASCII)
_LAST_DAY = 2_958_466
_SECONDS = 86_400


def _bare(text: str) -> str:
    """Without what shops' programs put around long numbers against Excel: ="123", a tab, an apostrophe."""
    if _TRICK.fullmatch(text):
        return _unquoted(text[1:])
    text = text.strip("\t")
    return text[1:] if text[:1] == "'" and len(text) > 1 else text


def _unquoted(literal: str) -> str:
    return literal[1:-1].replace('""', '"') if literal.startswith('"') else literal


def formula_text(formula: str) -> str:
    """What a formula (without its `=`) surely shows: a text, digits, a link's name; else UNCALCULATED, it."""
    formula = formula.strip()
    if _CONSTANT.fullmatch(formula):
        return _unquoted(formula)
    if link := _LINK.fullmatch(formula):
        return _unquoted(link["shown"])
    return f"{UNCALCULATED}={formula}" if formula else UNCALCULATED


def _marked(text: str) -> bool:
    return text[:1] in _STARTS or _bare(text) != text if text else False


def plain(text: str) -> str:
    """A cell of a file as it was meant; takes off what `for_csv` and `for_xlsx` put on."""
    if text[:1] == "'" and _marked(text[1:]):
        return text[1:]
    return _bare(text)


def for_csv(text: str) -> str:
    """`text` so that Excel shows it and calculates nothing; 16 digits and more keep all their digits."""
    text = text.replace(BROKEN, "")
    if _EXCEL_DIGITS.fullmatch(text):
        return "\t" + text
    return "'" + text if _marked(text) else text


def for_xlsx(text: str) -> str:
    """As `for_csv`; a cell of type text needs no mark against formulas."""
    text = text.replace(BROKEN, "")
    return text if plain(text) == text else "'" + text


def unescaped(text: str) -> str:
    """A workbook's `_x000D_` as the character it stands for; half a character (`_xD800_`) as U+FFFD."""
    if "_x" not in text:
        return text
    found = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text).replace(BROKEN, "")
    if not _HALF.search(found):
        return found
    return found.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")  # two halves are one


def number_text(raw: str) -> str:
    """A number cell without exponent; one whose last digits Excel has lost keeps it, so that it shows."""
    digits = raw.removeprefix("-")
    if digits.isascii() and digits.isdigit():
        lost = len(digits) > _EXACT_DIGITS and not digits[_EXACT_DIGITS:].strip("0")
        return f"{Decimal(raw):.14E}" if lost else raw
    value = float(raw)
    if not isfinite(value):
        return BROKEN + raw
    if abs(value) >= 10**_EXACT_DIGITS:
        return f"{value:.14E}"
    if value == int(value):
        return str(int(value))
    return f"{Decimal(f'{value:.15g}'):f}"


def day_text(raw: str, date1904: bool) -> str:
    """A number cell that is shown as a date: `2026-01-03`, `2026-01-03 10:11:12`, or `10:11:12` alone."""
    value = float(raw)
    if not 0 <= value < _LAST_DAY:
        return number_text(raw)
    moment = serial_moment(value, date1904)
    if value < 1:
        return f"{moment:%H:%M:%S}"
    return moment.isoformat(" ") if moment.time() != datetime.min.time() else moment.date().isoformat()


def serial_moment(value: float, date1904: bool) -> datetime:
    """Excel's count of days as a moment without zone, to the second; `value` from 0 to 2,958,465."""
    days = int(value)
    # the other calendar has a 29 February 1900 that never was
    first = datetime(1904, 1, 1) if date1904 else datetime(1899, 12, 31 if days < 60 else 30)  # noqa: DTZ001
    return first + timedelta(days, round((value - days) * _SECONDS))
