"""A strict NapCat as a real WebSocket client or server, in front of a QQ of its own (CHANNELS §4)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from tests.fakes import onebot_wire as wire
from tests.fakes.onebot_files import Failed
from tests.fakes.onebot_qq import SENDS, Fault, Qq, refused, timed_out

__all__ = ["Failed", "FakeNapcat", "Fault", "refused", "timed_out"]

HANDSHAKE = 2.0
LARGEST = 50 * 1024 * 1024
Socket = aiohttp.ClientWebSocketResponse | web.WebSocketResponse


class FakeNapcat(Qq):
    """NapCat with one QQ; use as an async context manager.

    `connect(url)` is its reverse WebSocket; `url` is its own server, for a bot that connects by itself.
    post_format: `array` or `string`. report_self: whether our own messages come back; echo_first: before the
    answer to the call that sent them.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        self_id: int = 10001,
        token: str = "onebot-token",
        post_format: str = "array",
        report_self: bool = True,
        echo_first: bool = False,
        says_hello: bool = True,
    ) -> None:
        super().__init__(self_id, now)
        self.token = token
        self.post_format, self.report_self, self.echo_first = post_format, report_self, echo_first
        self.says_hello = says_hello
        self.connected = asyncio.Event()
        self.ended = asyncio.Event()  # the last connection has ended
        self.close_code: int | None = None
        self.connections = 0
        self.refused_tokens = 0
        self.json_faults = 0
        self._sockets: list[Socket] = []
        self._reading: set[asyncio.Task[None]] = set()
        self._writing: set[asyncio.Task[None]] = set()
        self._message_ids = iter(range(1, 10**9))
        app = web.Application()
        app.router.add_get("/", self._serve)
        self.files.downloads.add_routes(app)
        self._server = TestServer(app)

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        self.files.downloads.base = str(self._server.make_url("")).rstrip("/")
        self._http = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.hang_up()
        for task in (*self._reading, *self._writing):
            task.cancel()
        await asyncio.gather(*self._reading, *self._writing, return_exceptions=True)
        await self._http.close()
        await self._server.close()

    @property
    def url(self) -> str:
        """Where a bot connects to in forward mode."""
        return str(self._server.make_url("/")).replace("http://", "ws://")

    # --- connections

    async def connect(self, url: str, **headers: str | None) -> None:
        """Open the reverse WebSocket, as NapCat does; raises what aiohttp raises when it is refused.

        headers: `Authorization="…"` replaces one, None leaves it out.
        """
        sent: dict[str, str | None] = {
            "X-Self-ID": str(self.self_id),
            "Authorization": f"Bearer {self.token}",
            "x-client-role": "Universal",
            "User-Agent": "OneBot/11",
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        async with asyncio.timeout(HANDSHAKE):
            socket = await self._http.ws_connect(
                url,
                headers={k: v for k, v in sent.items() if v is not None},
                max_msg_size=LARGEST,
                compress=0,
            )
        await self._hello(socket)
        task = asyncio.create_task(self._read(socket))
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(max_msg_size=LARGEST, compress=False, timeout=1.0)
        await socket.prepare(request)
        given = request.query.get("access_token") or request.headers.get("Authorization", "").removeprefix(
            "Bearer "
        )
        if given != self.token:
            self.refused_tokens += 1
            self.changes.happened()
            words = "token验证失败"
            answer = {"status": "failed", "retcode": 1403, "data": None, "message": words, "wording": words}
            await socket.send_json(answer | {"echo": None})
            await socket.close()
            return socket
        await self._hello(socket)
        await self._read(socket)
        return socket

    async def _hello(self, socket: Socket) -> None:
        self.connections += 1
        self._sockets.append(socket)
        self.ended.clear()
        if self.says_hello:
            await socket.send_json(wire.lifecycle(self.self_id, self.now()))
        self.connected.set()

    async def _read(self, socket: Socket) -> None:
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    task = asyncio.create_task(self._act(socket, message.data))
                    self._writing.add(task)
                    task.add_done_callback(self._writing.discard)
        finally:
            self.close_code = socket.close_code
            self.changes.happened()
            if socket in self._sockets:
                self._sockets.remove(socket)
            if not self._sockets:
                self.connected.clear()
                self.ended.set()

    async def hang_up(self) -> None:
        """The connections end, as when NapCat is stopped."""
        for socket in list(self._sockets):
            with suppress(Exception):
                await socket.close()

    async def wait_connected(self) -> None:
        async with asyncio.timeout(20):
            await self.connected.wait()

    # --- frames

    async def push(self, event: dict[str, Any], *, times: int = 1) -> None:
        """An event frame, to every connection."""
        if self.post_format == "string" and event.get("message_format") == "array":
            event = wire.as_string(event)
        for _ in range(times):
            for socket in list(self._sockets):
                await socket.send_json(event)

    async def raw(self, data: str | bytes) -> None:
        """Any frame at all."""
        for socket in list(self._sockets):
            await (socket.send_str(data) if isinstance(data, str) else socket.send_bytes(data))

    async def _act(self, socket: Socket, data: str) -> None:
        try:
            frame = json.loads(data)
            action, params, echo = frame["action"], frame["params"], frame.get("echo")
        except (ValueError, KeyError, TypeError):
            self.json_faults += 1
            await self._answer(socket, Failed(1400, "json解析失败,请检查数据格式"), None)
            return
        self.calls.append(frame)
        fault = self.faults.popleft() if action in SENDS and self.faults else Fault()
        fault.reached.set()
        if fault.hang_up and not fault.after:
            await socket.close()
            return
        result = self._result(action, params, fault)
        echo_of_it = self._echo_of(action, params, result)
        if echo_of_it and (self.echo_first or fault.silent or fault.hold):
            await self.push(echo_of_it)
        if fault.hold is not None:
            await fault.hold.wait()
        if fault.hang_up:
            await socket.close()
            return
        if not fault.silent:
            await self._answer(socket, result, echo)
        if echo_of_it and not (self.echo_first or fault.silent or fault.hold):
            await self.push(echo_of_it)
        if action == "set_friend_add_request" and not isinstance(result, Failed) and params["approve"]:
            await self.push(wire.notice(self.self_id, self.newest_friend, self.now(), "friend_add"))

    def _result(self, action: str, params: dict[str, Any], fault: Fault) -> Any:
        if fault.failed is not None and not fault.after:
            return fault.failed
        try:
            before = set(self.friends)
            data = self.perform(action, params)
            self.newest_friend = next(iter(self.friends - before), 0)
        except Failed as failed:
            return failed
        return fault.failed or data

    def _echo_of(self, action: str, params: dict[str, Any], result: Any) -> dict[str, Any] | None:
        if action not in SENDS or not self.report_self or not isinstance(result, dict):
            return None
        args = (int(params["user_id"]), result["message_id"], self.now(), params["message"])
        return wire.own_message(self.self_id, *args)

    async def _answer(self, socket: Socket, result: Any, echo: Any) -> None:
        failed = result if isinstance(result, Failed) else None
        words = str(failed) if failed else ""
        answer = {
            "status": "failed" if failed else "ok",
            "retcode": failed.retcode if failed else 0,
            "data": None if failed else result,
            "message": words,
            "wording": words,
            "echo": echo,
        }
        with suppress(ConnectionError):
            await socket.send_json(answer)

    # --- what people do

    async def say(self, user_id: int, *segments: wire.Segment | str, **more: Any) -> dict[str, Any]:
        """A friend writes; the event, so that it can be pushed again."""
        if more.get("sub_type", "friend") == "friend":
            self.friends.add(user_id)
        said = [wire.text(s) if isinstance(s, str) else s for s in segments]
        message_id = more.pop("message_id", None) or next(self._message_ids)
        event = wire.private_message(self.self_id, user_id, message_id, self.now(), said, **more)
        await self.push(event)
        return event

    async def say_as_self(self, to: int, words: str) -> dict[str, Any]:
        """The seller writes on his phone."""
        self.phones[to].append(words)
        message_id = next(self.numbers)
        event = wire.own_message(self.self_id, to, message_id, self.now(), [wire.text(words)])
        if self.report_self:
            await self.push(event)
        return event

    async def ask_to_be_friend(
        self, user_id: int, comment: str, *, times: int = 1, flag: str = "1700000000"
    ) -> None:
        """NapCat tells a request up to three times (NapCatQQ #1128)."""
        self.requests[flag] = user_id
        request = wire.friend_request(self.self_id, user_id, self.now(), comment, flag)
        await self.push(request, times=times)

    async def beat(self, interval: int, *, online: bool = True) -> None:
        await self.push(wire.heartbeat(self.self_id, self.now(), interval, online=online))
