"""The rules against what the shop may say: texts by their kind's rules, festivals, conditions."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.care_rules import CareRule
from bot.core.settings import Place, Settings
from handlers import content
from handlers.care.kinds import KINDS
from handlers.selection import Misread, parse
from scheduler.calendar.festivals import Greeting, festival_named


def faults(settings: Settings) -> Iterator[tuple[Place, str]]:
    """Everything wrong with the block `care`, each with its place; texts with the words marked (74-80)."""
    tiers = [tier.name for tier in settings.value.tiers.levels]
    for n, rule in enumerate(settings.care.rules):
        here: Place = ("care", "rules", n)
        yield from _of_rule(rule, here, tiers)
        for place, text in _texts(rule):
            wrong = content.faults(text, KINDS[rule.what].text, shop=settings.shop.name)
            if wrong:
                yield (*here, *place), content.marked(text, wrong).replace("\n", "；")


def _texts(rule: CareRule) -> Iterator[tuple[Place, str]]:
    """Each text with every gift that may stand in it."""
    found: list[tuple[Place, str]] = [(("texts", n), text) for n, text in enumerate(rule.texts)]
    found += [(("plain", n), text) for n, text in enumerate(rule.plain)]
    for name, texts in rule.variants.items():
        found += [(("variants", name, n), text) for n, text in enumerate(texts)]
    yield from found
    for name, gift in rule.gifts.items():
        for _, text in found:
            if "{gift}" in text:
                yield ("gifts", name), text.replace("{gift}", gift)


def _of_rule(rule: CareRule, here: Place, tiers: list[str]) -> Iterator[tuple[Place, str]]:
    for n, name in enumerate(rule.festivals):
        try:
            festival = festival_named(name)
        except KeyError:
            yield (*here, "festivals", n), f"没有“{name}”这个节日或节气"
            continue
        if festival.greeting is Greeting.NEVER:
            yield (*here, "festivals", n), f"{name}不是问候的日子"
    if rule.audience:
        try:
            parse(rule.audience, tiers)
        except Misread as misread:
            yield (*here, "audience"), str(misread)
