"""The customers whom a condition means (`bot.core.selection`), in one query."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, func, not_, or_, select
from sqlmodel import col

from bot.core.customer import OrderStatus
from bot.core.selection import (
    All,
    AnyOf,
    BornIn,
    BoughtWithin,
    Compared,
    Figure,
    Has,
    NoContactFor,
    Node,
    Not,
    NotBoughtFor,
    Sign,
    Trait,
    Words,
)
from storage.queries.people import has, mentions
from storage.rows import ContactRow, CustomerRow, OrderItemRow, OrderRow, OutboxRow, TagRow, ValueRow

COUNTS = (OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.SIGNED)
"""As `handlers.value.history.COUNTS`: an order in another state is no purchase."""

Condition = ColumnElement[bool]

_COMPARE: dict[Sign, Callable[[Any, Any], Any]] = {
    Sign.LESS: operator.lt,
    Sign.AT_MOST: operator.le,
    Sign.EQUAL: operator.eq,
    Sign.UNEQUAL: operator.ne,
    Sign.AT_LEAST: operator.ge,
    Sign.MORE: operator.gt,
}
_FIGURES: dict[Figure, Any] = {
    Figure.ORDERS: ValueRow.orders,
    Figure.SPENT: ValueRow.spent,
    Figure.AVERAGE: ValueRow.average,
    Figure.POINTS: ValueRow.points,
    Figure.WIN_BACK: ValueRow.win_back,
}
_MONEY = (Figure.SPENT, Figure.AVERAGE)


@dataclass(frozen=True)
class Moment:
    """When the condition is asked: `now`, which is `today` in the shop.

    known_as: the shop's full names of a product that a seller calls something else.
    """

    now: datetime
    today: date
    known_as: Callable[[str], Sequence[str]] = lambda _: ()


class Found(NamedTuple):
    """The first of the customers meant, who spent most first; `total`: how many there are."""

    ids: list[int]
    total: int


def selected(connection: Connection, node: Node, moment: Moment, most: int) -> Found:
    """Whom the condition means."""
    asked = people(node, moment).add_columns(func.count().over())
    asked = asked.order_by(col(ValueRow.spent).desc().nulls_last(), col(CustomerRow.id))
    rows = connection.execute(asked.limit(most)).all()
    return Found([row[0] for row in rows], rows[0][1] if rows else 0)


def people(node: Node, moment: Moment) -> Select[int]:
    """The ids of the customers meant, as a query to go on with."""
    asked = select(col(CustomerRow.id)).outerjoin(ValueRow, col(ValueRow.customer_id) == col(CustomerRow.id))
    return asked.where(col(CustomerRow.merged_into).is_(None), where(node, moment))


def where(node: Node, moment: Moment) -> Condition:
    """The condition on CustomerRow, with ValueRow joined to it (outer); never NULL."""
    match node:
        case All(parts):
            return and_(*(where(part, moment) for part in parts))
        case AnyOf(parts):
            return or_(*(where(part, moment) for part in parts))
        case Not(part):
            return not_(where(part, moment))
        case Words(text):
            return mentions(text)
        case Compared(figure, sign, amount):
            wanted = amount if figure in _MONEY else float(amount)
            return _whole(_COMPARE[sign](func.coalesce(col(_FIGURES[figure]), 0), wanted))
        case Has(trait, value):
            return _has_trait(trait, value, moment)
        case NotBoughtFor(days):
            return _bought(col(ValueRow.last_on) <= moment.today - timedelta(days=days))
        case BoughtWithin(days):
            return _bought(col(ValueRow.last_on) > moment.today - timedelta(days=days))
        case NoContactFor(days):
            return _quiet(moment.now - timedelta(days=days))
        case BornIn(month, ahead):
            return _born_in(month or (moment.today.month - 1 + ahead) % 12 + 1)


def _whole(condition: Any) -> Condition:
    answer: Condition = condition
    return answer


def _bought(condition: Any) -> Condition:
    return and_(col(ValueRow.last_on).is_not(None), condition)


def _has_trait(trait: Trait, value: str, moment: Moment) -> Condition:
    match trait:
        case Trait.TAG:
            tagged = select(col(TagRow.customer_id)).where(col(TagRow.name).in_(_spelt(value)))
            return col(CustomerRow.id).in_(tagged)
        case Trait.STAGE:
            return _whole(col(CustomerRow.stage) == value)
        case Trait.TIER:
            return _whole(func.coalesce(col(ValueRow.tier), "") == value)
        case Trait.SEGMENT:
            return _whole(func.coalesce(col(ValueRow.segment), "") == value)
        case Trait.KIND:
            return _whole(func.coalesce(func.nullif(col(ValueRow.kind), ""), "观望") == value)
        case Trait.PLACE:
            return has(col(CustomerRow.address), value)
        case Trait.BOUGHT:
            return _bought_product(value, moment.known_as(value))


def _spelt(value: str) -> list[str]:
    """A tag in its cases of letters, so that its index serves."""
    return list(dict.fromkeys((value, value.lower(), value.upper())))


def _bought_product(value: str, names: Sequence[str]) -> Condition:
    product = or_(has(col(OrderItemRow.product), value), col(OrderItemRow.product).in_(names))
    bought = (
        select(col(OrderRow.customer_id))
        .join(OrderItemRow, col(OrderItemRow.order_id) == col(OrderRow.id))
        .where(product, col(OrderRow.status).in_(COUNTS))
    )
    return col(CustomerRow.id).in_(bought)


def _quiet(since: datetime) -> Condition:
    wrote = select(col(ContactRow.customer_id)).where(
        col(ContactRow.customer_id).is_not(None),
        or_(col(ContactRow.message_at) > since, col(ContactRow.touch_at) > since),
    )
    was_sent = (
        select(col(ContactRow.customer_id))
        .join(OutboxRow, col(OutboxRow.contact_id) == col(ContactRow.id))
        .where(col(ContactRow.customer_id).is_not(None), col(OutboxRow.sent_at) > since)
    )
    return and_(col(CustomerRow.id).not_in(wrote), col(CustomerRow.id).not_in(was_sent))


def _born_in(month: int) -> Condition:
    """1990-12-03, 12-03, 12月3日, 1990年12月3日, 1990/12/3; never a lunar one (农历…)."""
    birthday = col(CustomerRow.birthday)
    spelt = dict.fromkeys((str(month), f"{month:02}"))
    begins = [birthday.like(f"{m}{mark}%") for m in spelt for mark in ("-", "/", ".", "月")]
    inside = [birthday.like(f"%{mark}{m}{mark}%") for m in spelt for mark in "-/."]
    named = [birthday.like(f"%年{m}月%") for m in spelt]
    return and_(or_(*begins, *inside, *named), birthday.not_like("%农历%"))
