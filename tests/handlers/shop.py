"""The example shop and its people, made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.configuration import load
from bot.core.customer import Consultation, Customer, Order, OrderItem, OrderStatus, Parcel, Tag, TagSource
from bot.core.delivery import Contact
from bot.core.effects import (
    AddTag,
    Effect,
    MarkContact,
    NotifySeller,
    OpenConsultation,
    Reply,
    SetFields,
)
from handlers import decide_message
from handlers.situation import Situation
from handlers.understanding import Reader

SHOP = load(Path(__file__).parents[2] / "config.yaml", {})
READER = Reader(SHOP)
READER.lexicon.warm()
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)  # 10:00 in the shop

CONTACT = Contact(id=7, account="sandbox", external_id="alice", customer_id=1)
NEW = Customer(id=1, contact=CONTACT, first_seen_at=NOW, nickname="小王")
KNOWN = replace(NEW, greeted_at=NOW - timedelta(days=30))


def situation(customer: Customer, text: str, message_id: str = "m1", **more: Any) -> Situation:
    return Situation(
        customer, text, READER.read(text), more.pop("settings", SHOP), NOW, (message_id,), **more
    )


def effects(customer: Customer, text: str, **more: Any) -> list[Effect]:
    return decide_message(situation(customer, text, **more))


def reply(found: list[Effect]) -> str | None:
    """The one reply; None for silence."""
    texts = [e.text for e in found if isinstance(e, Reply)]
    assert len(texts) <= 1
    return texts[0] if texts else None


def alerts(found: list[Effect]) -> list[str]:
    return [e.text for e in found if isinstance(e, NotifySeller)]


def after(customer: Customer, found: list[Effect], now: datetime = NOW) -> Customer:
    """The snapshot that storage would load once `found` is written, as far as handlers look at it."""
    for effect in found:
        if isinstance(effect, SetFields):
            customer = replace(customer, **effect.fields)
        if isinstance(effect, MarkContact):
            customer = replace(customer, contact=replace(customer.contact, **effect.fields))
        if isinstance(effect, AddTag):
            tag = Tag(effect.name, TagSource.BOT, now, now, words=effect.words)
            customer = replace(customer, tags=(*(t for t in customer.tags if t.name != tag.name), tag))
        if isinstance(effect, OpenConsultation):
            asked = Consultation(1, customer.id, effect.product, effect.words, now, now)
            others = tuple(c for c in customer.consultations if c.product != effect.product)
            customer = replace(customer, consultations=(*others, asked))
    return customer


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
