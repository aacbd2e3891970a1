"""What is said to who asked and did not buy: one fact that answers, no hurry, and nothing that sells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from string import Formatter

from bot.core.customer import Consultation, Customer
from bot.core.money import show_money
from bot.core.settings import Product, Settings
from handlers.addressing import greeting
from handlers.consultation.timing import valued
from handlers.understanding.normal import normalise
from handlers.understanding.topics import TOPICS, Topic
from handlers.wording import quoted, said, typed

FOLLOWED = "跟进过"
"""The tag whose count says how often somebody has been asked about what they did not buy."""
_LONGEST_FACT = 40
_TENTH = Decimal("0.1")
_SENTENCE = re.compile("(?<=[。；！])")
_TOLD_BY = {"about": Topic.ABOUT, "usage": Topic.USAGE, "days": Topic.LASTS}
"""Which question has had this for an answer already: nobody is told the same twice."""


def follow_up(one: Consultation, customer: Customer, settings: Settings) -> str:
    """The way to say it that this buyer has not been told yet; empty once all have been (VOICE)."""
    texts = settings.consultations.texts
    ways = texts.warm if valued(customer, settings) else texts.follow_up
    ways = ways if one.product else texts.unnamed
    told = times_followed_up(customer)
    if told >= len(ways):
        return ""
    facts = {"product": one.product or "", "fact": _fact(one, settings)} if one.product else {}
    return said(settings, ways[told], name=greeting(customer), **facts)


def times_followed_up(customer: Customer) -> int:
    """How often this buyer has been asked, in all their consultations."""
    return next((tag.count for tag in customer.tags if tag.name == FOLLOWED), 0)


def product_of(one: Consultation, settings: Settings) -> Product | None:
    """The product as the shop sells it now; None if it does not, or none was named."""
    return next((p for p in settings.products if p.name == one.product), None)


def _fact(one: Consultation, settings: Settings) -> str:
    """What answers their last objection; without one, the first of the usual facts that is news to them."""
    product = product_of(one, settings)
    if product is None:
        return ""
    known = _facts(product, one)
    wanted = next((settings.consultations.texts.facts.get(o) for o in reversed(one.objections)), None)
    for template in ([wanted] if wanted is not None else []) + list(settings.consultations.texts.usual):
        if {name for _, name, _, _ in Formatter().parse(template) if name} <= known.keys():
            return template.format(**known)
    return ""


def _facts(product: Product, one: Consultation) -> Mapping[str, str]:
    """What is known of the product and has not been the answer to one of their questions."""
    told = _told(product, one)
    return {name: text for name, text in _all_facts(product) if text and name not in told}


def _told(product: Product, one: Consultation) -> set[str]:
    """The facts that their questions have had for an answer; a bare 那个面霜 is told what it is."""
    lines = [normalise(line) for line in one.words.splitlines()]
    names = [normalise(name) for name in (product.name, *product.aliases)]
    told = {fact for fact, topic in _TOLD_BY.items() if any(TOPICS[topic].search(line) for line in lines)}
    named = [line for line in lines if any(name in line for name in names)]
    bare = any(not any(topic.search(line) for topic in TOPICS.values()) for line in named)
    return told | {"about"} if bare else told


def _all_facts(product: Product) -> Iterator[tuple[str, str]]:
    yield from (("product", product.name), ("unit", product.unit), ("price", show_money(product.price)))
    yield from (("about", _shortened(product.about)), ("usage", _shortened(product.usage)))
    if product.use_days:
        yield "days", str(product.use_days)
        per_day = (product.price / product.use_days).quantize(_TENTH, ROUND_HALF_UP)
        if per_day:
            yield "per_day", show_money(per_day)


def _shortened(text: str) -> str:
    """As many of its last sentences as fit; the first holds size and make, the last for whom it is."""
    kept = ""
    for sentence in reversed([s for s in _SENTENCE.split(text.strip()) if s]):
        if kept and len(sentence) + len(kept) > _LONGEST_FACT:
            break
        kept = sentence + kept
    return kept if not kept or kept[-1] in "。！；" else f"{kept}。"


# --- to the seller ------------------------------------------------------------------------------


def asked_what(one: Consultation, customer: Customer) -> str:
    """小丽 问过玫瑰面霜（报过 129元，嫌贵），还没下单."""
    heard = [f"报过 {show_money(one.price)}"] if one.price is not None else []
    known = "，".join([*heard, *one.objections])
    what = one.product or f"“{quoted(one.words)[:30]}”"
    return f"{typed(customer)} 问过{what}{f'（{known}）' if known else ''}，还没下单。"
