"""Orders of a chunk: those that are new, and what is to be added to those on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from bot.core.customer import SAID_FOR_GOOD, OrderStatus
from bot.core.money import CENT
from storage.importing.meaning import Meaning
from storage.importing.people import FROM_TABLE
from storage.sheets import ItemRecord, OrderRecord, ParcelRecord

LONGEST_PRODUCT = 200
_RANK = {
    OrderStatus.CREATED: 1,
    OrderStatus.PAID: 2,
    OrderStatus.SHIPPED: 3,
    OrderStatus.SIGNED: 4,
    OrderStatus.CANCELLED: 5,
    OrderStatus.REFUNDED: 6,
}
"""A state only moves to one behind it, as with shop events."""


@dataclass(slots=True, eq=False)
class KnownOrder:
    """An order on record, or one that this chunk makes; what is to be written of it.

    fields: columns of its row. items: how many lines it has. parcels: the couriers, by tracking number.
    """

    id: int
    fields: dict[str, Any]
    extra: dict[str, str] = field(default_factory=dict)
    is_new: bool = False
    items: int = 0
    parcels: dict[str, str] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    new_items: list[ItemRecord] = field(default_factory=list)
    new_parcels: list[ParcelRecord] = field(default_factory=list)
    named_parcels: list[ParcelRecord] = field(default_factory=list)

    @property
    def is_changed(self) -> bool:
        """Whether there is anything to write."""
        parcels = self.new_parcels or self.named_parcels
        return bool(self.is_new or self.changed or self.new_items or parcels)

    def complete(self, record: OrderRecord, own: Sequence[tuple[str, str]], meaning: Meaning) -> None:
        """Add what the file knows more: the state moves forward only, and what a person said stays."""
        for name in ("paid_at", "shipped_at", "signed_at"):
            if self.fields[name] is None and getattr(record, name) is not None:
                self._set(name, getattr(record, name))
        weak = self.fields["total_said"] < SAID_FOR_GOOD
        if record.total is not None and weak and record.total != self.fields["total"]:
            self._set("total", record.total)
            self._set("total_said", SAID_FOR_GOOD)
        self._moved(record)
        if not self.items and record.items:
            self.new_items = list(sold(record, meaning))
            self._set("items_said", SAID_FOR_GOOD)
        self._parcels(record)
        for header, text in own:
            if self.extra.get(header) != text:
                self.extra[header] = text
                self.changed.add("extra")

    def _moved(self, record: OrderRecord) -> None:
        """What went back only grows: shop events may have told of more."""
        if record.refunded is not None and record.refunded > self.fields["refunded"]:
            self._set("refunded", record.refunded)
        status = _status(record, self.fields["total"], self.fields["refunded"])
        if status and _RANK[status] > _RANK[self.fields["status"]]:
            self._set("status", status)

    def _set(self, name: str, value: Any) -> None:
        self.fields[name] = value
        self.changed.add(name)

    def _parcels(self, record: OrderRecord) -> None:
        for parcel in record.parcels:
            known = self.parcels.get(parcel.tracking_no)
            if known is None:
                self.new_parcels.append(parcel)
            elif not known and parcel.courier:
                self.named_parcels.append(parcel)


def new_order(
    id_: int,
    customer_id: int,
    record: OrderRecord,
    own: Sequence[tuple[str, str]],
    meaning: Meaning,
    now: datetime,
) -> KnownOrder:
    """An order that was not on record; what the file leaves open is guessed as a shop would."""
    items = list(sold(record, meaning))
    goods = sum((i.price * i.quantity for i in items if i.price is not None), Decimal(0))
    total = record.total if record.total is not None else goods
    refunded = record.refunded or Decimal(0)
    fields = {
        "number": record.number,
        "customer_id": customer_id,
        "status": _status(record, total, refunded) or OrderStatus.PAID,
        "total": total,
        "created_at": placed_at(record) or now,
        "paid_at": record.paid_at,
        "shipped_at": record.shipped_at,
        "signed_at": record.signed_at,
        "refunded": refunded,
        "source": record.customer.account or meaning.platform or FROM_TABLE,
    }
    return KnownOrder(
        id_,
        fields,
        extra=dict(own),
        is_new=True,
        items=len(items),
        new_items=items,
        new_parcels=list({p.tracking_no: p for p in record.parcels}.values()),
    )


def _status(record: OrderRecord, total: Decimal, refunded: Decimal) -> OrderStatus | None:
    """The file's state; refunded where all has gone back, as with shop events."""
    return OrderStatus.REFUNDED if total and refunded >= total else record.status


def placed_at(record: OrderRecord) -> datetime | None:
    """When it was ordered, as far as the file tells."""
    return record.created_at or record.paid_at or record.shipped_at or record.signed_at


def sold(record: OrderRecord, meaning: Meaning) -> Sequence[ItemRecord]:
    """The lines by the shop's own names, each with a price: what is not told is shared out by pieces."""
    told = sum((i.price * i.quantity for i in record.items if i.price is not None), Decimal(0))
    untold = sum(i.quantity for i in record.items if i.price is None)
    rest = max((record.total or Decimal(0)) - told, Decimal(0))
    share = (rest / untold).quantize(CENT, ROUND_HALF_UP) if untold else Decimal(0)
    return [
        ItemRecord(
            meaning.products.get(i.product.casefold()) or i.product[:LONGEST_PRODUCT],
            i.quantity,
            share if i.price is None else i.price,
        )
        for i in record.items
    ]
