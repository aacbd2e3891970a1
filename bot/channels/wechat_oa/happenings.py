"""WeChat's events as happenings with their details (the event table of CHANNELS §1.4); pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from bot.channels.base import BadCallback
from bot.channels.wechat_oa.document import Fields, word
from bot.core.events import Happening

Detail = Mapping[str, Any]

_SCENE_PREFIX = "qrscene_"


def happening_of(fields: Fields, rest: Fields) -> tuple[Happening, Detail]:
    """What an event is, and its detail; `rest` are the fields beside the envelope, for events nobody reads.

    subscribe, scan: scene, ticket · click: key · delivery: platform_id, ok, reason ·
    consent: grants {template id: change} · other: event and all fields as sent.
    """
    event = word(fields, "Event", required=True)
    happening, detail = _READERS.get(event.lower(), (Happening.OTHER, _everything))
    return happening, {"event": event, **detail(fields, rest)}


def _everything(_: Fields, rest: Fields) -> Detail:
    return rest


def _subscribe(fields: Fields, _: Fields) -> Detail:
    key = word(fields, "EventKey")
    # Without the prefix it is not from a QR code of the shop's (after a payment: "last_trade_no_…").
    scene = key.removeprefix(_SCENE_PREFIX) if key.startswith(_SCENE_PREFIX) else ""
    return {"scene": scene, "ticket": word(fields, "Ticket"), "key": key}


def _scan(fields: Fields, _: Fields) -> Detail:
    return {"scene": word(fields, "EventKey"), "ticket": word(fields, "Ticket")}


def _click(fields: Fields, _: Fields) -> Detail:
    return {"key": word(fields, "EventKey")}


def _scancode(fields: Fields, _: Fields) -> Detail:
    return {"key": word(fields, "EventKey"), "scanned": fields.get("ScanCodeInfo", "")}


def _delivery(fields: Fields, _: Fields) -> Detail:
    status = word(fields, "Status")
    return {"platform_id": word(fields, "MsgID"), "ok": status == "success", "reason": status}


def _asked(item: Fields) -> int:
    return 1 if word(item, "SubscribeStatusString") == "accept" else 0


def _used(_: Fields) -> int:
    return -1


def _consent(group: str, change: Callable[[Fields], int]) -> Callable[[Fields, Fields], Detail]:
    def read(fields: Fields, _: Fields) -> Detail:
        grants: Counter[str] = Counter()
        for item in _items(fields.get(group)):
            grants[word(item, "TemplateId", required=True)] += change(item)
        return {"grants": dict(grants)}

    return read


def _items(group: Any) -> list[Fields]:
    """The <List> elements of a subscription event: one object or many."""
    listed = group.get("List", []) if isinstance(group, dict) else []
    items = listed if isinstance(listed, list) else [listed]
    if not all(isinstance(item, dict) for item in items):
        raise BadCallback(400, "a subscription event without templates")
    return items


_READERS: Mapping[str, tuple[Happening, Callable[[Fields, Fields], Detail]]] = {
    "subscribe": (Happening.SUBSCRIBE, _subscribe),
    "unsubscribe": (Happening.UNSUBSCRIBE, lambda _, __: {}),
    "click": (Happening.CLICK, _click),
    "scan": (Happening.SCAN, _scan),
    "scancode_push": (Happening.CLICK, _scancode),
    "scancode_waitmsg": (Happening.CLICK, _scancode),
    "templatesendjobfinish": (Happening.DELIVERY, _delivery),
    "subscribe_msg_popup_event": (Happening.CONSENT, _consent("SubscribeMsgPopupEvent", _asked)),
    "subscribe_msg_change_event": (Happening.CONSENT, _consent("SubscribeMsgChangeEvent", _asked)),
    "subscribe_msg_sent_event": (Happening.CONSENT, _consent("SubscribeMsgSentEvent", _used)),
    "user_authorization_revoke": (Happening.PRIVACY_REVOKED, _everything),
    "user_authorization_cancellation": (Happening.PRIVACY_REVOKED, _everything),
}
