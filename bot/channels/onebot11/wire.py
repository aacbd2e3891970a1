"""Frames of OneBot 11: JSON that a stranger may have written → values of known shape and size; pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

Frame = Mapping[str, Any]

LARGEST_FRAME = 1024 * 1024
"""Bytes; NapCat itself sends up to 50 MB, but no message of a buyer is as large (CHANNELS §4.4)."""

_UNWRITABLE = re.compile("[\0\ud800-\udfff]")  # no database takes these
_WHOLE = re.compile(r"-?[0-9]{1,19}")
_LONGEST_WORDS = 4000
_MOST_ITEMS = 50
_DEEPEST = 6


def frame_of(data: str) -> Frame | None:
    """The JSON object in a text frame; None for everything else."""
    try:
        value = json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def whole(value: Any) -> int | None:
    """An id, which implementations write as a number or as its digits; None for anything else."""
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if abs(value) < 2**63 else None


def words(value: Any, longest: int = _LONGEST_WORDS) -> str:
    """Text that can be stored, cut to `longest` characters; numbers as their digits, else empty."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    return _UNWRITABLE.sub("", value[:longest]) if isinstance(value, str) else ""


def kept(value: Any, depth: int = _DEEPEST) -> Any:
    """`value` as it may be stored: no unwritable characters, nothing long, nothing deep."""
    if isinstance(value, str):
        return words(value)
    if isinstance(value, dict) and depth:
        some = list(value.items())[:_MOST_ITEMS]
        return {words(name, 100): kept(item, depth - 1) for name, item in some}
    if isinstance(value, list) and depth:
        return [kept(item, depth - 1) for item in value[:_MOST_ITEMS]]
    return value if value is None or isinstance(value, bool | float) else whole(value)
