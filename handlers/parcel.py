"""Where is my parcel: answered from the buyer's own orders."""

from __future__ import annotations

from bot.core.customer import Order, OrderStatus
from bot.core.effects import Effect, Reply
from handlers.situation import Situation
from handlers.understanding import Topic
from handlers.wording import alert, day, quoted, said

_UNDER_WAY = (OrderStatus.CREATED, OrderStatus.PAID, OrderStatus.SHIPPED)
_CLOSED = {OrderStatus.REFUNDED: "退款", OrderStatus.CANCELLED: "取消"}
_MOST = 3


def answer(situation: Situation) -> list[Effect]:
    """The state of what is under way, else of the latest order; the seller is asked about the rest."""
    under_way = [o for o in situation.customer.orders if o.status in _UNDER_WAY]
    topics = situation.reading.topics
    # when things arrive in general is the FAQ's to say, unless something is on its way to this buyer
    if not topics & {Topic.PARCEL, Topic.MISSING} and not (Topic.DELIVERY in topics and under_way):
        return []
    orders = under_way[:_MOST] or list(situation.customer.orders[:1])
    if not orders:
        return _no_orders(situation)
    if Topic.MISSING in topics and orders[0].status is OrderStatus.SIGNED:
        return _signed_but_missing(situation, orders[0])
    return [Reply("\n".join(_state(situation, o) for o in orders))]


def _no_orders(situation: Situation) -> list[Effect]:
    called = situation.customer.called
    why = f"问快递，我这里没有他的订单。有的话补录：订单 {called} 商品 金额"
    return [
        Reply(said(situation.settings, situation.settings.texts.no_orders)),
        alert(situation, "parcel", why),
    ]


def _signed_but_missing(situation: Situation, order: Order) -> list[Effect]:
    texts = situation.settings.texts
    on = _signed_day(situation, order)
    text = said(situation.settings, texts.parcel_missing, goods=order.goods, day=on)
    numbers = quoted(_parcels(situation, order))
    why = f"{order.goods}（{numbers}）显示已签收，他说没拿到。请查快递，我说有结果就回他。"
    return [Reply(text), alert(situation, "parcel", why)]


def _state(situation: Situation, order: Order) -> str:
    settings, texts = situation.settings, situation.settings.texts
    match order.status:
        case OrderStatus.CREATED:
            return said(settings, texts.order_unpaid, goods=order.goods)
        case OrderStatus.PAID:
            return said(settings, texts.order_waiting, goods=order.goods)
        case OrderStatus.SHIPPED:
            sent = max((p.shipped_at for p in order.parcels), default=None)
            on = day(sent, settings.shop.zone) if sent else ""
            parcels = _parcels(situation, order)
            return said(settings, texts.order_shipped, goods=order.goods, day=on, parcels=parcels)
        case OrderStatus.SIGNED:
            return said(settings, texts.order_signed, goods=order.goods, day=_signed_day(situation, order))
        case _:
            return said(settings, texts.order_closed, goods=order.goods, state=_CLOSED[order.status])


def _parcels(situation: Situation, order: Order) -> str:
    numbers = "\n".join(f"{p.courier} {p.tracking_no}" for p in order.parcels)
    return numbers or said(situation.settings, situation.settings.texts.no_tracking)


def _signed_day(situation: Situation, order: Order) -> str:
    signed = max((p.signed_at for p in order.parcels if p.signed_at), default=None)
    return day(signed, situation.settings.shop.zone) if signed else ""
