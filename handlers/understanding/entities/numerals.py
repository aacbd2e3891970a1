"""Numbers as people write them: 12, 1.2万, 一百二十三, 两, 半, 三四十."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2, "仨": 3}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}

HAN_DIGITS: Final = "零〇一二两三四五六七八九十百千万"
ARABIC: Final = r"\d{1,7}(?:,\d{3})*(?:\.\d{1,2})?(?:(?:[百万]|千(?![克瓦米卡]))(?:\d(?![\d.]))?|k(?![a-z]))?"
NUMBER: Final = rf"(?:{ARABIC}|半|[{HAN_DIGITS}]{{1,9}})"
"""A pattern for what `read_number` may understand; needs re.ASCII."""
MORE: Final = "[多来几余]"
"""Behind a number: about so many."""

_ARABIC = re.compile(r"([\d,]+(?:\.\d+)?)(?:([百千万k])(\d?))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Number:
    """A value, and whether it is the lower end of a range (两三, 三四十)."""

    value: Decimal
    approximate: bool = False


def read_number(text: str) -> Number | None:
    """The value of one number without anything around it; None if it is none (万一, 百)."""
    if text == "半":
        return Number(Decimal("0.5"))
    if match := _ARABIC.fullmatch(text):
        return _arabic(match)
    if not text or not all(c in _DIGITS or c in _UNITS for c in text) or text[0] in "百千万":
        return None
    return _counted(text) if any(c in _UNITS for c in text) else _listed(text)


def read_int(text: str) -> int | None:
    """The value of a whole number that means exactly that; else None."""
    number = read_number(text)
    if number is None or number.approximate or number.value != int(number.value):
        return None
    return int(number.value)


def _arabic(match: re.Match[str]) -> Number | None:
    digits = match[1].replace(",", "")
    if not digits[:1].isdigit():
        return None
    unit = {"k": 1000, None: 1}.get(match[2]) or _UNITS[match[2]]
    return Number(Decimal(digits) * unit + int(match[3] or 0) * unit // 10)


def _listed(text: str) -> Number:
    """二〇二六 digit by digit; 两三 and 七八 are ranges."""
    digits = [_DIGITS[c] for c in text]
    if len(digits) == 2 and digits[1] == digits[0] + 1 and digits[0]:
        return Number(Decimal(digits[0]), approximate=True)
    return Number(Decimal("".join(map(str, digits))))


def _counted(text: str) -> Number | None:
    total = section = 0
    digit: int | None = None
    last, approximate = 1, False
    for char in text:
        if char in _DIGITS:
            if digit and _DIGITS[char] != digit + 1:
                return None  # 一百五一瓶: a price and a piece
            # 三四十, 十五六: the first of two counts
            approximate |= bool(digit)
            digit = digit or _DIGITS[char]
            last = 1 if char in "零〇" else last
        else:
            unit, count = _UNITS[char], (1 if digit is None else digit)
            if unit == 10_000:
                total, section = total + (section + (digit or 0)) * unit, 0
            else:
                section += count * unit
            digit, last = None, unit
    # 一百二 is 120, 一万二 12000, but 一百零二 is 102 and 十二 is 12
    section += (digit or 0) * (last // 10 if last > 10 else 1)
    return Number(Decimal(total + section), approximate)
