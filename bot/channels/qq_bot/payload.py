"""The bytes of a payload as plain, storable fields; anything else is a BadCallback 400. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

from bot.channels.base import BadCallback

Fields = dict[str, Any]

_DEEPEST = 12  # a quoted message with attachments has six levels
_UNFIT = re.compile("[\x00\ud800-\udfff]")
"""What PostgreSQL does not store and UTF-8 does not know."""


def fields_of(body: bytes | str) -> Fields:
    """The JSON object in `body`, without NaN, without characters that cannot be stored."""
    try:
        document = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadCallback(400, "not JSON") from None
    if not isinstance(document, dict):
        raise BadCallback(400, "not a JSON object")
    return {_fit(name): _plain(value, 1) for name, value in document.items()}


def part(fields: Fields, name: str) -> Fields:
    """One nested object; empty if it is not there, BadCallback 400 if it is something else."""
    value = fields.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadCallback(400, f"{name} is not an object")
    return value


def text(fields: Fields, name: str) -> str:
    """One text exactly as sent; empty if it is not there, BadCallback 400 if it is something else."""
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadCallback(400, f"{name} is not a text")
    return value


def _plain(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        raise BadCallback(400, "nested too deeply")
    if isinstance(value, str):
        return _fit(value)
    if isinstance(value, dict):
        return {_fit(name): _plain(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner, depth + 1) for inner in value]
    return value


def _fit(text: str) -> str:
    return _UNFIT.sub("\ufffd", text)


def _no_constant(name: str) -> Any:
    raise ValueError(name)
