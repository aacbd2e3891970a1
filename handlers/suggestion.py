"""A suggestion is thanked for, and reaches the seller (PRACTICES 20, 25)."""

from __future__ import annotations

from bot.core.customer import TagSource
from bot.core.effects import AddTag, Effect, Reply
from handlers.situation import Situation
from handlers.understanding.meaning import Urgency
from handlers.understanding.problem import problem_in
from handlers.wording import alert, quoted, said

SUGGESTED = "提过建议"
"""The tag of who has made suggestions; its count is how many."""


def answer(situation: Situation) -> list[Effect]:
    """Thanks, and the words to the seller, who need not answer them; a question beside it comes first."""
    if not _only_suggests(situation):
        return []
    customer, settings = situation.customer, situation.settings
    variants = settings.complaints.texts.suggestion
    times = next((t.count for t in customer.tags if t.name == SUGGESTED), 0)
    thanks = said(settings, variants[times % len(variants)])
    return [
        Reply(thanks),
        AddTag(customer.id, SUGGESTED, TagSource.BOT, quoted(situation.text)),
        alert(situation, "suggestion", "提了个建议，我谢过他了，不用回。", awaits=False),
    ]


def _only_suggests(situation: Situation) -> bool:
    reading, meaning = situation.reading, situation.reading.meaning
    if meaning.urgency is not Urgency.SUGGESTION or situation.customer.complaints or not situation.heard:
        return False
    if reading.question or reading.topics or reading.faqs:
        return False
    return not (meaning.is_complaint and problem_in(situation.text))
