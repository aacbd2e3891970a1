"""Greeting, thanks, "are you a machine", and what cannot be read."""

from __future__ import annotations

from bot.core.effects import Effect, Reply
from handlers.situation import Situation
from handlers.wording import alert, said


def machine(situation: Situation) -> list[Effect]:
    """Who asks whether it is a machine is told so (VOICE)."""
    if not situation.reading.machine:
        return []
    return [Reply(said(situation.settings, situation.settings.texts.machine))]


def media(situation: Situation) -> list[Effect]:
    """A picture goes to the seller, and the buyer knows it."""
    if situation.heard:
        return []
    text = said(situation.settings, situation.settings.texts.media)
    return [Reply(text), alert(situation, "media", "发来看不了的东西，要你看一眼。")]


def courtesy(situation: Situation) -> list[Effect]:
    """A greeting and nothing else; the long one only to who has not had it. 好的 wants no answer."""
    texts, reading = situation.settings.texts, situation.reading
    new = situation.customer.greeted_at is None
    if reading.greeting or (reading.nod and new):
        return [Reply(said(situation.settings, texts.hello if new else texts.hello_again))]
    return [Reply(said(situation.settings, texts.thanks))] if reading.thanks else []
