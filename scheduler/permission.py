"""May this message go to this person now, and why not: one pure function, asked by everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.delivery import UNASKED, Capability, Contact, Kind, Planned, Via, Window


class Ledger(StrEnum):
    """Which right to send a message uses up."""

    MESSAGE = "message"
    TOUCH = "touch"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Send:
    """It may go now, by this road."""

    via: Via
    ledger: Ledger = Ledger.NONE


@dataclass(frozen=True, slots=True)
class Hold:
    """Not before `until`."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Park:
    """Not until the correspondent speaks."""

    reason: str


@dataclass(frozen=True, slots=True)
class Drop:
    """Never."""

    reason: str


Permission = Send | Hold | Park | Drop


def permission(planned: Planned, capability: Capability, now: datetime) -> Permission:
    """The one decision (CONTRACT §7.2–3); reasons are in the seller's words."""
    if planned.expires_at is not None and planned.expires_at <= now:
        return Drop("已经过时")
    if planned.message.kind in UNASKED and planned.unwanted:
        return Drop(planned.unwanted)
    if not planned.contact.reachable:
        return Park("对方取消了关注或拉黑了这个号")
    if planned.account.stopped_until is not None and now < planned.account.stopped_until:
        return Hold(planned.account.stopped_until, planned.account.stopped_reason)
    disabled = planned.account.api_disabled_until
    if not capability.api or (disabled is not None and now < disabled):
        return Park("这个号没有主动发消息的权限")
    return _by_window(planned, capability, now)


def _by_window(planned: Planned, capability: Capability, now: datetime) -> Permission:
    contact, message_window, touch_window = (
        planned.contact,
        capability.message_window,
        capability.touch_window,
    )
    if message_window is None:
        return Send(Via.API)
    if _left(message_window, contact.message_at, contact.message_sent, now):
        return Send(Via.API, Ledger.MESSAGE)
    if touch_window and _left(touch_window, contact.touch_at, contact.touch_sent, now):
        return Send(Via.API, Ledger.TOUCH)
    if planned.message.kind is Kind.NOTICE and planned.message.template in capability.templates:
        return Send(Via.TEMPLATE)
    return Park(_why_closed(message_window, contact, now))


def _left(window: Window, opened: datetime | None, sent: int, now: datetime) -> bool:
    return opened is not None and now < opened + window.lasts and sent < window.count


def _why_closed(window: Window, contact: Contact, now: datetime) -> str:
    hours = round(window.lasts.total_seconds() / 3600)
    if contact.message_at is None or now >= contact.message_at + window.lasts:
        return f"对方超过 {hours} 小时没说话，平台不让主动发"
    return f"对方说话后已经发满 {window.count} 条，平台不让再发"
