"""What the channel keeps in the database: its login, what an answer must carry, whom it has turned away.

The buffer of getupdates is the cursor of `storage.pulling`, so that one process at a time fetches.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, update
from sqlmodel import col

from storage.rows import ContactRow, PullRow, ShopStateRow
from storage.state import read_state, write_state

MOST_GUESTS = 50
"""Strangers who are told something; whoever comes after them is told nothing."""


@dataclass(frozen=True, slots=True)
class Session:
    """A login. base: where its calls go, api_base if empty. user_id: who scanned; empty if nobody did.

    configured: the digest of the bot_token that the configuration had then; a new one is a new login.
    """

    token: str = field(repr=False)
    base: str = ""
    user_id: str = ""
    expired: bool = False
    configured: str = ""


def digest(secret: str) -> str:
    """A name for what must not be shown; empty for nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()[:16] if secret else ""


def session(connection: Connection, account: str) -> Session | None:
    """The last login, if there was one."""
    kept = _kept(connection, f"ilink:{account}:session")
    return Session(**kept) if kept else None


def begin(connection: Connection, account: str, session: Session) -> None:
    """A new login: nothing that was said under the old one can be answered, and its buffer is of no use."""
    write_state(connection, f"ilink:{account}:session", json.dumps(asdict(session)))
    write_state(connection, f"ilink:{account}:contexts", "")
    connection.execute(update(PullRow).where(col(PullRow.account) == account).values(cursor=""))
    _close_windows(connection, account)


def expire(connection: Connection, account: str, session: Session) -> bool:
    """This login has ended; False if that is known, or another one has begun meanwhile."""
    name = f"ilink:{account}:session"
    before, after = json.dumps(asdict(session)), json.dumps(asdict(replace(session, expired=True)))
    known = (col(ShopStateRow.name) == name, col(ShopStateRow.value) == before)
    if (
        session.expired
        or not connection.execute(update(ShopStateRow).where(*known).values(value=after)).rowcount
    ):
        return False
    _close_windows(connection, account)
    return True


def _close_windows(connection: Connection, account: str) -> None:
    """What is to be said waits until the seller writes again."""
    ours = col(ContactRow.account) == account
    connection.execute(update(ContactRow).where(ours).values(message_at=None))


def keep_context(connection: Connection, account: str, user_id: str, context: str, sent_ms: int) -> None:
    """What an answer to this user must carry from now on, unless a newer message has brought it."""
    name = f"ilink:{account}:contexts"
    contexts = _kept(connection, name)
    if context and contexts.get(user_id, [0])[0] <= sent_ms:
        write_state(connection, name, json.dumps(contexts | {user_id: [sent_ms, context]}))


def context_for(connection: Connection, account: str, user_id: str) -> str:
    """What an answer to this user must carry; empty if he has not written since the login."""
    return str(_kept(connection, f"ilink:{account}:contexts").get(user_id, [0, ""])[1])


def is_new_guest(connection: Connection, account: str, user_id: str) -> bool:
    """Whether this stranger is to be told something; noted, so that it happens once."""
    name, mark = f"ilink:{account}:guests", digest(user_id)
    known = read_state(connection, name).split()
    if mark in known or len(known) >= MOST_GUESTS:
        return False
    write_state(connection, name, " ".join([*known, mark]))
    return True


def _kept(connection: Connection, name: str) -> dict[str, Any]:
    found = read_state(connection, name)
    return dict(json.loads(found)) if found else {}
