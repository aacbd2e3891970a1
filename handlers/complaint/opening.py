"""A buyer complains: attitude first, then all that follows goes into the same complaint (PRACTICES 1, 14)."""

from __future__ import annotations

from bot.core.complaint import Complaint, Step
from bot.core.customer import TagSource
from bot.core.effects import AddTag, Effect, OpenComplaint, Reply, SetFields
from handlers.complaint import collecting, red_line, result, steps
from handlers.complaint.beside import parcel_facts
from handlers.complaint.hearing import BUYER, alert_key, said_in
from handlers.complaint.matter import asks, belongs, matter_of
from handlers.complaint.naming import REVIEW, low_marks, order_of, problem_of
from handlers.complaint.signs import asks_to_complain, complains, crosses_the_line, proves, urgency
from handlers.complaint.wording import fact_line, next_step, nth, with_hotline
from handlers.situation import Situation
from handlers.understanding.meaning import Intent
from handlers.wording import quoted

COMPLAINED = "投诉过"
"""The tag of who has complained; its count is how often, so that nobody reads the same apology twice."""


def answer(situation: Situation) -> list[Effect]:
    """Open a complaint, or take the message into the open one that it is part of; else leave it to others."""
    if stopped := stop(situation):
        return stopped
    complaint = belongs(situation)
    if complaint is None:
        return _new(situation)
    if complaint.step is Step.LISTEN:
        asked = [c for c in situation.customer.complaints if asks(c)]
        return result.answered(situation, asked) or collecting.listen(situation, complaint)
    if asks(complaint):
        return result.answer(situation, complaint)
    return collecting.collect(situation, complaint)


def stop(situation: Situation) -> list[Effect]:
    """A red line, whatever else is asked beside it; nothing where a person has the conversation already."""
    if situation.customer.taken_over(situation.now) or not crosses_the_line(situation):
        return []
    complaint = belongs(situation)
    opened = [] if complaint else _opened(situation, red_line.words(situation, None))
    return red_line.answer(situation, complaint, opened)


def _new(situation: Situation) -> list[Effect]:
    if complains(situation):
        return _opened(situation, "")
    listening = [c for c in situation.customer.complaints if c.step is Step.LISTEN]
    return collecting.listen(situation, listening[-1]) if listening else []


def _opened(situation: Situation, words: str) -> list[Effect]:
    """words: what to say first instead of the usual."""
    complaint = _complaint(situation)
    said = _said(situation, complaint, words)
    customer = situation.customer.id
    return [
        Reply(said),
        _effect(situation, complaint, said),
        AddTag(customer, COMPLAINED, TagSource.BOT, quoted(situation.text)),
        SetFields(customer, {"asked_seller_at": situation.now}),
    ]


def _complaint(situation: Situation) -> Complaint:
    """As it will be loaded, but for its number."""
    by_marks = low_marks(situation.text) and not situation.reading.meaning.is_complaint
    return Complaint(
        0,
        situation.customer.id,
        **steps.opening(situation.now, situation.settings.complaints.deadlines.plan),
        **matter_of(situation).fields,
        words=said_in(situation),
        urgency=urgency(situation),
        source=REVIEW if by_marks else BUYER,
        evidence=int(proves(situation)),
    )


_FIELDS = ("step", "opened_at", "entered_at", "due_at", "matter", "product", "order_number")
_MORE_FIELDS = ("urgency", "source", "evidence")


def _effect(situation: Situation, complaint: Complaint, said: str) -> OpenComplaint:
    fields = {name: getattr(complaint, name) for name in (*_FIELDS, *_MORE_FIELDS)}
    alert = _alert(situation, complaint)
    return OpenComplaint(
        complaint.customer_id, BUYER, complaint.words, fields, said, alert, alert_key(situation)
    )


def _said(situation: Situation, complaint: Complaint, words: str) -> str:
    """The feeling and the thing; then which order, where its parcel is, and where else to complain."""
    customer, settings = situation.customer, situation.settings
    times = next((t.count for t in customer.tags if t.name == COMPLAINED), 0)
    if words:
        return with_hotline(words, complaint, customer, settings)
    first = nth(_kind(situation, complaint), times, complaint, customer, settings)
    order = "about" if complaint.matter else "guessed"
    about = fact_line(order, complaint, customer, settings) if order_of(complaint, customer) else ""
    text = "\n".join(part for part in (first, about, parcel_facts(situation)) if part)
    return with_hotline(text, complaint, customer, settings)


def _kind(situation: Situation, complaint: Complaint) -> str:
    if asks_to_complain(situation):
        return "how"
    if complaint.source == REVIEW:
        return "scored"
    return "received" if problem_of(complaint) else "received_bare"


def _alert(situation: Situation, complaint: Complaint) -> str:
    """Who, their words, about what; what they were told, and the one line to type."""
    customer, settings = situation.customer, situation.settings
    head = f"{customer.called} 投诉（{complaint.urgency}）：{quoted(complaint.words)}"
    step = next_step(complaint, customer, settings, situation.now)
    lines = [head, _about(situation, complaint), "我先道了歉，请他接着说。", step, _read_wrong(situation)]
    if crosses_the_line(situation):
        lines = [red_line.HEAD, head, lines[1], red_line.stopped(customer), step, lines[-1]]
    return "\n".join(line for line in lines if line)


def _about(situation: Situation, complaint: Complaint) -> str:
    order = order_of(complaint, situation.customer)
    about = f"订单 {order.number} {order.goods}" if order else complaint.product
    guessed = "" if complaint.matter else "（他没说，我猜的）"
    low = f"{REVIEW}低分：{low_marks(complaint.words)}" if complaint.source == REVIEW else ""
    return "\n".join(line for line in (low, about and about + guessed) if line)


def _read_wrong(situation: Situation) -> str:
    """What to type if it was read wrongly (`handlers.commands.right_word`)."""
    if situation.reading.meaning.intent is Intent.COMPLAINT:
        return "读错了打：是退换（或 是物流、是咨询…）"
    return "不是投诉就打：不是投诉"
