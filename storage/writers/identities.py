"""By what people are known, and who may be the same person."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, and_, exists, or_, select
from sqlmodel import col

from bot.core import effects
from storage.rows import (
    CustomerRow,
    IdentityRow,
    MergeRow,
    table,
)
from storage.state import insert_for
from storage.writers.outgoing import tell_sellers
from storage.writers.registry import Batch, Origin, writes


@writes(effects.KnowIdentity)
def _know_identity(connection: Connection, batch: Batch) -> None:
    rows = [
        {"customer_id": e.customer_id, "kind": e.kind, "account": e.account, "value": e.value, "at": o.now}
        for o, e in batch
    ]
    connection.execute(insert_for(connection, IdentityRow).on_conflict_do_nothing(), rows)


@writes(effects.LookAlike)
def _look_alike(connection: Connection, batch: Batch) -> None:
    for origin, effect in batch:
        for other in alike(connection, effect.customer_id):
            _ask(connection, origin, effect.customer_id, other)


def alike(connection: Connection, customer_id: int) -> Sequence[int]:
    """Others of the same name and address, unless the seller has said that they are others."""
    one, other = table(CustomerRow).alias(), table(CustomerRow).alias()
    same = and_(other.c.name == one.c.name, other.c.address == one.c.address, other.c.id != one.c.id)
    asked = select(other.c.id).join(one, same).where(one.c.id == customer_id)
    found = connection.scalars(asked.where(one.c.name != "", one.c.address != "").limit(3))
    return [id_ for id_ in found if not kept_apart(connection, customer_id, id_)]


def _ask(connection: Connection, origin: Origin, one: int, other: int) -> None:
    first, last = sorted((one, other))
    name, address = connection.execute(
        select(col(CustomerRow.name), col(CustomerRow.address)).where(col(CustomerRow.id) == one)
    ).one()
    text = (
        f"有两位 {name}（#{first}、#{last}），地址也一样：{address}\n"
        f"是一个人就打：合并 #{first} #{last}。不是就不用管。"
    )
    tell_sellers(connection, [(origin, effects.NotifySeller(text, alike_key(one, other)))])


def alike_key(one: int, other: int) -> str:
    """Under which the seller is asked whether these two are one: as an alert or as a task."""
    return f"alike:{min(one, other)}:{max(one, other)}"


def kept_apart(connection: Connection, one: int, other: int) -> bool:
    """Whether these two were taken apart again, so that only a seller joins them."""
    pair = or_(
        and_(col(MergeRow.kept_id) == one, col(MergeRow.gone_id) == other),
        and_(col(MergeRow.kept_id) == other, col(MergeRow.gone_id) == one),
    )
    found = connection.scalar(select(exists().where(pair, col(MergeRow.undone_at).is_not(None))))
    return bool(found)
