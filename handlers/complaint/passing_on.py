"""What the seller has to answer himself goes into the complaint and to him, with the step at hand."""

from __future__ import annotations

from bot.core.complaint import Complaint, Signal
from bot.core.effects import Effect, Reply
from handlers.complaint.beside import parcel_facts
from handlers.complaint.hearing import after, hear, told
from handlers.complaint.naming import title
from handlers.complaint.signs import asks_to_complain
from handlers.complaint.wording import filled, next_step, was_said, with_hotline
from handlers.situation import JUST_NOW, Situation
from handlers.wording import quoted, said


def passed_on(situation: Situation, complaint: Complaint) -> list[Effect]:
    """Into the complaint, and to the seller with the step at hand; the buyer hears that it was noted."""
    text = how_to(situation, complaint) or _noted(situation, complaint)
    moved = hear(situation, complaint, Signal.HEARD, text)
    later, customer = after(complaint, moved.changes), situation.customer
    words = quoted(situation.text) or "（图片、语音或文件，我看不了，请到聊天里看）"
    step = next_step(later, customer, situation.settings, situation.now)
    reply: list[Effect] = [Reply(text)] if text else []
    return [*reply, moved, told(situation, f"{title(complaint, customer)}又说：{words}\n{step}")]


def how_to(situation: Situation, complaint: Complaint) -> str:
    """How to complain, to who asks for it and has not been told in this complaint (PRACTICES 10)."""
    if not asks_to_complain(situation):
        return ""
    customer, settings = situation.customer, situation.settings
    return with_hotline(filled("how", complaint, customer, settings), complaint, customer, settings)


def _noted(situation: Situation, complaint: Complaint) -> str:
    """Where the parcel is if they ask; else a word, but not to who goes on telling."""
    facts = parcel_facts(situation)
    if facts and not was_said(complaint, facts):
        return facts
    if situation.reading.greeting:
        hello = said(situation.settings, situation.settings.texts.hello_again)
        return "" if was_said(complaint, hello) else hello
    last = complaint.heard_at or complaint.opened_at
    if situation.now - last < JUST_NOW:
        return ""
    return filled("noted", complaint, situation.customer, situation.settings)
