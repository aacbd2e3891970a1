"""One shop event in the writing thread: whom and what it is about, what follows, all in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import structlog
from sqlalchemy import Connection, insert, select
from sqlmodel import col

from bot.care import care_after
from bot.core.effects import Effect, KeepOrder, NotifySeller, SetFields
from bot.core.events import OrderEvent, ParcelEvent, ShopEvent
from bot.core.settings import Settings
from bot.valuation import revalue, revalue_after
from handlers import orders, tracking
from handlers.holiday import with_slow_parcels
from storage import alike, load, order_people
from storage.holidays import limits_now
from storage.queries import trade
from storage.rows import ShopEventRow
from storage.write import write_failure
from storage.writers import Origin, Surroundings, write_effects

log = structlog.get_logger(__name__)


class Done(NamedTuple):
    """What came of a shop event: nothing new, or not handled at all, so that it must come again."""

    duplicate: bool = False
    failed: bool = False


class ShopEvents:
    """Decides and writes shop events, one at a time."""

    def __init__(self, settings: Settings, now: Callable[[], datetime], around: Surroundings) -> None:
        self._settings = settings
        self._now = now
        self._around = around

    def handle(self, connection: Connection, event: ShopEvent, broken: Exception | None = None) -> Done:
        """Handle one; `broken` is why it could not be, and then the seller is told once."""
        now = self._now()
        if broken is not None:
            self._write(connection, [_set_aside(connection, event, broken, now)], now)
            return Done(failed=True)
        if isinstance(event, ParcelEvent):
            self._write(connection, self._of_parcel(connection, event, now), now)
            return Done()
        known = select(col(ShopEventRow.event_id)).where(col(ShopEventRow.event_id) == event.event_id)
        if connection.scalar(known) is not None:
            return Done(duplicate=True)
        row = {"event_id": event.event_id, "happened": event.happened, "number": event.number}
        connection.execute(insert(ShopEventRow).values(row | {"received_at": now}))
        self._write(connection, self._of_order(connection, event, now), now)
        return Done()

    def _of_order(self, connection: Connection, event: OrderEvent, now: datetime) -> list[Effect]:
        customer_id = order_people.owner_of(connection, event, now)
        known = trade.order(connection, event.number, lock=True)
        customer = load.snapshots(connection, [customer_id])[customer_id]
        if known is not None and known.customer_id != customer_id:  # the account says it is another's
            give = KeepOrder(known.number, customer_id, {})
            self._write(connection, [give], now)
            revalue(connection, [known.customer_id], self._settings, now)
        return orders.decide(event, customer, known, self._settings, now)

    def _of_parcel(self, connection: Connection, event: ParcelEvent, now: datetime) -> list[Effect]:
        found = trade.orders_in(connection, event.tracking_no)
        customers = load.snapshots(connection, {order.customer_id for order in found}) if found else {}
        return [
            effect
            for order in found
            for parcel in order.parcels
            if parcel.tracking_no == event.tracking_no
            for effect in tracking.decide(event, customers[order.customer_id], order, parcel, now)
        ]

    def _write(self, connection: Connection, decided: list[Effect], now: datetime) -> None:
        holidays = limits_now(connection, self._settings.care_limits).holidays
        effects = with_slow_parcels(decided, holidays, self._settings, now)
        write_effects(connection, [(Origin(now, None, self._around), effect) for effect in effects])
        revalue_after(connection, effects, self._settings, now)
        care_after(connection, effects, self._settings, now, self._around)
        for effect in effects:
            if isinstance(effect, SetFields) and {"name", "address"} & effect.fields.keys():
                found = alike.at_home_with(connection, effect.customer_id)
                alike.ask_later(connection, alike.unasked(connection, found), now)


def _set_aside(connection: Connection, event: ShopEvent, error: Exception, now: datetime) -> NotifySeller:
    log.error("event_not_decided", kind=type(event).__name__, error=type(error).__name__)
    log.debug("event_not_decided_because", exc_info=error)
    about = event.event_id if isinstance(event, OrderEvent) else event.tracking_no
    name = f"{type(event).__name__}:{about}"
    write_failure(connection, name, f"{type(error).__name__}: {error}"[:2000], now)
    what = f"订单 {event.number}" if isinstance(event, OrderEvent) else f"包裹 {event.tracking_no}"
    text = f"{what} 的新消息我没处理好，程序出了错，什么都没改。那边会再送来；过一会儿还没有，就请手工记。"
    return NotifySeller(text, key=f"failure:{name}")
