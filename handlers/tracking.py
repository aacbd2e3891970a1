"""What a tracking service's word makes of a parcel (PRACTICES 105): state, 签收, trouble told once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bot.core.customer import Customer, Order, Parcel
from bot.core.effects import Effect, MoveParcel, NotifySeller, SignOrder
from bot.core.events import ParcelEvent, ParcelState
from handlers.wording import quoted

_NEEDS_SELLER = {
    ParcelState.TROUBLE: "快递说出了问题",
    ParcelState.GOING_BACK: "正在退回来",
    ParcelState.BACK: "被退签了",
    ParcelState.REFUSED: "对方拒收了",
}


def decide(
    event: ParcelEvent, customer: Customer, order: Order, parcel: Parcel, now: datetime
) -> list[Effect]:
    """What follows for this parcel of `order`; what is older than what is known of it changes nothing."""
    if event.gave_up:
        return [_gave_up(event, customer, order, parcel)]
    late = parcel.state_at is not None and event.at is not None and event.at < parcel.state_at
    if event.state is None or late:
        return []
    return [*_moved(event, order, parcel, now), *_trouble(event, customer, order, parcel)]


def _moved(event: ParcelEvent, order: Order, parcel: Parcel, now: datetime) -> Iterator[Effect]:
    at = min(event.at or now, now)
    changes: dict[str, Any] = {"state": str(event.state), "state_at": at, "words": quoted(event.words)}
    if event.state is ParcelState.SIGNED and parcel.signed_at is None:
        changes["signed_at"] = at
    yield MoveParcel(parcel.id, changes)
    on_their_way = [p for p in order.parcels if p.signed_at is None and p.id != parcel.id]
    if "signed_at" in changes and not on_their_way:
        yield SignOrder(order.id, at)


def _trouble(event: ParcelEvent, customer: Customer, order: Order, parcel: Parcel) -> Iterator[Effect]:
    if event.state in _NEEDS_SELLER:
        said = f"\n快递写的：{quoted(event.words)}" if event.words else ""
        what = f"{customer.called} 的包裹{_NEEDS_SELLER[event.state]}：{_named(order, parcel)}{said}"
        yield NotifySeller(f"{what}\n{_next(customer)}", key=f"parcel:{parcel.id}:{event.state}")


def _gave_up(event: ParcelEvent, customer: Customer, order: Order, parcel: Parcel) -> Effect:
    what = f"{customer.called} 的包裹，快递100 不再跟踪（{quoted(event.gave_up)}）：{_named(order, parcel)}"
    hand = f"先核对单号；收到了就发：签收 {order.number}"
    return NotifySeller(f"{what}\n{hand}", key=f"parcel:{parcel.id}:gave_up")


def _named(order: Order, parcel: Parcel) -> str:
    return f"{order.number} {order.goods}，{parcel.courier} {parcel.tracking_no}"


def _next(customer: Customer) -> str:
    if not customer.contact.is_somewhere:
        return "先问快递，再打电话跟他说一声"
    return f"先问快递，再跟他说一声：回 {customer.called} 文字"
