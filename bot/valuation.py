"""What customers are worth, kept when it changes: after orders, in an import's chunks, and nightly.

Loads what is on record of many customers with a few queries, asks the pure `handlers.value`, writes in bulk.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import structlog
from sqlalchemy import Connection

from bot.core.effects import (
    AddTag,
    Effect,
    EnterPoints,
    KeepOrder,
    MoveStage,
    RecordOrder,
    Refer,
    ShipOrder,
    SignOrder,
)
from bot.core.settings import Settings
from bot.core.worth import OnRecord
from bot.worth_rows import write_worth
from handlers.value import rfm
from handlers.value.cycles import Basis, Cycle, label_cycle, product_cycle, shop_cycle
from handlers.value.history import Summary, shop_day
from handlers.value.whole import Reckoning, ShopFigures, Worth
from storage import worth as stored
from storage.state import read_state, write_state

log = structlog.get_logger(__name__)

CHANGES_WORTH = (RecordOrder, KeepOrder, ShipOrder, SignOrder, EnterPoints, MoveStage, Refer)
"""Effects after which a customer is valued again: a new one that changes orders is one more name here."""
AT_ONCE = 500
"""Customers in one go: a few tenths of a second of the writing thread."""
NIGHT = time(3, 30)
"""When the nightly round is made, by the shop's clock."""
FIGURES, RULES = "value_figures", "value_rules"
"""Facts of the shop (`storage.state`): what all customers together say; by which rules all were valued."""


# --- now --------------------------------------------------------------------------------------------


def revalue_after(
    connection: Connection, effects: Iterable[Effect], settings: Settings, now: datetime
) -> None:
    """Value everybody again whose orders, points or stage these written effects have changed."""
    if ids := _concerned(connection, effects, settings):
        revalue(connection, ids, settings, now)


def _concerned(connection: Connection, effects: Iterable[Effect], settings: Settings) -> set[int]:
    praise = settings.value.lifecycle.sign_tags
    ids: set[int] = set()
    orders: set[int] = set()
    for effect in effects:
        match effect:
            case ShipOrder(order_id=order) | SignOrder(order_id=order):
                orders.add(order)
            case AddTag(customer_id=id_, name=name) if name in praise:
                ids.add(id_)
            case _ if isinstance(effect, CHANGES_WORTH):
                ids.add(effect.customer_id)
    return ids | (stored.customers_of_orders(connection, orders) if orders else set())


def revalue(connection: Connection, customer_ids: Collection[int], settings: Settings, now: datetime) -> int:
    """Value these customers anew from all that is on record, in this transaction; how many were.

    Who brought them is valued after them: that they have bought counts for both. What follows only once
    (points of an order, a step between stages) is written once, however often this is called. Who cannot be
    valued is logged, and stays as they were.
    """
    ids = sorted(set(customer_ids))
    done = _all(connection, ids, settings, now)
    for first in range(0, len(ids), AT_ONCE):
        _all(connection, sorted(stored.referrers(connection, ids[first : first + AT_ONCE])), settings, now)
    return done


def _all(connection: Connection, ids: Sequence[int], settings: Settings, now: datetime) -> int:
    done = 0
    for first in range(0, len(ids), AT_ONCE):
        people = stored.on_record(
            connection, ids[first : first + AT_ONCE], settings.value.lifecycle.sign_tags
        )
        reckoning = Reckoning.of(settings, _figures(connection, people, settings))
        found = [w for one in people if (w := _worth(reckoning, one, now)) is not None]
        write_worth(connection, people, found, now)
        done += len(found)
    return done


def _worth(reckoning: Reckoning, one: OnRecord, now: datetime) -> Worth | None:
    try:
        return reckoning.worth(one, now)
    except Exception as error:  # one customer's strange past must not keep an order from being written
        log.error("not_valued", customer=one.customer_id, error=type(error).__name__)
        log.debug("not_valued_because", exc_info=error)
        return None


# --- what all customers together say -----------------------------------------------------------------


