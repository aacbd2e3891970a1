"""客户: one person on a phone screen."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.customer import Customer, Tag, TagSource
from bot.core.delivery import Kind
from bot.core.effects import Effect, Known, Reply
from handlers.commands.complaint_case import line_of
from handlers.commands.customer_value import worth_lines
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Word, argument
from handlers.commands.phrases import (
    ago,
    fate,
    latest_lines,
    numbered,
    order_line,
    parcel_line,
    short,
    thing,
    used,
)
from handlers.commands.profile import card_line
from handlers.wording import typed
from storage.queries import persons

MOST_ORDERS = 5
MOST_NOTES = 3
_ASKED = {Kind.RELAY: "你的回复", Kind.NOTICE: "发货通知", Kind.CARE: "问候", Kind.PROMO: "促销"}


class CustomerArguments(Arguments):
    """客户 名."""

    who: Word = argument("名", rest=True)


def run(desk: Desk, args: CustomerArguments) -> list[Effect]:
    """Everything about one person that helps to write to them."""
    one = desk.customer(args.who)
    parts = (_head, _open_matters, worth_lines, _orders, _consultations, _waiting, _may)
    return [Reply("\n".join(line for part in parts for line in part(desk, one)))]


def _head(desk: Desk, one: Customer) -> Iterator[str]:
    nickname = f"（昵称 {short(one.nickname)}）" if one.name and one.nickname not in ("", one.name) else ""
    yield f"{numbered(short(one.called) + nickname, one.id)} · {one.stage}"
    yield f"从 {one.contact.account} 来，{desk.when(one.first_seen_at)} 第一次来"
    facts = {
        "电话": _phones(desk, one),
        "地址": one.address,
        "生日": one.birthday,
        "备注": latest_lines(one.note, MOST_NOTES),
    }
    yield from (f"{title}：{value}" for title, value in facts.items() if value)
    yield f"标签：{tags_line(one)}"
    yield card_line(desk, one)


def _phones(desk: Desk, one: Customer) -> str:
    """The phone to call, and by which others the person is known: 13800000001，另有 13900000002."""
    known = persons.also_known_as(desk.connection, one.id)
    others = [value for kind, value in known if kind == Known.PHONE and value != one.phone]
    if not one.phone:
        return "、".join(others)
    return f"{one.phone}，另有 {'、'.join(others)}" if others else one.phone


def _open_matters(desk: Desk, one: Customer) -> Iterator[str]:
    """What this buyer waits for: a complaint settled, a question answered, a promise kept."""
    for complaint in one.complaints:
        yield line_of(desk, complaint)
    if one.question:
        asked = ago(one.question.asked_at, desk.now)
        yield f"等你回：“{short(one.question.words, 40)}”，{asked}问的。回 {typed(one)} 文字"
    for promise in one.promises:
        until = desk.when(promise.due_at)
        late = "，过了" if promise.due_at <= desk.now else ""
        yield f"答应过：“{short(promise.words, 40)}”，{until} 前{late}"


def tags_line(one: Customer) -> str:
    """The tags in one line, the seller's own marked."""
    return "、".join(_tag(tag) for tag in one.tags) or "无"


def _tag(tag: Tag) -> str:
    if tag.source is TagSource.SELLER:
        return f"{tag.name}（你加的）"
    return tag.name + (f"×{tag.count}" if tag.count > 1 else "")


def _orders(desk: Desk, one: Customer) -> Iterator[str]:
    if not one.orders:
        yield "还没有订单"
    for order in one.orders[:MOST_ORDERS]:
        yield f"订单 {order_line(order)}"
        yield from (f"  {parcel_line(desk, parcel)}" for parcel in order.parcels)
    if len(one.orders) > MOST_ORDERS:
        yield f"还有更早的 {len(one.orders) - MOST_ORDERS} 单"


def _consultations(desk: Desk, one: Customer) -> Iterator[str]:
    for asked in one.consultations:
        product = asked.product or "没说哪样"
        yield f"问过 {product}：“{short(asked.words)}”，{ago(asked.last_at, desk.now)}，没下单"


def _waiting(desk: Desk, one: Customer) -> Iterator[str]:
    for message in desk.waiting_for(one):
        yield f"等着发的{thing(message)}“{short(message.text)}”：{fate(desk, message)}"


def _may(desk: Desk, one: Customer) -> Iterator[str]:
    """What may be sent now; what may not, by its reason."""
    reasons: dict[str, list[str]] = {}
    for kind, name in _ASKED.items():
        reasons.setdefault(desk.not_allowed(one, kind), []).append(name)
    if free := reasons.pop("", []):
        yield f"现在能发：{'、'.join(free)}"
    for reason, names in reasons.items():
        yield f"现在不能发{'、'.join(names)}：{reason}"
    if desk.sendings(one).sent:
        yield used(desk, one)
    if one.red_line_at:
        yield f"{desk.when(one.red_line_at)} 碰了红线，机器人一句不说。处理好了发 交还 {typed(one)}"
    elif one.taken_over(desk.now) and one.taken_over_until:
        until = desk.clock(one.taken_over_until)
        yield f"{one.taken_over_by} 接着聊到 {until}，机器人不回。交还 {typed(one)}"
    if one.stopped_at:
        yield f"{desk.when(one.stopped_at)} 停了问候和促销。恢复 {typed(one)}"
    if one.opted_out_at:
        yield f"{desk.when(one.opted_out_at)} 对方自己退订了"


COMMAND = Command(
    name="客户",
    does="看一个人的资料、订单、现在能发什么",
    example="客户 小丽",
    arguments=CustomerArguments,
    run=run,
    aliases=("customer",),
)
