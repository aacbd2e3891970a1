"""Service notices to buyers that a seller's command sets off: the configured text, filled."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.customer import Order
from bot.core.settings import Settings
from handlers.commands.goods import product_meant
from handlers.wording import said


def shipping_notice(settings: Settings, order: Order, courier: str, tracking_no: str) -> str:
    """What the buyer is told when a parcel is handed over, and how to treat what is in it (PRACTICES 96)."""
    parcel = {"goods": order.goods, "courier": courier, "tracking_no": tracking_no}
    return "\n".join([said(settings, settings.texts.shipping_notice, **parcel), *_care(settings, order)])


def _care(settings: Settings, order: Order) -> Iterator[str]:
    for name in dict.fromkeys(i.product for i in order.items):
        product = product_meant(name, settings.products)
        if product is not None and product.care:
            yield product.care
