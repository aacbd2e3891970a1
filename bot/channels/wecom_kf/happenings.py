"""WeCom's events as happenings with their details (the event list of CHANNELS §2.2); pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.channels.clean import text_at
from bot.channels.wecom_kf.errors import REFUSES, why_failed
from bot.core.events import Happening

WELCOME_FOR = timedelta(seconds=20)
"""How long after the event its welcome code is good, for one message (CHANNELS §2.3)."""

CODE = "welcome_code"
_ENDED = 3


@dataclass(frozen=True, slots=True)
class Told:
    """One happening; `part` tells the second one of the same event from the first."""

    happening: Happening
    detail: Mapping[str, Any] = field(default_factory=dict)
    part: str = ""


@dataclass(frozen=True, slots=True)
class _Seen:
    event: Mapping[str, Any]
    at: datetime
    now: datetime
    servicers: Mapping[str, str]

    def word(self, name: str) -> str:
        return text_at(self.event, name)


def happenings_of(event: Any, at: datetime, now: datetime, servicers: Mapping[str, str]) -> list[Told]:
    """What follows from an event; always at least what it was, so that it is kept."""
    fields = event if isinstance(event, dict) else {}
    seen = _Seen(fields, at, now, servicers)
    return _READERS.get(seen.word("event_type"), _other)(seen)


def _other(seen: _Seen) -> list[Told]:
    return [Told(Happening.OTHER, dict(seen.event))]


def _entered(seen: _Seen) -> list[Told]:
    """With a code that is still good they may be greeted, which is what a subscribe is; else they came in."""
    scene = "?".join(part for part in (seen.word("scene"), seen.word("scene_param")) if part)
    detail = {"event": "enter_session", "scene": scene}
    code = seen.word(CODE)
    if code and seen.now < seen.at + WELCOME_FOR:
        until = (seen.at + WELCOME_FOR).isoformat()
        return [Told(Happening.SUBSCRIBE, {**detail, CODE: code, "until": until})]
    return [Told(Happening.ENTERED, detail)]


def _send_failed(seen: _Seen) -> list[Told]:
    fail_type = seen.event.get("fail_type")
    detail = {"platform_id": seen.word("fail_msgid"), "ok": False, "reason": why_failed(fail_type)}
    failed = Told(Happening.DELIVERY, {"event": "msg_send_fail", "fail_type": fail_type, **detail})
    gone = Told(Happening.UNSUBSCRIBE, {"event": "msg_send_fail"}, "refuses")
    return [failed, gone] if fail_type == REFUSES else [failed]


def _session(seen: _Seen) -> list[Told]:
    """A person takes the conversation, passes it on, or is done with it; a bot's own session just ends."""
    old, new = seen.word("old_servicer_userid"), seen.word("new_servicer_userid")
    if seen.event.get("change_type") != _ENDED and new:
        seller = seen.servicers.get(new, "")
        return [Told(Happening.TAKEN_OVER, {**seen.event, "servicer": new, "seller": seller})]
    if seen.event.get("change_type") == _ENDED and old:
        return [Told(Happening.HANDED_BACK, dict(seen.event))]
    return _other(seen)


_READERS: Mapping[str, Callable[[_Seen], list[Told]]] = {
    "enter_session": _entered,
    "msg_send_fail": _send_failed,
    "session_status_change": _session,
}
