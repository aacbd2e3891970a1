"""客户, the part on their worth: two to four short lines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.core.customer import Customer
from bot.core.money import show_money
from handlers.commands.desk import Desk
from handlers.commands.phrases import short
from handlers.commands.worth import day, expected, figures, today_of
from handlers.value.points import expiring
from handlers.value.points_of_orders import ledger
from handlers.value.together import Together
from storage.queries.worth import Value, stage_moves, together, value_of
from storage.worth import ledger_of

_LATEST = 1


def worth_lines(desk: Desk, one: Customer) -> Iterator[str]:
    """What they bought and are worth, when they are due, their points, what to offer beside; or nothing."""
    value = value_of(desk.connection, one.id)
    if value is None or value.orders == 0:
        return
    today = today_of(desk)
    if value.orders > 1 or value.tier:  # the only order stands below, with all that can be said of it
        yield "，".join((*_standing(value, today), *_stage(desk, one, today)))
    yield from expected(value, today)
    yield from _points(desk, one, value, today)
    yield from _beside(desk, one)


def _standing(value: Value, today: date) -> Iterator[str]:
    yield f"买过 {figures(value)}"
    if value.orders > 1 and value.average is not None:
        yield f"每单 {show_money(value.average)}"
    if value.tier:
        yield f"{value.tier}到{day(value.tier_until, today)}"
    if value.segment:
        yield value.segment


def _stage(desk: Desk, one: Customer, today: date) -> Iterator[str]:
    for move in stage_moves(desk.connection, one.id, _LATEST):
        yield f"{day(move.day, today)}起{move.after}"


def _points(desk: Desk, one: Customer, value: Value, today: date) -> Iterator[str]:
    if not value.points:
        return
    settings, zone = desk.settings.value.points, desk.settings.shop.zone
    ends = expiring(ledger(ledger_of(desk.connection, one.id)), desk.now, zone, settings.remind_days)
    soon = f"，其中 {ends[0]} 分{day(ends[1], today)}到期" if ends else ""
    yield f"积分：{value.points} 分{soon}"


def _beside(desk: Desk, one: Customer) -> Iterator[str]:
    """What goes with their latest purchase and they have not bought (PRACTICES 67)."""
    has = {item.product for order in one.orders for item in order.items}
    latest = one.orders[0].items if one.orders else ()
    for product in dict.fromkeys(item.product for item in latest):
        counts = together(desk.connection, product)
        hints = Together(*counts).hints(product, desk.settings.value.together)
        if names := [short(hint.product) for hint in hints if hint.product not in has]:
            yield f"买{short(product)}的人常一起买：{'、'.join(names)}"
            return
