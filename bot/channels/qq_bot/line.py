"""One connection to QQ's gateway, from Hello to its close (CHANNELS §3.3)."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import structlog

from bot.channels.base import BadCallback, Notes, Submit
from bot.channels.qq_bot.closing import AFRESH, RESUMED, Ending, ending_of
from bot.channels.qq_bot.inbound import events_of
from bot.channels.qq_bot.payload import Fields, fields_of
from bot.channels.qq_bot.session import Session, sequence

_log = structlog.get_logger(__name__)

INTENTS = 1 << 25
"""GROUP_AND_C2C_EVENT: private messages, @ in groups, friends."""
LARGEST_FRAME = 1024 * 1024
MOST_UNDER_WAY = 64
"""Events being stored at once; more stay in QQ's socket."""
GREETING_WITHIN = 10.0
"""Seconds for Hello."""

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11

_SLOWEST, _FASTEST = 120.0, 0.05  # heartbeats, in seconds
_CONNECTING = 15.0


class Lost(Exception):
    """The line is dead or talks nonsense; the session is not."""


class Line:
    """Speaks the protocol; what comes in is handed to `submit` and counts when it is stored."""

    def __init__(self, account: str, session: Session, notes: Notes, submit: Submit) -> None:
        self._account = account
        self._session = session
        self._notes = notes
        self._submit = submit
        self._room = asyncio.Semaphore(MOST_UNDER_WAY)
        self._storing: set[asyncio.Task[None]] = set()
        self.welcome: bool | None = None
        """Whether QQ took up the session, or gave one; None as long as it has not been asked."""
        self._acknowledged = True
        self._broken: asyncio.Event = asyncio.Event()

    async def kept(self, http: aiohttp.ClientSession, url: str, token: str) -> Ending:
        """Connect, and stay until it ends; how it ended. Raises Lost, or what aiohttp raises to connect."""
        self._session.rewind()
        timeout = aiohttp.ClientWSTimeout(ws_close=5.0)
        async with asyncio.timeout(_CONNECTING):
            socket = await http.ws_connect(url, max_msg_size=LARGEST_FRAME, timeout=timeout)
        try:
            return await self._spoken(socket, token)
        finally:
            await self._left(socket)

    async def _spoken(self, socket: aiohttp.ClientWebSocketResponse, token: str) -> Ending:
        hello = await self._read(socket, GREETING_WITHIN)
        if isinstance(hello, Ending):
            return hello
        interval = _interval(hello)
        await socket.send_json(self._introduction(token))
        self.welcome = False
        beating = asyncio.create_task(self._beat(socket, interval))
        try:
            while True:
                payload = await self._read(socket, 2 * interval + GREETING_WITHIN)
                if isinstance(payload, Ending):
                    return payload
                if (ending := await self._heard(socket, payload)) is not None:
                    return ending
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)

    def _introduction(self, token: str) -> dict[str, Any]:
        token = f"QQBot {token}"
        if self._session.id:
            data = {"token": token, "session_id": self._session.id, "seq": self._session.stored}
            return {"op": RESUME, "d": data}
        return {"op": IDENTIFY, "d": {"token": token, "intents": INTENTS, "shard": [0, 1], "properties": {}}}

    async def _read(self, socket: aiohttp.ClientWebSocketResponse, within: float) -> Fields | Ending:
        """The next payload, or how the line ended; raises Lost when there is silence, or noise."""
        try:
            frame = await socket.receive(timeout=within)
        except TimeoutError:
            raise Lost("silence") from None
        if frame.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED):
            if self._broken.is_set():
                raise Lost("closed by us")
            _log.info("qq_bot.closed", account=self._account, code=socket.close_code)
            return ending_of(socket.close_code)
        if frame.type is not aiohttp.WSMsgType.TEXT:
            raise Lost(f"a frame of type {frame.type.name}")
        try:
            return fields_of(frame.data)
        except BadCallback as bad:
            raise Lost(str(bad)) from None

    async def _heard(self, socket: aiohttp.ClientWebSocketResponse, payload: Fields) -> Ending | None:
        match payload.get("op"):
            case 0:
                await self._dispatched(socket, payload)
            case 1:
                await self._send_beat(socket)
            case 7:
                return RESUMED
            case 9:
                return RESUMED if payload.get("d") is True else AFRESH
            case 11:
                self._acknowledged = True
        return None

    # --- events ---------------------------------------------------------------------------------

    async def _dispatched(self, socket: aiohttp.ClientWebSocketResponse, payload: Fields) -> None:
        seq = sequence(payload.get("s"))
        self.welcome = self.welcome or payload.get("t") in ("READY", "RESUMED")
        if payload.get("t") == "READY":
            data = payload.get("d")
            if not isinstance(data, dict) or not self._session.begin(data.get("session_id")):
                raise Lost("READY without a session")
            _log.info("qq_bot.ready", account=self._account)
            await self._notes.write(self._account, self._session.written())
        if seq is None:
            return
        await self._room.acquire()
        self._session.received(seq)
        task = asyncio.create_task(self._store(socket, seq, payload))
        self._storing.add(task)
        task.add_done_callback(self._storing.discard)

    async def _store(self, socket: aiohttp.ClientWebSocketResponse, seq: int, payload: Fields) -> None:
        try:
            await asyncio.gather(*(self._submit(event) for event in events_of(payload, self._account)))
            self._session.done(seq)
        except BadCallback as bad:
            _log.warning("qq_bot.not_understood", account=self._account, why=str(bad))
            self._session.done(seq)
        except Exception as error:  # not stored: it is asked for again when the session is resumed
            _log.error("qq_bot.not_stored", account=self._account, error=type(error).__name__)
            self._broken.set()
            await socket.close()
        finally:
            self._room.release()

    # --- heartbeat and farewell -----------------------------------------------------------------

    async def _beat(self, socket: aiohttp.ClientWebSocketResponse, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            if not self._acknowledged:
                _log.info("qq_bot.no_heartbeat", account=self._account)
                self._broken.set()
                await socket.close(code=4000)
                return
            self._acknowledged = False
            await self._send_beat(socket)
            await self._notes.write(self._account, self._session.written())

    async def _send_beat(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        await socket.send_json({"op": HEARTBEAT, "d": self._session.stored or None})

    async def _left(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """What has been taken is stored before the session is noted."""
        await socket.close()
        if self._storing:
            await asyncio.wait(self._storing, timeout=5.0)
        await self._notes.write(self._account, self._session.written())


def _interval(hello: Fields) -> float:
    data = hello.get("d")
    told = data.get("heartbeat_interval") if isinstance(data, dict) else None
    if hello.get("op") != HELLO or isinstance(told, bool) or not isinstance(told, int | float):
        raise Lost("no Hello")
    return min(max(told / 1000, _FASTEST), _SLOWEST)
