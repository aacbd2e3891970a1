"""What the shop as a whole and its accounts remember."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from bot.core.delivery import AccountState
from storage.rows import AccountRow, QuestionRow, ShopExampleRow, table


def open_question(connection: Connection, seller: str, now: datetime) -> dict[str, Any] | None:
    """What this seller was asked last, while the question stands."""
    asked = select(col(QuestionRow.payload)).where(
        col(QuestionRow.seller) == seller, col(QuestionRow.expires_at) > now
    )
    found: dict[str, Any] | None = connection.scalar(asked)
    return found


def shop_examples(connection: Connection) -> list[tuple[str, str, bool]]:
    """(text, intent, complaint) of every example that sellers gave, oldest first."""
    asked = select(col(ShopExampleRow.text), col(ShopExampleRow.intent), col(ShopExampleRow.complaint))
    rows = connection.execute(asked.order_by(col(ShopExampleRow.at), col(ShopExampleRow.id)))
    return [(row.text, row.intent, bool(row.complaint)) for row in rows]


def account_states(connection: Connection, accounts: Collection[str]) -> dict[str, AccountState]:
    """What the platforms made us remember about these accounts."""
    asked = select(table(AccountRow)).where(col(AccountRow.account).in_(accounts))
    states = {name: AccountState(name) for name in accounts}
    for row in connection.execute(asked):
        states[row.account] = AccountState(
            row.account, row.stopped_until, row.stopped_reason, row.api_disabled_until, row.next_send_at
        )
    return states


def api_disabled(connection: Connection, accounts: Collection[str], now: datetime) -> set[str]:
    """The accounts that have turned out to have no right to send of their own accord (errcode 48001)."""
    asked = select(col(AccountRow.account)).where(
        col(AccountRow.account).in_(accounts), col(AccountRow.api_disabled_until) > now
    )
    return set(connection.scalars(asked))
