"""Who was cross, said nothing more and bought nothing more is flagged (PRACTICES 11)."""

from __future__ import annotations

import re
from datetime import datetime

from bot.core.customer import Customer, OrderStatus, TagSource
from bot.core.delivery import Kind
from bot.core.effects import AddTag, Effect, NotifySeller, RemoveTag, StartTimer
from handlers.rings import Ring
from handlers.situation import Situation
from handlers.understanding.meaning import Intent
from handlers.wording import day, quoted, typed

RULE = "silent_leaver"
LEAVING = "可能流失"
"""The tag of who has left without a word, until they write again."""
_OURS = (LEAVING, TagSource.BOT)
_CROSS = 0.4
"""From which anger on somebody is cross: a strong word, or shouting twice. One ?? is no anger."""
_HARMLESS = (Intent.PRAISE, Intent.ORDER)
_LONGEST_GIST = 60
_NO_ORDER = (OrderStatus.CANCELLED, OrderStatus.REFUNDED)
_GIVES_UP = re.compile(
    r"(?:贵|坑|黑|慢|麻烦|不值|没货).{0,6}(?:算了|不买|不要|不考虑)|(?:算了|那就?).{0,4}(?:不买|不要)了|不买了|"
    r"(?:去|找|换|到)(?:别|其他|另一?)家|再也不(?:来|买|信)|以后不(?:来|买)|拉黑|取关|"
    r"^(?:那|唉|哎|真是|呵呵)?[,， ]*算了(?:吧|不说了)?[.。!！~ ]*$|^随[便你您](?:们|吧|了)*[.。!！~ ]*$"
)


def record(situation: Situation) -> list[Effect]:
    """Watch who is cross; an open complaint watches over its buyer itself. Who writes again is not gone.

    The moment and the gist of the words are the timer's occasion: each cross message has its own, and the
    ring of one after which the buyer has spoken says nothing.
    """
    customer = situation.customer
    back = [RemoveTag(customer.id, t.name) for t in customer.tags if (t.name, t.source) == _OURS]
    if not situation.heard or customer.complaints or not cross(situation):
        return list(back)
    settings, now = situation.settings, situation.now
    at = settings.shop.opening.from_opening(now + settings.complaints.silent_leaver)
    occasion = f"{now.isoformat()} {quoted(situation.text)[:_LONGEST_GIST]}"
    return [*back, StartTimer(RULE, customer.id, occasion, at)]


def cross(situation: Situation) -> bool:
    """Whether somebody sounds like leaving: angry, complaining, or giving up (太贵了算了)."""
    reading, meaning = situation.reading, situation.reading.meaning
    if reading.nod or reading.thanks or reading.greeting:
        return False
    angry = meaning.anger >= _CROSS and meaning.intent not in _HARMLESS
    return angry or meaning.is_complaint or _GIVES_UP.search(reading.normal) is not None


def ring(ring: Ring) -> list[Effect]:
    """The time is over: flag who has neither spoken nor bought since. Nothing is said to the buyer."""
    moment, _, words = ring.occasion.partition(" ")
    since = datetime.fromisoformat(moment)
    if ring.customer.complaints or _came_back(ring.customer, since):
        return []
    at = ring.settings.shop.opening.from_opening(ring.now)
    if at > ring.now:
        return [StartTimer(RULE, ring.customer.id, ring.occasion, at)]
    tag = AddTag(ring.customer.id, LEAVING, TagSource.BOT, words)
    return [tag, NotifySeller(_told(ring, since, words), f"left-{ring.customer.id}-{moment}")]


def _came_back(customer: Customer, since: datetime) -> bool:
    heard = customer.contact.message_at
    if heard is not None and heard > since:
        return True
    return any(o.created_at > since and o.status not in _NO_ORDER for o in customer.orders)


def _told(ring: Ring, since: datetime, words: str) -> str:
    """Who, when and what they said, what stands in the way, and a line that can be sent as it is."""
    one = ring.customer
    lines = [
        f"{one.called} 说了这句就没再出声，也没下单，我记了标签“{LEAVING}”：",
        f"{day(since, ring.settings.shop.zone)}：“{words}”",
        _in_the_way(ring),
        f"想留住他就打：回 {typed(one)} 上次您说的我一直记着，还想听您说两句，我来办",
    ]
    return "\n".join(filter(None, lines))


def _in_the_way(ring: Ring) -> str:
    """A question after a week is no promotion, but whoever wanted no messages may want none at all."""
    opted_out = "他退订了，只说这件事，别带活动。" if ring.customer.opted_out_at else ""
    refused = ring.refused(Kind.RELAY)
    phone = f"，急的话打电话 {ring.customer.phone}" if ring.customer.phone else ""
    return opted_out + (f"现在发不过去（{refused}），打了先排着{phone}。" if refused else "")
