"""大评委 answered (PRACTICES 102, 103, 124): marks go on record; good ones are thanked, and open a door for a
word about friends, which the seller says. Low ones are a complaint (`handlers.complaint.signs`), and what
cannot be marks is asked for again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.core.care_rules import ORDERS, CareRule
from bot.core.customer import Customer, Order, OrderStatus
from bot.core.effects import Effect, KeepScores, NotifySeller, Reply
from handlers.addressing import greeting
from handlers.care.moments import due_after
from handlers.care.planning import OVER, moment_of_order
from handlers.complaint.naming import REVIEW, low_marks
from handlers.situation import Situation
from handlers.understanding.entities import Scores, scores, wrong_marks
from handlers.wording import quoted, said, typed

AGAIN: Final = (
    "打分要四个数，每个 1 到 5，依次是物流、仓储、产品质量、购物流程，例如 5 4 3 5。麻烦您再回一次。"
)
_ANSWERED_WITHIN: Final = timedelta(days=30)
"""How long after the question numbers are still taken for its answer."""


def record(situation: Situation) -> list[Effect]:
    """The marks, with the order that they are about."""
    found = _marks(situation)
    if found is None or (_asked(situation) and wrong_marks(situation.text)):
        return []
    order = _marked(situation.customer)
    return [
        KeepScores(
            situation.customer.id,
            order.number if order else "",
            found.logistics,
            found.storage,
            found.quality,
            found.shopping,
        )
    ]


def answer(situation: Situation) -> list[Effect]:
    """Thanks; and with good marks the seller is given a line, never during a complaint (122).

    Who was asked and gives what cannot be four marks is asked once more, and nothing goes on record.
    """
    found = _marks(situation)
    one, settings = situation.customer, situation.settings
    if one.complaints or low_marks(situation.text):
        return []
    if _asked(situation) and wrong_marks(situation.text):
        return [Reply(said(settings, AGAIN))]
    if found is None:
        return [Reply(said(settings, settings.care.review.thanks[0]))] if _of_a_stranger(situation) else []
    review = settings.care.review
    arrived = [o for o in one.orders if o.status is OrderStatus.SIGNED]
    thanks = review.thanks[max(len(arrived) - 1, 0) % len(review.thanks)]
    told: list[Effect] = [Reply(said(settings, thanks))]
    if min(_said(found)) >= review.good and one.opted_out_at is None:
        told.append(_word_about_friends(situation))
    return told


def _word_about_friends(situation: Situation) -> NotifySeller:
    one, settings = situation.customer, situation.settings
    line = said(settings, settings.care.review.refer, name=greeting(one))
    text = (
        f"{one.called} 给了好分：“{quoted(situation.text)}”。正是请他介绍朋友的好时候，"
        f"合适就发：\n回 {typed(one)} {line}"
    )
    return NotifySeller(text, f"review:{one.id}:{_month(situation.now)}")


def _month(now: datetime) -> str:
    return f"{now:%Y-%m}"


def _marks(situation: Situation) -> Scores | None:
    if not situation.heard or not situation.customer.orders:
        return None
    return scores(situation.text)


def rated(situation: Situation) -> bool:
    """Whether the message only gives marks, so that nothing of it waits for an answer.

    Bare digits of who has never bought may be anything.
    """
    if not situation.heard or not situation.reading.marks or scores(situation.text) is None:
        return False
    return bool(situation.customer.orders) or _of_a_stranger(situation)


def _of_a_stranger(situation: Situation) -> bool:
    """Named marks, or marks called so, of somebody without orders: thanked, and about nothing on record."""
    if situation.customer.orders or not situation.heard or not situation.reading.marks:
        return False
    return scores(situation.text) is not None and any(c.isalpha() for c in situation.text)


def _asked(situation: Situation) -> bool:
    """Whether the question for marks was due not long ago, by the shop's rule of that name."""
    if not situation.heard:
        return False
    rules = [r for r in situation.settings.care.rules if r.name == REVIEW and r.enabled and r.when in ORDERS]
    return any(_due(rule, order, situation) for rule in rules for order in situation.customer.orders)


def _due(rule: CareRule, order: Order, situation: Situation) -> bool:
    fact = moment_of_order(rule.when, order)
    if fact is None or order.status in OVER:
        return False
    due = due_after(rule, fact, situation.settings)
    return due <= situation.now < due + _ANSWERED_WITHIN


def _said(found: Scores) -> list[int]:
    marks = (found.logistics, found.storage, found.quality, found.shopping)
    return [mark for mark in marks if mark is not None]


def _marked(one: Customer) -> Order | None:
    """The latest that has reached them, else the latest."""
    arrived = (o for o in one.orders if o.status is OrderStatus.SIGNED)
    return next(arrived, one.orders[0] if one.orders else None)
