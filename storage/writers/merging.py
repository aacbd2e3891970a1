"""Two who turn out to be one person: everything is the elder's from then on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlmodel import col

from bot.core import effects
from bot.core.effects import Known
from storage.load import living, lock_people
from storage.rows import (
    CustomerRow,
    IdentityRow,
    MergeRow,
    MessageRow,
    ReferralRow,
    table,
)
from storage.state import insert_for
from storage.writers.belongings import OF_A_PERSON
from storage.writers.identities import alike_key
from storage.writers.moving import carry
from storage.writers.one_profile import SIGNPOST, one_of, others_of
from storage.writers.packing import packed
from storage.writers.registry import Batch, writes
from storage.writers.tasks import settle_task
from storage.writers.two_of_a_kind import Values

_KNOWN_AS = {"name": Known.NAME, "nickname": Known.NICKNAME, "phone": Known.PHONE}


@writes(effects.MergeCustomers)
def _merge_customers(connection: Connection, batch: Batch) -> None:
    for origin, effect in batch:
        ids = living(connection, (effect.customer_id, effect.other_id))
        lock_people(connection, [], list(ids.values()))
        ids = living(connection, (effect.customer_id, effect.other_id))
        one, other = ids[effect.customer_id], ids[effect.other_id]
        if one != other:
            merge(connection, one, other, origin.now, effect.by, effect.why)


def merge(connection: Connection, one: int, other: int, now: datetime, by: str, why: str) -> int:
    """Everything of both is the elder's from now on; gives the elder. Both are people who are still there."""
    rows = sorted((person_row(connection, one), person_row(connection, other)), key=_seniority)
    elder, younger = rows
    kept, gone = elder["id"], younger["id"]
    record: Values = {
        "last_message": connection.scalar(select(func.max(col(MessageRow.id)))) or 0,
        "circles": [packed(row) for row in _without_circles(connection, kept, gone)],
        **{b.name: carry(connection, b, gone, kept) for b in OF_A_PERSON},
    }
    joined = one_of(elder, younger)
    record["known"] = _stay_known(connection, kept, others_of(elder, younger, joined), now)
    record["kept"], record["joined"], record["gone"] = packed(elder), packed(joined), packed(younger)
    write_person(connection, kept, joined)
    write_person(connection, gone, SIGNPOST | {"merged_into": kept})
    row = {"kept_id": kept, "gone_id": gone, "at": now, "by": by, "why": why, "moved": record}
    connection.execute(insert(MergeRow).values(row))
    asked = effects.SettleTask(alike_key(kept, gone), effects.TaskState.DONE)
    settle_task(connection, asked, now)
    return int(kept)


def person_row(connection: Connection, customer_id: int) -> Values:
    """The row of this customer."""
    asked = select(table(CustomerRow)).where(col(CustomerRow.id) == customer_id)
    return dict(connection.execute(asked).one()._mapping)


def _seniority(row: Values) -> tuple[datetime, int]:
    return row["first_seen_at"], row["id"]


def write_person(connection: Connection, customer_id: int, values: Values) -> None:
    """Change these columns of a customer."""
    if values:
        connection.execute(update(CustomerRow).where(col(CustomerRow.id) == customer_id).values(values))


def _stay_known(
    connection: Connection, kept: int, others: Sequence[tuple[str, str]], now: datetime
) -> list[int]:
    """The names and phones that gave way still find the person; the ids of the new rows."""
    made = []
    for field, value in dict.fromkeys(others):
        row = {"customer_id": kept, "kind": _KNOWN_AS[field], "account": "", "value": value, "at": now}
        put = insert_for(connection, IdentityRow).values(row).on_conflict_do_nothing()
        id_ = connection.execute(put.returning(col(IdentityRow.id))).scalar()
        made += [] if id_ is None else [id_]
    return made


def _without_circles(connection: Connection, kept: int, gone: int) -> list[Values]:
    """Nobody brings themselves, on however many corners: such a line goes, and comes back with the split."""
    asked = select(table(ReferralRow))
    lost = []
    for person, other in ((kept, gone), (gone, kept)):
        above, seen = person, {person}
        while row := connection.execute(asked.where(col(ReferralRow.customer_id) == above)).first():
            above = row.by_id
            if above in seen:
                break
            seen.add(above)
            if above == other:
                own = connection.execute(asked.where(col(ReferralRow.customer_id) == person)).one()
                lost.append(dict(own._mapping))
                connection.execute(delete(ReferralRow).where(col(ReferralRow.id) == own.id))
                break
    return lost
