"""The lines of an order → the order: its total, its state, its buyer, its parcels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from bot.core.customer import OrderStatus
from bot.core.money import CENT
from storage.sheets.records import (
    CustomerRecord,
    Extra,
    ItemRecord,
    OrderLine,
    OrderRecord,
    ParcelRecord,
    said,
)

_OVER = (OrderStatus.REFUNDED, OrderStatus.CANCELLED)
_WAY = (OrderStatus.CREATED, OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.SIGNED)


def order_of(rows: tuple[int, ...], lines: Sequence[OrderLine], by_line: bool) -> OrderRecord:
    """One order of its `lines` (at least one). `by_line`: the amounts are surely each line's own."""
    total = _total(lines, by_line)
    shipped_at = _earliest(line.shipped_at for line in lines)
    signed_at = max((line.signed_at for line in lines if line.signed_at), default=None)
    paid_at = _earliest(line.paid_at for line in lines)
    parcels = tuple(dict.fromkeys(ParcelRecord(line.courier, n) for line in lines for n in line.tracking))
    return OrderRecord(
        rows,
        lines[0].number,
        _buyer(lines),
        tuple(_item(line, total, lines) for line in lines if line.product),
        total,
        _earliest(line.created_at for line in lines),
        paid_at,
        shipped_at,
        signed_at,
        _status(lines) or _evident(signed_at, shipped_at or parcels, paid_at),
        parcels,
        _extra(lines),
        _refunded(lines, by_line),
        tuple(note for line in lines for note in line.notes),
    )


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment), default=None)


def _total(lines: Sequence[OrderLine], by_line: bool) -> Decimal | None:
    """What was paid for the whole order.

    Tables repeat the order's amount in each line, write it once, or write each line's own; headers do not
    always tell which. Different amounts are the lines'. Equal ones are the order's unless each is just its
    line's price times its pieces: counted twice an order makes a buyer a VIP who is none.
    """
    named = [line.total for line in lines if line.total is not None]
    if not named:
        goods = [amount for line in lines if (amount := _own(line)) is not None]
        return sum(goods, Decimal(0)) if goods and len(goods) == len(lines) else None
    return sum(named, Decimal(0)) if _each_its_own(lines, by_line) else named[0]


def _each_its_own(lines: Sequence[OrderLine], by_line: bool) -> bool:
    """Whether the amount column says each line's own."""
    named = [line.total for line in lines if line.total is not None]
    if len(named) < 2:
        return False
    return by_line or len(set(named)) > 1 or named == [_own(line) for line in lines]


def _refunded(lines: Sequence[OrderLine], by_line: bool) -> Decimal | None:
    """What went back of the whole order; equal amounts are one, unless the lines' amounts are their own.

    So they are beside an amount that is written once: 微信小店 merges its cells but 商品已退款金额.
    """
    named = [line.refunded for line in lines if line.refunded is not None]
    if not named:
        return None
    paid = sum(line.total is not None for line in lines)
    own = by_line or len(set(named)) > 1 or 0 < paid < len(named) or _each_its_own(lines, by_line)
    return sum(named, Decimal(0)) if own else named[0]


def _own(line: OrderLine) -> Decimal | None:
    if line.line_total is not None:
        return line.line_total
    return None if line.price is None else line.price * line.quantity


def _item(line: OrderLine, total: Decimal | None, lines: Sequence[OrderLine]) -> ItemRecord:
    price = line.price
    if price is None:
        paid = line.line_total if line.line_total is not None else total if len(lines) == 1 else None
        price = None if paid is None else (paid / line.quantity).quantize(CENT, ROUND_HALF_UP)
    return ItemRecord(line.product, line.quantity, price)


def _status(lines: Sequence[OrderLine]) -> OrderStatus | None:
    """The state of the line that is least far; what was cancelled or given back counts if all lines were."""
    states = [line.status for line in lines if line.status]
    going = [state for state in states if state not in _OVER]
    if going:
        return min(going, key=_WAY.index)
    return states[0] if states else None


def _evident(signed: object, shipped: object, paid: object) -> OrderStatus | None:
    if signed:
        return OrderStatus.SIGNED
    if shipped:
        return OrderStatus.SHIPPED
    return OrderStatus.PAID if paid else None


def _buyer(lines: Sequence[OrderLine]) -> CustomerRecord:
    """The first line's buyer, with what only later lines say."""
    people = [line.customer for line in lines]
    if len(people) == 1:
        return people[0]
    return replace(
        people[0],
        name=said(one.name for one in people),
        nickname=said(one.nickname for one in people),
        phone=said(one.phone for one in people),
        address=said(one.address for one in people),
        birthday=said(one.birthday for one in people),
        account=said(one.account for one in people),
        external_id=said(one.external_id for one in people),
    )


def _extra(lines: Sequence[OrderLine]) -> Extra:
    if len(lines) == 1:
        return lines[0].extra
    texts: dict[str, dict[str, None]] = {}
    for line in lines:
        for header, text in line.extra:
            texts.setdefault(header, {})[text] = None
    return tuple((header, "；".join(found)) for header, found in texts.items())
