"""Access tokens in the database, so that processes and restarts share them (CHANNELS §1.6)."""

from __future__ import annotations

from storage.db import Database
from storage.state import read_token, write_token


class StoredTokens:
    """A TokenStore over the account rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, account: str) -> tuple[str, float] | None:
        """The kept token and its expiry, if any."""
        return await self._database.read(lambda c: read_token(c, account))

    async def write(
        self, account: str, token: str, expires_at: float, *, replaces: str | None
    ) -> tuple[str, float]:
        """Compare and swap."""
        return await self._database.write(lambda c: write_token(c, account, token, expires_at, replaces))
