"""One live WebSocket to an implementation: calls matched with answers, and whether it still breathes."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from typing import Any, Protocol

import structlog
from aiohttp import WSMessage, WSMsgType

from bot.channels.onebot11.wire import LARGEST_FRAME, Frame, frame_of, whole

log = structlog.get_logger(__name__)

PING_EVERY = 30.0
"""Seconds between WebSocket pings: a peer whose machine is gone does not say so."""
OPTIONS: Mapping[str, Any] = {"max_msg_size": LARGEST_FRAME, "heartbeat": PING_EVERY}
"""Of every WebSocket of this channel; never compressed, or a small frame could hide a huge one."""

BEATS_MISSED = 3
SHORTEST_PATIENCE = 0.05
LONGEST_PATIENCE = 1800.0
MOST_CALLS = 200
_NOT_ALLOWED = (1401, 1403)


class NotSent(Exception):
    """The call has not left this process."""


class NoAnswer(Exception):
    """The call was written to the socket; what came of it nobody knows."""


class Socket(Protocol):
    """What the server's and the client's WebSocket of aiohttp have in common."""

    async def receive(self) -> WSMessage:
        """The next message."""
        ...

    async def send_str(self, data: str) -> None:
        """Write a text frame."""
        ...

    async def close(self, *, code: int = 1000, message: bytes = b"") -> bool:
        """Say goodbye."""
        ...


class Link:
    """One connection, from its opening to its end; `heard` is called with every event frame, in order.

    confirmed: it is known to be of the configured QQ number. refused: our token is not accepted there.
    """

    def __init__(self, account: str, socket: Socket, heard: Callable[[Link, Frame], Awaitable[None]]) -> None:
        self.confirmed = self.refused = False
        self._account = account
        self._socket = socket
        self._heard = heard
        self._pending: dict[str, asyncio.Future[Frame]] = {}
        self._prefix, self._numbers = secrets.token_hex(4), count(1)
        self._patience: float | None = None
        self._closed = False

    async def run(self) -> str:
        """Read until the connection ends; why it did. Calls that wait get NoAnswer then."""
        why = "closed"
        try:
            while (frame := await self._next()) is not None:
                await self._take(frame)
        except TimeoutError:
            why = "heartbeat lost"
        finally:
            self._closed = True
            for waiting in self._pending.values():
                if not waiting.done():
                    waiting.set_exception(NoAnswer("the connection ended"))
        return why

    def expect_beats(self, interval: float) -> None:
        """From now on the link is dead after three intervals (seconds) without a frame (CHANNELS §4.3)."""
        self._patience = min(max(interval * BEATS_MISSED, SHORTEST_PATIENCE), LONGEST_PATIENCE)

    async def call(self, action: str, params: Mapping[str, Any], timeout: float) -> Frame:
        """The answer to one action; NotSent or NoAnswer (after `timeout` seconds, or with the connection)."""
        if self._closed or len(self._pending) >= MOST_CALLS:
            raise NotSent(action)
        echo = f"{self._prefix}-{next(self._numbers)}"
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._pending[echo] = answer
        try:
            async with asyncio.timeout(timeout):
                await self._write({"action": action, "params": dict(params), "echo": echo})
                return await answer
        except TimeoutError:
            raise NoAnswer(f"{action} is not answered") from None
        finally:
            del self._pending[echo]

    async def settled(self, timeout: float) -> None:
        """Wait until no call is under way, at most `timeout` seconds."""
        if self._pending:
            await asyncio.wait(list(self._pending.values()), timeout=timeout)

    async def close(self, code: int = 1000, why: str = "") -> None:
        """End it; `run` returns."""
        self._closed = True
        await self._socket.close(code=code, message=why.encode())

    async def _write(self, frame: Mapping[str, Any]) -> None:
        try:
            await self._socket.send_str(json.dumps(frame, ensure_ascii=False))
        except (ConnectionError, RuntimeError) as broken:
            # aiohttp looks whether the transport is closing before it writes, and says so in these words
            before = isinstance(broken, RuntimeError) or "Cannot write" in str(broken)
            raise (NotSent if before else NoAnswer)(type(broken).__name__) from None

    async def _next(self) -> Frame | None:
        """The next object that comes, empty for what is none; None at the end of the connection."""
        async with asyncio.timeout(self._patience):
            message = await self._socket.receive()
        if message.type is WSMsgType.TEXT:
            return frame_of(message.data) or {}
        return {} if message.type is WSMsgType.BINARY else None

    async def _take(self, frame: Frame) -> None:
        try:
            if "post_type" in frame:
                await self._heard(self, frame)
            elif "echo" in frame:
                self._answered(frame)
        except Exception as fault:  # of our own making: this frame is lost, not the connection
            log.error("onebot11.frame_broke", account=self._account, error=type(fault).__name__)
        await asyncio.sleep(0)  # a flood that is always there to read must not stop everything else

    def _answered(self, frame: Frame) -> None:
        echo = frame["echo"]
        waiting = self._pending.get(echo) if isinstance(echo, str) else None
        if waiting is not None and not waiting.done():
            waiting.set_result(frame)
        elif whole(frame.get("retcode")) in _NOT_ALLOWED:
            self.refused = True
            log.warning("onebot11.token_refused", account=self._account)
