"""Phone numbers: mobiles in any usual grouping, landlines with their area code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handlers.understanding.entities.kinds import Phone

_MOBILE = re.compile(
    r"(?:(?<![\da-z.])|(?<=tel)|(?<=[vw]x))(?:\(?(?:\+|00)?86\)?[- ]?)?"
    r"(1[3-9]\d[- ]?\d{4}[- ]?\d{4}|1[3-9]\d{2}[- ]\d{3}[- ]\d{4}|1[3-9]\d{2}[- ]\d{4}[- ]\d{3})"
    r"(?![\da-z]|\.\d|[- ]\d{4})",
    re.ASCII,
)
_AREA = r"0(?:10|2[0-57-9]|[3-9]\d{2})"
_LOCAL = r"([2-9]\d{6,7})(?:(?:-|转|ext\.?)(\d{1,5}))?(?![\d-])"
# eleven or twelve digits in one piece may be anything, unless somebody calls them a phone
_LANDLINE = re.compile(
    rf"(?<![\d.a-z-])(?:\(({_AREA})\) ?|({_AREA})[- ]|(?:(?<=电话)|(?<=座机)|(?<=电话:)|(?<=座机:))({_AREA}))"
    + _LOCAL,
    re.ASCII,
)
_NOT_DIGITS = re.compile(r"\D", re.ASCII)


def phones(text: str) -> Iterator[Phone]:
    """The phones in normalised `text`."""
    for match in _MOBILE.finditer(text):
        number = _NOT_DIGITS.sub("", match[1])
        yield Phone(match[0], *match.span(), number, mobile=True)
    for match in _LANDLINE.finditer(text):
        area = next(a for a in match.groups()[:3] if a)
        extension = f"-{match[5]}" if match[5] else ""
        yield Phone(match[0], *match.span(), f"{area}-{match[4]}{extension}", mobile=False)
