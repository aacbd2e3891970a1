"""What a buyer's words show becomes a tag: a product of interest, and the traits of the tag rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.core.customer import TagSource
from bot.core.effects import AddTag, Effect, NotifySeller, RemoveTag
from bot.core.tag_rules import DOUBT
from handlers.in_mind import INTEREST
from handlers.situation import Situation
from handlers.tag_rules import Hit
from handlers.understanding import Topic
from handlers.wording import quoted

_ABOUT_AN_ORDER = {Topic.PARCEL, Topic.MISSING}


def record(situation: Situation) -> list[Effect]:
    """A tag for every product asked about, and for every trait that shows."""
    by_tag: dict[str, list[Hit]] = {}
    for hit in situation.hits:
        by_tag.setdefault(hit.tag, []).append(hit)
    traits = [effect for hits in by_tag.values() for effect in _trait(situation, hits)]
    return [*_interests(situation), *traits]


def _interests(situation: Situation) -> Iterator[Effect]:
    """我的面霜到哪了 asks about a parcel."""
    reading = situation.reading
    asks = reading.question or reading.topics or reading.faqs or reading.complete
    if reading.topics & _ABOUT_AN_ORDER or not asks:
        return
    words, customer = quoted(situation.text), situation.customer.id
    yield from (AddTag(customer, INTEREST + p.name, TagSource.BOT, words) for p in reading.products)


def _trait(situation: Situation, hits: Sequence[Hit]) -> Iterator[Effect]:
    """The tag, or, until it has its points, the doubtful tag (羊毛党?) whose count they are."""
    customer, tag = situation.customer, hits[0].tag
    known = {t.name: t for t in customer.tags}
    doubt = known.get(tag + DOUBT)
    last = known.get(tag) or doubt
    fresh = [h for h in hits if last is None or situation.now - last.last_at >= h.cool_down]
    if not fresh:
        return
    words = quoted("、".join(dict.fromkeys(word for hit in fresh for word in hit.words)))
    points = sum(hit.rule.score for hit in fresh)
    if tag not in known and points + (doubt.count if doubt else 0) < hits[0].rule.needs:
        yield from [AddTag(customer.id, tag + DOUBT, TagSource.BOT, words)] * points
        return
    yield AddTag(customer.id, tag, TagSource.BOT, words)
    if doubt and doubt.source is TagSource.BOT:
        yield RemoveTag(customer.id, doubt.name)
    if tag not in known and any(hit.rule.does == "notify" for hit in fresh):
        yield _told(situation, tag)


def _told(situation: Situation, tag: str) -> NotifySeller:
    """Once for a person and a tag, however often the tag is taken away and comes again."""
    called, said = situation.customer.called, quoted(situation.text)
    line = f"{called}：{said}\n记了标签“{tag}”。不对就打：标签 {called} -{tag}"
    return NotifySeller(line, f"tag:{tag}:{situation.customer.id}")
