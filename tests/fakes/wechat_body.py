"""What WeChat accepts as the body of a message: JSON, a text, the data of a template (CHANNELS §1.7, §1.8)."""

from __future__ import annotations

import re
from typing import Any

from tests.fakes.faults import Refusal, json_or_none

LIMITS = {"thing": 20, "character_string": 32, "time": 32, "phrase": 5, "number": 32}
LONGEST_TEXT = 2048
_ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u")  # \u, but not a backslash before the letter u


def content_of(text: dict[str, Any]) -> str:
    content = text.get("content")
    if not isinstance(content, str) or not content:
        raise Refusal(44004, "empty content")
    if len(content.encode()) > LONGEST_TEXT:
        raise Refusal(45002, "content size out of limit")
    return content


def strict_object(body: bytes) -> dict[str, Any]:
    message = json_or_none(body)
    if not isinstance(message, dict):
        raise Refusal(47001, "data format error")
    if _ESCAPED.search(body):
        raise Refusal(47002, "data format error: escaped")
    return message


def check_data(data: Any, keywords: frozenset[str]) -> None:
    if not isinstance(data, dict) or set(data) != keywords:
        raise Refusal(47003, "argument invalid! data")
    for keyword, entry in data.items():
        value = entry.get("value") if isinstance(entry, dict) else None
        if not isinstance(value, str) or not fits(keyword.rstrip("0123456789"), value):
            raise Refusal(47003, f"argument invalid! data.{keyword}.value is invalid")


def fits(kind: str, value: str) -> bool:
    if not value or "\n" in value or len(value) > LIMITS.get(kind, 100):
        return False
    if kind == "time":
        return re.fullmatch(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?", value) is not None
    return kind not in ("character_string", "number") or value.isascii()
