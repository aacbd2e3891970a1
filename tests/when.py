"""When the shops of the tests live: an ordinary working day, whatever the day and hour at which they run."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from storage.db import Database
from storage.migrate import migrate
from storage.state import CLOCK_OFFSET, read_state, write_state

BEGINS: Final = datetime(2027, 4, 13, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
"""A Tuesday with neither a festival nor the end of a month or a quarter soon after it."""
AHEAD: Final = BEGINS - datetime.now(UTC)
"""How far the clock of a shop, and of the platforms around it, is moved before its first day."""


def migrated(url: str) -> None:
    """A database of this kind, made if need be, in which it is `BEGINS` unless time has passed there."""
    migrate(url)
    begin(url)


def begin(url: str) -> None:
    """It is `BEGINS` there when a shop opens for the first time."""
    database = Database(url)
    with database.transaction() as connection:
        if not read_state(connection, CLOCK_OFFSET):
            write_state(connection, CLOCK_OFFSET, str(AHEAD.total_seconds()))
    database.close()
