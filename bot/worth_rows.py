"""What customers have been found to be worth, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.core.worth import OnRecord
from handlers.value.whole import Worth
from storage import worth as stored


def write_worth(
    connection: Connection, people: Sequence[OnRecord], found: Sequence[Worth], now: datetime
) -> None:
    """Write what was found of these people, their moves, points, baskets and votes."""
    stored.write_values(connection, [{"customer_id": w.customer_id, **w.columns} for w in found])
    stored.write_moves(connection, _moves(found, now))
    stored.write_points(connection, _points(people, found))
    goods = {order.id: order for one in people for order in one.orders}
    lines = [line for w in found for line in w.lines]
    baskets = [(line.basket, line.entry.order) for line in lines if line.basket and line.entry.order]
    stored.count_together(
        connection,
        [(change, sorted({i.product for i in goods[order].items})) for change, order in baskets],
    )
    stored.write_votes(connection, {w.customer_id: w.votes for w in found})


def _moves(found: Sequence[Worth], now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "customer_id": w.customer_id,
            "day": move.day,
            "at": now,
            "before": move.before.value,
            "after": move.after.value,
            "reason": move.reason,
        }
        for w in found
        for move in w.moves
    ]


def _points(people: Sequence[OnRecord], found: Sequence[Worth]) -> list[dict[str, Any]]:
    turns = _turns(people)
    return [
        {
            "customer_id": w.customer_id,
            "at": line.entry.at,
            "points": line.entry.points,
            "reason": line.entry.reason,
            "order_id": line.entry.order,
            "turn": turns.get(line.entry.order, 0),
            "amount": line.amount,
            "until": line.entry.until,
        }
        for w in found
        for line in w.lines
    ]


def _turns(people: Sequence[OnRecord]) -> dict[int | None, int]:
    """How many ledger lines each order has."""
    turns: dict[int | None, int] = {}
    for one in people:
        for line in one.ledger:
            turns[line.order] = turns.get(line.order, 0) + 1
    return turns
