"""Which of a rule's texts somebody gets: none twice in a year, elders the plain one, groups their own."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from string import Formatter
from typing import Final, NamedTuple

from bot.core.care import CareRecord, CareState
from bot.core.care_rules import CareRule, What
from bot.core.customer import Customer
from bot.core.settings import Settings
from handlers.addressing import greeting, is_elder

REMEMBERED: Final = timedelta(days=330)
"""For how long somebody remembers a text; less than the time between two Spring Festivals."""
_PLAIN: Final = 1000
"""From here on the numbers of the plain texts."""
_SAID: Final = (CareState.SAID, CareState.TASK)


class Chosen(NamedTuple):
    """The words, and the number of their text."""

    text: str
    number: int


def group_of(rule: CareRule, customer_id: int) -> str:
    """The A/B group of this person, the same every time; empty without groups."""
    names = sorted(rule.variants)
    return names[_drawn(rule, customer_id, "group") % len(names)] if names else ""


def held_out(rule: CareRule, customer_id: int) -> bool:
    """Whether this person is one of those who get nothing, to compare with (PRACTICES 119)."""
    return _drawn(rule, customer_id, "hold-out") / 2**32 < rule.hold_out


def _drawn(rule: CareRule, customer_id: int, what: str) -> int:
    return zlib.crc32(f"{what}:{rule.name}:{customer_id}".encode())


def choose(
    rule: CareRule,
    facts: Mapping[str, str],
    one: Customer,
    record: CareRecord,
    settings: Settings,
    now: datetime,
) -> Chosen | None:
    """The text that this person has had least often; None if all that can be said has been read of late.

    A notice about their own order may come again in the same words.
    """
    group, known = group_of(rule, one.id), {**facts, "shop": settings.shop.name}
    texts = list(enumerate(rule.texts_for(group)))
    if rule.plain and is_elder([tag.name for tag in one.tags]):
        texts = [(_PLAIN + n, text) for n, text in enumerate(rule.plain)]
    sayable = [(n, text) for n, text in texts if all(known.get(v) for v in _used(text) - {"name"})]
    if not sayable:
        return None
    times, last = _history(rule, record, group)
    turned = _turned(sayable, one.id)
    number, text = min(turned, key=lambda choice: times[choice[0]])
    read = last.get(number)
    if rule.what is not What.NOTICE and read is not None and now - read < REMEMBERED:
        return None
    return Chosen(text.format(name=greeting(one), **known), number)


def _used(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def _history(rule: CareRule, record: CareRecord, group: str) -> tuple[Counter[int], dict[int, datetime]]:
    mine = [k for k in record.known if k.rule == rule.name and k.state in _SAID and k.group == group]
    last: dict[int, datetime] = {}
    for known in mine:
        if known.settled_at is not None:
            last[known.text] = max(known.settled_at, last.get(known.text, known.settled_at))
    return Counter(k.text for k in mine), last


def _turned(texts: Sequence[tuple[int, str]], customer_id: int) -> Sequence[tuple[int, str]]:
    """Not everybody begins with the same text."""
    first = customer_id % len(texts)
    return [*texts[first:], *texts[:first]]
