"""A TokenStore in memory, with the same compare-and-swap as the real one."""

from __future__ import annotations


class MemoryTokens:
    def __init__(self) -> None:
        self.rows: dict[str, tuple[str, float]] = {}

    async def read(self, account: str) -> tuple[str, float] | None:
        return self.rows.get(account)

    async def write(
        self, account: str, token: str, expires_at: float, *, replaces: str | None
    ) -> tuple[str, float]:
        kept = self.rows.get(account)
        if (kept[0] if kept else None) == replaces:
            self.rows[account] = (token, expires_at)
        return self.rows[account]
