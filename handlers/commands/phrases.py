"""How people, orders, parcels and messages are written to the seller: short, and never more than is true."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.customer import ORDER_STATUS, Customer, Order, OrderStatus, Parcel
from bot.core.delivery import Kind, Status
from bot.core.money import show_money
from handlers.commands.desk import Desk
from scheduler.settled import THINGS
from storage.queries.outbox import Unsent

TO_SHIP = (OrderStatus.CREATED, OrderStatus.PAID)
"""What has not been handed to a courier."""


def thing(message: Unsent) -> str:
    """What a message is: by its rule, if one wants it."""
    return message.rule or THINGS[message.kind]


def used(desk: Desk, customer: Customer) -> str:
    """How much of a person's month is used: 这个月问候和促销发了 2 条，最多 3 条."""
    limits = desk.settings.care_limits
    begins, _ = limits.month(desk.now)
    sent = sum(moment >= begins for moment in desk.sendings(customer).sent)
    most = "不限" if limits.cap is None else f"最多 {limits.cap} 条"
    return f"这个月问候和促销发了 {sent} 条，{most}"


def short(text: str, most: int = 20) -> str:
    """`text` on one line, cut to `most` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[:most] + "…"


def numbered(called: str, customer_id: int) -> str:
    """小丽 #3; the number once, where it is all that a person is called by."""
    number = f"#{customer_id}"
    return number if called == number else f"{called} {number}"


def latest_lines(text: str, most: int) -> str:
    """The last lines of a note that grows."""
    lines = text.splitlines()
    return "\n".join(["…", *lines[-most:]] if len(lines) > most else lines)


def ago(moment: datetime, now: datetime) -> str:
    """How long ago, in the largest unit."""
    passed = max(now - moment, timedelta())
    units = {"天": timedelta(days=1), "小时": timedelta(hours=1), "分钟": timedelta(minutes=1)}
    return next((f"{passed // unit} {name}前" for name, unit in units.items() if passed >= unit), "刚刚")


def seconds(span: timedelta) -> str:
    """A short span: 5 秒, 2 分钟."""
    whole = round(span.total_seconds())
    return f"{whole} 秒" if whole < 120 or whole % 60 else f"{whole // 60} 分钟"


def order_line(order: Order) -> str:
    """20261121-1 玫瑰面霜×2 258元（退了 58元） 待发货; of a whole order that went back the status says it."""
    gone = order.status in (OrderStatus.REFUNDED, OrderStatus.CANCELLED)
    back = f"（退了 {show_money(order.refunded)}）" if order.refunded and not gone else ""
    parts = (order.number, short(order.goods, 30), show_money(order.total) + back, ORDER_STATUS[order.status])
    return " ".join(filter(None, parts))


def parcel_line(desk: Desk, parcel: Parcel) -> str:
    """顺丰 SF1234567890123，11月21日 22:36 发."""
    signed = f"，{desk.when(parcel.signed_at)} 签收" if parcel.signed_at else ""
    return f"{parcel.courier} {parcel.tracking_no}，{desk.when(parcel.shipped_at)} 发{signed}"


def going(desk: Desk, customer: Customer, kind: Kind, what: str) -> str:
    """What becomes of a message that this command hands over: it goes out in a moment, or waits and why."""
    who = short(customer.called)
    if not customer.contact.is_somewhere:
        return f"{what}没有地方发：{who} 没有聊天账号，只能你自己告诉他。"
    if reason := desk.not_allowed(customer, kind):
        return f"{what}现在送不出去：{reason}。已排好，最晚 {who} 下次来消息时送；不要了发 撤。"
    hold = desk.settings.sending.undo
    return f"{what} {seconds(hold)}后发给 {who}，要收回发 撤。" if hold else f"{what}马上发给 {who}。"


def fate(desk: Desk, message: Unsent) -> str:
    """What became of a message, in the outbox's own state."""
    because = f"：{message.reason}" if message.reason else ""
    match message.status:
        case Status.HELD if message.reason:
            return f"{message.reason}，{desk.when(message.due_at)} 再发"
        case Status.HELD:
            left = message.due_at - desk.now
            return f"{seconds(left)}后发出，要收回发 撤" if left >= timedelta(seconds=1) else "马上就发"
        case Status.PLANNED:
            return f"排着还没发{because}"
        case Status.SENDING:
            return "正在发"
        case Status.SENT:
            return f"{desk.when(message.sent_at)} 已送出" if message.sent_at else "已送出"
        case Status.PARKED:
            return f"还没送出{because}，最晚对方下次来消息时送"
        case Status.UNKNOWN:
            return f"不知道送到没有{because}。请到聊天里看一眼"
        case Status.FAILED:
            return f"没送出{because}"
        case Status.DROPPED:
            return f"没有发{because}"
