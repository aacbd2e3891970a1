"""The contacts of who is heard from; a buyer heard from for the first time becomes a customer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, tuple_, update
from sqlmodel import col

from bot.core.delivery import Contact
from storage.rows import ContactRow, CustomerRow

Address = tuple[str, str]
"""(account, external id) of a correspondent, or (account, message id) of a message."""

_CONTACT: tuple[Any, ...] = (
    col(ContactRow.id),
    col(ContactRow.account),
    col(ContactRow.external_id),
    col(ContactRow.customer_id),
    col(ContactRow.reachable),
    col(ContactRow.message_at),
    col(ContactRow.message_sent),
    col(ContactRow.touch_at),
    col(ContactRow.touch_sent),
    col(ContactRow.next_send_at),
)
_CONTACTS_AT = select(*_CONTACT).where(
    tuple_(col(ContactRow.account), col(ContactRow.external_id)).in_(bindparam("addresses", expanding=True))
)
_CONTACTS_OF = (
    select(*_CONTACT)
    .where(col(ContactRow.customer_id).in_(bindparam("ids", expanding=True)))
    .order_by(col(ContactRow.id))
)


def contacts_of(connection: Connection, addresses: Collection[Address]) -> dict[Address, Contact]:
    """The contacts that exist for these (account, external id)."""
    found = connection.execute(_CONTACTS_AT, {"addresses": list(addresses)})
    return {(row.account, row.external_id): Contact(*row) for row in found}


def contacts_with_ids(connection: Connection, ids: Collection[int]) -> list[Contact]:
    """The contacts with these ids that exist, in the order of their ids."""
    asked = select(*_CONTACT).where(col(ContactRow.id).in_(ids)).order_by(col(ContactRow.id))
    return [Contact(*row) for row in connection.execute(asked)]


def ensure_contacts(
    connection: Connection, buyers: Collection[Address], sellers: Collection[Address], now: datetime
) -> dict[Address, Contact]:
    """Every contact asked for; a buyer heard from for the first time becomes a customer."""
    found = contacts_of(connection, [*buyers, *sellers]) if buyers or sellers else {}
    new_buyers = [a for a in dict.fromkeys(buyers) if a not in found]
    new_sellers = [a for a in dict.fromkeys(sellers) if a not in found]
    strangers = [c for a in dict.fromkeys(buyers) if (c := found.get(a)) and c.customer_id is None]
    if strangers:
        _make_buyers(connection, strangers, now)
        found |= contacts_of(connection, [(c.account, c.external_id) for c in strangers])
    if new_buyers:
        _create_customers(connection, new_buyers, now)
    if new_sellers:
        connection.execute(insert(ContactRow), [{"account": a, "external_id": e} for a, e in new_sellers])
    if new_buyers or new_sellers:
        found |= contacts_of(connection, [*new_buyers, *new_sellers])
    return found


def _create_customers(connection: Connection, addresses: Sequence[Address], now: datetime) -> None:
    made = _new_customers(connection, [account for account, _ in addresses], now)
    rows = [
        {"account": account, "external_id": external_id, "customer_id": id_}
        for (account, external_id), id_ in zip(addresses, made, strict=True)
    ]
    connection.execute(insert(ContactRow), rows)


def _make_buyers(connection: Connection, contacts: Sequence[Contact], now: datetime) -> None:
    """Who was a seller and is none any more is a buyer like everybody."""
    made = _new_customers(connection, [c.account for c in contacts], now)
    rows = [{"the_id": c.id, "customer_id": id_} for c, id_ in zip(contacts, made, strict=True)]
    known = update(ContactRow).where(col(ContactRow.id) == bindparam("the_id"))
    connection.execute(known.values(customer_id=bindparam("customer_id")), rows)


def _new_customers(connection: Connection, sources: Sequence[str], now: datetime) -> list[int]:
    made = connection.execute(
        insert(CustomerRow).returning(col(CustomerRow.id), sort_by_parameter_order=True),
        [{"first_seen_at": now, "source": source} for source in sources],
    )
    return list(made.scalars())


def latest_contacts(connection: Connection, customer_ids: Collection[int]) -> dict[int, Contact]:
    """Where each customer is best reached: reachable before not, then last heard from."""
    best: dict[int, Contact] = {}
    for contact in (Contact(*row) for row in connection.execute(_CONTACTS_OF, {"ids": list(customer_ids)})):
        assert contact.customer_id is not None  # asked for by customer id
        known = best.get(contact.customer_id)
        if known is None or _nearness(contact) > _nearness(known):
            best[contact.customer_id] = contact
    return best


def _nearness(contact: Contact) -> tuple[bool, float]:
    return contact.reachable, contact.message_at.timestamp() if contact.message_at else 0.0
