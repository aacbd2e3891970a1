"""Gives everything that belongs to one person to another, and gives it back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select, update

from storage.writers.belongings import Belonging
from storage.writers.packing import packed, unpacked
from storage.writers.two_of_a_kind import Values

AT_ONCE = 500


def carry(connection: Connection, one: Belonging, gone: int, kept: int) -> Values:
    """Give the rows of `gone` to `kept`; what it takes to give them back, as JSON can hold it."""
    if one.key is None:
        ids = list(connection.scalars(select(one.table.c.id).where(one.person == gone)))
        connection.execute(update(one.table).where(one.person == gone).values({one.column: kept}))
        return {"ids": ids}
    theirs, mine = rows_of(connection, one, gone), rows_of(connection, one, kept)
    standing = {_key(one, row): row for row in mine if one.once(row)}
    moved, dropped, joined = [], [], []
    for row in theirs:
        twin = standing.get(_key(one, row)) if one.once(row) else None
        here = and_(one.person == gone, one.where(one.told(row)))
        if twin is None:
            connection.execute(update(one.table).where(here).values({one.column: kept}))
            moved.append(one.told(row))
            continue
        connection.execute(delete(one.table).where(here))
        after = twin | one.join(twin, row)
        dropped.append({"row": packed(row), "twin": packed(after)})
        if after != twin:
            _change(connection, one, twin, after)
            joined.append({"before": packed(twin), "after": packed(after)})
    return {"rows": moved, "dropped": dropped, "joined": joined}


def rows_of(connection: Connection, one: Belonging, person: int) -> list[Values]:
    """All rows of a person, oldest first."""
    asked = select(one.table).where(one.person == person).order_by(*one.table.primary_key.columns)
    return [dict(row._mapping) for row in connection.execute(asked)]


def _key(one: Belonging, row: Values) -> tuple[Any, ...]:
    return tuple(row[name] for name in one.key or ())


def _change(connection: Connection, one: Belonging, was: Values, becomes: Values) -> None:
    changed = {name: value for name, value in becomes.items() if value != was[name]}
    if changed:
        here = and_(one.person == was[one.column], one.where(one.told(was)))
        connection.execute(update(one.table).where(here).values(changed))


def give_back(connection: Connection, one: Belonging, record: Values, gone: int, kept: int) -> None:
    """Undo `carry`; what has changed since then stays with `kept`."""
    ids = record.get("ids", [])
    for n in range(0, len(ids), AT_ONCE):
        these = one.table.c.id.in_(ids[n : n + AT_ONCE]) & (one.person == kept)
        connection.execute(update(one.table).where(these).values({one.column: gone}))
    for told in record.get("rows", []):
        here = one.where(told) & (one.person == kept)
        connection.execute(update(one.table).where(here).values({one.column: gone}))
    for lost in record.get("dropped", []):
        _restore(connection, one, unpacked(lost["row"]), unpacked(lost["twin"]))
    for pair in record.get("joined", []):
        _unjoin(connection, one, unpacked(pair["before"]), unpacked(pair["after"]))


def _restore(connection: Connection, one: Belonging, row: Values, twin: Values) -> None:
    now = _as_it_is(connection, one, twin)
    settled = {n: now[n] for n in one.settles if now[n] != twin[n]} if now else {}
    put_back(connection, one, row | settled)


def put_back(connection: Connection, one: Belonging, row: Values) -> None:
    """Insert a row that was deleted, under its own id if that is still free."""
    if "id" in row and connection.scalar(select(one.table.c.id).where(one.table.c.id == row["id"])):
        row = {name: value for name, value in row.items() if name != "id"}
    connection.execute(insert(one.table).values(row))


def _unjoin(connection: Connection, one: Belonging, before: Values, after: Values) -> None:
    now = _as_it_is(connection, one, after)
    if now is not None:
        _change(connection, one, now, now | without(before, after, now))


def _as_it_is(connection: Connection, one: Belonging, row: Values) -> Values | None:
    here = and_(one.person == row[one.column], one.where(one.told(row)))
    found = connection.execute(select(one.table).where(here)).first()
    return dict(found._mapping) if found else None


def without(before: Values, after: Values, now: Values) -> Values:
    """`now` without what turned `before` into `after`: what came since stays."""
    changed = [name for name in before if before[name] != after[name]]
    return {name: _back(before[name], after[name], now[name]) for name in changed}


def _back(before: Any, after: Any, now: Any) -> Any:
    if now == after:
        return before
    if type(before) is type(after) is type(now) is int:
        return before + now - after
    if isinstance(now, str) and after and now.startswith(after):
        return before + now[len(after) :]
    return now
