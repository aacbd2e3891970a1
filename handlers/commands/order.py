"""订单: puts on record what a customer has bought and paid."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator

from bot.core.customer import Customer, Order, OrderItem, OrderStatus
from bot.core.effects import CloseConsultations, Effect, RecordOrder, Reply
from bot.core.money import parse_money, show_money
from bot.core.settings import Product
from handlers.commands.desk import JOINT, Desk
from handlers.commands.framework import Arguments, Command, NeedsConfirmation, Word, argument, level
from handlers.commands.goods import goes_by, lines, product_meant
from handlers.commands.phrases import ago, short

DOUBLED_WITHIN = timedelta(minutes=10)
MOST_PIECES = 999
MOST_MONEY = Decimal(9_999_999)
_QUANTITY = re.compile(r"[x×*]?(\d{1,3})[^\d\s]?")
_GLUED_QUANTITY = re.compile(r"(.+?)[x×*X](\d{1,3})")


def _amount(typed: Any) -> Decimal:
    amount = parse_money(str(typed)[:40])
    if amount > MOST_MONEY:
        raise ValueError(f"金额太大：{typed}（一单最多 {show_money(MOST_MONEY)}）")
    return amount


def _quantity(typed: Any) -> int:
    match = _QUANTITY.fullmatch(level(str(typed)).lower())
    if match is None or int(match[1]) == 0:
        raise ValueError(f"数量看不懂：{str(typed)[:20]}（1 到 {MOST_PIECES}）")
    return int(match[1])


def _is_money(word: str) -> bool:
    try:
        return bool(parse_money(word)) or True
    except ValueError:
        return False


class OrderArguments(Arguments):
    """订单 名 商品 金额 [数量]: the amount is what was paid for all pieces together."""

    who: Word = argument("名")
    product: Word = argument("商品")
    amount: Annotated[Decimal, BeforeValidator(_amount)] = argument("金额")
    quantity: Annotated[int, BeforeValidator(_quantity)] = argument("数量", optional=True, default=1)

    @classmethod
    def spread(cls, line: str) -> dict[str, str]:
        """The product may be of several words: the amount is the first later word that is money."""
        words = line.split()
        paid = next((i for i in range(2, len(words)) if _is_money(words[i])), 2)
        merged = " ".join([*words[:1], JOINT.join(words[1:paid]), *words[paid:]])
        taken = super().spread(merged)
        glued = _GLUED_QUANTITY.fullmatch(level(taken.get("product", "")))
        if glued and "quantity" not in taken:
            taken |= {"product": glued[1], "quantity": glued[2]}
        return taken


def run(desk: Desk, args: OrderArguments) -> list[Effect]:
    """Record the order; a second one like it within ten minutes is asked about first."""
    one = desk.customer(args.who)
    product = product_meant(args.product, desk.settings.products)
    items = lines(product.name if product else args.product, args.quantity, args.amount)
    if not desk.confirmed and (twin := _twin(desk, one, items)):
        raise NeedsConfirmation(_looks_doubled(desk, one, twin))
    number = desk.next_order_number()
    goods = items[0].product + (f"×{args.quantity}" if args.quantity > 1 else "")
    told = f"记下了：{number}\n{short(one.called)}，{goods}，共 {show_money(args.amount)}，已付款"
    return [
        RecordOrder(one.id, number, items),
        CloseConsultations(one.id, "ordered", number),
        Reply(f"{told}{_renamed(args.product, product, desk)}\n发货时发：发货 {number} 单号"),
    ]


def _renamed(typed: str, product: Product | None, desk: Desk) -> str:
    if product is None:
        return "\n商品表里没有这个名字，按你写的记" if desk.settings.products else ""
    return "" if goes_by(product, typed) else f"\n你写的“{short(typed)}”，按商品表记作 {product.name}"


def _twin(desk: Desk, one: Customer, items: tuple[OrderItem, ...]) -> Order | None:
    recent = (o for o in one.orders if desk.now - o.created_at < DOUBLED_WITHIN)
    standing = (o for o in recent if o.status is not OrderStatus.CANCELLED)
    return next((o for o in standing if _content(o.items) == _content(items)), None)


def _content(items: tuple[OrderItem, ...]) -> tuple[dict[str, int], Decimal]:
    pieces: Counter[str] = Counter()
    for item in items:
        pieces[item.product] += item.quantity
    return dict(pieces), sum((i.price * i.quantity for i in items), Decimal())


def _looks_doubled(desk: Desk, one: Customer, twin: Order) -> str:
    what = f"{twin.number}，{short(one.called)}，{short(twin.goods)}，{show_money(twin.total)}"
    return f"{ago(twin.created_at, desk.now)}记过一模一样的：{what}。\n真的又买了一单？"


COMMAND = Command(
    name="订单",
    does="记一单（金额是这一单一共付的）",
    example="订单 小丽 玫瑰面霜 258 2",
    arguments=OrderArguments,
    run=run,
    aliases=("order",),
)
