"""What the shop as a whole does from time to time: rounds, each with the moment of its next one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import col

from storage.rows import ShopTimerRow
from storage.state import insert_for

Round = Callable[[Connection, datetime], datetime]
"""A piece of the work, in a transaction of its own; gives the moment of the next: at once if more is left."""


def rounds_due(connection: Connection, names: Collection[str], now: datetime) -> list[str]:
    """Which of these rounds are to be made; one that was never made is."""
    next_ones = _next_ones(connection, names)
    return [name for name in names if name not in next_ones or next_ones[name] <= now]


def next_round(connection: Connection, names: Collection[str], now: datetime) -> datetime | None:
    """When the next of these rounds is due; `now` for one that was never made."""
    next_ones = _next_ones(connection, names)
    return min((next_ones.get(name, now) for name in names), default=None)


def _next_ones(connection: Connection, names: Collection[str]) -> dict[str, datetime]:
    asked = select(col(ShopTimerRow.name), col(ShopTimerRow.due_at))
    found = connection.execute(asked.where(col(ShopTimerRow.name).in_(names)))
    return {row.name: row.due_at for row in found}


def make_round(connection: Connection, name: str, work: Round, now: datetime) -> None:
    """Do a piece of this round, unless another process has done it meanwhile."""
    put = insert_for(connection, ShopTimerRow).values(name=name, due_at=now)
    connection.execute(put.on_conflict_do_nothing())
    row = select(col(ShopTimerRow.due_at)).where(col(ShopTimerRow.name) == name).with_for_update()
    if connection.execute(row).scalar_one() <= now:
        set_round(connection, name, work(connection, now))


def set_round(connection: Connection, name: str, due_at: datetime) -> None:
    """The next one of this round is due then."""
    put = insert_for(connection, ShopTimerRow).values(name=name, due_at=due_at)
    connection.execute(put.on_conflict_do_update(index_elements=["name"], set_={"due_at": due_at}))
