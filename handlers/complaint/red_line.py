"""Somebody harmed, or the law: told to everybody at once, and nothing automatic any more (PRACTICES 21)."""

from __future__ import annotations

from bot.core.complaint import Complaint, Signal
from bot.core.customer import Customer
from bot.core.effects import Effect, Reply, SetFields
from handlers.complaint.hearing import after, hear, told
from handlers.complaint.naming import title
from handlers.complaint.signs import somebody_is_hurt
from handlers.complaint.wording import next_step, was_said
from handlers.situation import Situation
from handlers.wording import quoted, said

HEAD = "红线！店主和大家都看一眼，马上亲自联系他。"


def answer(situation: Situation, complaint: Complaint | None, opened: list[Effect]) -> list[Effect]:
    """Stop all automation to this buyer. opened: what opens the complaint if it is not part of one."""
    stop = SetFields(situation.customer.id, {"red_line_at": situation.now})
    if complaint is None:
        return [*opened, stop]
    text = words(situation, complaint)
    moved = hear(situation, complaint, Signal.HEARD, text)
    later = after(complaint, moved.changes)
    customer, settings = situation.customer, situation.settings
    lines = [
        HEAD,
        f"{title(later, customer)}又说：{quoted(situation.text)}",
        stopped(customer),
        next_step(later, customer, settings, situation.now),
    ]
    reply = [Reply(text)] if text else []
    return [*reply, moved, stop, told(situation, "\n".join(lines))]


def words(situation: Situation, complaint: Complaint | None) -> str:
    """People first, where somebody is hurt, and once; else nothing of its own."""
    if not somebody_is_hurt(situation):
        return ""
    text = said(situation.settings, situation.settings.texts.harm)
    return "" if complaint and was_said(complaint, text) else text


def stopped(customer: Customer) -> str:
    """What has stopped, and what ends that."""
    phone = f"他的电话 {customer.phone}。" if customer.phone else ""
    return f"对他的自动回话、问候、活动我全停了，只有你发的会送到。{phone}处理好了打：交还 {customer.called}"
