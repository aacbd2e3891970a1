"""The example shop and its people, made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.configuration import load
from bot.core.complaint import Complaint, Move, Remedy, Signal, Step
from bot.core.customer import (
    Consultation,
    Customer,
    OpenPromise,
    OpenQuestion,
    Order,
    OrderItem,
    OrderStatus,
    Parcel,
    Tag,
)
from bot.core.delivery import Contact
from bot.core.effects import (
    NUMBER,
    AddTag,
    AskedSeller,
    BuyerAnswered,
    Effect,
    MakePromise,
    MarkContact,
    MoveComplaint,
    MovePromise,
    MoveRemedy,
    NotifySeller,
    OpenComplaint,
    OpenConsultation,
    PromiseRemedy,
    Push,
    QuestionRang,
    RemoveTag,
    Reply,
    SetFields,
)
from handlers import decide_message
from handlers.rings import Ring
from handlers.situation import Situation
from handlers.timer_rules import RULES
from handlers.understanding import Reader

SHOP = load(Path(__file__).parents[2] / "config.yaml", {})
READER = Reader(SHOP)
READER.lexicon.warm()
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)  # 10:00 in the shop

CONTACT = Contact(id=7, account="sandbox", external_id="alice", customer_id=1)
NEW = Customer(id=1, contact=CONTACT, first_seen_at=NOW, nickname="小王")
KNOWN = replace(NEW, greeted_at=NOW - timedelta(days=30))


def situation(customer: Customer, text: str, message_id: str = "m1", **more: Any) -> Situation:
    settings, now = more.pop("settings", SHOP), more.pop("now", NOW)
    return Situation(customer, text, READER.read(text), settings, now, (message_id,), **more)


def effects(customer: Customer, text: str, **more: Any) -> list[Effect]:
    return decide_message(situation(customer, text, **more))


def reply(found: list[Effect]) -> str | None:
    """The one reply; None for silence."""
    texts = [e.text for e in found if isinstance(e, Reply)]
    assert len(texts) <= 1
    return texts[0] if texts else None


def pushed(found: list[Effect]) -> list[str]:
    """What the buyer is told outside of an answer."""
    return [e.text for e in found if isinstance(e, Push)]


def alerts(found: list[Effect]) -> list[str]:
    """What the sellers are told, of a new complaint as well (its number is 1)."""
    told = [e.text for e in found if isinstance(e, NotifySeller)]
    return told + [e.alert.replace(NUMBER, "1") for e in found if isinstance(e, OpenComplaint) and e.alert]


def ring(customer: Customer, rule: str, occasion: str, now: datetime, **more: Any) -> list[Effect]:
    """What follows when this timer of the customer rings."""
    refused = more.pop("refused", lambda _: "")
    return RULES[rule](Ring(customer, occasion, more.pop("settings", SHOP), now, refused))


def after(customer: Customer, found: list[Effect], now: datetime = NOW) -> Customer:
    """The snapshot that storage would load once `found` is written, as far as handlers look at it."""
    for effect in found:
        customer = _written(customer, effect, now)
    return customer


def _written(customer: Customer, effect: Effect, now: datetime) -> Customer:
    match effect:
        case SetFields():
            return replace(customer, **effect.fields)
        case MarkContact():
            return replace(customer, contact=replace(customer.contact, **effect.fields))
        case AddTag():
            return replace(customer, tags=_tagged(customer, effect, now))
        case RemoveTag():
            return replace(customer, tags=tuple(t for t in customer.tags if t.name != effect.name))
        case OpenConsultation():
            asked = Consultation(1, customer.id, effect.product, effect.words, now, now)
            others = tuple(c for c in customer.consultations if c.product != effect.product)
            return replace(customer, consultations=(*others, asked))
        case OpenComplaint() | MoveComplaint() | PromiseRemedy() | MoveRemedy():
            return replace(customer, complaints=_complaints(customer, effect, now))
        case AskedSeller() | QuestionRang() | BuyerAnswered():
            return replace(customer, question=_question(customer, effect, now))
        case MakePromise() | MovePromise():
            return replace(customer, promises=_promises(customer, effect, now))
    return customer


def _tagged(customer: Customer, effect: AddTag, now: datetime) -> tuple[Tag, ...]:
    known = next((t for t in customer.tags if t.name == effect.name), None)
    first, count = (known.first_at, known.count + 1) if known else (now, 1)
    tag = Tag(effect.name, effect.source, first, now, count, words=effect.words)
    return (*(t for t in customer.tags if t.name != tag.name), tag)


def _complaints(
    customer: Customer, effect: OpenComplaint | MoveComplaint | PromiseRemedy | MoveRemedy, now: datetime
) -> tuple[Complaint, ...]:
    """The open ones; numbers count up from 1, closed ones are forgotten."""
    known = customer.complaints
    match effect:
        case OpenComplaint():
            number = max((c.id for c in known), default=0) + 1
            step = effect.fields["step"]
            move = Move(now, effect.actor, Signal.OPENED, step, step, effect.words, effect.said)
            fields = {**effect.fields, "words": effect.words, "moves": (move,)}
            return (*known, Complaint(number, customer.id, **fields))
        case MoveComplaint():
            return tuple(_moved(c, effect) for c in known if c.id != effect.complaint_id or not effect.ending)
        case PromiseRemedy():
            number = 10 + sum(len(c.remedies) for c in known)
            remedy = Remedy(number, effect.kind, effect.words, effect.due_at)
            return tuple(
                replace(c, remedies=(*c.remedies, remedy)) if c.id == effect.complaint_id else c
                for c in known
            )
        case MoveRemedy():
            return tuple(
                replace(c, remedies=tuple(_remedied(remedy, effect) for remedy in c.remedies)) for c in known
            )


def _moved(complaint: Complaint, effect: MoveComplaint) -> Complaint:
    if complaint.id != effect.complaint_id:
        return complaint
    assert effect.changes.get("step") is not Step.CLOSED, "closed without an ending"
    return replace(complaint, **effect.changes, moves=(*complaint.moves, effect.move))


def _remedied(remedy: Remedy, effect: MoveRemedy) -> Remedy:
    return replace(remedy, **effect.changes) if remedy.id == effect.remedy_id else remedy


def _question(
    customer: Customer, effect: AskedSeller | QuestionRang | BuyerAnswered, now: datetime
) -> OpenQuestion | None:
    known = customer.question
    match effect:
        case AskedSeller():
            if known is None:
                return OpenQuestion(1, effect.urgency, effect.words, now)
            ranks = ["建议", "普通", "紧急", "关键", "红线"]
            return replace(known, urgency=max(known.urgency, effect.urgency, key=ranks.index))
        case QuestionRang() if known is not None:
            told = now if effect.acknowledged else known.acknowledged_at
            return replace(known, stage=known.stage + 1, acknowledged_at=told)
    return None


def _promises(
    customer: Customer, effect: MakePromise | MovePromise, now: datetime
) -> tuple[OpenPromise, ...]:
    known = customer.promises
    if isinstance(effect, MakePromise):
        number = max((p.id for p in known), default=0) + 1
        made = OpenPromise(number, effect.what, effect.words, effect.by, now, effect.due_at)
        return (*known, made)
    if effect.state != "open":
        return tuple(p for p in known if p.id != effect.promise_id)
    return tuple(
        replace(p, reminded_at=now, due_at=effect.due_at or p.due_at) if p.id == effect.promise_id else p
        for p in known
    )


def order(
    status: OrderStatus, product: str = "玫瑰面霜", tracking: str = "7312", courier: str = "中通"
) -> Order:
    sent = NOW - timedelta(days=3)
    signed = NOW - timedelta(days=1) if status is OrderStatus.SIGNED else None
    has_left = status in (OrderStatus.SHIPPED, OrderStatus.SIGNED)
    parcels = (Parcel(1, courier, tracking, sent, signed),) if has_left and tracking else ()
    items = (OrderItem(product, 2, Decimal("129")),)
    return Order(5, "A100", 1, status, Decimal("258"), sent, items, parcels)


def buyer(*statuses: OrderStatus, **more: Any) -> Customer:
    return replace(KNOWN, orders=tuple(order(s) for s in statuses), **more)
