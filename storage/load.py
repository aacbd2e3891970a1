"""Loads what a batch of events needs: a few IN queries, whatever the batch's size (DESIGN §3.2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, insert, or_, select, tuple_, update
from sqlmodel import col

from bot.core.customer import (
    Consultation,
    Customer,
    Order,
    OrderItem,
    OrderStatus,
    Parcel,
    Piece,
    Tag,
    TagSource,
)
from bot.core.delivery import AccountState, Contact, Kind, Status
from storage.columns import AnySelect
from storage.rows import (
    WAITING,
    AccountRow,
    ConsultationRow,
    ContactRow,
    CustomerRow,
    MessageRow,
    OrderItemRow,
    OrderRow,
    OutboxRow,
    ParcelRow,
    QuestionRow,
    ShopExampleRow,
    TagRow,
    table,
)
from storage.state import PUSHES_STOPPED, read_state

Address = tuple[str, str]
"""(account, external id) of a correspondent, or (account, message id) of a message."""

LATEST_ORDERS = 20


class Known(NamedTuple):
    """A message that is stored already, and what its HTTP answer was."""

    id: int
    answer: str | None


def known_messages(connection: Connection, keys: Collection[Address]) -> dict[Address, Known]:
    """Which of these (account, message id) are stored."""
    found = connection.execute(_KNOWN, {"keys": list(keys)})
    return {(r.account, r.message_id): Known(r.id, r.answer) for r in found}


# What every batch asks is built once: building a statement costs more than running it.
_KNOWN = select(
    col(MessageRow.account), col(MessageRow.message_id), col(MessageRow.id), col(MessageRow.answer)
).where(tuple_(col(MessageRow.account), col(MessageRow.message_id)).in_(bindparam("keys", expanding=True)))


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
        assert contact.customer_id is not None  # noqa: S101 - asked for by customer id
        known = best.get(contact.customer_id)
        if known is None or _nearness(contact) > _nearness(known):
            best[contact.customer_id] = contact
    return best


def _nearness(contact: Contact) -> tuple[bool, float]:
    return contact.reachable, contact.message_at.timestamp() if contact.message_at else 0.0


def lock_people(connection: Connection, addresses: Collection[Address], ids: Collection[int]) -> None:
    """Keep other processes from deciding about the same people meanwhile (PostgreSQL).

    Once for a whole batch and in id order, so that two batches never wait for each other.
    """
    if connection.dialect.name == "sqlite":
        return
    here = tuple_(col(ContactRow.account), col(ContactRow.external_id)).in_(addresses)
    known = select(col(ContactRow.customer_id)).where(here) if addresses else None
    who = col(CustomerRow.id).in_(ids)
    rows = select(col(CustomerRow.id)).where(
        who if known is None else or_(who, col(CustomerRow.id).in_(known))
    )
    connection.execute(rows.order_by(col(CustomerRow.id)).with_for_update())


def customers(connection: Connection, contacts: Mapping[int, Contact]) -> dict[int, Customer]:
    """The snapshots of these customers, each seen at the given contact."""
    ids = list(contacts)
    rows = connection.execute(_with_these(CustomerRow, "id"), {"ids": ids}).all()
    tags = _grouped(connection, TagRow, ids, _tag)
    consultations = _grouped(connection, ConsultationRow, ids, _consultation, STILL_OPEN)
    pieces = _grouped(connection, MessageRow, ids, _piece, WAITING)
    orders = _latest_orders(connection, ids)
    return {
        row.id: Customer(
            **{name: getattr(row, name) for name in _PROFILE},
            contact=contacts[row.id],
            tags=tags[row.id],
            orders=orders[row.id],
            consultations=consultations[row.id],
            pieces=pieces[row.id],
        )
        for row in rows
    }


STILL_OPEN = col(ConsultationRow.state) == "open"

_PROFILE = (
    "id",
    "name",
    "nickname",
    "phone",
    "address",
    "birthday",
    "note",
    "stage",
    "first_seen_at",
    "greeted_at",
    "asked_seller_at",
    "opted_out_at",
    "stopped_at",
    "taken_over_by",
    "taken_over_until",
)


@cache
def _with_these(row_class: Any, column: str, *where: Any) -> AnySelect:
    """Rows whose `column` is one of the bound `ids`, in the order of their own id."""
    asked = select(table(row_class)).where(
        col(getattr(row_class, column)).in_(bindparam("ids", expanding=True)), *where
    )
    return asked.order_by(col(row_class.id))


def _grouped(
    connection: Connection, row_class: Any, ids: Sequence[int], make: Any, *where: Any
) -> defaultdict[int, tuple[Any, ...]]:
    grouped: defaultdict[int, tuple[Any, ...]] = defaultdict(tuple)
    for row in connection.execute(_with_these(row_class, "customer_id", *where), {"ids": ids}):
        grouped[row.customer_id] += (make(row),)
    return grouped


def _tag(row: Row[Any]) -> Tag:
    return Tag(row.name, TagSource(row.source), row.first_at, row.last_at, row.times, row.words)


def _consultation(row: Row[Any]) -> Consultation:
    return Consultation(
        row.id, row.customer_id, row.product or None, row.words, row.opened_at, row.last_at, row.questions
    )


def _piece(row: Row[Any]) -> Piece:
    return Piece(row.message_id, row.text, row.at)


def _latest_orders(connection: Connection, ids: Sequence[int]) -> defaultdict[int, tuple[Order, ...]]:
    newest: defaultdict[int, tuple[Order, ...]] = defaultdict(tuple)
    for order in reversed(orders(connection, _with_these(OrderRow, "customer_id"), {"ids": ids})):
        if len(newest[order.customer_id]) < LATEST_ORDERS:
            newest[order.customer_id] += (order,)
    return newest


def orders(connection: Connection, asked: AnySelect, bound: Mapping[str, Any] | None = None) -> list[Order]:
    """The orders that a query of order rows gives, with their lines and parcels, in its order."""
    rows = connection.execute(asked, bound or {}).all()
    if not rows:
        return []
    ids = [r.id for r in rows]
    items = _by_order(connection, OrderItemRow, ids)
    parcels = _by_order(connection, ParcelRow, ids)
    return [
        Order(
            r.id,
            r.number,
            r.customer_id,
            OrderStatus(r.status),
            r.total,
            r.created_at,
            tuple(OrderItem(i.product, i.quantity, i.price) for i in items[r.id]),
            tuple(Parcel(p.id, p.courier, p.tracking_no, p.shipped_at, p.signed_at) for p in parcels[r.id]),
        )
        for r in rows
    ]


def _by_order(connection: Connection, row_class: Any, ids: Iterable[int]) -> defaultdict[int, list[Row[Any]]]:
    grouped: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(_with_these(row_class, "order_id"), {"ids": list(ids)}):
        grouped[row.order_id].append(row)
    return grouped


class Waiting(NamedTuple):
    """A parked row: its correspondent, and what is needed to say it with an answer."""

    contact_id: int
    id: int
    text: str
    kind: Kind


def parked_texts(
    connection: Connection, contact_ids: Collection[int], now: datetime
) -> dict[int, list[Waiting]]:
    """What waits for each of these correspondents to speak and has not expired, oldest first.

    The rows stay locked, so that nobody takes back what rides on an answer.
    """
    if not contact_ids:
        return {}
    asked = select(
        col(OutboxRow.contact_id), col(OutboxRow.id), col(OutboxRow.text), col(OutboxRow.kind)
    ).where(
        col(OutboxRow.contact_id).in_(contact_ids),
        col(OutboxRow.status) == Status.PARKED,
        or_(col(OutboxRow.expires_at).is_(None), col(OutboxRow.expires_at) > now),
    )
    parked: dict[int, list[Waiting]] = {}
    for row in connection.execute(asked.order_by(col(OutboxRow.id)).with_for_update()):
        parked.setdefault(row.contact_id, []).append(Waiting(*row))
    return parked


def open_question(connection: Connection, seller: str, now: datetime) -> dict[str, Any] | None:
    """What this seller was asked last, while the question stands."""
    asked = select(col(QuestionRow.payload)).where(
        col(QuestionRow.seller) == seller, col(QuestionRow.expires_at) > now
    )
    found: dict[str, Any] | None = connection.scalar(asked)
    return found


def shop_examples(connection: Connection) -> list[tuple[str, str, bool]]:
    """(text, intent, complaint) of every example that sellers gave, oldest first."""
    asked = select(col(ShopExampleRow.text), col(ShopExampleRow.intent), col(ShopExampleRow.complaint))
    rows = connection.execute(asked.order_by(col(ShopExampleRow.at), col(ShopExampleRow.id)))
    return [(row.text, row.intent, bool(row.complaint)) for row in rows]


def account_states(connection: Connection, accounts: Collection[str]) -> dict[str, AccountState]:
    """What the platforms made us remember about these accounts."""
    asked = select(table(AccountRow)).where(col(AccountRow.account).in_(accounts))
    states = {name: AccountState(name) for name in accounts}
    for row in connection.execute(asked):
        states[row.account] = AccountState(
            row.account, row.stopped_until, row.stopped_reason, row.api_disabled_until, row.next_send_at
        )
    return states


def unwanted(connection: Connection, customer: Customer) -> str:
    """Why nothing that greets or sells may go to this customer; empty if it may."""
    return why_unwanted(
        customer.opted_out_at,
        customer.stopped_at,
        pushes_stopped=bool(read_state(connection, PUSHES_STOPPED)),
    )


def why_unwanted(opted_out_at: datetime | None, stopped_at: datetime | None, *, pushes_stopped: bool) -> str:
    """The one order in which the reasons count, in the seller's words."""
    if opted_out_at is not None:
        return "对方退订了"
    if stopped_at is not None:
        return "店主停了给这个人的推送"
    return "店主停了全部推送" if pushes_stopped else ""


def api_disabled(connection: Connection, accounts: Collection[str], now: datetime) -> set[str]:
    """The accounts that have turned out to have no right to send of their own accord (errcode 48001)."""
    asked = select(col(AccountRow.account)).where(
        col(AccountRow.account).in_(accounts), col(AccountRow.api_disabled_until) > now
    )
    return set(connection.scalars(asked))
