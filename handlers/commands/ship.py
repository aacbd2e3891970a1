"""发货: a parcel is handed over, and the buyer is told once (PRACTICES 104)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from pydantic import BeforeValidator, StringConstraints

from bot.core.customer import ORDER_STATUS, Customer, Order, OrderStatus, Parcel
from bot.core.delivery import Kind
from bot.core.effects import Effect, MovePromise, Push, Reply, ShipOrder
from handlers.commands.choosing import only, order_or_customer
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, NeedsConfirmation, Refused, Word, argument
from handlers.commands.notices import parcel_notice, ship_key
from handlers.commands.phrases import TO_SHIP, fate, going, order_line, parcel_line, short
from handlers.couriers import courier_named, couriers_of, looks_wrong, split_glued, tracking_number
from handlers.promise_keeping import shipped
from handlers.promise_words import pledge
from handlers.wording import typed

OVER = (OrderStatus.REFUNDED, OrderStatus.CANCELLED)


def _tracking(word: Any) -> str:
    return tracking_number(str(word))


class ShipArguments(Arguments):
    """发货 订单或名 [快递] 单号."""

    what: Word = argument("订单或名")
    courier: Annotated[str, StringConstraints(max_length=20)] = argument("快递", optional=True)
    tracking_no: Annotated[str, BeforeValidator(_tracking)] = argument("单号")

    @classmethod
    def spread(cls, line: str) -> dict[str, str]:
        """Courier and number in either order, glued together, or the number in groups of digits."""
        what, *rest = line.split() or [""]
        if len(rest) > 1 and courier_named(rest[-1]):
            rest = [rest[-1], *rest[:-1]]
        courier = rest.pop(0) if len(rest) > 1 and not any(c.isdecimal() for c in rest[0]) else ""
        number = "".join(rest)
        if number and not courier:
            courier, number = split_glued(number)
        taken = {"what": what, "courier": courier, "tracking_no": number}
        return {key: value for key, value in taken.items() if value}


def run(desk: Desk, args: ShipArguments) -> list[Effect]:
    """Record the parcel and tell the buyer; what looks like a mistake is asked about first."""
    order, one = order_or_customer(desk, args.what)
    order = order or _to_ship(one, args)
    known = next((p for p in order.parcels if p.tracking_no == args.tracking_no), None)
    if known is not None:
        return _again(desk, one, order, known)
    if order.status in OVER:
        raise Refused(f"{order.number} {ORDER_STATUS[order.status]}，没有记发货。")
    courier = _courier(order, args)
    if not desk.confirmed and (doubts := _doubts(desk, order, courier, args.tracking_no)):
        asked = f"还是给 {order.number} 记 {courier} {args.tracking_no}？"
        raise NeedsConfirmation("\n".join([*doubts, asked]))
    told = f"记下了：{order.number} {short(order.goods, 30)}，{courier} {args.tracking_no}"
    promises = shipped(one, again=bool(order.parcels))
    return [
        ShipOrder(order.id, courier, args.tracking_no),
        _notice(desk, one, order, courier, args.tracking_no),
        *promises,
        Reply(f"{told}\n{going(desk, one, Kind.NOTICE, '发货通知')}{_kept(desk, one, promises)}"),
    ]


def _kept(desk: Desk, one: Customer, promises: Sequence[Effect]) -> str:
    """What this parcel was promised for."""
    done = {e.promise_id for e in promises if isinstance(e, MovePromise)}
    made = (pledge(p.what, p.words, p.due_at, desk.settings, desk.now) for p in one.promises if p.id in done)
    return "".join(f"\n答应的{what}，做到了。" for what in made)


def _to_ship(one: Customer, args: ShipArguments) -> Order:
    """The customer's one order that waits for a parcel, or the one that already has this parcel."""
    again = " ".join(part for part in ("发货 {number}", args.courier, args.tracking_no) if part)
    typed_twice = [o for o in one.orders if any(p.tracking_no == args.tracking_no for p in o.parcels)]
    waiting = [o for o in one.orders if o.status in TO_SHIP]
    if typed_twice or waiting:
        return only(one, typed_twice or waiting, again)
    if not one.orders:
        raise Refused(f"{short(one.called)} 还没有订单。先记一单：订单 {typed(one)} 商品 金额")
    last = one.orders[0]
    told = f"{short(one.called)} 没有待发的订单，最近一单：{order_line(last)}"
    raise Refused(f"{told}\n补发就写订单号：{again.replace('{number}', last.number)}")


def _courier(order: Order, args: ShipArguments) -> str:
    """The courier that was typed (an unknown name as it is), or the only one with such numbers."""
    if args.courier:
        return courier_named(args.courier) or short(args.courier)
    possible = couriers_of(args.tracking_no)
    if len(possible) == 1:
        return possible[0]
    example = f"发货 {order.number} 顺丰 {args.tracking_no}"
    raise Refused(f"{args.tracking_no} 看不出是哪家快递，把快递也写上：{example}")


def _doubts(desk: Desk, order: Order, courier: str, tracking_no: str) -> list[str]:
    """What makes this look like a mistake."""
    found = [f"{order.number} 已经发过：{parcel_line(desk, parcel)}" for parcel in order.parcels]
    if not order.parcels and order.status not in TO_SHIP:
        found.append(f"{order.number} {ORDER_STATUS[order.status]}")
    if odd := looks_wrong(courier, tracking_no):
        found.append(odd)
    if other := desk.parcel_elsewhere(tracking_no, order):
        found.append(f"{tracking_no} 已经记在别人的订单 {other} 上")
    return found


def _notice(desk: Desk, one: Customer, order: Order, courier: str, tracking_no: str) -> Push:
    notice = parcel_notice(desk.settings, order, one.id, (courier, tracking_no), desk.now)
    return replace(notice, hold=desk.settings.sending.undo, origin=desk.seller)


def _again(desk: Desk, one: Customer, order: Order, parcel: Parcel) -> list[Effect]:
    """The same parcel typed once more: nothing new, unless its notice was taken back."""
    told = f"{order.number} 早就记过：{parcel_line(desk, parcel)}"
    message = desk.pushed(ship_key(order.number, parcel.tracking_no))
    if message is not None:
        return [Reply(f"{told}\n发货通知：{fate(desk, message)}。没有再发第二遍。")]
    again = going(desk, one, Kind.NOTICE, "发货通知")
    notice = _notice(desk, one, order, parcel.courier, parcel.tracking_no)
    return [notice, Reply(f"{told}\n通知还没有发过。{again}")]


COMMAND = Command(
    name="发货",
    does="记快递单号，通知买家",
    example="发货 小丽 顺丰 SF1234567890123",
    arguments=ShipArguments,
    run=run,
    aliases=("ship",),
)
