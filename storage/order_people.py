"""Whose an order is: the buyer of the account it names, its owner on record, or somebody known by phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, select, update
from sqlmodel import col

from bot.core.events import OrderedBy, OrderEvent
from storage.load import contacts_of, ensure_contacts
from storage.rows import ContactRow, CustomerRow, OrderRow, PointsRow
from storage.writers.identities import kept_apart
from storage.writers.merging import merge

FROM_ORDERS = "订单"
"""The source of a customer who is known from orders alone."""

_ORDERING = 20261123
"""The advisory lock under which PostgreSQL processes handle shop events: two events of one order or of one
new buyer at once would each make their own."""


def one_at_a_time(connection: Connection) -> None:
    """Nobody else handles shop events before this transaction ends."""
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(_ORDERING)))


class _Known(NamedTuple):
    """A customer, as far as it matters here; `apart`: known from orders alone, without any account."""

    id: int
    name: str
    phone: str
    address: str
    apart: bool

    @property
    def is_blank(self) -> bool:
        return not (self.name or self.phone or self.address)


def concerned(connection: Connection, event: OrderEvent) -> set[int]:
    """Every customer on record whom this event may be about: who must be locked."""
    found = [_owner(connection, event.number), *_by_phone(connection, event.customer)]
    by = event.customer
    contact = contacts_of(connection, [(by.account, by.external_id)]).values() if by.account else ()
    return {one.id for one in found if one} | {c.customer_id for c in contact if c.customer_id}


def owner_of(connection: Connection, event: OrderEvent, now: datetime) -> int:
    """Whose this order is (CONTRACT §7.4); who is new is made.

    The account it names decides. Else the order's owner on record, else the same phone, else somebody known
    from orders alone of the same name and address. Who was known from orders alone becomes one with the
    buyer of the account as soon as an event shows that they are.
    """
    by, owner = event.customer, _owner(connection, event.number)
    if by.account:
        return _named(connection, by, owner, now)
    if owner is not None and not owner.is_blank:
        return owner.id
    found = next(_by_phone(connection, by), None) or _by_address(connection, by)
    if found is None:
        return owner.id if owner else _new(connection, now)
    return _one(connection, owner, found.id, now) if owner is not None and owner.apart else found.id


def _named(connection: Connection, by: OrderedBy, owner: _Known | None, now: datetime) -> int:
    address = (by.account, by.external_id)
    same = [one for one in (owner, *_by_phone(connection, by)) if one and one.apart and _fits(one, by)]
    contact = contacts_of(connection, [address]).get(address)
    if contact is None and same:
        connection.execute(
            insert(ContactRow).values(account=by.account, external_id=by.external_id, customer_id=same[0].id)
        )
    id_ = ensure_contacts(connection, [address], [], now)[address].customer_id
    assert id_ is not None  # buyers have one
    for one in {one.id: one for one in same if one.id != id_}.values():
        id_ = _one(connection, one, id_, now)
    return id_


def _fits(one: _Known, by: OrderedBy) -> bool:
    return not (one.name and by.name) or one.name == by.name


def _customers(connection: Connection, *where: Any) -> Iterator[_Known]:
    somewhere = select(col(ContactRow.id)).where(col(ContactRow.customer_id) == col(CustomerRow.id))
    asked = select(
        col(CustomerRow.id),
        col(CustomerRow.name),
        col(CustomerRow.phone),
        col(CustomerRow.address),
        ~somewhere.exists(),
    ).where(*where)
    for row in connection.execute(asked.order_by(col(CustomerRow.id))):
        yield _Known(*row)


def _owner(connection: Connection, number: str) -> _Known | None:
    theirs = select(col(OrderRow.customer_id)).where(col(OrderRow.number) == number)
    return next(_customers(connection, col(CustomerRow.id).in_(theirs)), None)


def _by_phone(connection: Connection, by: OrderedBy) -> Iterator[_Known]:
    """Who has this phone, of the same name first."""
    if not by.phone:
        return
    p = by.phone
    spelt = (p, f"+86{p}", f"86{p}", f"{p[:3]} {p[3:7]} {p[7:]}", f"{p[:3]}-{p[3:7]}-{p[7:]}")
    found = _customers(connection, col(CustomerRow.phone).in_(spelt))
    yield from sorted(found, key=lambda one: one.name != by.name)


def _by_address(connection: Connection, by: OrderedBy) -> _Known | None:
    """Of the same name and address, and no more known of either than the orders say."""
    if by.phone or not (by.name and by.address):
        return None
    same = (col(CustomerRow.name) == by.name, col(CustomerRow.address) == by.address)
    return next((one for one in _customers(connection, *same) if one.apart and not one.phone), None)


def _new(connection: Connection, now: datetime) -> int:
    row = insert(CustomerRow).values(first_seen_at=now, source=FROM_ORDERS)
    made: int = connection.execute(row.returning(col(CustomerRow.id))).scalar_one()
    return made


def _one(connection: Connection, apart: _Known, other: int, now: datetime) -> int:
    """Who was known from orders alone is this customer; gives who both are now.

    Nobody is joined again whom the seller has taken apart: then only the orders move.
    """
    if not kept_apart(connection, apart.id, other):
        return merge(connection, other, apart.id, now, FROM_ORDERS, "同一笔订单的同一个人")
    for row in (OrderRow, PointsRow):
        theirs = update(row).where(col(row.customer_id) == apart.id)
        connection.execute(theirs.values(customer_id=other))
    return other
