"""Why nothing that greets or sells may go to somebody."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from bot.core.customer import Customer
from storage.state import PUSHES_STOPPED, read_state


def unwanted(connection: Connection, customer: Customer) -> str:
    """Why nothing that greets or sells may go to this customer; empty if it may."""
    return why_unwanted(
        customer.opted_out_at,
        customer.stopped_at,
        customer.red_line_at,
        complains=bool(customer.complaints),
        pushes_stopped=bool(read_state(connection, PUSHES_STOPPED)),
    )


def why_unwanted(
    opted_out_at: datetime | None,
    stopped_at: datetime | None,
    red_line_at: datetime | None,
    *,
    complains: bool,
    pushes_stopped: bool,
) -> str:
    """The one order in which the reasons count, in the seller's words."""
    if opted_out_at is not None:
        return "对方退订了"
    if stopped_at is not None:
        return "给这个人的推送停着"
    if red_line_at is not None:
        return "这个人碰了红线，先由你亲自处理"
    if complains:
        return "这个人的投诉还没处理完"
    return "店主停了全部推送" if pushes_stopped else ""
