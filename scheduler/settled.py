"""What the seller is told and left with when a message of the outbox comes to an end, or cannot. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.core.delivery import Kind, Planned
from bot.core.effects import BuyerAnswered, Effect, LeaveTask, NotifySeller, SettleTask, TaskState
from bot.core.ledger import PERSONAL, PRIORITY_NAMES


def delivered(planned: Planned) -> Sequence[Effect]:
    """Who was told that it waits is told that it went; a seller's words that went out are an answer."""
    text = f"刚才等着的，给 {planned.called} 的{thing(planned)}已经送出。"
    told = (*tell(planned, text, "sent"), *settled(planned, TaskState.DONE)) if planned.waited else ()
    if planned.message.kind is Kind.RELAY and planned.contact.customer_id is not None:
        return (*told, BuyerAnswered(planned.contact.customer_id, planned.origin))
    return told


def left_to_the_seller(planned: Planned, reason: str, contact: dict[str, Any]) -> Sequence[Effect]:
    """A greeting about this one person is worth the seller's own hand, where the person can be reached."""
    who, there = planned.contact.customer_id, planned.contact.reachable and contact.get("reachable", True)
    if planned.message.kind is not Kind.CARE or planned.priority < PERSONAL or not there or who is None:
        return ()
    names = [name for priority, name in PRIORITY_NAMES.items() if priority <= planned.priority]
    about, key = planned.rule or names[-1], _task(planned)
    text, until = planned.message.text, planned.expires_at
    return (LeaveTask(who, about, text, key, until, reason, planned.message.id),)


def settled(planned: Planned, state: TaskState) -> Sequence[Effect]:
    """What has gone out by itself, or may not go at all, is nothing for the seller any more."""
    return (SettleTask(_task(planned), state),) if planned.unasked and planned.waited else ()


def _task(planned: Planned) -> str:
    return f"push:{planned.message.id}"


THINGS = {
    Kind.REPLY: "自动回复",
    Kind.RELAY: "回复",
    Kind.NOTICE: "通知",
    Kind.COMPLAINT: "投诉的回话",
    Kind.ALERT: "提醒",
    Kind.CARE: "问候",
    Kind.PROMO: "促销",
}
"""What a message is called in front of the seller."""


_DAILY_WORK = ("parked", "dropped", "sent")


def thing(planned: Planned) -> str:
    """The message, as the seller calls it."""
    return THINGS[planned.message.kind]


def short(planned: Planned) -> str:
    """Enough of its words to recognise it by."""
    text = planned.message.text
    return text if len(text) <= 60 else text[:60] + "…"


def tell(planned: Planned, text: str, what: str) -> Sequence[Effect]:
    """To the seller, once a row and state; an alert that fails is not alerted about.

    Of what nobody asked for only the troubles: the rest is the ledger's daily work, and 为什么 shows it.
    """
    if planned.message.kind is Kind.ALERT or (planned.unasked and what in _DAILY_WORK):
        return ()
    return (NotifySeller(text, key=f"{what}:{planned.message.id}"),)
