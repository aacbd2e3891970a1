"""The gateway half of the fake QQ: sessions, heartbeats, resuming, close codes (CHANNELS §3.3)."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import WSMsgType, web

INTENTS = 1 << 25


@dataclass
class Session:
    """What was dispatched in it, for who comes back."""

    known: str
    sent: list[dict[str, Any]] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None


class FakeGateway:
    """`interval` in milliseconds. `script`: what the next connections meet instead of a welcome."""

    def __init__(self, knows_token: Callable[[str], bool]) -> None:
        self.knows_token = knows_token
        self.interval: Any = 40_000
        self.sessions: dict[str, Session] = {}
        self.heard: list[dict[str, Any]] = []
        self.script: deque[Callable[[web.WebSocketResponse], Any]] = deque()
        self.deaf = False  # heartbeats are not acknowledged
        self.connections = 0
        self.limit: dict[str, int] = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        self.url = ""
        self._numbers = count(1)
        self._changed = asyncio.Condition()

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/gateway/bot", self._where)
        app.router.add_get("/websocket/", self._connected)

    @property
    def live(self) -> list[Session]:
        return [s for s in self.sessions.values() if s.socket is not None and not s.socket.closed]

    async def until(self, true: Callable[[], bool], within: float = 10.0) -> None:
        """Wait for something that connections bring about."""
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(true)

    async def welcomed(self) -> Session:
        """The live session, as soon as there is one."""
        await self.until(lambda: bool(self.live))
        return self.live[-1]

    async def acknowledged(self, session: Session) -> None:
        """Everything dispatched is stored: the gateway hears so only with the heartbeats, which it may ask for."""
        while True:
            heard = len(self.heard)
            await self.tell({"op": 1})
            await self.until(lambda heard=heard: len(self.heard) > heard)  # type: ignore[misc]
            if (self.heard[-1].get("d") or 0) == len(session.sent):
                return

    async def dispatch(self, payload: dict[str, Any], session: Session | None = None) -> None:
        """Send an event into every session; a dead one gets it when it is resumed."""
        for one in [session] if session else list(self.sessions.values()):
            told = payload | {"s": len(one.sent) + 1}
            one.sent.append(told)
            if one.socket is not None and not one.socket.closed:
                with suppress(ConnectionError):
                    await one.socket.send_str(json.dumps(told, ensure_ascii=False))

    async def close(self, code: int) -> None:
        for session in self.live:
            assert session.socket is not None
            await session.socket.close(code=code)

    async def tell(self, payload: Any) -> None:
        for session in self.live:
            assert session.socket is not None
            with suppress(ConnectionError):
                await session.socket.send_str(payload if isinstance(payload, str) else json.dumps(payload))

    async def _where(self, request: web.Request) -> web.Response:
        if not self.knows_token(request.headers.get("Authorization", "")):
            return web.json_response({"code": 11244, "message": "token"}, status=401)
        return web.json_response({"url": self.url, "shards": 1, "session_start_limit": self.limit})

    async def _connected(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connections += 1
        await self._note({})
        if self.script:
            await self.script.popleft()(socket)
            if not socket.closed:
                await socket.close()
            return socket
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": self.interval}})
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                await self._said(socket, json.loads(frame.data))
        await self._note({})
        return socket

    async def _said(self, socket: web.WebSocketResponse, payload: dict[str, Any]) -> None:
        match payload["op"]:
            case 2:
                await self._identified(socket, payload["d"])
            case 6:
                await self._resumed(socket, payload["d"])
            case 1 if not self.deaf:
                await socket.send_json({"op": 11})
        await self._note(payload)

    async def _identified(self, socket: web.WebSocketResponse, asked: dict[str, Any]) -> None:
        if not self.knows_token(asked["token"]):
            await socket.close(code=4004)
        elif asked["shard"] != [0, 1]:
            await socket.close(code=4010)
        elif asked["intents"] != INTENTS:
            await socket.close(code=4013)
        else:
            session = Session(f"session-{next(self._numbers)}", socket=socket)
            self.sessions[session.known] = session
            user = {"id": "615", "username": "小林", "bot": True}
            data = {"version": 1, "session_id": session.known, "user": user, "shard": [0, 1]}
            await self.dispatch({"op": 0, "t": "READY", "d": data}, session)

    async def _resumed(self, socket: web.WebSocketResponse, asked: dict[str, Any]) -> None:
        session = self.sessions.get(asked["session_id"])
        if not self.knows_token(asked["token"]):
            await socket.close(code=4004)
        elif session is None or asked["seq"] > len(session.sent):
            await socket.send_json({"op": 9, "d": False})
        else:
            for told in session.sent[asked["seq"] :]:
                await socket.send_str(json.dumps(told, ensure_ascii=False))
            session.socket = socket
            await self.dispatch({"op": 0, "t": "RESUMED", "d": ""}, session)

    async def _note(self, payload: dict[str, Any]) -> None:
        async with self._changed:
            if payload:
                self.heard.append(payload)
            self._changed.notify_all()
