"""大评委 answered (PRACTICES 102, 103, 124): marks go on record; good ones are thanked, and open a door for a
word about friends, which the seller says. Low ones are a complaint (`handlers.complaint.signs`).
"""

from __future__ import annotations

from datetime import datetime

from bot.core.customer import Customer, Order, OrderStatus
from bot.core.effects import Effect, KeepScores, NotifySeller, Reply
from handlers.addressing import greeting
from handlers.complaint.naming import low_marks
from handlers.situation import Situation
from handlers.understanding.entities import Scores, scores
from handlers.wording import quoted, said, typed


def record(situation: Situation) -> list[Effect]:
    """The marks, with the order that they are about."""
    found = _marks(situation)
    if found is None:
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
    """Thanks; and with good marks the seller is given a line, never during a complaint (122)."""
    found = _marks(situation)
    one, settings = situation.customer, situation.settings
    if found is None or low_marks(situation.text) or one.complaints:
        return []
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


def _said(found: Scores) -> list[int]:
    marks = (found.logistics, found.storage, found.quality, found.shopping)
    return [mark for mark in marks if mark is not None]


def _marked(one: Customer) -> Order | None:
    """The latest that has reached them, else the latest."""
    arrived = (o for o in one.orders if o.status is OrderStatus.SIGNED)
    return next(arrived, one.orders[0] if one.orders else None)
