"""Rules first, then the shop's own examples, then the learned part: what a message is about. Pure."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from handlers.understanding.learned import Judgement
from handlers.understanding.meaning import INTENT_NAMES, Example, Intent, Meaning, Urgency

COMPLAINT_FROM = 0.25
"""From which probability on it is one: a missed complaint costs a customer, a false one a glance."""
LONGEST_QUOTE = 20
CERTAIN = 0.95
MARKS = "打分"
"""Why a message that is nothing but marks of 大评委 means what it means."""
PRAISES = 0.6

_LOUD = re.compile(r"[!！]{2,}|[?？]{2,}")
_BEFORE_BUYING = re.compile(r"(?:要是|如果|万一|假如|会不会|坏了可以|能不能).{0,20}(?:吗|么|怎么办|\?)")
_HARM = re.compile(
    r"休克|呼吸困难|急诊|住院|误食|误吞|吞下去|噎住|窒息|起火|着火|爆炸|炸了|触电|漏电|烧伤|烫伤|划伤|割伤|流血|中毒"
)
_LAW = re.compile(r"报警|起诉|律师函|法院|12315|工商局|市场监管|消协|媒体曝光|上电视")
_KEY = re.compile(
    r"第[三四五六七八九十]次|三番五次|假一赔|三倍赔偿|十倍赔偿|退一赔三|经理|领导|总部|差评|曝光|投诉你们"
)
_PRESSING = re.compile(r"马上|立刻|立即|赶紧|急用|急死|很急|急着|今天必须|明天就要|等着用|着急")
_SUGGESTION = re.compile(r"建议|希望(?:你们|以后|下次)|要是能.{0,10}就好|可以改进|改进一下|提个意见")


def by_rule(intent: Intent, why: str, learned: Meaning | None = None) -> Meaning:
    """A meaning that one rule has decided; whether something is wrong beside it, the learned part says."""
    decided = Meaning(intent, ((intent, 1.0),), because=(why,))
    if learned is None:
        return decided
    return replace(decided, complaint=learned.complaint, anger=learned.anger, urgency=learned.urgency)


def by_marks(learned: Meaning) -> Meaning:
    """A meaning of nothing but marks: never a complaint by itself, at most praise (五星好评)."""
    praised = learned.intent is Intent.PRAISE and learned.share(Intent.PRAISE) >= PRAISES
    return by_rule(Intent.PRAISE if praised else Intent.OTHER, MARKS)


def by_example(example: Example) -> Meaning:
    """A meaning that the seller has given to these or nearly these words."""
    return Meaning(
        example.intent,
        ((example.intent, 1.0),),
        complaint=1.0 if example.complaint else 0.0,
        because=(f"你标过“{_short(example.text)}”是{INTENT_NAMES[example.intent]}",),
    )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE] + "…"


def by_learning(text: str, judged: Judgement) -> Meaning:
    """What the learned part says, with the urgency of PRACTICES row 20."""
    intent = judged.scores[0][0]
    complaint = _shifted(judged.complaint)
    anger = anger_of(text, judged.strong_words)
    grave = [found[0] for rule in (_HARM, _LAW) if (found := rule.search(text))]
    reasons = tuple(f"“{word}”" for word in dict.fromkeys([*grave, *judged.telling]))
    return Meaning(
        intent, judged.scores, complaint, anger, urgency_of(text, intent, complaint, anger), reasons
    )


def _shifted(probability: float) -> float:
    """The probability with `COMPLAINT_FROM` moved to one half."""
    odds = probability / max(1e-9, 1 - probability) * (1 - COMPLAINT_FROM) / COMPLAINT_FROM
    return odds / (1 + odds)


def anger_of(text: str, strong: int) -> float:
    """Between 0 and 1: from the number of strong words, and loud punctuation."""
    loud = len(_LOUD.findall(text))
    return 1 - math.exp(-0.7 * strong - 0.4 * loud) if strong or loud else 0.0


def harms(text: str) -> bool:
    """Whether somebody has come to harm, which is not the same as asking whether one might."""
    return _HARM.search(text) is not None and not _BEFORE_BUYING.search(text)


def urgency_of(text: str, intent: Intent, complaint: float, anger: float) -> Urgency:
    """建议 普通 紧急 关键 红线: what harms people or threatens with the law comes first."""
    wrong = complaint >= 0.5
    if harms(text) or (_LAW.search(text) and not _BEFORE_BUYING.search(text)):
        return Urgency.RED_LINE
    if _SUGGESTION.search(text) and anger == 0 and complaint < CERTAIN:
        return Urgency.SUGGESTION
    if wrong and (_KEY.search(text) or anger > 0.75):
        return Urgency.KEY
    if wrong and (_PRESSING.search(text) or anger > 0.4 or intent is Intent.COMPLAINT):
        return Urgency.URGENT
    return Urgency.NORMAL
