"""满意 不满意 回访 结束 不是投诉: how it ends, as the seller has heard it (PRACTICES 8, 9, 12)."""

from __future__ import annotations

import re
from typing import Any

from bot.core.complaint import Signal, Step
from bot.core.delivery import Kind
from bot.core.effects import DropRemedy, Effect, RemoveTag, SetFields
from handlers.commands.complaint_case import Case, Message, Turn, done
from handlers.commands.framework import Refused
from handlers.commands.phrases import short
from handlers.complaint.hearing import joined
from handlers.complaint.opening import COMPLAINED
from handlers.understanding.meaning import Urgency
from handlers.understanding.verdict import Satisfaction, satisfaction

_NOT_REACHED = re.compile(r"没人?接|打不通|没打通|没联系上|联系不上|没回(?!购|头)|无人接听|关机|占线")


def satisfied(case: Case, text: str) -> list[Effect]:
    """Heard by the seller. Who has spoken here since is thanked; who said it elsewhere was thanked there."""
    case.check(Signal.SATISFIED)
    kind = "thanks" if case.complaint.step is Step.RESULT else "closed"
    ready = case.filled(kind) if _spoken_here(case) and case.customer.red_line_at is None else ""
    tell = [Message(ready, Kind.COMPLAINT)] if ready else []
    return done(case, Turn(Signal.SATISFIED, text, tell, _heard(case, text), notes=["记下了：满意。"]))


def _spoken_here(case: Case) -> bool:
    since, last = case.complaint.asked_at, case.customer.contact.message_at
    return since is not None and last is not None and last >= since


def _heard(case: Case, text: str) -> dict[str, Any]:
    """What the buyer said to the seller belongs to what the buyer said."""
    return {"words": joined(case.complaint.words, text), "heard_at": case.desk.now} if text else {}


def unsatisfied(case: Case, text: str) -> list[Effect]:
    """Back to the remedy, or a second chance; the seller speaks next, the bot does not (PRACTICES 8, 9)."""
    case.check(Signal.UNSATISFIED)
    again = case.complaint.step is Step.FOLLOW_UP
    notes = [f"记下了：不满意。{'重新来一遍，这是又一次机会。' if again else '回到方案，给最后的方案。'}"]
    return done(case, Turn(Signal.UNSATISFIED, text, changes=_heard(case, text), notes=notes))


def followed_up(case: Case, text: str) -> list[Effect]:
    """What the buyer said when the seller asked how it went (PRACTICES 9)."""
    case.check(Signal.FOLLOWED_UP)
    choose = f"满意打：{case.line} 满意；不满意打：{case.line} 不满意"
    if _NOT_REACHED.search(text):
        raise Refused(f"没联系上就还没回访，先留着，到时候我再提醒。问到了，{choose}")
    verdict = satisfaction(text) if text else Satisfaction.UNCLEAR
    if verdict is Satisfaction.UNSATISFIED:
        return unsatisfied(case, text)
    if verdict is Satisfaction.SATISFIED:
        return satisfied(case, text)
    if case.complaint.satisfied is not True:
        raise Refused(f"没看出他现在满意不满意。{choose}")
    return done(case, Turn(Signal.FOLLOWED_UP, text, changes=_heard(case, text)))


def ended(case: Case, text: str) -> list[Effect]:
    """Before its time, for a reason; nothing is said to the buyer."""
    if not text:
        raise Refused(f"为什么结束？写上原因打：{case.line} 结束 买家自己撤了")
    open_ones = "、".join(remedy.words for remedy in case.complaint.open_remedies)
    still = [f"答应过的还记着（{open_ones}），办好了打：{case.line} 办好"] if open_ones else []
    said = f"没跟 {short(case.customer.called)} 说什么。"
    return done(case, Turn(Signal.ENDED, text, notes=[said, *still]))


def misread(case: Case, text: str) -> list[Effect]:
    """It was none."""
    return done(case, no_complaint(case, text))


def no_complaint(case: Case, text: str = "") -> Turn:
    """Nothing is left of it, and the bot answers this buyer as ever."""
    c = case.complaint
    dropped: list[Effect] = [DropRemedy(r.id, c.customer_id) for r in c.open_remedies]
    others = [o for o in case.customer.complaints if o.id != c.id and o.urgency == Urgency.RED_LINE]
    red = c.urgency == Urgency.RED_LINE and case.customer.red_line_at is not None and not others
    free = {"red_line_at": None, "taken_over_by": "", "taken_over_until": None}
    freed: list[Effect] = [SetFields(c.customer_id, free)] if red else []
    notes = ["红线解除，他再来消息机器人照常回。"] if red else []
    once = any(tag.name == COMPLAINED and tag.count <= 1 for tag in case.customer.tags)
    untagged: list[Effect] = [RemoveTag(c.customer_id, COMPLAINED)] if once else []
    return Turn(Signal.MISREAD, text, more=[*dropped, *freed, *untagged], notes=notes)
