"""What kinds of text there are, and what can be wrong with one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TextKind(StrEnum):
    """What a text is for; its value is what the seller calls it. One text is one kind (decided 3)."""

    FESTIVAL = "节日问候"
    SEASON = "节气问候"
    BIRTHDAY = "生日祝福"  # on the day itself (decided 2)
    MISSING = "想念老客"
    CARE = "关怀"  # usage, "signed", thanks, 大评委: it gives something
    REMIND = "补货提醒"
    COUPON = "生日券"  # the month before
    PROMO = "活动消息"
    NOTICE = "订单通知"
    REPLY = "回复"
    COMPLAINT = "投诉回复"


GREETINGS = frozenset({TextKind.FESTIVAL, TextKind.SEASON, TextKind.BIRTHDAY, TextKind.MISSING})
"""They wish, and stop there (VOICE)."""
NOT_SELLING = GREETINGS | {TextKind.CARE, TextKind.REMIND}
"""Nothing in them may sell (PRACTICES 77, 78, 83, 84)."""
SELLING = frozenset({TextKind.COUPON, TextKind.PROMO})
"""They carry their own way out."""


class Rule(StrEnum):
    """Which rule a text breaks."""

    LAW = "law"  # words that the advertising law forbids
    MEDICAL = "medical"  # effects that only a medicine may claim
    PRAISE = "praise"  # good reviews for money
    SELLS = "sells"  # PRACTICES 77, 78, 101; decided 2, 3
    NEW_GOODS = "new goods"  # PRACTICES 78
    ASKS = "asks"  # whether something is wrong: PRACTICES 80
    CANNED = "canned"  # an apology that says nothing: PRACTICES 3
    FORM_LETTER = "form letter"
    BLAME = "blame"  # of courier or weather, in a complaint
    NO_WAY_OUT = "no way out"  # it sells and does not say how to have no more of it
    NO_SENDER = "no sender"  # it sells and does not say who writes
    SHOUTING = "shouting"  # rows of exclamation marks
    EMOJI = "emoji"
    PARTICLES = "particles"  # more than one 呢, 哦, ~
    LENGTH = "length"  # more than one segment of SMS: PRACTICES 89


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: `word` is `text[start:end]`, empty where something is missing. why: for the seller."""

    start: int
    end: int
    word: str
    why: str
    rule: Rule
