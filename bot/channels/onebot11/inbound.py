"""An event frame as what happened: a buyer's message or event, our own words, a request, a pulse; pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.channels.onebot11.message import Said, pictured, read
from bot.channels.onebot11.names import NICKNAME
from bot.channels.onebot11.wire import Frame, kept, whole, words
from bot.core.accounts import OnebotAccount
from bot.core.events import BuyerEvent, BuyerMessage, Happening, MessageKind

ROBOTS = (
    (10000, 10000),
    (66600000, 66600000),
    (2854196301, 2854216399),
    (3328144510, 3328144510),
    (3889000000, 3889999999),
    (4010000000, 4019999999),
)
"""Tencent's own accounts (first to last), as both implementations list them in get_robot_uin_range."""

NO_GROUP = 284840486
"""What NapCat writes when it does not know the group of a temporary session."""

GROUP = "group_id"
"""The key of a message's payload that says through which group a temporary session runs."""

_MILLISECONDS = 10**11
_LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
_AHEAD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OwnWords:
    """Something went out from our account: the bot's own message come back, or the seller at his phone.

    picture: the bytes of the one picture that it is, 0 where they are not told; None if it is anything else.
    """

    to: str
    message_id: str
    at: datetime
    text: str
    picture: int | None = None


@dataclass(frozen=True, slots=True)
class FriendRequest:
    """Somebody wants to be a friend; NapCat may tell the same one several times."""

    who: str
    comment: str
    flag: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Pulse:
    """A heartbeat or the like: whether QQ is online (None: not said), seconds until the next one."""

    online: bool | None = None
    interval: float | None = None
    why: str = ""


Heard = BuyerMessage | BuyerEvent | OwnWords | FriendRequest | Pulse


def heard(frame: Frame, account: OnebotAccount, now: datetime) -> Heard | None:
    """What `frame` says happened on this account; None for what nobody here has a use for.

    Group messages are of no use: a personal account sits in groups of family and hobbies, whoever asks there
    would be answered before all the others, and every word in a group adds to the risk of a ban.
    """
    return _READERS.get(words(frame.get("post_type"), 40), _nothing)(_Told(frame, account, now))


@dataclass(frozen=True, slots=True)
class _Told:
    frame: Frame
    account: OnebotAccount
    now: datetime

    def of(self, name: str) -> str:
        return words(self.frame.get(name), 200)

    @property
    def who(self) -> str:
        """The QQ number of the other side; empty if it is nobody to talk to."""
        number = whole(self.frame.get("user_id"))
        return "" if number is None or _nobody(number, self.account) else str(number)

    @property
    def at(self) -> datetime:
        seconds = whole(self.frame.get("time")) or 0
        seconds = seconds // 1000 if seconds > _MILLISECONDS else seconds
        if not 0 < seconds < _LATEST:
            return self.now
        return min(datetime.fromtimestamp(seconds, UTC), self.now + _AHEAD)


def _nobody(number: int, account: OnebotAccount) -> bool:
    robot = any(first <= number <= last for first, last in ROBOTS)
    return number <= 0 or robot or number == account.self_id or number in account.ignore


def _nothing(_: _Told) -> None:
    return None


# --- messages -----------------------------------------------------------------------------------


def _message(told: _Told) -> BuyerMessage | OwnWords | None:
    if whole(told.frame.get("user_id")) == told.account.self_id:
        return _own(told)
    if told.of("message_type") != "private" or not told.who:
        return None
    said = read(told.frame.get("message"))
    return BuyerMessage(
        told.account.id, told.who, _message_id(told), told.at, said.kind, said.text, _payload(told, said)
    )


def _own(told: _Told) -> OwnWords | None:
    """Reported when 上报自身消息 is on; without target_id nobody can say whom it went to."""
    target = whole(told.frame.get("target_id"))
    if told.of("message_type") != "private" or target is None or _nobody(target, told.account):
        return None
    said = read(told.frame.get("message"))
    return OwnWords(str(target), _message_id(told), told.at, said.text, pictured(said))


def _payload(told: _Told, said: Said) -> Mapping[str, Any]:
    sender = told.frame.get("sender")
    sender = sender if isinstance(sender, dict) else {}
    group = whole(told.frame.get(GROUP)) or whole(sender.get(GROUP))
    temporary = told.of("sub_type") == "group" and group is not None and group != NO_GROUP
    payload = {
        NICKNAME: words(sender.get("nickname"), 100).strip(),
        "sub_type": told.of("sub_type"),
        GROUP: group if temporary else None,
        "reply_to": said.reply_to,
        "segments": said.rest,
    }
    return {name: value for name, value in payload.items() if value}


def _message_id(told: _Told) -> str:
    """The platform's id; for what comes without one, a name that its repetition has too."""
    given = told.of("message_id").strip()
    if given:
        return given
    same = {name: kept(told.frame.get(name)) for name in ("user_id", "target_id", "time", "message")}
    return "sha256:" + hashlib.sha256(json.dumps(same, sort_keys=True).encode()).hexdigest()[:32]


# --- what else happens --------------------------------------------------------------------------


def _notice(told: _Told) -> BuyerEvent | BuyerMessage | Pulse | None:
    kind = told.of("notice_type")
    if kind == "bot_offline":
        return Pulse(online=False, why=told.of("message"))
    if not told.who:
        return None
    if kind == "offline_file":
        return _offline_file(told)
    if kind == "friend_add":
        message_id = f"friend_add:{told.who}:{told.of('time')}"[:200]
        return BuyerEvent(told.account.id, told.who, message_id, told.at, Happening.SUBSCRIBE)
    if kind == "friend_recall":
        recalled = told.of("message_id")
        message_id = f"friend_recall:{told.who}:{recalled}"[:200]
        detail = {"event": kind, "message_id": recalled}
        return BuyerEvent(told.account.id, told.who, message_id, told.at, Happening.OTHER, detail)
    return None


def _offline_file(told: _Told) -> BuyerMessage:
    file = kept(told.frame.get("file"))
    name = words(file.get("name"), 200) if isinstance(file, dict) else ""
    message_id = f"offline_file:{told.who}:{told.of('time')}:{name}"[:200]
    payload = {"segments": [{"type": "file", "data": file}]}
    return BuyerMessage(told.account.id, told.who, message_id, told.at, MessageKind.FILE, payload=payload)


def _request(told: _Told) -> FriendRequest | None:
    if told.of("request_type") != "friend" or not told.who or not told.of("flag"):
        return None
    return FriendRequest(told.who, told.of("comment").strip(), told.of("flag"), told.at)


def _meta(told: _Told) -> Pulse | None:
    if told.of("meta_event_type") == "lifecycle":
        return Pulse()
    if told.of("meta_event_type") != "heartbeat":
        return None
    status, milliseconds = told.frame.get("status"), whole(told.frame.get("interval"))
    online = status.get("online") if isinstance(status, dict) else None
    interval = milliseconds / 1000 if milliseconds is not None and milliseconds > 0 else None
    return Pulse(online if isinstance(online, bool) else None, interval)


_READERS: Mapping[str, Callable[[_Told], Heard | None]] = {
    "message": _message,
    "message_sent": _message,
    "notice": _notice,
    "request": _request,
    "meta_event": _meta,
}
