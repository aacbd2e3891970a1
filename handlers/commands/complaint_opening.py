"""投诉 名 内容: heard of elsewhere and put on record; the buyer is told nothing by itself."""

from __future__ import annotations

from bot.core.complaint import Complaint, Signal
from bot.core.customer import Customer, TagSource
from bot.core.effects import AddTag, Effect, MoveComplaint, NotifySeller, OpenComplaint, Reply, SetFields
from handlers.commands.complaint_case import Case, moved
from handlers.commands.desk import Desk
from handlers.commands.phrases import short
from handlers.complaint import red_line, steps
from handlers.complaint.hearing import joined
from handlers.complaint.matter import belongs, corrected, matter_of
from handlers.complaint.opening import COMPLAINED
from handlers.complaint.wording import order_of, title
from handlers.situation import Situation
from handlers.understanding import Reading
from handlers.understanding.intents import anger_of, urgency_of
from handlers.understanding.meaning import Intent, Meaning, Urgency
from handlers.understanding.normal import normalise
from handlers.understanding.products import ProductNames

SOURCE = "店主"


def opened(desk: Desk, one: Customer, words: str) -> list[Effect]:
    """A new complaint; what is about an open one goes into that."""
    situation = _situation(desk, one, words)
    known = belongs(situation)
    if known is not None:
        return _added(Case.of(desk, known), situation, words)
    complaint = Complaint(
        desk.next_complaint_number(),
        one.id,
        **steps.opening(desk.now, desk.settings.complaints.deadlines.plan),
        **matter_of(situation).fields,
        words=words,
        urgency=_urgency(situation),
        source=SOURCE,
    )
    case = Case(desk, complaint, one)
    lines = [f"记下了：{title(complaint, one)}{_about(case)}。没跟他说什么。", *_stopped(case)]
    fields = {name: getattr(complaint, name) for name in _FIELDS}
    return [
        OpenComplaint(one.id, desk.seller, words, fields),
        AddTag(one.id, COMPLAINED, TagSource.BOT, short(words, 80)),
        *_grave(case),
        Reply("\n".join([*lines, case.next_step(complaint)])),
    ]


_FIELDS = (
    "id",
    "step",
    "opened_at",
    "entered_at",
    "due_at",
    "matter",
    "product",
    "order_number",
    "urgency",
    "source",
)


def _situation(desk: Desk, one: Customer, words: str) -> Situation:
    """The seller's words, read like a buyer's as far as products, orders and gravity go."""
    normal = normalise(words)
    products, _ = ProductNames(desk.settings.products).spelt(normal)
    urgency = urgency_of(normal, Intent.COMPLAINT, 1.0, anger_of(normal, 0))
    meaning = Meaning(Intent.COMPLAINT, complaint=1.0, urgency=urgency)
    return Situation(
        one, words, Reading(normal, products=products, meaning=meaning), desk.settings, desk.now, ()
    )


def _urgency(situation: Situation) -> str:
    own = situation.settings.complaints.red_line
    if any(normalise(word) in situation.reading.normal for word in own):
        return Urgency.RED_LINE.value
    urgency = situation.reading.meaning.urgency
    return (Urgency.NORMAL if urgency is Urgency.SUGGESTION else urgency).value


def _about(case: Case) -> str:
    order, c = order_of(case.complaint, case.customer), case.complaint
    about = f"订单 {order.number} {short(order.goods, 30)}" if order else c.product
    guessed = "（你没写，我猜的）" if about and not c.matter else ""
    return f"，{about}{guessed}" if about else ""


def _stopped(case: Case) -> list[str]:
    return [red_line.stopped(case.customer)] if case.complaint.urgency == Urgency.RED_LINE else []


def _grave(case: Case) -> list[Effect]:
    """A red line stops all automation; of that, and of what he decides, the owner hears at once (20, 21)."""
    c, desk = case.complaint, case.desk
    stop: list[Effect] = []
    if c.urgency == Urgency.RED_LINE:
        stop = [SetFields(c.customer_id, {"red_line_at": desk.now})]
    if desk.role == "owner" or c.urgency not in (Urgency.RED_LINE, Urgency.KEY):
        return stop
    head = f"{desk.seller} 记了{title(c, case.customer)}，{c.urgency}：{short(c.words, 100)}"
    text = f"{head}\n{case.next_step(c)}"
    return [*stop, NotifySeller(text, f"complaint-told/{c.id}", owner_only=True, awaits=True)]


def _added(case: Case, situation: Situation, words: str) -> list[Effect]:
    step = case.advanced(Signal.HEARD, words)
    more = {"words": joined(case.complaint.words, words), **corrected(case.complaint, situation)}
    changes = {**step.changes, **more}
    later = moved(case, step.move, changes)
    c = case.complaint
    return [
        MoveComplaint(c.id, c.customer_id, step.move, changes),
        Reply(f"记进{title(later, case.customer)}了，没跟他说什么。\n{case.next_step(later)}"),
    ]
