"""QQ's side of the wire, written for itself: the signature, and payloads as the platform sends them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

CHINA = timezone(timedelta(hours=8))


def key_of(secret: str) -> Ed25519PrivateKey:
    seed = secret
    while len(seed) < 32:
        seed *= 2
    return Ed25519PrivateKey.from_private_bytes(seed[:32].encode())


def signed_headers(secret: str, app_id: str, timestamp: str, body: bytes) -> dict[str, str]:
    """The headers seen in the wild."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "QQBot-Callback",
        "X-Bot-Appid": app_id,
        "X-Signature-Method": "Ed25519",
        "X-Signature-Timestamp": timestamp,
        "X-Signature-Ed25519": key_of(secret).sign(timestamp.encode() + body).hex(),
        "X-Tps-Trace-Id": "trace-1",
    }


def rfc3339(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).astimezone(CHINA).isoformat(timespec="seconds")


def dispatch(event: str, data: dict[str, Any], known: str, seq: int) -> dict[str, Any]:
    return {"op": 0, "id": known, "d": data, "s": seq, "t": event}


def private(openid: str, text: str, known: str, now: float, **more: Any) -> dict[str, Any]:
    """The d of C2C_MESSAGE_CREATE."""
    author = {"id": openid, "user_openid": openid, "union_openid": f"union-{openid}"} | more.pop("author", {})
    scene = {"source": "default", "ext": ["msg_idx=REFIDX_1"]}
    data = {"id": known, "content": text, "timestamp": rfc3339(now), "author": author, "message_scene": scene}
    return data | {"message_type": 0} | more


def in_group(group: str, member: str, text: str, known: str, now: float) -> dict[str, Any]:
    """The d of GROUP_AT_MESSAGE_CREATE; the text begins where the @ was."""
    author = {"id": member, "member_openid": member, "union_openid": f"union-{member}"}
    author |= {"username": "群友", "bot": False, "member_role": "member"}  # type: ignore[dict-item]
    return {
        "id": known,
        "content": f" {text}",
        "timestamp": rfc3339(now),
        "author": author,
        "group_id": group,
        "group_openid": group,
    }


def as_bytes(payload: Any) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
