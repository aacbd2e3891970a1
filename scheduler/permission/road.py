"""Whether there is a road now: the correspondent, the account, the platform's windows and quotas."""

from __future__ import annotations

from datetime import datetime

from bot.core.delivery import Capability, Contact, Kind, Planned, Room, Via, Window
from scheduler.permission.verdicts import Doubt, Drop, Hold, Ledger, Park, Permission, Send


def by_road(planned: Planned, capability: Capability, now: datetime) -> Permission:
    """By which road it may go, or why by none."""
    if not planned.contact.reachable:
        return Park("对方取消了关注或拉黑了这个号")
    if planned.account.stopped_until is not None and now < planned.account.stopped_until:
        return Hold(planned.account.stopped_until, planned.account.stopped_reason)
    disabled = planned.account.api_disabled_until
    disabled = disabled if disabled is not None and now < disabled else None
    if not capability.api or (disabled and not capability.answers):
        return Park("这个号没有主动发消息的权限")
    if planned.message.unsure:
        return _repeated(planned, capability, now)
    if (room := _room(planned, capability)) is not None:
        return _in_room(planned, room, now)
    return _by_window(planned, capability, now)


def _repeated(planned: Planned, capability: Capability, now: datetime) -> Permission:
    """Only by naming the same message again is a repeat recognised; what it names must still be open."""
    answers = planned.message.answers
    room = _room(planned, capability)
    window = room.window if room else capability.message_window
    if (
        answers is not None
        and not answers.is_event
        and window is not None
        and now < answers.at + window.lasts
    ):
        return Send(Via.ANSWER, Ledger.MESSAGE)
    return Doubt("发的时候断了，可能已经送到；再发平台认不出来")


def _room(planned: Planned, capability: Capability) -> Room | None:
    room = capability.room
    return room if room is not None and planned.contact.external_id.startswith(room.prefix) else None


def _in_room(planned: Planned, room: Room, now: datetime) -> Permission:
    """Where others listen: the answer to what was just said, and nothing else."""
    if planned.message.kind is not Kind.REPLY:
        return Drop("群里人多，不在群里说")
    if _left(room.window, planned.contact.message_at, planned.contact.message_sent, now):
        return Send(Via.ANSWER, Ledger.MESSAGE)
    return Drop("群里只能马上回，已经过了时候")


def _by_window(planned: Planned, capability: Capability, now: datetime) -> Permission:
    contact, message_window, touch_window = (
        planned.contact,
        capability.message_window,
        capability.touch_window,
    )
    via = Via.ANSWER if capability.answers else Via.API
    if message_window is None:
        return Send(Via.API)
    if _left(message_window, contact.message_at, contact.message_sent, now):
        return Send(via, Ledger.MESSAGE)
    if touch_window and _left(touch_window, contact.touch_at, contact.touch_sent, now):
        return Send(via, Ledger.TOUCH)
    disabled = planned.account.api_disabled_until
    if capability.proactive and (disabled is None or disabled <= now):
        return Send(Via.API)
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
