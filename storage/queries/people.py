"""Finding customers by what a seller types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select, union
from sqlmodel import col

from bot.core.effects import Known
from storage.load import living
from storage.rows import ContactRow, CustomerRow, IdentityRow, OrderItemRow, OrderRow, TagRow

LARGEST_ID = 10**18
SHORTEST_PHONE_END = 4


def _like(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def has(column: Any, words: str) -> ColumnElement[bool]:
    """Whether the column contains `words`, in any case of letters, on both databases alike.

    Words without cases are most of them here, and are compared as they stand: in half the time.
    """
    compare = column.like if words.lower() == words.upper() else column.ilike
    found: ColumnElement[bool] = compare(_like(words), escape="\\")
    return found


def _people() -> Select[int]:
    people = select(col(CustomerRow.id)).where(col(CustomerRow.merged_into).is_(None))
    return people.outerjoin(ContactRow, col(ContactRow.customer_id) == col(CustomerRow.id))


def named(connection: Connection, spellings: Sequence[str], most: int) -> list[int]:
    """Customer ids for a name, in one of its spellings: exact matches if any, else those that contain it.

    A name is a name, nickname, phone (or its end), platform id, or #number.
    """
    by_number = [s[1:] for s in spellings if s[:1] == "#" and s[1:].isdecimal()]
    if by_number:
        number = min(int(by_number[0][:20]), LARGEST_ID)
        known = select(col(CustomerRow.id)).where(col(CustomerRow.id) == number)
        return list(living(connection, connection.scalars(known).all()).values())
    person = (
        col(CustomerRow.name),
        col(CustomerRow.nickname),
        col(CustomerRow.phone),
        col(ContactRow.external_id),
    )
    asked = _people().distinct().order_by(col(CustomerRow.id)).limit(most)
    said = or_(*(c.in_(spellings) for c in person), also(col(IdentityRow.value).in_(spellings)))
    exact = list(connection.scalars(asked.where(said)))
    return exact or list(connection.scalars(asked.where(or_(*(_nearly(s) for s in spellings)))))


def also(which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the customer is known by such an identity, too: an earlier name, another phone."""
    return col(CustomerRow.id).in_(select(col(IdentityRow.customer_id)).where(which))


def _nearly(name: str) -> ColumnElement[bool]:
    called = col(IdentityRow.kind).in_((Known.NAME, Known.NICKNAME)) & has(col(IdentityRow.value), name)
    inside = [has(col(CustomerRow.name), name), has(col(CustomerRow.nickname), name), also(called)]
    if name.isdecimal() and len(name) >= SHORTEST_PHONE_END:
        ends = col(IdentityRow.value).endswith(name, autoescape=True)
        inside.append(col(CustomerRow.phone).endswith(name, autoescape=True))
        inside.append(also((col(IdentityRow.kind) == Known.PHONE) & ends))
    return or_(*inside)


def named_first(connection: Connection, line: str) -> list[str]:
    """Every name, nickname and platform id with which `line` begins."""
    begins = [
        select(column).where(column != "", func.substr(line, 1, func.length(column)) == column)
        for column in (
            col(CustomerRow.name),
            col(CustomerRow.nickname),
            col(ContactRow.external_id),
            col(IdentityRow.value),
        )
    ]
    return list(connection.scalars(union(*begins)))


def searched(connection: Connection, words: Sequence[str], most: int) -> list[int]:
    """Ids of customers with each of `words` somewhere on record (see `mentions`), last heard from first."""
    asked = _people().where(*(mentions(word) for word in words)).group_by(col(CustomerRow.id))
    last_heard = func.max(col(ContactRow.message_at)).desc().nulls_last()
    return list(connection.scalars(asked.order_by(last_heard, col(CustomerRow.id)).limit(most)))


def mentions(word: str) -> ColumnElement[bool]:
    """In a tag, the name, nickname, phone, note, address, platform id, or in what they bought."""
    tagged = select(col(TagRow.customer_id)).where(has(col(TagRow.name), word))
    bought = select(col(OrderRow.customer_id)).join(
        OrderItemRow, col(OrderItemRow.order_id) == col(OrderRow.id)
    )
    writing = select(col(ContactRow.customer_id)).where(
        col(ContactRow.external_id) == word, col(ContactRow.customer_id).is_not(None)
    )
    profile = (
        CustomerRow.name,
        CustomerRow.nickname,
        CustomerRow.phone,
        CustomerRow.note,
        CustomerRow.address,
    )
    return or_(
        *(has(col(column), word) for column in profile),
        col(CustomerRow.id).in_(writing),
        col(CustomerRow.id).in_(tagged),
        also(has(col(IdentityRow.value), word)),
        col(CustomerRow.id).in_(bought.where(has(col(OrderItemRow.product), word))),
    )
