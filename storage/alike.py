"""People on record who look like one: left to the seller's morning list, each pair once (PRACTICES 28)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, and_, cast, exists, func, literal, select
from sqlmodel import col

from bot.core.effects import LeaveTask
from storage.queries.namesakes import taken_apart
from storage.rows import CustomerRow, OutboxRow, TaskRow, table
from storage.writers import Origin, Surroundings
from storage.writers.identities import alike, alike_key
from storage.writers.tasks import leave_tasks

ALIKE = "像同一个人"
"""What such a task is about."""
AT_HOME = "同名，地址也一样"
MOST = 500
"""Pairs that are found at once; the next time there are others."""
_PREFIX = "alike:"

Pair = tuple[int, int]


def unasked(connection: Connection, pairs: Mapping[Pair, str]) -> dict[Pair, str]:
    """Those of these pairs, each with why they may be one, whom the seller was never asked about.

    In whatever way, and nobody whom the seller has taken apart; the lower number first.
    """
    if not pairs:
        return {}
    told = {key.partition("@")[0] for key in _alerts(connection)}
    told |= _tasks(connection, [alike_key(*pair) for pair in pairs])
    apart = taken_apart(connection, {id_ for pair in pairs for id_ in pair})
    new = {}
    for pair, why in pairs.items():
        first, last = sorted(pair)
        names = (f"{_PREFIX}{first}:{last}", f"{_PREFIX}{last}:{first}")
        if first != last and (first, last) not in apart and not told.intersection(names):
            new[first, last] = why
    return new


def ask_later(connection: Connection, pairs: Mapping[Pair, str], now: datetime) -> None:
    """Leave these pairs to the seller."""
    tasks = [
        LeaveTask(first, ALIKE, "", alike_key(first, last), why=f"#{first} 和 #{last} {why}")
        for (first, last), why in pairs.items()
    ]
    if tasks:
        leave_tasks(connection, [(Origin(now, None, Surroundings()), task) for task in tasks])


def pair_of(key: str) -> Pair:
    """The two whom a task is about."""
    first, last = key.removeprefix(_PREFIX).split(":")
    return int(first), int(last)


def at_home_with(connection: Connection, customer_id: int) -> dict[Pair, str]:
    """This customer and others of the same name and address."""
    return {(customer_id, other): AT_HOME for other in alike(connection, customer_id)}


def at_home(connection: Connection) -> dict[Pair, str]:
    """Everybody of the same name and address: with the first of them."""
    here = (col(CustomerRow.name), col(CustomerRow.address))
    standing = and_(here[0] != "", here[1] != "", col(CustomerRow.merged_into).is_(None))
    first = func.min(col(CustomerRow.id)).label("first")
    several = select(*here, first).where(standing).group_by(*here).having(func.count() > 1).subquery()
    same = and_(
        here[0] == several.c.name, here[1] == several.c.address, col(CustomerRow.id) > several.c.first
    )
    asked = select(several.c.first, col(CustomerRow.id)).join(several, same).where(standing)
    asked = asked.where(~_is_asked(several.c.first, table(CustomerRow).c.id)).order_by(col(CustomerRow.id))
    return {(row[0], row[1]): AT_HOME for row in connection.execute(asked.limit(MOST))}


def _is_asked(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether there is a task about them."""
    key = literal(_PREFIX) + cast(one, String) + ":" + cast(other, String)
    return exists(select(col(TaskRow.id)).where(col(TaskRow.key) == key))


def _alerts(connection: Connection) -> Iterable[str]:
    """What was asked in an alert, in whatever order of the two."""
    key = col(OutboxRow.key)
    return connection.scalars(select(key).where(key >= _PREFIX, key < _PREFIX[:-1] + ";"))


def _tasks(connection: Connection, keys: Collection[str]) -> set[str]:
    return set(connection.scalars(select(col(TaskRow.key)).where(col(TaskRow.key).in_(keys))))
