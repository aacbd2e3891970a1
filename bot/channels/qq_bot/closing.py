"""How the gateway's connections end, and what to do next (the close codes of CHANNELS §3.3); pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Next(Enum):
    """How to come back."""

    RESUME = "resume"  # the same session, from the last event that is stored
    IDENTIFY = "identify"  # a new session
    RENEW = "renew"  # a new session with another token
    LATER = "later"  # not before somebody has changed something


@dataclass(frozen=True, slots=True)
class Ending:
    """What to do next, and why in the seller's words where that is for a person to mend."""

    next: Next
    reason: str = ""


RESUMED = Ending(Next.RESUME)
AFRESH = Ending(Next.IDENTIFY)

_INTENT = Ending(Next.LATER, "QQ 不给这个机器人群聊和单聊的消息，请在开放平台申请")
_SHARD = Ending(Next.LATER, "QQ 不认连接的参数，这是程序的错，请告诉维护者")

CLOSES: Mapping[int, Ending] = {
    4004: Ending(Next.RENEW),
    4006: AFRESH,
    4007: AFRESH,
    4008: RESUMED,
    4009: RESUMED,
    4010: _SHARD,
    4011: _SHARD,
    4012: _SHARD,
    4013: _INTENT,
    4014: _INTENT,
    **dict.fromkeys(range(4900, 4914), AFRESH),
    4914: Ending(Next.LATER, "机器人已下架，只能连沙箱环境；请到 QQ 开放平台看看"),
    4915: Ending(Next.LATER, "机器人被封，请到 QQ 开放平台看通知"),
}


def ending_of(code: int | None) -> Ending:
    """What a close code asks for; anything unknown is a broken line, and the session goes on."""
    return CLOSES.get(code or 0, RESUMED)
