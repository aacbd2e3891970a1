"""How the answers of several handlers become one message."""

from __future__ import annotations

from collections.abc import Callable

from bot.core.effects import Effect, OpenComplaint, Reply, SetFields
from handlers.situation import Situation
from handlers.wording import said

Handler = Callable[[Situation], list[Effect]]


def together(*handlers: Handler) -> Handler:
    """A handler that says what all of these have to say, in one reply."""

    def answer(situation: Situation) -> list[Effect]:
        return as_one_reply([effect for handler in handlers for effect in handler(situation)])

    return answer


def as_one_reply(effects: list[Effect]) -> list[Effect]:
    """The replies joined, and said first."""
    replies = list(dict.fromkeys(e.text for e in effects if isinstance(e, Reply)))
    others: list[Effect] = [e for e in effects if not isinstance(e, Reply)]
    return [Reply("\n".join(replies)), *others] if replies else others


def introduced(situation: Situation, effects: list[Effect]) -> list[Effect]:
    """On first contact the bot says who it is, before or in its first reply."""
    spoken = any(isinstance(e, Reply) for e in effects)
    complains = any(isinstance(e, OpenComplaint) for e in effects)  # who is angry wants no introduction
    if situation.customer.greeted_at is not None or not spoken or complains:
        return effects
    greeted = SetFields(situation.customer.id, {"greeted_at": situation.now})
    reading = situation.reading
    if reading.opt_out or reading.machine or reading.greeting or reading.nod:
        return [*effects, greeted]
    introduction = Reply(said(situation.settings, situation.settings.texts.introduction))
    return [*as_one_reply([introduction, *effects]), greeted]
