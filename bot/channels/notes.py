"""What an account keeps over restarts beside its token, in the shop's own facts."""

from __future__ import annotations

from storage.db import Database
from storage.state import read_state, write_state


class StoredNotes:
    """Notes in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, account: str) -> str:
        """What was written last; empty if nothing was."""
        return await self._database.read(lambda c: read_state(c, _name(account)))

    async def write(self, account: str, text: str) -> None:
        """Keep it in place of what was there."""
        await self._database.write(lambda c: write_state(c, _name(account), text))


def _name(account: str) -> str:
    return f"notes:{account}"
