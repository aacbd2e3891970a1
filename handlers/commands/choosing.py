"""Which order a seller means by its number or by the customer's name."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.customer import Customer, Order
from handlers.commands.desk import Desk, NotFound
from handlers.commands.framework import Refused, level
from handlers.commands.phrases import order_line, short


def order_or_customer(desk: Desk, word: str) -> tuple[Order | None, Customer]:
    """The order with this number and whose it is, or no order and the customer of this name."""
    order = desk.order(level(word))
    if order is not None:
        return order, desk.customers([order.customer_id])[0]
    try:
        return None, desk.customer(word)
    except NotFound as nobody:
        raise NotFound(f"没有订单 {word[:20]}，也没有人叫这个。发 找 {word[:1]} 看看有谁。") from nobody


def only(one: Customer, orders: Sequence[Order], how: str) -> Order:
    """The only one of these orders, else Refused with the list; `how` to type it, with {number}."""
    if len(orders) > 1:
        head = f"{short(one.called)} 有 {len(orders)} 单，写订单号："
        example = f"例：{how.replace('{number}', orders[0].number)}"
        raise Refused("\n".join([head, *(order_line(order) for order in orders), example]))
    return orders[0]
