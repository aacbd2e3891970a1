"""JSON from outside as it can be kept: no characters that databases refuse, no endless nesting. Pure."""

from __future__ import annotations

import re
from typing import Any

_UNFIT = re.compile("[\x00\ud800-\udfff]")
_DEEPEST = 12
_LARGEST_NUMBER = 2**63


def fit(text: str) -> str:
    """`text` without NUL and lone surrogates."""
    return _UNFIT.sub("", text)


def clean(value: Any, depth: int = 0) -> Any:
    """`value` with its texts fit; too deep a nesting, or too large a number, is left out."""
    if isinstance(value, str):
        return fit(value)
    if isinstance(value, dict) and depth < _DEEPEST:
        return {fit(str(name)): clean(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list) and depth < _DEEPEST:
        return [clean(inner, depth + 1) for inner in value]
    if isinstance(value, int | float) and abs(value) < _LARGEST_NUMBER:
        return value
    return None


def text_at(value: Any, *path: str) -> str:
    """The text at a path of objects; empty if there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""
