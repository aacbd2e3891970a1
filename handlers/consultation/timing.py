"""When a consultation is asked about, and when it is given up. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.customer import Consultation, Customer, Order, OrderStatus
from bot.core.hours import OpeningHours
from bot.core.settings import Settings

RULE = "consultation"
"""The timer rule; its occasion is the product's name, empty for none: the row's number is not known yet
when the timer starts, and a buyer has one open consultation about one product."""

VOID = (OrderStatus.CANCELLED, OrderStatus.REFUNDED)
_WINDOW = timedelta(hours=46)
"""WeChat lets us write for 48 hours after the buyer's last word (CHANNELS §1.7), with something to spare."""
_BEFORE_CLOSING = timedelta(minutes=30)
_A_WEEK = 7


def occasion(product: str | None) -> str:
    """What the consultation's timer is about."""
    return product or ""


def standing(customer: Customer) -> list[Order]:
    """The orders that were not taken back, newest first."""
    return [order for order in customer.orders if order.status not in VOID]


def valued(customer: Customer, settings: Settings) -> bool:
    """Whether they have buying power or buy often (PRACTICES 45): asked about sooner and warmer."""
    orders, of = standing(customer), settings.consultations
    return len(orders) >= of.often or any(order.total >= of.big_order for order in orders)


def follow_up_at(customer: Customer, settings: Settings, asked_at: datetime) -> datetime:
    """When who was last heard at `asked_at` is to be asked, at an hour at which the shop is open."""
    of = settings.consultations
    span = of.sooner if valued(customer, settings) else of.after
    return decent_hour(settings.shop.opening, asked_at, span)


def decent_hour(opening: OpeningHours, asked_at: datetime, span: timedelta) -> datetime:
    """`span` after `asked_at`, or else the nearer of the evening before and the next opening.

    The evening must leave the buyer at least half of the span; where waiting for the opening would take
    longer than the platform lets us write, an hour is enough.
    """
    due = asked_at + span
    opens = opening.from_opening(due)
    if opens == due:
        return due
    evening = _evening_before(opening, due)
    nearer = due - evening < opens - due and evening - asked_at >= span / 2
    too_late = opens - asked_at > _WINDOW and evening - asked_at >= timedelta(hours=1)
    return evening if nearer or too_late else opens


def _evening_before(opening: OpeningHours, moment: datetime) -> datetime:
    """Half an hour before the shop last closed, as seen from a moment at which it is closed."""
    here = moment.astimezone(opening.zone)
    days = (here.date() - timedelta(days=n) for n in range(_A_WEEK + 1))
    closings = (opening.closing(day) for day in days if opening.works_on(day))
    last = next((closing for closing in closings if closing <= here), here)
    return (last - _BEFORE_CLOSING).astimezone(moment.tzinfo)


def gives_up_at(one: Consultation, customer: Customer, settings: Settings) -> datetime:
    """When nothing more is expected of it."""
    asked = one.followed_up_at or follow_up_at(customer, settings, one.last_at)
    return max(asked, one.last_at) + settings.consultations.given_up
