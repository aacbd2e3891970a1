"""Small facts of the shop as a whole: clock offset, stop switch, account states, tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel, col

from storage.rows import AccountRow, ShopStateRow

CLOCK_OFFSET = "clock_offset_seconds"
PUSHES_STOPPED = "pushes_stopped"


def insert_for(connection: Connection, row: type[SQLModel]) -> sqlite.Insert:
    """An INSERT that knows ON CONFLICT, in the connection's dialect (both say it alike)."""
    return insert_in(connection.dialect.name, row)


def insert_in(dialect: str, row: type[SQLModel]) -> sqlite.Insert:
    """The same, for a dialect by name: statements that every batch runs are built once."""
    return sqlite.insert(row) if dialect == "sqlite" else cast("sqlite.Insert", postgresql.insert(row))


def read_state(connection: Connection, name: str) -> str:
    """The value of a fact; empty if it was never set."""
    found = connection.execute(select(col(ShopStateRow.value)).where(col(ShopStateRow.name) == name)).scalar()
    return found or ""


def write_state(connection: Connection, name: str, value: str) -> None:
    """Set a fact."""
    put = insert_for(connection, ShopStateRow).values(name=name, value=value)
    connection.execute(put.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def clock_offset(connection: Connection) -> timedelta:
    """How far the sandbox clock has been moved."""
    return timedelta(seconds=float(read_state(connection, CLOCK_OFFSET) or 0))


def ensure_account(connection: Connection, account: str) -> None:
    """The account's row exists."""
    connection.execute(insert_for(connection, AccountRow).values(account=account).on_conflict_do_nothing())


def read_token(connection: Connection, account: str) -> tuple[str, float] | None:
    """The kept access token and its expiry, if any."""
    asked = select(col(AccountRow.token), col(AccountRow.token_expires_at)).where(
        col(AccountRow.account) == account
    )
    row = connection.execute(asked).first()
    return (row.token, row.token_expires_at) if row and row.token else None


def write_token(
    connection: Connection, account: str, token: str, expires_at: float, replaces: str | None
) -> tuple[str, float]:
    """Keep `token` if the kept one is still `replaces`; return the one that counts now."""
    ensure_account(connection, account)
    row = connection.execute(
        select(col(AccountRow.token), col(AccountRow.token_expires_at))
        .where(col(AccountRow.account) == account)
        .with_for_update()
    ).one()
    if (row.token or None) != replaces and row.token:
        return row.token, row.token_expires_at
    connection.execute(
        update(AccountRow)
        .where(col(AccountRow.account) == account)
        .values(token=token, token_expires_at=expires_at)
    )
    return token, expires_at
