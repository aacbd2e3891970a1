"""Who is told of an order's parcels, once: the buyer, or the seller where the bot cannot (PRACTICES 104)."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.customer import Customer, Order, OrderStatus, Parcel
from bot.core.effects import Effect, LeaveTask, NotifySeller, SettleTask, TaskState
from bot.core.events import OrderEvent
from bot.core.settings import Settings
from handlers.commands.notices import BY_HAND, parcel_notice, ship_key
from scheduler.calendar.days import local_date

OVER = (OrderStatus.CANCELLED, OrderStatus.REFUNDED)

OLD_NEWS = timedelta(days=3)
"""A parcel that was handed over longer ago is no news to its buyer: a system that is being connected tells
its past."""


def untold(
    event: OrderEvent, customer: Customer, order: Order, settings: Settings, now: datetime
) -> dict[str, list[Effect] | None]:
    """For each parcel that nobody was told of yet, by number, what is said of it now.

    Nothing while no event has said that the order was shipped. None: nobody is known who could be told.
    """
    if order.shipped_at is None or order.status in OVER:
        return {}
    new = (p for p in order.parcels if not p.announced)
    return {p.tracking_no: _told(event, customer, order, p, settings, now) for p in new}


def is_settled(effects: list[Effect] | None) -> bool:
    """Whether a parcel needs no more telling; where it is left to the seller, the buyer may still be told."""
    return effects is not None and not any(isinstance(e, NotifySeller) for e in effects)


def _told(
    event: OrderEvent, customer: Customer, order: Order, parcel: Parcel, settings: Settings, now: datetime
) -> list[Effect] | None:
    """What somebody is told of a parcel; None while nobody is known who could be."""
    if now - parcel.shipped_at > OLD_NEWS:
        return []
    notice = parcel_notice(settings, order, customer.id, (parcel.courier, parcel.tracking_no), now)
    by_hand = f"told:{ship_key(order.number, parcel.tracking_no)}"
    called = event.customer.name or customer.called
    what = f"{order.number} {order.goods}，{parcel.courier} {parcel.tracking_no}"
    if customer.contact.is_somewhere and customer.red_line_at is None:
        return [notice, SettleTask(by_hand, TaskState.DONE)]
    if customer.contact.is_somewhere:
        text = f"{called} 的包裹寄出了，这个人碰了红线，通知我没有发，请你亲自告诉他：\n{what}"
        return [NotifySeller(text, by_hand)]
    phone = customer.phone or event.customer.phone
    if not (phone or customer.name or event.customer.name):
        return None
    how = f"没有聊天账号，打 {phone}" if phone else "没有聊天账号"
    task = LeaveTask(customer.id, BY_HAND, notice.text, by_hand, parcel.shipped_at + OLD_NEWS, how)
    text = (
        f"{called} 的包裹寄出了，他没有聊天账号，通知没有地方发{f'（打 {phone}）' if phone else ''}：\n"
        f"{what}\n今天再有这样的就不一条条说了，都在 今日 里。"
    )
    return [task, NotifySeller(text, f"by_hand:{local_date(parcel.shipped_at, settings.shop.zone)}")]
