"""A dispatched payload as what happened: message, event, or nothing for us (CHANNELS §3.4); pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.channels.base import BadCallback
from bot.channels.qq_bot.payload import Fields, part, text
from bot.core.events import BuyerEvent, BuyerMessage, Happening, Inbound, MessageKind, RoomMessage

ROOM = "group:"
"""How the correspondent in a group begins; then the group's openid, a slash, the member's openid."""

_OPENID = re.compile(r"[A-Za-z0-9_=+.-]{1,80}")  # real ones are 32 hexadecimal digits
_ID = re.compile(r"[!-~]{1,200}")
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_NOT_KEPT = frozenset({"content", "id", "timestamp"})
_KINDS = (
    ("image", MessageKind.IMAGE),
    ("voice", MessageKind.VOICE),
    ("audio", MessageKind.VOICE),
    ("video", MessageKind.VIDEO),
)
_LONGEST_NAME = 60


def events_of(payload: Fields, account: str) -> list[Inbound]:
    """What an op 0 payload says happened on `account`; empty for what the shop has no use for.

    Raises BadCallback 400 for what QQ does not send, and nothing else.
    """
    read = _READERS.get(text(payload, "t"))
    return read(payload, part(payload, "d"), account) if read else []


def _private(_: Fields, data: Fields, account: str) -> list[Inbound]:
    author = part(data, "author")
    openid = _openid(text(author, "user_openid") or text(author, "id"))
    message = BuyerMessage(
        account=account,
        external_id=openid,
        message_id=_id(text(data, "id")),
        at=_at(data),
        kind=_kind(data),
        text=text(data, "content"),
        payload=_rest(data, author),
    )
    name = text(author, "username").strip()[:_LONGEST_NAME]
    return [_named(account, openid, name, message.at), message] if name else [message]


def _named(account: str, openid: str, name: str, at: datetime) -> BuyerEvent:
    """Who it is; known by name and person, so that it is one event however often it is said."""
    digest = hashlib.sha256(f"{openid}\n{name}".encode()).hexdigest()[:32]
    return BuyerEvent(account, openid, f"NAME:{digest}", at, Happening.PROFILE, {"nickname": name})


def _in_group(_: Fields, data: Fields, account: str) -> list[Inbound]:
    author = part(data, "author")
    member = _openid(text(author, "member_openid") or text(author, "id"))
    group = _openid(text(data, "group_openid"))
    where = f"{ROOM}{group}/{member}"
    said = text(data, "content").strip()
    return [RoomMessage(account, where, _id(text(data, "id")), _at(data), said, _rest(data, author))]


def _friend(happening: Happening) -> Callable[[Fields, Fields, str], list[Inbound]]:
    def read(payload: Fields, data: Fields, account: str) -> list[Inbound]:
        openid = _openid(text(data, "openid"))
        event = text(payload, "t")
        known = _id(text(payload, "id") or f"{event}:{openid}:{data.get('timestamp')}")
        return [BuyerEvent(account, openid, known, _at(data), happening, {"event": event})]

    return read


def _audit(payload: Fields, data: Fields, account: str) -> list[Inbound]:
    """How an audit ended; whether it is told for private messages, and of whom, nobody says (CHANNELS §9)."""
    openid, audit = text(data, "user_openid") or text(data, "openid"), text(data, "audit_id")
    if not openid or not audit:
        return []
    passed = text(payload, "t") == "MESSAGE_AUDIT_PASS"
    detail = {"platform_id": audit, "ok": passed, "reason": "" if passed else "QQ 审核没有通过"}
    known = _id(text(payload, "id") or f"AUDIT:{audit}")
    return [BuyerEvent(account, _openid(openid), known, _at(data), Happening.DELIVERY, detail)]


_READERS: Mapping[str, Callable[[Fields, Fields, str], list[Inbound]]] = {
    "C2C_MESSAGE_CREATE": _private,
    "GROUP_AT_MESSAGE_CREATE": _in_group,
    "FRIEND_ADD": _friend(Happening.SUBSCRIBE),
    "FRIEND_DEL": _friend(Happening.UNSUBSCRIBE),
    "C2C_MSG_REJECT": _friend(Happening.REFUSED_PUSHES),
    "C2C_MSG_RECEIVE": _friend(Happening.ALLOWED_PUSHES),
    "MESSAGE_AUDIT_PASS": _audit,
    "MESSAGE_AUDIT_REJECT": _audit,
}


def _kind(data: Fields) -> MessageKind:
    attachments = data.get("attachments")
    if not isinstance(attachments, list) or not attachments:
        return MessageKind.TEXT if text(data, "content").strip() else MessageKind.UNKNOWN
    return kind_of(attachments[0] if isinstance(attachments[0], dict) else {})


def kind_of(attachment: Fields) -> MessageKind:
    """What is attached: a file if it is neither picture, voice nor video."""
    told = str(attachment.get("content_type") or "").lower()
    return next((kind for begins, kind in _KINDS if told.startswith(begins)), MessageKind.FILE)


def _rest(data: Fields, author: Fields) -> Fields:
    """Everything else as it came, attachments with whole addresses, and who is behind it."""
    rest = {name: value for name, value in data.items() if name not in _NOT_KEPT}
    if isinstance(attachments := rest.get("attachments"), list):
        rest["attachments"] = [_with_address(a) for a in attachments]
    if union := text(author, "union_openid"):
        rest["union_id"] = f"qq:{union}"
    return rest


def _with_address(attachment: Any) -> Any:
    """QQ leaves `https:` out now and then (CHANNELS §3.4)."""
    if isinstance(attachment, dict) and isinstance(url := attachment.get("url"), str) and url:
        whole = url if "://" in url else "https://" + url.lstrip("/")
        return attachment | {"url": whole}
    return attachment


def _openid(value: str) -> str:
    if not _OPENID.fullmatch(value):
        raise BadCallback(400, "not an openid")
    return value


def _id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise BadCallback(400, "not an id")
    return value


def _at(data: Fields) -> datetime:
    """RFC 3339 in messages, unix seconds in events, and both as text now and then."""
    told = str(data.get("timestamp"))
    try:
        at = datetime.fromtimestamp(int(told), UTC) if told.isdigit() else _written(told)
    except (ValueError, OverflowError, OSError):
        raise BadCallback(400, "timestamp is not a time") from None
    if not datetime(2000, 1, 1, tzinfo=UTC) <= at < _LATEST:
        raise BadCallback(400, "timestamp is not a time")
    return at


def _written(told: str) -> datetime:
    at = datetime.fromisoformat(told)
    if at.tzinfo is None:
        raise ValueError("no offset")
    return at.astimezone(UTC)
