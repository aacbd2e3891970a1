"""Service notices to buyers about their orders: the configured text, filled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.core.customer import Order
from bot.core.delivery import Kind
from bot.core.effects import Push
from bot.core.settings import Settings
from handlers.commands.goods import product_meant
from handlers.wording import said

BY_HAND = "发货通知"
"""What a task is about whose buyer the bot cannot tell of a parcel."""


def shipping_notice(settings: Settings, order: Order, courier: str, tracking_no: str) -> str:
    """What the buyer is told when a parcel is handed over, and how to treat what is in it (PRACTICES 96)."""
    parcel = {"goods": order.goods, "courier": courier, "tracking_no": tracking_no}
    return "\n".join([said(settings, settings.texts.shipping_notice, **parcel), *_care(settings, order)])


def ship_key(number: str, tracking_no: str) -> str:
    """Whoever reports a parcel: the buyer is told once of it."""
    return f"ship:{number}:{tracking_no}"


def parcel_notice(
    settings: Settings, order: Order, customer_id: int, parcel: tuple[str, str], now: datetime
) -> Push:
    """The notice of one parcel (courier, number), also as a template's data (PRACTICES 104)."""
    courier, tracking_no = parcel
    at = f"{now.astimezone(settings.shop.zone):%Y-%m-%d %H:%M}"
    data = {"courier": courier, "tracking_no": tracking_no, "time": at}
    return Push(
        customer_id,
        shipping_notice(settings, order, courier, tracking_no),
        Kind.NOTICE,
        key=ship_key(order.number, tracking_no),
        template="shipping",
        template_data={"order": order.number, "goods": order.goods, **data},
    )


def _care(settings: Settings, order: Order) -> Iterator[str]:
    for name in dict.fromkeys(i.product for i in order.items):
        product = product_meant(name, settings.products)
        if product is not None and product.care:
            yield product.care
