"""A plaintext callback body as what happened: a buyer's message or event (CHANNELS §1.4, §1.5); pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from bot.channels.base import BadCallback
from bot.channels.wechat_oa.document import Fields, fields_of, text, word
from bot.channels.wechat_oa.happenings import happening_of
from bot.core.accounts import WechatOaAccount
from bot.core.events import BuyerEvent, BuyerMessage, Happening, MessageKind

KINDS: Mapping[str, MessageKind] = {
    "text": MessageKind.TEXT,
    "image": MessageKind.IMAGE,
    "voice": MessageKind.VOICE,
    "video": MessageKind.VIDEO,
    "shortvideo": MessageKind.VIDEO,
    "location": MessageKind.LOCATION,
    "link": MessageKind.LINK,
    "file": MessageKind.FILE,
}

_ENVELOPE = frozenset({"ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId", "Event", "Encrypt"})
_SPOKEN = {MessageKind.TEXT: "Content", MessageKind.VOICE: "Recognition"}
_OPENID = re.compile(r"[!-~]{1,128}")  # real ones are 28 letters, digits, - and _
_SECONDS = re.compile(r"[0-9]{1,10}")
_LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
_LONGEST_ID = 200


def parse(body: bytes, account: WechatOaAccount) -> BuyerMessage | BuyerEvent:
    """What the plaintext XML `body` says happened on `account`.

    Raises BadCallback 400 for everything that WeChat would not send to this account, and nothing else.
    """
    fields = fields_of(body)
    if word(fields, "ToUserName") != account.original_id:
        raise BadCallback(400, "ToUserName is not this account")
    if word(fields, "MsgType", required=True).lower() == "event":
        return _event(fields, account.id)
    return _message(fields, account.id)


def _message(fields: Fields, account: str) -> BuyerMessage:
    kind = KINDS.get(word(fields, "MsgType").lower(), MessageKind.UNKNOWN)
    return BuyerMessage(
        account=account,
        external_id=_openid(fields, "FromUserName"),
        message_id=_limited(word(fields, "MsgId") or _made_up_id(fields)),
        at=_at(fields),
        kind=kind,
        text=text(fields, _SPOKEN.get(kind, "Content")),
        payload=_payload(fields, kind),
    )


def _event(fields: Fields, account: str) -> BuyerEvent:
    happening, detail = happening_of(fields, _rest(fields))
    # The platform's own account may report a revocation; the person is the OpenID (CHANNELS §1.4).
    revoked = happening is Happening.PRIVACY_REVOKED
    of_whom = "OpenID" if revoked and word(fields, "OpenID") else "FromUserName"
    return BuyerEvent(
        account=account,
        external_id=_openid(fields, of_whom),
        message_id=_limited(_event_id(fields, happening)),
        at=_at(fields),
        happening=happening,
        detail=detail,
    )


def _payload(fields: Fields, kind: MessageKind) -> Fields:
    rest = _rest(fields)
    if kind is MessageKind.UNKNOWN:
        return {"MsgType": word(fields, "MsgType"), **rest}
    rest.pop(_SPOKEN.get(kind, ""), None)
    return rest


def _rest(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if name not in _ENVELOPE}


def _event_id(fields: Fields, happening: Happening) -> str:
    """CHANNELS §1.5, and what tells two reports of the same second apart that have no EventKey."""
    key = word(fields, "EventKey") or word(fields, "MsgID")
    if happening is Happening.CONSENT:
        key = _digest(_rest(fields))
    return ":".join((_openid(fields, "FromUserName"), word(fields, "CreateTime"), word(fields, "Event"), key))


def _made_up_id(fields: Fields) -> str:
    """For a kind of message that comes without MsgId: a repeated push has the same fields, so the same id."""
    return ":".join((_openid(fields, "FromUserName"), word(fields, "CreateTime"), _digest(fields)))


def _digest(fields: Fields) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:32]


def _limited(key: str) -> str:
    return key if len(key) <= _LONGEST_ID else "sha256:" + hashlib.sha256(key.encode()).hexdigest()


def _openid(fields: Fields, name: str) -> str:
    openid = word(fields, name, required=True)
    if not _OPENID.fullmatch(openid):
        raise BadCallback(400, f"{name} is not an openid")
    return openid


def _at(fields: Fields) -> datetime:
    seconds = word(fields, "CreateTime", required=True)
    if not _SECONDS.fullmatch(seconds) or not 0 < int(seconds) < _LATEST:
        raise BadCallback(400, "CreateTime is not a time")
    return datetime.fromtimestamp(int(seconds), UTC)
