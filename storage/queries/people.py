"""Finding customers by what a seller types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select, union
from sqlmodel import col

from storage.rows import ContactRow, CustomerRow, OrderItemRow, OrderRow, TagRow

LARGEST_ID = 10**18
SHORTEST_PHONE_END = 4


def _like(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _has(column: Any, words: str) -> ColumnElement[bool]:
    """Whether the column contains `words`, in any case of letters, on both databases alike."""
    found: ColumnElement[bool] = column.ilike(_like(words), escape="\\")
    return found


def _people() -> Select[int]:
    return select(col(CustomerRow.id)).outerjoin(
        ContactRow, col(ContactRow.customer_id) == col(CustomerRow.id)
    )


def named(connection: Connection, spellings: Sequence[str], most: int) -> list[int]:
    """Customer ids for a name, in one of its spellings: exact matches if any, else those that contain it.

    A name is a name, nickname, phone (or its end), platform id, or #number.
    """
    by_number = [s[1:] for s in spellings if s[:1] == "#" and s[1:].isdecimal()]
    if by_number:
        known = select(col(CustomerRow.id)).where(
            col(CustomerRow.id) == min(int(by_number[0][:20]), LARGEST_ID)
        )
        return list(connection.scalars(known))
    person = (
        col(CustomerRow.name),
        col(CustomerRow.nickname),
        col(CustomerRow.phone),
        col(ContactRow.external_id),
    )
    asked = _people().distinct().order_by(col(CustomerRow.id)).limit(most)
    exact = list(connection.scalars(asked.where(or_(*(c.in_(spellings) for c in person)))))
    return exact or list(connection.scalars(asked.where(or_(*(_nearly(s) for s in spellings)))))


def _nearly(name: str) -> ColumnElement[bool]:
    inside = [_has(col(CustomerRow.name), name), _has(col(CustomerRow.nickname), name)]
    if name.isdecimal() and len(name) >= SHORTEST_PHONE_END:
        inside.append(col(CustomerRow.phone).endswith(name, autoescape=True))
    return or_(*inside)


def named_first(connection: Connection, line: str) -> list[str]:
    """Every name, nickname and platform id with which `line` begins."""
    begins = [
        select(column).where(column != "", func.substr(line, 1, func.length(column)) == column)
        for column in (col(CustomerRow.name), col(CustomerRow.nickname), col(ContactRow.external_id))
    ]
    return list(connection.scalars(union(*begins)))


def searched(connection: Connection, words: Sequence[str], most: int) -> list[int]:
    """Ids of customers with each of `words` somewhere on record (see `_mentions`), last heard from first."""
    asked = _people().where(*(_mentions(word) for word in words)).group_by(col(CustomerRow.id))
    last_heard = func.max(col(ContactRow.message_at)).desc().nulls_last()
    return list(connection.scalars(asked.order_by(last_heard, col(CustomerRow.id)).limit(most)))


def _mentions(word: str) -> ColumnElement[bool]:
    """In a tag, the name, nickname, phone, note, address, platform id, or in what they bought."""
    tagged = select(col(TagRow.customer_id)).where(_has(col(TagRow.name), word))
    bought = select(col(OrderRow.customer_id)).join(
        OrderItemRow, col(OrderItemRow.order_id) == col(OrderRow.id)
    )
    profile = (
        CustomerRow.name,
        CustomerRow.nickname,
        CustomerRow.phone,
        CustomerRow.note,
        CustomerRow.address,
    )
    return or_(
        *(_has(col(column), word) for column in profile),
        col(ContactRow.external_id) == word,
        col(CustomerRow.id).in_(tagged),
        col(CustomerRow.id).in_(bought.where(_has(col(OrderItemRow.product), word))),
    )
