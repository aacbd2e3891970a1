"""An entry of kf/sync_msg as what happened: a buyer's words, an event, the seller's words (§2.2); pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.channels.clean import clean, text_at
from bot.channels.wecom_kf.happenings import Told, happenings_of
from bot.core.events import BuyerEvent, BuyerMessage, Happening, MessageKind

KINDS: Mapping[str, MessageKind] = {
    "text": MessageKind.TEXT,
    "image": MessageKind.IMAGE,
    "voice": MessageKind.VOICE,
    "video": MessageKind.VIDEO,
    "file": MessageKind.FILE,
    "location": MessageKind.LOCATION,
    "link": MessageKind.LINK,
}

BY_BUYER, BY_SERVICER = 3, 5
_EVENT = "event"
_ID = re.compile(r"[!-~]{1,128}")
_LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()


@dataclass(frozen=True, slots=True)
class Reading:
    """How entries of one account are read.

    since: what was said before is kept, but nothing follows from it. servicers: userid → seller.
    """

    account: str
    open_kfid: str
    since: datetime
    servicers: Mapping[str, str] = field(default_factory=dict)


def read(entry: Any, reading: Reading, now: datetime) -> list[BuyerMessage | BuyerEvent]:
    """What the entry says happened; nothing, for one of no buyer, of another account, or not readable.

    It never raises: an entry that cannot be read must not hold up those behind it.
    """
    entry = clean(entry)
    msgid, external_id, at = _id(entry, "msgid"), _buyer(entry), _at(entry)
    ours = _kf(entry) in ("", reading.open_kfid)
    if not (isinstance(entry, dict) and msgid and external_id and at and ours):
        return []
    if at < reading.since:
        detail = {"event": "too old to be answered", **_shown(entry)}
        return [BuyerEvent(reading.account, external_id, msgid, at, Happening.OTHER, detail)]
    if entry.get("msgtype") == _EVENT:
        told = happenings_of(entry[_EVENT], at, now, reading.servicers)
        return [_event(reading.account, external_id, msgid, at, one) for one in told]
    if entry.get("origin") == BY_BUYER:
        return [_message(entry, reading.account, external_id, msgid, at)]
    if entry.get("origin") == BY_SERVICER:
        return [_event(reading.account, external_id, msgid, at, _spoken(entry, reading.servicers))]
    detail = {"event": f"origin {entry.get('origin')}", **_shown(entry)}
    return [BuyerEvent(reading.account, external_id, msgid, at, Happening.OTHER, detail)]


def _event(account: str, external_id: str, msgid: str, at: datetime, told: Told) -> BuyerEvent:
    message_id = f"{msgid}:{told.part}" if told.part else msgid
    return BuyerEvent(account, external_id, message_id, at, told.happening, told.detail)


def _message(
    entry: Mapping[str, Any], account: str, external_id: str, msgid: str, at: datetime
) -> BuyerMessage:
    """A tap on a menu comes as the text of its item, and is read like one (`menu_id` is kept)."""
    kind = KINDS.get(str(entry.get("msgtype")), MessageKind.UNKNOWN)
    text = text_at(entry, "text", "content") if kind is MessageKind.TEXT else ""
    return BuyerMessage(account, external_id, msgid, at, kind=kind, text=text, payload=_payload(entry, kind))


def _payload(entry: Mapping[str, Any], kind: MessageKind) -> dict[str, Any]:
    msgtype = str(entry.get("msgtype"))
    inside = entry.get(msgtype)
    rest = dict(inside) if isinstance(inside, dict) else {}
    if kind is MessageKind.TEXT:
        rest.pop("content", None)
    return rest if kind is not MessageKind.UNKNOWN else {"msgtype": msgtype, **rest}


def _spoken(entry: Mapping[str, Any], servicers: Mapping[str, str]) -> Told:
    """The seller answered in WeCom's own app; messages sent by API never come back here (CHANNELS §2.2)."""
    who = text_at(entry, "servicer_userid")
    detail = {"servicer": who, "seller": servicers.get(who, ""), **_shown(entry)}
    return Told(Happening.SELLER_SPOKE, {**detail, "text": text_at(entry, "text", "content")})


def _shown(entry: Mapping[str, Any]) -> dict[str, Any]:
    msgtype = str(entry.get("msgtype"))
    return {"msgtype": msgtype, msgtype: entry.get(msgtype)}


def _id(entry: Any, *path: str) -> str:
    found = text_at(entry, *path)
    return found if _ID.fullmatch(found) else ""


def _buyer(entry: Any) -> str:
    return _id(entry, "external_userid") or _id(entry, _EVENT, "external_userid")


def _kf(entry: Any) -> str:
    return text_at(entry, "open_kfid") or text_at(entry, _EVENT, "open_kfid")


def _at(entry: Any) -> datetime | None:
    seconds = entry.get("send_time") if isinstance(entry, dict) else None
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 < seconds < _LATEST:
        return None
    return datetime.fromtimestamp(seconds, UTC)
