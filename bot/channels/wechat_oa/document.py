"""The bytes of a callback as strictly checked fields; any other body is a BadCallback 400."""

from __future__ import annotations

import re
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict

from bot.channels.base import BadCallback

Fields = dict[str, Any]

# A real push starts with <xml>; what may stand before it at most is a declaration. This refuses
# DOCTYPE, comments and other roots before the parser sees them, without touching a buyer who
# writes "<!DOCTYPE html>".
_HEAD = re.compile(r"\A\ufeff?(<\?xml\s[^>]*\?>)?\s*<xml[\s>/]")
_ENCODING = re.compile(r"""encoding\s*=\s*["']([^"']*)["']""")
_DEEPEST = 8  # WeChat's own deepest event has five levels
_TEXT_BESIDE_ELEMENTS = "#text"


def fields_of(body: bytes) -> Fields:
    """The fields of an <xml> document: text exactly as sent, repeated elements as lists, empty ones as "".

    Not wechatpy.parse_message: it takes the spaces off what a buyer wrote and drops fields it does not know.
    """
    _check_head(_utf8(body))
    try:
        document = xmltodict.parse(body, encoding="utf-8", strip_whitespace=False, xml_attribs=False)
    except (ExpatError, ValueError):  # ValueError: an entity is declared
        raise BadCallback(400, "not well-formed XML") from None
    root = document["xml"]
    if not isinstance(root, dict):
        raise BadCallback(400, "an <xml> without fields")
    return _plain_fields(root, 1)


def word(fields: Fields, name: str, *, required: bool = False) -> str:
    """One short field without spaces around; BadCallback 400 if nested, repeated, or required and empty."""
    value = text(fields, name).strip()
    if required and not value:
        raise BadCallback(400, f"{name} is missing")
    return value


def text(fields: Fields, name: str) -> str:
    """One field exactly as it was sent, "" if there is none; BadCallback 400 if it is nested or repeated."""
    value = fields.get(name, "")
    if not isinstance(value, str):
        raise BadCallback(400, f"{name} is not a text")
    return value


def _utf8(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise BadCallback(400, "not UTF-8") from None


def _check_head(document: str) -> None:
    head = _HEAD.match(document)
    if head is None:
        raise BadCallback(400, "does not start with <xml>")
    encoding = _ENCODING.search(head[1] or "")
    if encoding is not None and encoding[1].lower() not in ("utf-8", "utf8"):
        raise BadCallback(400, "declares another encoding than UTF-8")


def _plain_fields(node: Fields, depth: int) -> Fields:
    if depth > _DEEPEST:
        raise BadCallback(400, "nested too deeply")
    return {name: _plain(value, depth) for name, value in node.items() if name != _TEXT_BESIDE_ELEMENTS}


def _plain(value: Any, depth: int) -> Any:
    if isinstance(value, dict):
        return _plain_fields(value, depth + 1)
    if isinstance(value, list):
        return [_plain(item, depth) for item in value]
    return value or ""
