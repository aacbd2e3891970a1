"""An entry of getupdates as what somebody said (CHANNELS §5.3); pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.channels.clean import clean, text_at
from bot.channels.ilink.wire import BY_BOT
from bot.core.events import MessageKind

_KINDS: Mapping[int, MessageKind] = {
    1: MessageKind.TEXT,
    2: MessageKind.IMAGE,
    3: MessageKind.VOICE,
    4: MessageKind.FILE,
    5: MessageKind.VIDEO,
}
_WORDS = {1: ("text_item", "text"), 3: ("voice_item", "text")}
"""Where an item has what can be read; of a voice, what WeChat has understood."""

LONGEST_TEXT = 8000
_MOST_ITEMS = 50
_LONGEST_CONTEXT = 8192
_MOST_ID = 2**64
_ID = re.compile(r"[!-~]{1,128}")
_LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody wrote. context: what an answer must carry; sent_ms: by which the newest is known."""

    sender: str
    message_id: str
    at: datetime
    kind: MessageKind
    text: str
    context: str
    sent_ms: int


def read(entry: Any, now: datetime) -> Said | None:
    """What the entry says; None for the bot's own, for groups, and for what cannot be read. Never raises."""
    given = entry.get("message_id") if isinstance(entry, dict) else None
    entry = clean(entry)
    if not isinstance(entry, dict) or entry.get("message_type") == BY_BOT or text_at(entry, "group_id"):
        return None
    sender, context = text_at(entry, "from_user_id"), text_at(entry, "context_token")
    if not _ID.fullmatch(sender):
        return None
    items = entry.get("item_list")
    items = [i for i in items[:_MOST_ITEMS] if isinstance(i, dict)] if isinstance(items, list) else []
    sent_ms = _milliseconds(entry.get("create_time_ms"))
    at = datetime.fromtimestamp(sent_ms / 1000, UTC) if sent_ms else now
    return Said(
        sender,
        _message_id(given, entry),
        min(at, now),
        _kind(items),
        "\n".join(filter(None, (_words(item) for item in items)))[:LONGEST_TEXT],
        context if len(context) <= _LONGEST_CONTEXT else "",
        sent_ms,
    )


def _kind(items: list[dict[str, Any]]) -> MessageKind:
    first = items[0].get("type") if items else None
    return _KINDS.get(first, MessageKind.UNKNOWN) if isinstance(first, int) else MessageKind.UNKNOWN


def _words(item: Mapping[str, Any]) -> str:
    kind = item.get("type")
    path = _WORDS.get(kind) if isinstance(kind, int) else None
    return text_at(item, *path).strip() if path else ""


def _milliseconds(told: Any) -> int:
    known = isinstance(told, int) and not isinstance(told, bool) and 0 < told < _LATEST * 1000
    return int(told) if known else 0


def _message_id(given: Any, entry: Mapping[str, Any]) -> str:
    """The platform's, a uint64; for what comes without one, a name that its repetition has too."""
    if isinstance(given, int) and not isinstance(given, bool) and 0 < given < _MOST_ID:
        return str(given)
    if isinstance(given, str) and _ID.fullmatch(given) and given != "0":
        return given
    same = {name: entry.get(name) for name in ("from_user_id", "client_id", "create_time_ms", "item_list")}
    return "sha256:" + hashlib.sha256(json.dumps(same, sort_keys=True).encode()).hexdigest()[:32]
