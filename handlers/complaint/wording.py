"""What is said in a complaint: drafts that name the concrete problem, and what the seller has to type."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from string import Formatter
from typing import Any

from bot.core.clock import shop_clock
from bot.core.complaint import STEP_NAMES, Complaint, Step
from bot.core.customer import Customer
from bot.core.settings import Settings
from handlers.addressing import greeting
from handlers.complaint.naming import hours, low_marks, number, order_of, problem_of, title
from handlers.complaint.next_lines import LINES, Lines
from handlers.understanding.meaning import Urgency
from handlers.wording import day

__all__ = [
    "deadline",
    "draft",
    "fact_line",
    "filled",
    "next_step",
    "nth",
    "order_of",
    "problem_of",
    "title",
    "was_said",
    "with_hotline",
]

_ENDINGS = " 。.，,；;！!"
_ONLY_SELLER_KNOWS = "……"


def filled(kind: str, complaint: Complaint, customer: Customer, settings: Settings, **facts: Any) -> str:
    """The first variant of `complaints.texts.<kind>` that this buyer has not been told in this complaint.

    Empty once all have been said: nothing is said twice (VOICE). A variant that needs a fact which is not
    given is passed over; a datetime is written as the shop's day. Where nothing concrete is known to have
    gone wrong, variants that do not name it come first.
    """
    texts = _ways(kind, complaint, customer, settings, facts)
    return next((text for text in texts if not was_said(complaint, text)), "")


def nth(kind: str, times: int, complaint: Complaint, customer: Customer, settings: Settings) -> str:
    """The same for who has been told one of these `times` times in other complaints: the next in turn."""
    texts = _ways(kind, complaint, customer, settings, {})
    turned = [*texts[times % len(texts) :], *texts]
    return next((text for text in turned if not was_said(complaint, text)), turned[0])


def _ways(
    kind: str, complaint: Complaint, customer: Customer, settings: Settings, facts: Mapping[str, Any]
) -> list[str]:
    known = _facts(complaint, customer, settings) | {name: _shown(f, settings) for name, f in facts.items()}
    variants: tuple[str, ...] = getattr(settings.complaints.texts, kind)
    if not problem_of(complaint):
        variants = tuple(sorted(variants, key=lambda variant: "{problem}" in variant))
    return [variant.format(**known) for variant in variants if _needs(variant) <= known.keys()]


def with_hotline(text: str, complaint: Complaint, customer: Customer, settings: Settings) -> str:
    """`text`, and the outside number behind it if the shop has one (PRACTICES 10)."""
    line = fact_line("hotline", complaint, customer, settings) if settings.complaints.hotline else ""
    return "\n".join(part for part in (text, line) if part and not was_said(complaint, part))


def fact_line(kind: str, complaint: Complaint, customer: Customer, settings: Settings) -> str:
    """A text of which there is only one way to say it: about, guessed, hotline."""
    template: str = getattr(settings.complaints.texts, kind)
    return template.format(**_facts(complaint, customer, settings))


def was_said(complaint: Complaint, text: str) -> bool:
    """Whether the buyer has read this in this complaint, alone or within something longer."""
    return any(text in told for told in complaint.said)


def draft(complaint: Complaint, customer: Customer, settings: Settings) -> str:
    """What the seller could send for the step at hand; empty where only the seller knows what to say."""
    kind = _DRAFTED.get(complaint.step)
    cause = {"cause": complaint.cause} if complaint.cause else {}
    return filled(kind, complaint, customer, settings, **cause) if kind else ""


_DRAFTED: Mapping[Step, str] = {
    Step.TALK: "talk",
    Step.APOLOGISE: "apologise",
    Step.ANALYSE: "analyse",
    Step.EXPLAIN: "explain",
}


def next_step(complaint: Complaint, customer: Customer, settings: Settings, now: datetime) -> str:
    """For the seller: the step at hand, its deadline, the draft if there is one, and the one line to type."""
    text = _offered(complaint, customer, settings)
    at_once = complaint.step is Step.LISTEN and complaint.urgency == Urgency.RED_LINE
    lines: Lines = LINES[Step.APOLOGISE if at_once else complaint.step]
    form = "" if text or complaint.step not in _FORMS else _form(complaint, customer, settings)
    typed = lines.drafted if text else lines.bare
    name = "最后的方案" if complaint.final and complaint.step is Step.ACT else STEP_NAMES[complaint.step]
    head = f"第{complaint.step}步 {name}，{deadline(complaint, settings, now)}"
    parts = [head, f"草稿：“{text}”" if text else form, typed.replace("{n}", number(complaint))]
    return "\n".join(part for part in parts if part)


def _offered(complaint: Complaint, customer: Customer, settings: Settings) -> str:
    """The draft; while the buyer still talks, the apology that can be sent without waiting."""
    if complaint.step is Step.LISTEN:
        return filled("apologise", complaint, customer, settings)
    return draft(complaint, customer, settings)


_FORMS: Mapping[Step, tuple[str, tuple[str, ...]]] = {
    Step.ANALYSE: ("analyse", ("cause",)),
    Step.ACT: ("act", ("remedy", "due")),
    Step.COMPENSATE: ("compensate", ("compensation",)),
}


def _form(complaint: Complaint, customer: Customer, settings: Settings) -> str:
    """What the buyer will read, with gaps where the seller's own words go."""
    kind, gaps = _FORMS[complaint.step]
    kind = "final" if complaint.final and kind == "act" else kind
    text = filled(kind, complaint, customer, settings, **dict.fromkeys(gaps, _ONLY_SELLER_KNOWS))
    return f"他会收到：“{text}”" if text else ""


def deadline(complaint: Complaint, settings: Settings, now: datetime) -> str:
    """How long the step at hand may still take, or how late it is."""
    first = complaint.due_at
    if complaint.rung:
        span = settings.complaints.deadlines.plan[complaint.step][0]
        first = settings.shop.opening.from_opening(complaint.entered_at + span)
    if first > now:
        return _UNTIL.get(complaint.step, "{at}前").format(at=shop_clock(first, settings.shop.zone, now))
    late = _span((now - first).total_seconds())
    return f"已经晚了{late}" if late else "刚到点"


_UNTIL = {Step.LISTEN: "听到{at}", Step.RESULT: "等到{at}", Step.FOLLOW_UP: "{at}回访"}


def _span(seconds: float) -> str:
    for length, unit in ((86400, "天"), (3600, "小时"), (60, "分钟")):
        if seconds >= length:
            return f"{seconds // length:.0f}{unit}"
    return ""


def _facts(complaint: Complaint, customer: Customer, settings: Settings) -> dict[str, str]:
    order = order_of(complaint, customer)
    goods = (order.goods if order else "") or complaint.product
    return {
        "shop": settings.shop.name,
        "name": greeting(customer),
        "problem": problem_of(complaint) or f"{complaint.product or '这回'}没让您满意",
        "goods": goods or "东西",
        "hotline": settings.complaints.hotline,
        "hours": hours(settings),
        "order": complaint.order_number,
        "low": low_marks(complaint.words.split("\n", 1)[0]),
    }


def _shown(fact: Any, settings: Settings) -> str:
    text = day(fact, settings.shop.zone) if isinstance(fact, datetime) else str(fact)
    return text.strip().rstrip(_ENDINGS)


def _needs(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}
