"""How a complaint, its matter and its buyer are named."""

from __future__ import annotations

from bot.core.complaint import Complaint
from bot.core.customer import Customer, Order
from bot.core.effects import NUMBER
from bot.core.settings import Settings
from handlers.understanding.entities import scores
from handlers.understanding.problem import problem_in
from handlers.wording import quoted

REVIEW = "大评委"
"""The source of a complaint that low marks have opened (PRACTICES 102, 103)."""
LOW = 2
"""The highest mark, of five, that is a complaint."""
_DIMENSIONS = {"logistics": "物流", "storage": "打包", "quality": "质量", "shopping": "服务"}


def number(complaint: Complaint) -> str:
    """What the seller types for it; stands for itself until it is on record (`effects.NUMBER`)."""
    return str(complaint.id) if complaint.id else NUMBER


def title(complaint: Complaint, customer: Customer) -> str:
    """The complaint in half a line: 投诉 3（小王，瓶子碎了）."""
    about = problem_of(complaint) or complaint.product or quoted(complaint.words)[:20]
    return f"投诉 {number(complaint)}（{customer.called}{'，' if about else ''}{about}）"


def problem_of(complaint: Complaint) -> str:
    """What went wrong, as a phrase; empty if the buyer has not named it."""
    problem = problem_in(complaint.words)
    if problem or complaint.source != REVIEW:
        return problem
    low = low_marks(complaint.words.split("\n", 1)[0])
    return f"{low}没让您满意" if low else ""


def low_marks(text: str) -> str:
    """What the buyer gave `LOW` or less (PRACTICES 103): 物流、质量; empty if nothing."""
    marks = scores(text)
    given = {name: getattr(marks, name) for name in _DIMENSIONS} if marks else {}
    return "、".join(_DIMENSIONS[name] for name, mark in given.items() if mark is not None and mark <= LOW)


def order_of(complaint: Complaint, customer: Customer) -> Order | None:
    """The order it is about, if that is among the latest few."""
    return next((o for o in customer.orders if o.number == complaint.order_number), None)


def hours(settings: Settings) -> str:
    """9点到22点."""
    ends = (settings.shop.opening.opens, settings.shop.opening.closes)
    return "到".join(f"{t.hour}点" + (f"{t.minute}分" if t.minute else "") for t in ends)
