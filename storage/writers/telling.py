"""Where sellers are told things: one place a person, and what waited there in one message."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import Connection, func, select, update
from sqlmodel import col

from bot.core.delivery import UNFINISHED, Contact, Kind, Status
from storage.load import account_states, contacts_with_ids
from storage.queries.alerts import JOINED
from storage.rows import ContactRow, OutboxRow
from storage.writers.registry import Origin, Surroundings

DEFAULT_TEXT_BYTES = 2000
GAP = "\n\n"
"""Between two alerts in one message."""


class _Alert(NamedTuple):
    id: int
    contact_id: int
    text: str


def places_of_sellers(connection: Connection, origins: Sequence[Origin]) -> Mapping[int, Contact]:
    """Where each seller who can be told things in several places is told them now, by their first contact."""
    if not origins:
        return {}
    around, now = origins[0].around, origins[0].now
    of = {s.id: ids for s in around.sellers if len(ids := around.identities.get(s.id, ())) > 1}
    if not of:
        return {}
    known = _with_what_waits(connection, [id_ for ids in of.values() for id_ in ids])
    states = account_states(connection, {c.account for c in known.values()})
    found = {home: [known[id_] for id_ in ids if id_ in known] for home, ids in of.items()}
    return {home: around.nearest(contacts, states, now) for home, contacts in found.items() if contacts}


def _with_what_waits(connection: Connection, ids: Collection[int]) -> dict[int, Contact]:
    """These contacts; what is already on its way there counts as sent."""
    going = (
        select(col(OutboxRow.contact_id), func.count().label("rows"))
        .where(col(OutboxRow.contact_id).in_(ids), col(OutboxRow.status).in_(UNFINISHED))
        .group_by(col(OutboxRow.contact_id))
    )
    on_its_way = {row.contact_id: row.rows for row in connection.execute(going)}
    return {
        one.id: replace(one, message_sent=one.message_sent + on_its_way.get(one.id, 0))
        for one in contacts_with_ids(connection, ids)
    }


def gather_alerts(
    connection: Connection, heard: Collection[int], around: Surroundings, but: Collection[int]
) -> None:
    """Alerts that waited for a seller come where the seller has just been `heard`, as few messages as can be.

    but: rows that are taken care of otherwise.
    """
    for here in sorted(around.identities.keys() & set(heard)):
        account = connection.scalar(select(col(ContactRow.account)).where(col(ContactRow.id) == here))
        most = around.text_bytes.get(account or "", DEFAULT_TEXT_BYTES)
        waiting = _parked_alerts(connection, around.identities[here], but)
        fit = [row for row in waiting if row.contact_id == here or len(row.text.encode()) <= most]
        for together in _packed(fit, most):
            _join(connection, here, together)


def _parked_alerts(connection: Connection, places: Collection[int], but: Collection[int]) -> list[_Alert]:
    asked = select(col(OutboxRow.id), col(OutboxRow.contact_id), col(OutboxRow.text)).where(
        col(OutboxRow.contact_id).in_(places),
        col(OutboxRow.status) == Status.PARKED,
        col(OutboxRow.kind) == Kind.ALERT,
        col(OutboxRow.picture).is_(None),
        col(OutboxRow.id).not_in(but),
    )
    rows = connection.execute(asked.order_by(col(OutboxRow.id)).with_for_update())
    return [_Alert(*row) for row in rows]


def _packed(alerts: Sequence[_Alert], most_bytes: int) -> list[list[_Alert]]:
    """The alerts in their order, as many together as one message carries."""
    packed: list[list[_Alert]] = []
    room = -1
    for alert in alerts:
        size = len(alert.text.encode())
        if size > room:
            packed.append([])
            room = most_bytes
        packed[-1].append(alert)
        room -= size + len(GAP)
    return packed


def _join(connection: Connection, here: int, alerts: Sequence[_Alert]) -> None:
    """The last one's row carries them all: an alert ends with the line to type, and this is then its own."""
    *others, last = alerts
    text = GAP.join(alert.text for alert in alerts)
    carrier = update(OutboxRow).where(col(OutboxRow.id) == last.id)
    if others or last.contact_id != here:
        connection.execute(carrier.values(contact_id=here, text=text))
    if others:
        joined = {"contact_id": here, "status": Status.DROPPED, "reason": JOINED}
        ids = [alert.id for alert in others]
        connection.execute(update(OutboxRow).where(col(OutboxRow.id).in_(ids)).values(joined))
