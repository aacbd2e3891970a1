"""How far an account's messages have been fetched, by whom, and what may be answered by code (CHANNELS §2.2).

For platforms that only say that there is something to fetch: the wake-up is a row before it is acknowledged,
the cursor moves once what was fetched is stored, and one process at a time fetches for an account.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, or_, select, update
from sqlmodel import col

from storage.columns import AnySelect
from storage.rows import ContactRow, CustomerRow, PullRow, WelcomeRow, table
from storage.state import insert_for

LEASE = timedelta(seconds=60)
"""Who has not moved the cursor for this long has died."""

_SALT_BYTES = 5


@dataclass(frozen=True, slots=True)
class Position:
    """How far an account has been fetched.

    asked: the wake-ups when this was read. more: whether not all of them have been followed to the end.
    token: came with the latest wake-up, at `token_at`. since: when the account was first known here.
    """

    cursor: str
    token: str
    token_at: datetime | None
    asked: int
    more: bool
    since: datetime


def ensure(connection: Connection, account: str, now: datetime) -> str:
    """The account's row exists; return its salt, by which this database's messages differ from another's."""
    fresh = {"account": account, "first_at": now, "salt": secrets.token_hex(_SALT_BYTES)}
    connection.execute(insert_for(connection, PullRow).values(fresh).on_conflict_do_nothing())
    return str(connection.execute(select(col(PullRow.salt)).where(_of(account))).scalar_one())


def ask(connection: Connection, account: str, token: str, now: datetime) -> None:
    """There is something to fetch; whoever fetches will see it, now or after a restart."""
    ensure(connection, account, now)
    asked = {"asked": col(PullRow.asked) + 1, "token": token, "token_at": now}
    connection.execute(update(PullRow).where(_of(account)).values(asked))


def free(connection: Connection, account: str, holder: str | None = None) -> None:
    """End the lease: this holder's, or (None) whoever's, where no other process can be fetching."""
    mine = [] if holder is None else [col(PullRow.holder) == holder]
    connection.execute(update(PullRow).where(_of(account), *mine).values(holder="", lease_until=None))


def claim(
    connection: Connection, account: str, holder: str, now: datetime, *, anyway: bool
) -> Position | None:
    """Fetching is ours for the length of a lease; None if somebody else fetches, or nothing is to be fetched.

    anyway: also without a wake-up.
    """
    nobody = or_(
        col(PullRow.holder).in_(("", holder)),
        col(PullRow.lease_until).is_(None),
        col(PullRow.lease_until) <= now,
    )
    found = connection.execute(_row(account).where(nobody).with_for_update()).first()
    if found is None or (found.asked == found.done and not anyway):
        return None
    ours = {"holder": holder, "lease_until": now + LEASE}
    connection.execute(update(PullRow).where(_of(account)).values(ours))
    return _position(found)


def advance(
    connection: Connection, account: str, holder: str, cursor: str, now: datetime, *, seen: int | None
) -> Position | None:
    """What came before `cursor` is stored; None if the lease has gone to somebody else meanwhile.

    seen: the wake-ups that have been followed to the end with this; None if there is more.
    """
    ours = (_of(account), col(PullRow.holder) == holder)
    moved = {"cursor": cursor, "lease_until": now + LEASE}
    if seen is not None:
        moved["done"] = seen
    if not connection.execute(update(PullRow).where(*ours).values(moved)).rowcount:
        return None
    return _position(connection.execute(_row(account)).one())


def has_more(connection: Connection, account: str) -> bool:
    """Whether a wake-up has not been followed to the end."""
    asked = select(col(PullRow.account)).where(_of(account), col(PullRow.asked) != col(PullRow.done))
    return connection.execute(asked).first() is not None


def _of(account: str) -> ColumnElement[bool]:
    return col(PullRow.account) == account


def _row(account: str) -> AnySelect:
    return select(table(PullRow)).where(_of(account))


def _position(row: Row[Any]) -> Position:
    more = row.asked != row.done
    return Position(row.cursor, row.token, row.token_at, row.asked, more, row.first_at)


# --- what may be said by code -------------------------------------------------------------------


def keep_code(connection: Connection, account: str, external_id: str, code: str, until: datetime) -> None:
    """One message to this correspondent may go by `code`, until then."""
    put = insert_for(connection, WelcomeRow).values(
        account=account, external_id=external_id, code=code, until=until
    )
    connection.execute(
        put.on_conflict_do_update(
            index_elements=["account", "external_id"], set_={"code": code, "until": until}
        )
    )


def code_for(connection: Connection, account: str, external_id: str, now: datetime) -> str:
    """The code by which one message may go now; empty if there is none."""
    asked = select(col(WelcomeRow.code)).where(*_whose(account, external_id), col(WelcomeRow.until) > now)
    return connection.execute(asked).scalar() or ""


def forget_code(connection: Connection, account: str, external_id: str, now: datetime) -> None:
    """It has been used; with it goes every other that is too old to be used."""
    used = or_(col(WelcomeRow.external_id) == external_id, col(WelcomeRow.until) <= now)
    connection.execute(delete(WelcomeRow).where(col(WelcomeRow.account) == account, used))


def _whose(account: str, external_id: str) -> tuple[ColumnElement[bool], ...]:
    return col(WelcomeRow.account) == account, col(WelcomeRow.external_id) == external_id


# --- who is not known by name yet ---------------------------------------------------------------


def nameless(connection: Connection, account: str, external_ids: Collection[str]) -> set[str]:
    """Those of them who are new, or buyers without a nickname."""
    asked = (
        select(col(ContactRow.external_id), col(CustomerRow.nickname))
        .outerjoin(CustomerRow, col(CustomerRow.id) == col(ContactRow.customer_id))
        .where(col(ContactRow.account) == account, col(ContactRow.external_id).in_(external_ids))
    )
    known = {row.external_id: row.nickname for row in connection.execute(asked)}
    return {id_ for id_ in external_ids if known.get(id_, "") == ""}
