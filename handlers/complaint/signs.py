"""What makes a message a complaint, a proof, or an ordinary question beside one."""

from __future__ import annotations

import re

from handlers.complaint.naming import low_marks
from handlers.situation import Situation
from handlers.understanding import Topic
from handlers.understanding.intents import harms
from handlers.understanding.meaning import Urgency
from handlers.understanding.normal import normalise

SURE = 0.8
"""From which probability on no ready answer may come first: it would cut the buyer off (PRACTICES 1)."""
ANGRY = 0.5
"""One strong word; who is so cross about a parcel wants more than its number."""
_PARCEL = {Topic.PARCEL, Topic.MISSING}
_SHORT = 30
"""Characters; whoever writes more has said what it is about."""
_BARE_WORD = re.compile(
    "(?:你好|我们?|现在|今天|就是?|一定|真的?|必须|[要想得会去]|[你您]们?(?:家|店)?|[,。!~ ])*"
    "(?:投诉|举报)(?:[你您]们?(?:家|店)?|这?[个家]?店家?|商家|卖家|客服|快递|[了啊吧呢啦,。!~ ])*"
    "|.{0,6}(?:怎么|如何|哪里?|哪儿|找谁)[可以能去样才]*(?:投诉|举报).{0,6}"
    "|.{0,6}(?:投诉|举报)(?:的?(?:电话|热线|渠道|入口|邮箱|方式)|找谁|打什么|打哪|去哪).{0,10}"
)
_NO_COMPLAINT = re.compile(
    ".{0,4}[不没别](?:是|想|会|再|打算|准备)*(?:要|去|来)?(?:投诉|举报)(?:[你您]们)?[了的啊吧。!~ ]*"
)


def complains(situation: Situation) -> bool:
    """Whether this opens a complaint. Where the parcel is, the order knows best, unless they are cross."""
    reading, meaning = situation.reading, situation.reading.meaning
    if asks_to_complain(situation) or low_marks(situation.text):
        return True
    if not meaning.is_complaint or _NO_COMPLAINT.fullmatch(reading.normal):
        return False
    if meaning.urgency in (Urgency.KEY, Urgency.RED_LINE) or meaning.anger >= ANGRY:
        return True
    if reading.topics & _PARCEL:
        return False
    return not (reading.faqs or reading.topics) or meaning.complaint >= SURE


def asks_to_complain(situation: Situation) -> bool:
    """投诉, 我要投诉, 怎么投诉: the word and no matter (PRACTICES 10)."""
    normal = situation.reading.normal
    return len(normal) <= _SHORT and _BARE_WORD.fullmatch(normal) is not None


def proves(situation: Situation) -> bool:
    """A picture, voice or film, or words that announce one."""
    return not situation.heard or any(w in situation.text for w in situation.settings.complaints.evidence)


def crosses_the_line(situation: Situation) -> bool:
    """Somebody harmed, the law threatened, or one of the shop's own words (PRACTICES 20, 21)."""
    normal = situation.reading.normal
    own = situation.settings.complaints.red_line
    return situation.reading.meaning.urgency is Urgency.RED_LINE or any(normalise(w) in normal for w in own)


def somebody_is_hurt(situation: Situation) -> bool:
    """Whether people come first."""
    return harms(situation.reading.normal)


def has_its_answer(situation: Situation) -> bool:
    """A plain question or thanks beside a complaint, which the others answer as always.

    人呢 and 在吗 ask for the seller here.
    """
    reading = situation.reading
    if reading.meaning.is_complaint or asks_to_complain(situation) or proves(situation):
        return False
    return bool(reading.thanks or reading.nod or reading.topics or reading.faqs or reading.machine)


def urgency(situation: Situation) -> str:
    """The class of PRACTICES 20; what is a complaint is more than a suggestion."""
    read = Urgency.RED_LINE if crosses_the_line(situation) else situation.reading.meaning.urgency
    return (Urgency.NORMAL if read is Urgency.SUGGESTION else read).value
