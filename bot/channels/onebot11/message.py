"""What a message says: segments or CQ codes ↔ words, kind and the rest (CHANNELS §4.3); pure."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.channels.onebot11.wire import kept, whole, words
from bot.core.events import MessageKind

Segment = Mapping[str, Any]

LONGEST_TEXT = 20_000
MOST_SEGMENTS = 200

KINDS: Mapping[str, MessageKind] = {
    "image": MessageKind.IMAGE,
    "record": MessageKind.VOICE,
    "video": MessageKind.VIDEO,
    "file": MessageKind.FILE,
    "location": MessageKind.LOCATION,
    "share": MessageKind.LINK,
    "json": MessageKind.LINK,
    "xml": MessageKind.LINK,
    "music": MessageKind.LINK,
    "contact": MessageKind.LINK,
    "miniapp": MessageKind.LINK,
}
"""What cannot be read as words; any other type that is not in `_SILENT` is `unknown`."""

_SILENT = frozenset({"text", "face", "mface", "bface", "sface", "dice", "rps", "at", "reply"})
_STICKER = "[动画表情]"
_CQ = re.compile(r"\[CQ:([A-Za-z0-9_.-]{1,40})((?:,[^,\[\]]*)*)\]")


@dataclass(frozen=True, slots=True)
class Said:
    """A message: what can be read, of which kind it is, and the segments that are no words."""

    text: str
    kind: MessageKind
    rest: list[Any] = field(default_factory=list)
    reply_to: str = ""


def read(message: Any) -> Said:
    """An array of segments, a string with CQ codes, or one segment; what is none of these says nothing."""
    segments = list(_segments(message))
    text = "".join(map(_spoken, segments))[:LONGEST_TEXT].strip()
    quoted = next((words(s["data"].get("id"), 100) for s in segments if s["type"] == "reply"), "")
    silent = [s for s in segments if s["type"] not in _SILENT and not _is_sticker(s)]
    kinds = [KINDS.get(s["type"], MessageKind.UNKNOWN) for s in silent]
    kind = next(iter(kinds), MessageKind.TEXT)
    return Said(text, kind, [kept(s) for s in segments if s["type"] != "text"][:20], quoted)


def to_send(text: str, picture: bytes = b"") -> list[Segment]:
    """One segment: `text`, in which nothing is read as a code, or the picture that goes instead of it.

    The bytes go along as base64 (CHANNELS §4.3): the implementation may run on another machine.
    """
    if picture:
        return [{"type": "image", "data": {"file": f"base64://{b64encode(picture).decode()}"}}]
    return [{"type": "text", "data": {"text": text}}]


def pictured(said: Said) -> int | None:
    """The bytes of the one picture that a message is, 0 where they are not told; None for anything else."""
    if said.kind is not MessageKind.IMAGE or said.text or said.reply_to or len(said.rest) != 1:
        return None
    return whole(said.rest[0]["data"].get("file_size")) or 0


def _segments(message: Any) -> Iterator[dict[str, Any]]:
    listed = from_cq(message) if isinstance(message, str) else message
    listed = [listed] if isinstance(listed, dict) else listed
    for segment in listed[:MOST_SEGMENTS] if isinstance(listed, list) else ():
        if isinstance(segment, dict) and isinstance(segment.get("type"), str):
            data = segment.get("data")
            yield {"type": words(segment["type"], 40), "data": data if isinstance(data, dict) else {}}


def _spoken(segment: dict[str, Any]) -> str:
    """What a segment adds to the words: text as it is, a face as QQ shows it in a list of chats."""
    data = segment["data"]
    match segment["type"]:
        case "text":
            return words(data.get("text"), LONGEST_TEXT)
        case "face":
            raw = data.get("raw")
            name = words(raw.get("faceText"), 20).strip("/[]") if isinstance(raw, dict) else ""
            return f"[{name or '表情'}]"
        case "mface" | "bface" | "sface" | "dice" | "rps":
            return _STICKER
        case "image" if _is_sticker(segment):
            return _STICKER
    return ""


def _is_sticker(segment: dict[str, Any]) -> bool:
    """NapCat and LLOneBot tell by sub_type 1 what was picked from the stickers, not taken by a camera."""
    data = segment["data"]
    return segment["type"] == "image" and (
        words(data.get("sub_type"), 4) == "1" or "动画表情" in words(data.get("summary"), 40)
    )


# --- CQ codes -----------------------------------------------------------------------------------


def from_cq(text: str) -> list[dict[str, Any]]:
    """A string message as segments; what is not a whole code is text."""
    segments: list[dict[str, Any]] = []
    end = 0
    for code in _CQ.finditer(text):
        if len(segments) >= MOST_SEGMENTS:
            break
        if code.start() > end:
            segments.append(_text_of(text[end : code.start()]))
        segments.append({"type": code[1], "data": _parameters(code[2])})
        end = code.end()
    return [*segments, _text_of(text[end:])] if end < len(text) else segments


def unescaped(text: str) -> str:
    """What CQ codes stand for; the ampersand last, or `&amp;#91;` would become a bracket."""
    for code, sign in (("&#44;", ","), ("&#91;", "["), ("&#93;", "]"), ("&amp;", "&")):
        text = text.replace(code, sign)
    return text


def _text_of(text: str) -> dict[str, Any]:
    return {"type": "text", "data": {"text": unescaped(text)}}


def _parameters(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(",") if part)
    return {name.strip(): unescaped(value) for name, _, value in pairs if name.strip()}
