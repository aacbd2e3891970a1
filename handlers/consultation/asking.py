"""A buyer's message that asks before buying, raises an objection, or says that nothing comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bot.core.customer import Consultation, Customer, OrderStatus
from bot.core.effects import CloseConsultations, Effect, OpenConsultation, StartTimer
from bot.core.settings import Product
from handlers.consultation.objections import declined, objections_in
from handlers.consultation.timing import RULE, follow_up_at, occasion, standing
from handlers.in_mind import asked_about
from handlers.situation import Situation
from handlers.understanding import Reading, Topic
from handlers.wording import quoted

UNSAID = "没说"
"""The reason of who gives none."""
_UNDER_WAY = (OrderStatus.CREATED, OrderStatus.PAID, OrderStatus.SHIPPED)
_OF_PARCELS = {Topic.PARCEL, Topic.MISSING}
_OF_BUYING = {Topic.PRICE, Topic.STOCK, Topic.BUY}
_TELLS_PRICE = {Topic.PRICE, Topic.STOCK}
_TOLD_AT_ONCE = 3
"""Products whose facts one answer states (`handlers.catalogue`)."""
_SURE = 0.8
"""From here on it is a complaint whatever else it is; 太贵了 alone looks a little like one."""


def record(situation: Situation) -> list[Effect]:
    """What was asked, with its product (None if it is about none), words, price heard and objections.

    Who has bought before is consulting only about what they could buy next. Complaints are no consultations.
    """
    customer, reading = situation.customer, situation.reading
    if _about_something_wrong(situation):
        return []
    if customer.consultations:
        why = declined(reading, situation.settings.consultations.objections)
        if why is not None:
            return _given_up(situation, why)
    asks = _asks_to_buy(reading)
    if not asks and (not customer.consultations or _says_nothing(reading)):
        return []
    raised = objections_in(reading, situation.settings.consultations.objections)
    if not asks and not raised:
        return []
    return [effect for meant in _meant(situation, asks=asks) for effect in _noted(situation, meant, raised)]


def _about_something_wrong(situation: Situation) -> bool:
    customer, meaning = situation.customer, situation.reading.meaning
    return meaning.complaint >= _SURE or bool(customer.complaints) or customer.red_line_at is not None


def _says_nothing(reading: Reading) -> bool:
    """Of buying: a courtesy, or a wish that somebody else answers."""
    courtesy = reading.greeting or reading.thanks or reading.nod
    return courtesy or reading.opt_out or reading.human or reading.machine


def _asks_to_buy(reading: Reading) -> bool:
    if reading.greeting or reading.opt_out or reading.human or reading.machine:
        return False
    if reading.meaning.is_complaint or reading.topics & _OF_PARCELS:
        return False
    return bool(reading.question or reading.topics or reading.faqs or (reading.products and reading.complete))


# --- which products -----------------------------------------------------------------------------


def _meant(situation: Situation, *, asks: bool) -> list[str | None]:
    """The products that the message is about, as consultations name them."""
    customer, reading = situation.customer, situation.reading
    names: list[str | None] = [p.name for p in reading.products] or [_in_mind(situation)]
    if not asks:  # an objection opens nothing
        about = {c.product for c in customer.consultations}
        return [name for name in names if name in about] or [_latest(customer).product]
    if not standing(customer):
        return names
    return [name for name in names if _may_buy_next(situation, name)]


def _in_mind(situation: Situation) -> str | None:
    """What they asked about of late; else what their latest open consultation is about."""
    product = asked_about(situation)
    if product is not None or not situation.customer.consultations:
        return product.name if product else None
    return _latest(situation.customer).product


def _latest(customer: Customer) -> Consultation:
    return max(customer.consultations, key=lambda c: (c.last_at, c.id))


def _may_buy_next(situation: Situation, name: str | None) -> bool:
    """Of somebody who has bought: about buying, and not what is on its way to them."""
    under_way = [i.product for o in situation.customer.orders if o.status in _UNDER_WAY for i in o.items]
    if name is None or any(product.startswith(name) for product in under_way):
        return False
    open_already = any(c.product == name for c in situation.customer.consultations)
    return open_already or bool(situation.reading.topics & _OF_BUYING)


# --- what goes on record ------------------------------------------------------------------------


def _noted(situation: Situation, name: str | None, raised: tuple[str, ...]) -> Iterator[Effect]:
    """The question, with its timer; one that has been followed up collects it, and is not again."""
    customer, settings, now = situation.customer, situation.settings, situation.now
    known = next((c for c in reversed(customer.consultations) if c.product == name), None)
    before = known.objections if known else ()
    followed_up = known is not None and known.followed_up_at is not None
    yield OpenConsultation(
        customer.id,
        name,
        quoted(situation.text),
        _price_told(situation, name),
        (*(o for o in before if o not in raised), *raised) if raised else (),
        known.id if known and followed_up else None,
    )
    due = now + settings.consultations.given_up if followed_up else follow_up_at(customer, settings, now)
    yield StartTimer(RULE, customer.id, occasion(name), due)


def _price_told(situation: Situation, name: str | None) -> Decimal | None:
    """What the answer to this message says that it costs; nothing while the seller talks himself."""
    reading = situation.reading
    product = next((p for p in situation.settings.products if p.name == name), None)
    if product is None or situation.customer.taken_over(situation.now):
        return None
    return product.price if _tells_price_of(product, reading) else None


def _tells_price_of(product: Product, reading: Reading) -> bool:
    """As `handlers.catalogue` answers: asked for it, or a product and no question at all."""
    if not reading.products:
        return reading.complete and bool(reading.topics & _TELLS_PRICE)
    if product not in reading.products[:_TOLD_AT_ONCE]:
        return False
    bare = reading.complete and not reading.faqs and not reading.topics - {Topic.BUY}
    return bare or bool(reading.topics & _TELLS_PRICE)


def _given_up(situation: Situation, why: str) -> list[Effect]:
    """不买了 ends what is open, that of the named product if one is named; nobody asks again."""
    customer, named = situation.customer, {p.name for p in situation.reading.products}
    meant = [c for c in customer.consultations if c.product in named] or customer.consultations
    return [
        CloseConsultations(
            customer.id, "given_up", consultation_id=one.id, reason=why or last_reason(one.objections)
        )
        for one in meant
    ]


def last_reason(objections: tuple[str, ...]) -> str:
    """What was said last against buying."""
    return objections[-1] if objections else UNSAID
