"""All that stands in a text and needs no clock."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeVar

from handlers.understanding.entities import kinds
from handlers.understanding.entities.addresses import addresses
from handlers.understanding.entities.amounts import amounts
from handlers.understanding.entities.birthdays import birthdays
from handlers.understanding.entities.people import recipients, referrers
from handlers.understanding.entities.phones import phones
from handlers.understanding.entities.quantities import quantities
from handlers.understanding.entities.shipments import (
    lettered_tracking_numbers,
    order_numbers,
    tracking_numbers,
)
from handlers.understanding.entities.sizes import sizes
from handlers.understanding.normal import normalise

LONGEST: Final = 2000
"""Characters; what stands behind them is not looked at."""

_MASK = "\ue001"
_HAS_DIGIT = re.compile("[0-9]")
_HAS_NUMBER = re.compile("[0-9零一二两三四五六七八九十百千半俩仨]")
_HAS_PLACE = re.compile("[省市区县路].*[镇乡村庄苑园路街巷道区寓屯]")
_HAS_SENDER = re.compile("介绍|推荐|推给|[让叫喊拉带]我|知道|听说")
_HAS_SIZE = re.compile("[sml码]|身高|体重")

T = TypeVar("T", bound=kinds.Found)


@dataclass(frozen=True, slots=True)
class Entities:
    """What was found in `text`, the normalised text, to which all spans refer; each in order of appearance.

    No character belongs to two of them. rest: `text` in its full length with all of them masked.
    """

    text: str
    rest: str
    phones: tuple[kinds.Phone, ...] = ()
    orders: tuple[kinds.OrderNumber, ...] = ()
    tracking: tuple[kinds.TrackingNumber, ...] = ()
    birthdays: tuple[kinds.Birthday, ...] = ()
    addresses: tuple[kinds.Address, ...] = ()
    recipients: tuple[kinds.Recipient, ...] = ()
    referrers: tuple[kinds.Referrer, ...] = ()
    amounts: tuple[kinds.Amount, ...] = ()
    sizes: tuple[kinds.Size, ...] = ()
    quantities: tuple[kinds.Quantity, ...] = ()


class _Sheet:
    """A text on which what has been found is blanked, so that nothing else reads it again."""

    def __init__(self, text: str) -> None:
        self.rest = text[:LONGEST]

    def take(self, found: Iterable[T]) -> tuple[T, ...]:
        taken: list[T] = []
        for one in sorted(found, key=lambda f: (f.start, -f.end)):
            if not taken or one.start >= taken[-1].end:
                taken.append(one)
        for one in taken:
            self.rest = self.rest[: one.start] + _MASK * (one.end - one.start) + self.rest[one.end :]
        return tuple(taken)


def find_entities(text: str) -> Entities:
    """Find them in any text; never raises, and the same text gives the same entities."""
    normal = normalise(text)
    numbers, places = _HAS_NUMBER.search(normal), _HAS_PLACE.search(normal)
    senders, measures = _HAS_SENDER.search(normal), _HAS_SIZE.search(normal)
    if not (numbers or places or senders or measures):
        return Entities(normal, normal)
    sheet = _Sheet(normal)
    digits = _HAS_DIGIT.search(normal)
    lettered = sheet.take(lettered_tracking_numbers(sheet.rest)) if digits else ()
    called = sheet.take(phones(sheet.rest)) if digits else ()
    orders = sheet.take(order_numbers(sheet.rest)) if digits else ()
    bare = sheet.take(tracking_numbers(sheet.rest)) if digits else ()
    born = sheet.take(birthdays(sheet.rest)) if numbers else ()
    places_found = sheet.take(addresses(sheet.rest)) if numbers or places else ()
    to = sheet.take(recipients(sheet.rest, called, places_found)) if places_found and called else ()
    sent = sheet.take(referrers(sheet.rest)) if senders else ()
    sums = sheet.take(amounts(sheet.rest)) if numbers else ()
    worn = sheet.take(sizes(sheet.rest)) if numbers or measures else ()
    counted = sheet.take(quantities(sheet.rest)) if numbers else ()
    tracking = tuple(sorted(lettered + bare, key=lambda t: t.start))
    rest = sheet.rest + normal[LONGEST:]
    return Entities(normal, rest, called, orders, tracking, born, places_found, to, sent, sums, worn, counted)
