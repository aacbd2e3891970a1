"""What the bot has written down about somebody, for the sandbox page."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from bot.core.customer import ORDER_STATUS, Customer
from bot.core.money import show_money
from storage import load


def about(connection: Connection, account: str, external_id: str) -> dict[str, Any]:
    """Name, stage, tags, open matters and orders; empty lists for somebody who never wrote."""
    contact = load.contacts_of(connection, [(account, external_id)]).get((account, external_id))
    if contact is None or contact.customer_id is None:
        return {"name": external_id, "stage": "", "tags": [], "open": [], "orders": []}
    customer = load.customers(connection, {contact.customer_id: contact})[contact.customer_id]
    return {
        "name": customer.called,
        "stage": customer.stage,
        "tags": [tag.name for tag in customer.tags],
        "open": [f"咨询：{c.product or '没说是哪样'}（{c.questions} 问）" for c in customer.consultations],
        "orders": _orders(customer),
    }


def _orders(customer: Customer) -> list[str]:
    return [f"{o.number} {o.goods} {show_money(o.total)} {ORDER_STATUS[o.status]}" for o in customer.orders]
