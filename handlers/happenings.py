"""What buyers do beside writing (follow, leave, tap a menu …), and the seller in the platform's own app."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.core.complaint import STEP_NAMES, Step
from bot.core.customer import Customer
from bot.core.effects import (
    BuyerAnswered,
    CancelTimer,
    Effect,
    ErasePerson,
    GrantNotice,
    MarkContact,
    NotifySeller,
    PiecesAnswered,
    Reply,
    SetFields,
    SettleDelivery,
)
from bot.core.events import BuyerEvent, Happening
from bot.core.settings import Settings
from handlers import sessions
from handlers.complaint.taken_up import taken_up
from handlers.promise_keeping import noted, spoken
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
    return [*sessions.entered(seen.customer, seen.event), *_greeting(seen)]


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


def _refused_pushes(seen: _Seen) -> list[Effect]:
    """A switch in the platform's own app, and as good as the word 退订."""
    if seen.customer.opted_out_at is not None:
        return []
    text = f"{seen.customer.called} 在平台里关掉了主动消息。问候和活动不再发给他，订单通知照常。"
    key = f"optout:{seen.event.account}:{seen.event.message_id}"
    return [SetFields(seen.customer.id, {"opted_out_at": seen.now}), NotifySeller(text, key)]


def _allowed_pushes(seen: _Seen) -> list[Effect]:
    """He has switched them on himself: that takes an earlier refusal back."""
    if seen.customer.opted_out_at is None:
        return []
    return [SetFields(seen.customer.id, {"opted_out_at": None})]


def _revoked(seen: _Seen) -> list[Effect]:
    called = seen.customer.called
    text = f"{called} 撤回了隐私授权，我已按规定删掉他的资料和聊天记录。你自己表格里的也请删掉。"
    key = f"erased:{seen.event.account}:{seen.event.message_id}"
    return [ErasePerson(seen.customer.id), NotifySeller(text, key)]


def _seller_spoke(seen: _Seen) -> list[Effect]:
    """The seller answered in the platform's own app: as 回, only that the words have arrived already.

    The silence counts from when the words were said, which a platform may tell late. That the words are
    not the bot's own, come back, is for the channel to know: by the platform's message id, else by
    `storage.queries.echoes`; the same event twice is one event in any case.
    """
    one, at = seen.customer, min(seen.event.at, seen.now)
    by = seen.detail("seller") or _only_seller(seen.settings)
    until = max(at + seen.settings.conversation.take_over, one.taken_over_until or at)
    promises = spoken(one, seen.detail("text"), by, seen.settings, at)
    effects: list[Effect] = [SetFields(one.id, {"taken_over_by": by, "taken_over_until": until})]
    effects += [BuyerAnswered(one.id, by), *taken_up(one, by, seen.settings, seen.now), *promises]
    if one.pieces:
        effects += [PiecesAnswered(one.id), CancelTimer(_PIECES, one.id, "")]
    if told := noted(one, promises, seen.settings, seen.now):
        key = f"spoke:{seen.event.account}:{seen.event.message_id}"
        effects.append(NotifySeller(f"你在聊天里回了 {one.called}，{told}", key))
    return effects + _steps_to_report(seen)


def _only_seller(settings: Settings) -> str:
    """Who speaks in the app of a shop, as far as that is known."""
    owners = [s.name for s in settings.sellers if s.role == "owner"] or [s.name for s in settings.sellers]
    return owners[0] if owners else "店主"


def _steps_to_report(seen: _Seen) -> list[Effect]:
    """Once a step: words in the app may have been what an open complaint waits for; only the seller knows."""
    return [
        NotifySeller(
            f"你在聊天里回了 {seen.customer.called}。投诉 {c.id} 还记在“{STEP_NAMES[c.step]}”，"
            f"这一步做完了打：投诉 {c.id} 完成",
            f"spoke:{c.id}:{c.round}:{c.step}",
        )
        for c in seen.customer.complaints
        if c.step in _WORDS_ALONE
    ]


_WORDS_ALONE = (Step.TALK, Step.APOLOGISE)
"""What the seller does in these steps is to talk."""
_PIECES = "pieces"
"""As `handlers.brain` names the timer of what waits for a buyer's silence."""

_WHAT_FOLLOWS: dict[Happening, Callable[[_Seen], list[Effect]]] = {
    Happening.SUBSCRIBE: _subscribed,
    Happening.UNSUBSCRIBE: _unsubscribed,
    Happening.CLICK: _clicked,
    Happening.DELIVERY: _delivered,
    Happening.CONSENT: _consented,
    Happening.PRIVACY_REVOKED: _revoked,
    Happening.REFUSED_PUSHES: _refused_pushes,
    Happening.ALLOWED_PUSHES: _allowed_pushes,
    Happening.SELLER_SPOKE: _seller_spoke,
    Happening.ENTERED: lambda seen: sessions.entered(seen.customer, seen.event),
    Happening.TAKEN_OVER: lambda seen: sessions.taken_over(
        seen.customer, seen.event, seen.now, _only_seller(seen.settings)
    ),
    Happening.HANDED_BACK: lambda seen: sessions.handed_back(seen.customer),
    Happening.PROFILE: lambda seen: sessions.introduced(seen.customer, seen.event),
}
