"""How many segments an SMS takes: 70 characters with Chinese in it, 67 each if longer (PRACTICES 89)."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("^{}\\[~]|€\f")
"""GSM 03.38: these take two places."""

ROOM: Final[Mapping[str, int]] = {
    "name": 5,
    "shop": 6,
    "product": 8,
    "goods": 10,
    "price": 5,
    "coupon": 4,
    "days": 3,
    "day": 6,
}
"""How long what stands for a variable is taken to be, before it is known; others: `OTHER`."""
OTHER: Final = 8
_FILLING: Final = "字"


def segments(text: str) -> int:
    """How many segments a finished text takes; an empty one takes one."""
    units, single, joined = _measured(text)
    return 1 if units <= single else -(-units // joined)


def fits(text: str) -> int:
    """How many characters of `text` fit into one segment; its length if all do."""
    units, single, _ = _measured(text)
    if units <= single:
        return len(text)
    size = _unicode if single == 70 else _septets
    used = 0
    for n, char in enumerate(text):
        used += size(char)
        if used > single:
            return n
    return len(text)


def filled(text: str) -> str:
    """`text` with something of likely length in the place of its variables; as it is if it has none."""
    try:
        pieces = list(Formatter().parse(text))
    except ValueError:  # a lone brace
        return text
    return "".join(
        literal + (_FILLING * ROOM.get(name, OTHER) if name is not None else "")
        for literal, name, _, _ in pieces
    )


def _measured(text: str) -> tuple[int, int, int]:
    """Its length, the most that one segment holds, and each of several."""
    if all(char in _BASIC or char in _EXTENDED for char in text):
        return sum(map(_septets, text)), 160, 153
    return sum(map(_unicode, text)), 70, 67


def _septets(char: str) -> int:
    return 2 if char in _EXTENDED else 1


def _unicode(char: str) -> int:
    """UTF-16 units: an emoji takes two."""
    return 2 if ord(char) > 0xFFFF else 1
