"""A buyer who has complained and been answered."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert
from sqlmodel import SQLModel

from bot.core.delivery import Kind, Status, Via
from storage.rows import ComplaintRow, MessageRow, OutboxRow
from tests.importing.shop import Shop
from tests.importing.test_merging import NOW, buyer


def a_complaint(shop: Shop) -> int:
    """The customer's number."""
    one = buyer(shop, "alice", name="王姐", phone="13812345678", note="爱砍价")
    said = {
        "account": "sandbox",
        "contact_id": 1,
        "customer_id": one,
        "message_id": "m1",
        "kind": "text",
        "text": "=瓶子碎了",
        "at": NOW,
        "received_at": NOW,
    }
    answer = {
        "contact_id": 1,
        "kind": Kind.REPLY,
        "text": "对不起",
        "status": Status.PLANNED,
        "via": Via.API,
        "due_at": NOW,
        "created_at": NOW,
    }
    complaint = {
        "customer_id": one,
        "step": 1,
        "opened_at": NOW,
        "entered_at": NOW,
        "due_at": NOW + timedelta(hours=1),
        "words": "瓶子碎了",
        "order_number": "A1",
        "product": "玫瑰面霜",
    }
    rows: list[tuple[type[SQLModel], dict[str, object]]] = [
        (MessageRow, said),
        (OutboxRow, answer),
        (ComplaintRow, complaint),
    ]
    with shop.connection() as connection:
        for row, values in rows:
            connection.execute(insert(row).values(values))
    return one
