"""What the rest of the program asks of a channel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple, Protocol, runtime_checkable

from bot.core.delivery import Capability, Outcome, Outgoing
from bot.core.events import Event

Submit = Callable[[Event], Awaitable[Any]]
"""The way in: when it returns, what came of the event is durable (`bot.engine.Engine.submit`)."""

Tell = Callable[[str, str], Awaitable[None]]
"""(text, key): tells the sellers what a channel has to say by itself, once for a key."""


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


@runtime_checkable
class Connected(Protocol):
    """A channel with a connection of its own to keep."""

    async def start(self, submit: Submit) -> None:
        """Begin to keep it; returns at once, whether the platform is there or not."""
        ...

    async def stop(self) -> None:
        """Let go of it; nothing is submitted afterwards."""
        ...


class NotFetched(Exception):
    """A file that somebody sent cannot be had; the message says why, in the seller's words.

    again: it may be there later.
    """

    def __init__(self, why: str, *, again: bool = False) -> None:
        super().__init__(why)
        self.again = again


class Fetched(NamedTuple):
    """A file as its sender named it (without folders), and its bytes."""

    name: str
    data: bytes


MOST_FETCHED = 20 * 1024 * 1024
"""Bytes of a file that are fetched; WeCom carries no larger ones (CHANNELS §2.4)."""


@runtime_checkable
class CarryingFiles(Protocol):
    """A channel whose correspondents can send files."""

    async def fetch(self, payload: Mapping[str, Any]) -> Fetched:
        """The file of a message of kind FILE, by that message's payload.

        Raises NotFetched, also for more than `MOST_FETCHED` bytes; no more than those are ever read.
        """
        ...


class HookAnswer(NamedTuple):
    """What a callback's HTTP request is answered with."""

    body: bytes
    content_type: str
    status: int = 200


class Hook(Protocol):
    """A callback URL whose requests say more than one event, or less, or stand in their headers."""

    async def posted(self, headers: Mapping[str, str], body: bytes, submit: Submit) -> HookAnswer:
        """Read, store by `submit` and answer one POST; BadCallback for what the platform does not send."""
        ...


class Notes(Protocol):
    """A short text that an account keeps over restarts (a session, a cursor)."""

    async def read(self, account: str) -> str:
        """What was written last; empty if nothing was."""
        ...

    async def write(self, account: str, text: str) -> None:
        """Keep it in place of what was there."""
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
