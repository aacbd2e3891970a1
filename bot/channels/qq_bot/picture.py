"""Pictures as QQ takes them: uploaded first, then shown by a message (CHANNELS §3.5 media); pure."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from typing import Any

from bot.channels.qq_bot.api import Answer
from bot.channels.qq_bot.errors import outcome_of
from bot.core.delivery import Outcome, Verdict

MOST_PICTURE = 700 * 1024
"""Bytes, as base64 less than a mebibyte; a cautious figure, for none is official.

Users report time-outs from 2 MB on, and that 5 MB as base64 are refused (nonebot/adapter-qq#163).
"""

_PICTURE = 1


def upload_of(png: bytes) -> dict[str, Any]:
    """The request that hands the picture over, and sends nothing yet.

    Not confirmed: that private chats take `file_data`. Libraries send it (CHANNELS §3.5), Tencent's document
    of 2025 calls it not supported yet and wants a `url`, some users had it refused (openclaw#92246). A shop
    has no address where QQ could fetch a picture; whoever gives it one has only this to change.
    """
    return {"file_type": _PICTURE, "file_data": b64encode(png).decode(), "srv_send_msg": False}


def message_of(file_info: str) -> dict[str, Any]:
    """What a message says that shows what was uploaded."""
    return {"content": " ", "msg_type": 7, "media": {"file_info": file_info}}


def file_info_of(answer: Answer) -> str:
    """What a message must name to show what was uploaded; empty if the upload failed."""
    told = answer.fields.get("file_info")
    return told if isinstance(told, str) and answer.status < 300 and not answer.code else ""


def not_uploaded(answer: Answer, *, unsure: bool) -> Outcome:
    """What an upload without a file_info means for its message, which QQ has not seen: never SENT or UNKNOWN.

    unsure: an earlier attempt may have shown the picture; that this one is refused does not settle it.
    """
    outcome = outcome_of(answer)
    if outcome.verdict is Verdict.SENT:
        return Outcome(Verdict.RETRY, "QQ 没收下图片", outcome.code)
    if outcome.verdict is Verdict.REJECTED and unsure:
        return replace(outcome, verdict=Verdict.RETRY)
    return outcome
