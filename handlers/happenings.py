"""What buyers do beside writing: follow, leave, tap a menu, withdraw their consent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.core.customer import Customer
from bot.core.effects import (
    Effect,
    ErasePerson,
    GrantNotice,
    MarkContact,
    NotifySeller,
    Reply,
    SetFields,
    SettleDelivery,
)
from bot.core.events import BuyerEvent, Happening
from bot.core.settings import Settings
from handlers.understanding import Reader
from handlers.wording import said


@dataclass(frozen=True, slots=True)
class _Seen:
    customer: Customer
    event: BuyerEvent
    settings: Settings
    now: datetime
    reader: Reader

    def detail(self, name: str) -> str:
        return str(self.event.detail.get(name) or "")


def decide_event(
    customer: Customer, event: BuyerEvent, settings: Settings, now: datetime, reader: Reader
) -> list[Effect]:
    """What follows from `event`; nothing from one that the shop has no use for."""
    follow = _WHAT_FOLLOWS.get(event.happening)
    return follow(_Seen(customer, event, settings, now, reader)) if follow else []


def _subscribed(seen: _Seen) -> list[Effect]:
    effects: list[Effect] = []
    source = seen.detail("scene")
    if source and source not in seen.customer.note:
        note = f"{seen.customer.note}\n来源：{source}".strip()
        effects.append(SetFields(seen.customer.id, {"note": note}))
    return effects + _greeting(seen)


def _greeting(seen: _Seen) -> list[Effect]:
    """Once in a life, and not into a conversation that the seller leads."""
    if seen.customer.greeted_at is not None or seen.customer.taken_over(seen.now):
        return []
    hello = Reply(said(seen.settings, seen.settings.texts.hello))
    return [hello, SetFields(seen.customer.id, {"greeted_at": seen.now})]


def _unsubscribed(seen: _Seen) -> list[Effect]:
    """Nothing arrives there any more (CHANNELS §1.4); whoever comes back is reachable by that."""
    return [MarkContact(seen.customer.contact.id, {"reachable": False})]


def _clicked(seen: _Seen) -> list[Effect]:
    if seen.customer.taken_over(seen.now):
        return []
    faqs = seen.reader.read(seen.detail("key")).faqs
    if faqs:
        return [Reply(faqs[0].answer)]
    return _greeting(seen) or [Reply(said(seen.settings, seen.settings.texts.hello_again))]


def _delivered(seen: _Seen) -> list[Effect]:
    detail = seen.event.detail
    platform_id, reason = seen.detail("platform_id"), seen.detail("reason")
    settled = SettleDelivery(seen.event.account, platform_id, bool(detail.get("ok")), reason)
    if settled.ok:
        return [settled]
    called = seen.customer.called
    text = f"给 {called} 的通知，微信收了却没送到（{reason}）。\n可以等他来消息时说，或者打电话。"
    return [settled, NotifySeller(text, f"undelivered:{seen.event.account}:{platform_id}")]


def _consented(seen: _Seen) -> list[Effect]:
    grants: dict[str, Any] = dict(seen.event.detail.get("grants") or {})
    contact = seen.customer.contact.id
    return [GrantNotice(contact, template, int(change)) for template, change in grants.items()]


def _revoked(seen: _Seen) -> list[Effect]:
    called = seen.customer.called
    text = f"{called} 撤回了隐私授权，我已按规定删掉他的资料和聊天记录。你自己表格里的也请删掉。"
    key = f"erased:{seen.event.account}:{seen.event.message_id}"
    return [ErasePerson(seen.customer.id), NotifySeller(text, key)]


_WHAT_FOLLOWS: dict[Happening, Callable[[_Seen], list[Effect]]] = {
    Happening.SUBSCRIBE: _subscribed,
    Happening.UNSUBSCRIBE: _unsubscribed,
    Happening.CLICK: _clicked,
    Happening.DELIVERY: _delivered,
    Happening.CONSENT: _consented,
    Happening.PRIVACY_REVOKED: _revoked,
}
