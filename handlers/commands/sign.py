"""签收: the parcels of an order have arrived."""

from __future__ import annotations

from bot.core.customer import ORDER_STATUS, Customer, Order, OrderStatus
from bot.core.effects import Effect, Reply, SignOrder
from handlers.commands.choosing import only, order_or_customer
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Refused, Word, argument
from handlers.commands.phrases import TO_SHIP, order_line, short
from handlers.wording import typed


class SignArguments(Arguments):
    """签收 订单或名."""

    what: Word = argument("订单或名", rest=True)


def run(desk: Desk, args: SignArguments) -> list[Effect]:
    """Record that it has arrived, once."""
    order, one = order_or_customer(desk, args.what)
    order = order or _under_way(one)
    if order.status is OrderStatus.SIGNED:
        return [Reply(f"{order.number} {_since(desk, order)}就签收了，没有再记。")]
    if order.status is not OrderStatus.SHIPPED:
        raise Refused(_not_shipped(order))
    told = f"记下了：{order.number} {short(order.goods, 30)}，{short(one.called)} 签收了。"
    return [SignOrder(order.id), Reply(told)]


def _not_shipped(order: Order) -> str:
    state = f"{order.number} {ORDER_STATUS[order.status]}，签收不了。"
    return f"{state}\n先记单号：发货 {order.number} 单号" if order.status in TO_SHIP else state


def _under_way(one: Customer) -> Order:
    """The customer's one order on its way; without any, the last that has arrived."""
    shipped = [o for o in one.orders if o.status is OrderStatus.SHIPPED]
    signed = [o for o in one.orders if o.status is OrderStatus.SIGNED][:1]
    if shipped or signed:
        return only(one, shipped or signed, "签收 {number}")
    if not one.orders:
        raise Refused(f"{short(one.called)} 还没有订单。先记一单：订单 {typed(one)} 商品 金额")
    raise Refused(f"{short(one.called)} 没有在路上的订单，最近一单：{order_line(one.orders[0])}")


def _since(desk: Desk, order: Order) -> str:
    moments = [p.signed_at for p in order.parcels if p.signed_at]
    return f"{desk.when(max(moments))} " if moments else "早"


COMMAND = Command(
    name="签收",
    does="记一单已签收",
    example="签收 20261121-1",
    arguments=SignArguments,
    run=run,
    aliases=("sign",),
)