def _figures(connection: Connection, people: Sequence[OnRecord], settings: Settings) -> ShopFigures:
    """As of last night; before the first one, what the settings say."""
    value = settings.value
    scale = rfm.Scale(value.rfm.recency_days, value.rfm.orders, value.rfm.spent)
    cycle = label_cycle(None, value.default_cycle)
    if kept := read_state(connection, FIGURES):
        known: dict[str, Any] = json.loads(kept)
        cycle = Cycle(known["days"], Basis(known["basis"]), known["reason"])
        if known["own"]:
            cuts = tuple(Decimal(cut) for cut in known["spent"])
            scale = rfm.Scale(tuple(known["recency"]), tuple(known["orders"]), cuts, own=True)
    products = {item.product for one in people for order in one.orders for item in order.items}
    return ShopFigures(scale, cycle, _product_cycles(connection, products))


def _product_cycles(connection: Connection, products: Collection[str]) -> dict[str, Cycle]:
    if not products:
        return {}
    found = stored.product_cycles(connection, products)
    return {name: Cycle(days, Basis(basis), reason) for name, days, basis, reason in found}


def reckon_figures(connection: Connection, settings: Settings, now: datetime) -> None:
    """Reckon anew what all customers together say: the scale, the shop's cycle, each product's."""
    value, today = settings.value, shop_day(now, settings.shop.zone)
    everybody = [Summary(*row) for row in stored.buyers(connection)]
    scale = rfm.scale(everybody, value.rfm, today)
    cycle = shop_cycle(stored.own_cycles(connection), label_cycle(None, value.default_cycle))
    figures = {
        "day": today.isoformat(),
        "own": scale.own,
        "recency": scale.recency,
        "orders": scale.orders,
        "spent": [str(cut) for cut in scale.spent],
        "days": cycle.days,
        "basis": cycle.basis,
        "reason": cycle.reason,
    }
    write_state(connection, FIGURES, json.dumps(figures, ensure_ascii=False))
    use_days = {name: p.use_days for p in settings.products for name in (*p.aliases, p.name)}
    rows = []
    for product, votes in stored.product_votes(connection).items():
        lasts = product_cycle(votes, label_cycle(use_days.get(product), value.default_cycle))
        rows.append(
            {
                "product": product,
                "days": lasts.days,
                "basis": lasts.basis,
                "reason": lasts.reason,
                "votes": len(votes),
            }
        )
    stored.write_product_cycles(connection, rows)


# --- nightly ----------------------------------------------------------------------------------------


def nightly(settings: Settings, connection: Connection, now: datetime) -> datetime:
    """A piece of the nightly round (`storage.shop_timers.Round`, with the settings bound).

    Once a night the figures of the whole shop; then those customers of whom something is no longer so by
    itself, a chunk a call. Changed rules or a changed scale make everybody due.
    """
    zone = settings.shop.zone
    today = shop_day(now, zone)
    kept = json.loads(read_state(connection, FIGURES) or "{}")
    if kept.get("day") != today.isoformat():
        reckon_figures(connection, settings, now)
        scale_turned = kept.get("own", False) != json.loads(read_state(connection, FIGURES))["own"]
        rules = _fingerprint(settings)
        if scale_turned or read_state(connection, RULES) != rules:
            stored.mark_all_due(connection, today, now)
            write_state(connection, RULES, rules)
    if ids := stored.due(connection, today, AT_ONCE):
        revalue(connection, ids, settings, now)
        stored.put_off(connection, ids, today, today + timedelta(days=1))
    if len(ids) == AT_ONCE:
        return now
    return datetime.combine(today + timedelta(days=_nights_ahead(now, settings)), NIGHT, zone)


def _nights_ahead(now: datetime, settings: Settings) -> int:
    """0 while tonight's hour is still to come: the program may have been started in the small hours."""
    return 0 if now.astimezone(settings.shop.zone).time() < NIGHT else 1


def _fingerprint(settings: Settings) -> str:
    """Changes with whatever in the settings a customer's worth depends on."""
    silent = {"stock", "about", "usage", "care"}
    rules = {
        "value": settings.value.model_dump(mode="json"),
        "products": [p.model_dump(mode="json", exclude=silent) for p in settings.products],
        "zone": settings.shop.timezone,
    }
    return sha256(json.dumps(rules, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
