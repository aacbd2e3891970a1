"""What a message is about, as far as it can be told from the message alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Intent(StrEnum):
    """What a buyer wants with a message; `human` beats all others, `opt_out` is decided before them."""

    CONSULT = "consult"
    COMPLAINT = "complaint"
    LOGISTICS = "logistics"
    RETURN_REFUND = "return_refund"
    ORDER = "order"
    PRAISE = "praise"
    OPT_OUT = "opt_out"
    HUMAN = "human"
    OTHER = "other"


INTENT_NAMES = {
    Intent.CONSULT: "咨询",
    Intent.COMPLAINT: "投诉",
    Intent.LOGISTICS: "物流",
    Intent.RETURN_REFUND: "退换",
    Intent.ORDER: "下单",
    Intent.PRAISE: "好评",
    Intent.OPT_OUT: "退订",
    Intent.HUMAN: "人工",
    Intent.OTHER: "其他",
}
"""The intents as the seller calls them."""


class Urgency(StrEnum):
    """The five classes of PRACTICES row 20, as the seller calls them."""

    SUGGESTION = "建议"
    NORMAL = "普通"
    URGENT = "紧急"
    KEY = "关键"
    RED_LINE = "红线"


@dataclass(frozen=True, slots=True)
class Meaning:
    """The decision about one message.

    scores: every intent's share, highest first, summing to about 1. complaint: the probability that
    something here needs putting right, whatever the intent. because: the words and rules that decided,
    in the seller's language, most important first.
    """

    intent: Intent = Intent.OTHER
    scores: tuple[tuple[Intent, float], ...] = ()
    complaint: float = 0.0
    anger: float = 0.0
    urgency: Urgency = Urgency.NORMAL
    because: tuple[str, ...] = ()

    @property
    def is_complaint(self) -> bool:
        """Whether something needs putting right."""
        return self.complaint >= 0.5

    @property
    def blames(self) -> bool:
        """Whether it is a complaint, or was taken for one before anything else."""
        return self.is_complaint or self.intent is Intent.COMPLAINT

    @property
    def accuses(self) -> bool:
        """Whether it is a complaint, or has a word of anger, harm or the law in it."""
        return self.is_complaint or self.anger > 0 or self.urgency is Urgency.RED_LINE

    def share(self, intent: Intent) -> float:
        """The share of one intent."""
        return next((share for name, share in self.scores if name is intent), 0.0)

    def without(self, intent: Intent) -> Meaning:
        """The same without one intent, which only a rule may decide."""
        scores = tuple(s for s in self.scores if s[0] is not intent)
        return replace(self, intent=scores[0][0] if scores else self.intent, scores=scores)

    def blameless(self, why: str) -> Meaning:
        """The same without complaint, anger and urgency; why: in the seller's language."""
        calm = replace(self, complaint=0.0, anger=0.0, urgency=Urgency.NORMAL, because=(why, *self.because))
        return calm.without(Intent.COMPLAINT)


@dataclass(frozen=True, slots=True)
class Example:
    """A message of this shop that the seller has read for the bot (`标错`)."""

    text: str
    intent: Intent
    complaint: bool
