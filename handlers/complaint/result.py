"""Satisfied or not: what the buyer answers at steps 8 and 9, and where that leads (PRACTICES 8, 9, 12)."""

from __future__ import annotations

from bot.core.clock import shop_clock
from bot.core.complaint import Complaint, Ending, Signal, Step
from bot.core.customer import TagSource
from bot.core.effects import AddTag, Effect, MoveComplaint, Reply
from handlers.complaint.beside import facts
from handlers.complaint.hearing import after, hear, told
from handlers.complaint.naming import title
from handlers.complaint.passing_on import how_to, passed_on
from handlers.complaint.signs import complains, has_its_answer
from handlers.complaint.wording import filled, next_step, was_said
from handlers.situation import Situation
from handlers.understanding.problem import problem_in
from handlers.understanding.verdict import Satisfaction, satisfaction
from handlers.wording import quoted

RECOVERED = "挽回成功"
"""The tag of who complained and stayed (PRACTICES 12)."""
_ALL = "都"


def answer(situation: Situation, complaint: Complaint) -> list[Effect]:
    """The buyer speaks after having been asked; what is neither yes nor no goes to the seller to read."""
    match _verdict(situation):
        case Satisfaction.SATISFIED:
            return satisfied(situation, _meant(situation, complaint))
        case Satisfaction.UNSATISFIED:
            return unsatisfied(situation, complaint)
    return [] if has_its_answer(situation) else passed_on(situation, complaint)


def answered(situation: Situation, asked: list[Complaint]) -> list[Effect]:
    """While another complaint is being listened to, only a plain yes is an answer; empty if it is none."""
    reading = situation.reading
    plain = bool(asked) and not reading.nod and not complains(situation)
    if not plain or _verdict(situation) is not Satisfaction.SATISFIED:
        return []
    return satisfied(situation, [max(asked, key=lambda c: (c.asked_at or c.entered_at, c.id))])


def satisfied(situation: Situation, complaints: list[Complaint]) -> list[Effect]:
    """Thanks, and on to the follow-up; after that it is closed, and the buyer won back."""
    customer, settings, first = situation.customer, situation.settings, complaints[0]
    kind = "thanks" if first.step is Step.RESULT else "closed"
    thanks, more = filled(kind, first, customer, settings), facts(situation)
    text = "\n".join(part for part in (thanks, more) if part and not was_said(first, part))
    moves = [hear(situation, c, Signal.SATISFIED, text) for c in complaints]
    lines = [_pleased(situation, c, m) for c, m in zip(complaints, moves, strict=True)]
    reply: list[Effect] = [Reply(text)] if text else []
    won = any(m.ending is Ending.RECOVERED for m in moves)
    words = quoted(situation.text)
    tag: list[Effect] = [AddTag(customer.id, RECOVERED, TagSource.BOT, words)] if won else []
    return [*reply, *moves, *tag, told(situation, "\n".join(lines), awaits=False)]


def unsatisfied(situation: Situation, complaint: Complaint) -> list[Effect]:
    """Back to step 6 with the final offer; after the follow-up, a second chance from the beginning."""
    customer, settings = situation.customer, situation.settings
    kind = "unsatisfied" if complaint.step is Step.RESULT else "reopened"
    text = how_to(situation, complaint) or filled(kind, complaint, customer, settings)
    moved = hear(situation, complaint, Signal.UNSATISFIED, text)
    later = after(complaint, moved.changes)
    what = "他不满意" if complaint.step is Step.RESULT else "回访时他又不满意，从头再来"
    step = next_step(later, customer, settings, situation.now)
    lines = [f"{title(complaint, customer)}{what}，说：{quoted(situation.text)}", step]
    reply: list[Effect] = [Reply(text)] if text else []
    return [*reply, moved, told(situation, "\n".join(lines))]


def _verdict(situation: Situation) -> Satisfaction:
    """Who names what is wrong is not satisfied, even where it is neither a yes nor a no."""
    verdict = satisfaction(situation.text, situation.reading.meaning)
    wrong = verdict is Satisfaction.UNCLEAR and not situation.reading.question
    return Satisfaction.UNSATISFIED if wrong and problem_in(situation.text) else verdict


def _meant(situation: Situation, complaint: Complaint) -> list[Complaint]:
    """都好了 is about everything that stands asked; any other yes about what was asked last, or named."""
    if _ALL not in situation.text or situation.reading.products:
        return [complaint]
    others = [
        c
        for c in situation.customer.complaints
        if c.step is complaint.step and c.asked_at is not None and c.id != complaint.id
    ]
    return [complaint, *others]


def _pleased(situation: Situation, complaint: Complaint, moved: MoveComplaint) -> str:
    head = f"{title(complaint, situation.customer)}他满意了，说：{quoted(situation.text)}"
    if moved.ending is not None:
        return f"{head}\n这件结束了，{moved.ending.value}。"
    on = shop_clock(moved.changes["due_at"], situation.settings.shop.zone, situation.now)
    return f"{head}\n{on}我去回访一句，你不用管。"
