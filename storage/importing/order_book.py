"""Orders of a chunk on record: loaded with a few queries, written with a few statements."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update
from sqlmodel import col

from bot.core.customer import OrderStatus
from storage.importing.bulk import among, insert_rows
from storage.importing.customers import Home, identify
from storage.importing.meaning import Meaning, too_long, unlikely
from storage.importing.orders import KnownOrder, new_order, placed_at
from storage.importing.own_columns import OwnColumns, dumped, loaded
from storage.importing.people import People
from storage.importing.person import Person
from storage.importing.result import Fate, ImportResult, Part
from storage.importing.writing import free_ids, update_each, write_homes, write_people
from storage.order_people import one_at_a_time
from storage.rows import ConsultationRow, CustomerRow, OrderItemRow, OrderRow, ParcelRow
from storage.sheets import CustomerRecord, OrderRecord, Rejected, SheetKind

_FIELDS = (
    *("number", "customer_id", "status", "total", "created_at", "paid_at", "shipped_at", "signed_at"),
    *("refunded", "source", "items_said", "total_said"),
)
_KNOWN = select(col(OrderRow.id), col(OrderRow.extra), *(col(getattr(OrderRow, name)) for name in _FIELDS))
_ITEMS = select(col(OrderItemRow.order_id), func.count()).group_by(col(OrderItemRow.order_id))
_PARCELS: Any = select(col(ParcelRow.order_id), col(ParcelRow.tracking_no), col(ParcelRow.courier))
_PARCEL = ("order_id", "courier", "tracking_no", "shipped_at", "signed_at", "announced")
BOUGHT = (OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.SIGNED)


def take_orders(
    connection: Connection,
    meaning: Meaning,
    columns: OwnColumns,
    records: Sequence[OrderRecord],
    now: datetime,
) -> Part:
    """Write these, and their buyers."""
    one_at_a_time(connection)
    part = Part(ImportResult(SheetKind.ORDERS, sum(len(r.rows) for r in records)))
    known = _load(connection, [r.number for r in records])
    able = [r for r in records if not _refuse(r, known, part.result)]
    asked = {r.number: meaning.asked(r.customer, ()) for r in able if not r.customer.nobody}
    owners = {order.fields["customer_id"] for order in known.values()}
    people = People.load(connection, list(asked.values()), owners, traits=False)
    order_ids, ids = free_ids(connection, OrderRow), free_ids(connection, CustomerRow)
    homes: dict[Home, int] = {}
    for record in map(meaning.completed, able):
        order, one = known.get(record.number), asked.get(record.number)
        person = people.by_id.get(order.fields["customer_id"]) if order else None
        if person is None and one is not None:
            person = people.find(one) or people.make(next(ids), one, min(placed_at(record) or now, now))
        moves = person.moves if person else 0
        if person is not None and one is not None:
            identify(person, one, meaning, homes)
            _told_of(person, record.customer, people, part, moves)
        own = meaning.own(record.extra, is_new=order is None)
        columns.seen(header for header, _ in own)
        if order is None:
            assert person is not None  # without a buyer it was refused
            order = new_order(next(order_ids), person.id, record, own, meaning, now)
            known[record.number] = order
            person.seen_first(min(order.fields["created_at"], now))
        else:
            order.complete(record, own, meaning)
        part.result.note_all(record.notes)
        _count(part, order, len(record.rows), person is not None and person.moves > moves)
    write_people(connection, people.by_id.values(), now)
    write_homes(connection, homes)
    _write(connection, [order for order in known.values() if order.is_changed], now)
    return part


def _told_of(person: Person, buyer: CustomerRecord, people: People, part: Part, moves: int) -> None:
    """What an order says of its buyer."""
    if not person.contradicts(buyer):
        part.share(buyer.phone, people.sharing(buyer.phone, person))
    person.received(buyer, keep_phone=people.has_phone(buyer.phone, person))
    if person.moves > moves or person.is_new:
        people.index(person)


def _refuse(record: OrderRecord, known: dict[str, KnownOrder], result: ImportResult) -> bool:
    why = too_long(record.customer, record.number) or unlikely(record)
    if not why and record.number not in known:
        why = record.customer.nobody
    result.rejected += [Rejected(row, why) for row in record.rows if why]
    return bool(why)


def _count(part: Part, order: KnownOrder, rows: int, buyer_changed: bool) -> None:
    if order.is_changed:
        part.buyers.add(order.fields["customer_id"])
    if order.is_new:
        part.result.count(Fate.CREATED, rows)
    else:
        part.result.count(Fate.MERGED if order.is_changed or buyer_changed else Fate.UNCHANGED, rows)


def _load(connection: Connection, numbers: Sequence[str]) -> dict[str, KnownOrder]:
    rows = connection.execute(_KNOWN.where(among(connection, col(OrderRow.number), numbers))).all()
    found = {
        row.id: KnownOrder(row.id, {name: getattr(row, name) for name in _FIELDS}, loaded(row.extra))
        for row in rows
    }
    if found:
        for id_, count in connection.execute(
            _ITEMS.where(among(connection, col(OrderItemRow.order_id), found))
        ):
            found[id_].items = count
        for id_, number, courier in connection.execute(
            _PARCELS.where(among(connection, col(ParcelRow.order_id), found))
        ):
            found[id_].parcels[number] = courier
    return {order.fields["number"]: order for order in found.values()}


# --- writing --------------------------------------------------------------------------------------


def _write(connection: Connection, orders: Sequence[KnownOrder], now: datetime) -> None:
    new = [order for order in orders if order.is_new]
    if new:
        names = (*new[0].fields, "extra", "id")
        insert_rows(connection, OrderRow, names, [(*o.fields.values(), dumped(o.extra), o.id) for o in new])
    changed = [(order.id, _changes(order)) for order in orders if order.changed and not order.is_new]
    update_each(connection, OrderRow, changed)
    items = [
        (order.id, item.product, item.quantity, item.price) for order in orders for item in order.new_items
    ]
    insert_rows(connection, OrderItemRow, ("order_id", "product", "quantity", "price"), items)
    _write_parcels(connection, orders)
    _close_consultations(connection, new, now)


def _changes(order: KnownOrder) -> dict[str, Any]:
    columns = order.fields | {"extra": dumped(order.extra)}
    return {name: columns[name] for name in order.changed}


def _write_parcels(connection: Connection, orders: Sequence[KnownOrder]) -> None:
    """Nobody is told of these; those of an order that has arrived have arrived."""
    rows = [
        (order.id, parcel.courier, parcel.tracking_no, _handed_over(order), _arrived(order), False)
        for order in orders
        for parcel in order.new_parcels
    ]
    insert_rows(connection, ParcelRow, _PARCEL, rows)
    named = [
        {"the_order": order.id, "number": parcel.tracking_no, "name": parcel.courier}
        for order in orders
        for parcel in order.named_parcels
    ]
    this = (
        col(ParcelRow.order_id) == bindparam("the_order"),
        col(ParcelRow.tracking_no) == bindparam("number"),
    )
    if named:
        connection.execute(update(ParcelRow).where(*this).values(courier=bindparam("name")), named)
    arrived = [
        {"the_order": order.id, "moment": _arrived(order)}
        for order in orders
        if "status" in order.changed and order.parcels and _arrived(order)
    ]
    on_the_way = (col(ParcelRow.order_id) == bindparam("the_order"), col(ParcelRow.signed_at).is_(None))
    if arrived:
        connection.execute(
            update(ParcelRow).where(*on_the_way).values(signed_at=bindparam("moment")), arrived
        )


def _handed_over(order: KnownOrder) -> datetime:
    moment: datetime = order.fields["shipped_at"] or order.fields["paid_at"] or order.fields["created_at"]
    return moment


def _arrived(order: KnownOrder) -> datetime | None:
    if order.fields["status"] != OrderStatus.SIGNED:
        return None
    moment: datetime | None = order.fields["signed_at"]
    return moment or _handed_over(order)


def _close_consultations(connection: Connection, new: Iterable[KnownOrder], now: datetime) -> None:
    """Who asked has bought (PRACTICES 106), if they ordered after they asked."""
    bought: dict[int, KnownOrder] = {}
    for order in new:
        if order.fields["status"] in BOUGHT:
            latest = bought.setdefault(order.fields["customer_id"], order)
            if order.fields["created_at"] > latest.fields["created_at"]:
                bought[order.fields["customer_id"]] = order
    asked = select(
        col(ConsultationRow.id), col(ConsultationRow.customer_id), col(ConsultationRow.opened_at)
    ).where(
        among(connection, col(ConsultationRow.customer_id), bought),
        col(ConsultationRow.state).in_(("open", "followed_up")),
    )
    closed: Collection[Any] = [
        (id_, {"state": "ordered", "closed_at": now, "order_number": bought[buyer].fields["number"]})
        for id_, buyer, opened_at in connection.execute(asked)
        if bought[buyer].fields["created_at"] >= opened_at
    ]
    update_each(connection, ConsultationRow, list(closed))
