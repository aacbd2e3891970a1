"""What NapCat writes on the wire: CQ codes and event frames, built without the bot's own code (CHANNELS §4)."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from typing import Any

Segment = dict[str, Any]


def text(words: str) -> Segment:
    return {"type": "text", "data": {"text": words}}


def image(file: str = "A1B2.jpg", **more: Any) -> Segment:
    url = f"https://multimedia.nt.qq.com.cn/download?fileid={file}"
    return {"type": "image", "data": {"file": file, "url": url, "file_size": "79100"} | more}


def sent_image(file: str) -> Segment:
    """A picture that went out as base64, as it comes back: a name and a link (NapCat's picElement)."""
    picture = b64decode(file.removeprefix("base64://"))
    name = hashlib.md5(picture).hexdigest().upper() + ".png"
    return image(name, summary="", sub_type=0, file_size=str(len(picture)))


def _escape(value: str, *, parameter: bool) -> str:
    for sign, code in (("&", "&amp;"), ("[", "&#91;"), ("]", "&#93;")):
        value = value.replace(sign, code)
    return value.replace(",", "&#44;") if parameter else value


def to_cq(segments: list[Segment]) -> str:
    """Segments as a string message."""
    parts = []
    for segment in segments:
        data = segment["data"]
        if segment["type"] == "text":
            parts.append(_escape(data["text"], parameter=False))
        else:
            given = "".join(f",{k}={_escape(str(v), parameter=True)}" for k, v in data.items())
            parts.append(f"[CQ:{segment['type']}{given}]")
    return "".join(parts)


def private_message(
    self_id: int, user_id: int, message_id: int | str, at: float, segments: list[Segment], **more: Any
) -> dict[str, Any]:
    """A private message as NapCat posts it with messagePostFormat `array`."""
    return {
        "self_id": self_id,
        "user_id": user_id,
        "time": int(at),
        "message_id": message_id,
        "message_seq": message_id,
        "real_id": message_id,
        "message_type": "private",
        "sender": {"user_id": user_id, "nickname": f"网名{user_id}", "card": ""},
        "raw_message": to_cq(segments),
        "font": 14,
        "sub_type": "friend",
        "message": segments,
        "message_format": "array",
        "post_type": "message",
        "target_id": self_id,
    } | more


def as_string(event: dict[str, Any]) -> dict[str, Any]:
    """The same event with messagePostFormat `string`."""
    return event | {"message": event["raw_message"], "message_format": "string"}


def own_message(
    self_id: int, to: int, message_id: int | str, at: float, segments: list[Segment]
) -> dict[str, Any]:
    """What reportSelfMessage adds: something went out from the account itself."""
    segments = [sent_image(s["data"]["file"]) if _is_base64(s) else s for s in segments]
    event = private_message(self_id, self_id, message_id, at, segments)
    return event | {"post_type": "message_sent", "message_sent_type": "self", "target_id": to}


def _is_base64(segment: Segment) -> bool:
    return segment["type"] == "image" and str(segment["data"].get("file")).startswith("base64://")


def group_message(
    self_id: int, user_id: int, message_id: int, at: float, segments: list[Segment], group_id: int = 700
) -> dict[str, Any]:
    event = private_message(self_id, user_id, message_id, at, segments)
    del event["target_id"]
    group = {"message_type": "group", "sub_type": "normal", "group_id": group_id, "group_name": "护肤群"}
    return event | group


def notice(self_id: int, user_id: int, at: float, kind: str, **more: Any) -> dict[str, Any]:
    event = {"time": int(at), "self_id": self_id, "post_type": "notice", "notice_type": kind}
    return event | {"user_id": user_id} | more


def friend_request(self_id: int, user_id: int, at: float, comment: str, flag: str) -> dict[str, Any]:
    event = {"time": int(at), "self_id": self_id, "post_type": "request", "request_type": "friend"}
    return event | {"user_id": user_id, "comment": comment, "flag": flag}


def lifecycle(self_id: int, at: float) -> dict[str, Any]:
    event = {"time": int(at), "self_id": self_id, "post_type": "meta_event"}
    return event | {"meta_event_type": "lifecycle", "sub_type": "connect"}


def heartbeat(self_id: int, at: float, interval: int, *, online: bool = True) -> dict[str, Any]:
    event = {"time": int(at), "self_id": self_id, "post_type": "meta_event", "interval": interval}
    return event | {"meta_event_type": "heartbeat", "status": {"online": online, "good": True}}
