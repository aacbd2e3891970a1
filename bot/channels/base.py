"""What the rest of the program asks of a channel."""

from __future__ import annotations

from typing import Protocol

from bot.core.delivery import Capability, Outcome, Outgoing


class BadCallback(Exception):
    """A callback that is not what the platform sends; `status` is the HTTP answer (CONTRACT §4).

    The message says why, without any of the body's words.
    """

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Channel(Protocol):
    """One configured account of one platform."""

    account: str
    capability: Capability

    async def send(self, message: Outgoing) -> Outcome:
        """Try once to hand `message` to the platform; never raises for what a platform can do."""
        ...


class TokenStore(Protocol):
    """Where access tokens are shared between processes and restarts."""

    async def read(self, account: str) -> tuple[str, float] | None:
        """The token and its expiry in unix seconds of the bot's clock, if one is kept."""
        ...

    async def write(
        self, account: str, token: str, expires_at: float, *, replaces: str | None
    ) -> tuple[str, float]:
        """Keep a token unless another process has replaced `replaces`; return the one that counts."""
        ...
