"""One clock per open question, from the first unanswered message to the real answer (PRACTICES 18–20)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from bot.core.complaint import Signal, Step
from bot.core.customer import Customer, OpenQuestion
from bot.core.delivery import Kind
from bot.core.effects import (
    AskedSeller,
    BuyerAnswered,
    Effect,
    MoveComplaint,
    NotifySeller,
    OpenComplaint,
    Push,
    QuestionRang,
    SetFields,
    StartTimer,
)
from handlers.care.review import rated
from handlers.reply_times import ReplyTimes, Stage, held_back, hurry_at, reply_times, urgent_class
from handlers.reply_words import acknowledgement, reminder
from handlers.rings import Ring
from handlers.situation import Situation
from handlers.understanding.meaning import Urgency
from handlers.wording import quoted

RULE = "question"
WITHDRAWN = "买家自己"
"""Who answered, where the buyer says that no answer is needed any more: no answer time is measured of it."""
_STILL_NEWS = timedelta(hours=1)
"""How long an acknowledgement that is late may still wait to be sent."""
UNREADABLE = "（图片、语音或文件）"
_GRAVER = (Urgency.URGENT.value, Urgency.KEY.value, Urgency.RED_LINE.value)
"""Mildest first; anything else is milder."""
_NO_NEED = re.compile(
    r"(?:[那好的嗯哦ok啊,，。.!！~ ]|行|谢谢?你?您?了?|不好意思|打扰了?)*"
    r"(?:没事[了啦儿]+|不用[了啦]+|不用(?:回|管|查|问|看|找)(?:我)?[了啦]+|不需要[了啦]+|不问[了啦]+|"
    r"(?:已经|我|自己|这边|问题|都)*(?:解决|搞定|弄好|弄明白|处理好|找到|查到|收到货|搞清楚)[了啦]+)"
    r"(?:[的了哈哦啊呀啦,，。.!！~ ]|谢谢?你?您?了?|多谢|感谢|辛苦了?|不好意思|打扰了?|麻烦了)*"
)


# --- the clock starts, and stops by the buyer's own words ----------------------------------------


def started(situation: Situation, effects: list[Effect]) -> list[Effect]:
    """The clock of a question that `effects` pass on to the seller; an open one is raised, not restarted.

    A courtesy (好的谢谢) asks nothing, so it starts none, and it is no answer, so it stops none.
    Nor do marks: a low one is a complaint, which has deadlines of its own.
    """
    if no_longer_asked(situation):
        return [BuyerAnswered(situation.customer.id, WITHDRAWN)]
    courtesy = situation.heard and (situation.reading.nod or situation.reading.thanks)
    if courtesy or rated(situation) or not any(map(_passes_on, effects)):
        return []
    question, urgency = situation.customer.question, _urgency(situation, effects)
    words = quoted(situation.text) or UNREADABLE
    if question is None:
        asked = OpenQuestion(0, urgency, words, situation.now)
        first = reply_times(asked, situation.settings).after(situation.now)
    elif _rank(urgency) > _rank(question.urgency):
        first = _raised(question, urgency, situation)
    else:
        return []
    return [AskedSeller(situation.customer.id, urgency, words, first)] if first else []


def no_longer_asked(situation: Situation) -> bool:
    """Whether the buyer says, in so many words and without anger, that the open question is settled.

    没事了, 不用了, 已经解决了 settle it; 知道了 and 好的谢谢 do not, they may answer "I have passed it on".
    Nor do 算了 and whatever is said in a complaint or of something urgent: who gives up is not content.
    """
    customer, meaning = situation.customer, situation.reading.meaning
    question = customer.question
    if question is None or customer.complaints or _rank(question.urgency) or meaning.is_complaint:
        return False
    return situation.heard and meaning.anger == 0 and _NO_NEED.fullmatch(situation.reading.normal) is not None


def _passes_on(effect: Effect) -> bool:
    match effect:
        case NotifySeller(awaits=True) | OpenComplaint():
            return True
        case MoveComplaint():
            return effect.move.signal is Signal.HEARD
    return False


def _urgency(situation: Situation, effects: list[Effect]) -> str:
    """The gravest of what the words say and what has been made of them."""
    found = [situation.reading.meaning.urgency.value]
    for effect in effects:
        if isinstance(effect, OpenComplaint):
            found.append(str(effect.fields.get("urgency", "")))
        if isinstance(effect, SetFields) and effect.fields.get("red_line_at") is not None:
            found.append(Urgency.RED_LINE.value)
    return max(found, key=_rank)


def _rank(urgency: str) -> int:
    return _GRAVER.index(urgency) + 1 if urgency in _GRAVER else 0


def _raised(question: OpenQuestion, urgency: str, situation: Situation) -> datetime | None:
    """The next ring of an open question that has become graver just now, and was alerted to just now."""
    ahead = reply_times(question, situation.settings).after(situation.now)
    rings = [r for r in (ahead, hurry_at(urgency, situation.now, situation.settings)) if r is not None]
    return min(rings, default=None)


# --- it rings ------------------------------------------------------------------------------------


def ring(ring: Ring) -> list[Effect]:
    """Warn the seller, tell the buyer once, sound the alarm: what `now` asks for, late or not.

    What passed while nobody was awake is not made up for: the gravest of it is said, once.
    """
    customer, question = ring.customer, ring.customer.question
    if question is None:
        return []
    times = reply_times(question, ring.settings)
    later = held_back(times, question, ring.now, ring.settings.shop.opening)
    if later is not None:
        return [StartTimer(RULE, customer.id, "", later)]
    if _complaint_reminds(customer, question, times, ring.now):
        return [QuestionRang(customer.id, times.after(ring.now))]
    wanted = _wants_acknowledging(ring, question, times)
    refused = ring.refused(Kind.REPLY) if wanted else ""
    told = [_acknowledgement(ring, question, times)] if wanted and not refused else []
    rang = QuestionRang(customer.id, times.after(ring.now), acknowledged=bool(told))
    return [_alert(ring, question, times, refused), *told, rang]


def _complaint_reminds(customer: Customer, question: OpenQuestion, times: ReplyTimes, now: datetime) -> bool:
    """Whether an open complaint's own deadline tells the seller of the same thing (VOICE: never two alerts).

    Not of a red line or after days, nor at the steps at which a complaint waits for the buyer.
    """
    if question.urgency == Urgency.RED_LINE or times.stage(now) is Stage.ALARM:
        return False
    return any(
        c.step < Step.RESULT
        and (
            now <= c.due_at <= times.due
            or any(m.signal is Signal.TIMEOUT and m.at >= question.asked_at for m in c.moves)
        )
        for c in customer.complaints
    )


def _wants_acknowledging(ring: Ring, question: OpenQuestion, times: ReplyTimes) -> bool:
    """Not where a person talks, and in no complaint: its own words have said that it is being looked into."""
    customer = ring.customer
    if question.acknowledged_at is not None or customer.complaints or customer.taken_over(ring.now):
        return False
    red = question.urgency == Urgency.RED_LINE
    return not red and times.stage(ring.now) is Stage.DUE and ring.now >= times.received


def _acknowledgement(ring: Ring, question: OpenQuestion, times: ReplyTimes) -> Push:
    text = acknowledgement(question, ring.settings, ring.now)
    until = max(times.due, ring.now + _STILL_NEWS)
    return Push(ring.customer.id, text, Kind.REPLY, key=f"working-{question.id}", expires_at=until)


def _alert(ring: Ring, question: OpenQuestion, times: ReplyTimes, unsaid: str) -> NotifySeller:
    """Told once for each class and stage; what could not be said is worth telling of its own."""
    stage = times.stage(ring.now)
    key = f"waits-{question.id}-{_rank(question.urgency)}-{stage}{'-unsaid' if unsaid else ''}"
    urgent = urgent_class(question.urgency, ring.settings.replies)
    owner_only = urgent is not None and urgent.told == "owner" and stage is not Stage.ALARM
    text = reminder(ring.customer, question, times, ring.settings, ring.now, unsaid)
    return NotifySeller(text, key, owner_only=owner_only)
