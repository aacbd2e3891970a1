"""A strict QQ as a real server: API, webhook pushes with their repeats, and the gateway (CHANNELS §3)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import count
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.fakes.qq_api import FILES, FOREVER, GROUPS, TOKEN, USERS, FakeApi
from tests.fakes.qq_downloads import Downloads
from tests.fakes.qq_files import LARGEST_REQUEST
from tests.fakes.qq_gateway import FakeGateway
from tests.fakes.qq_wire import as_bytes, dispatch, in_group, key_of, private, signed_headers

__all__ = ["FILES", "FOREVER", "GROUPS", "TOKEN", "USERS", "FakeQq", "Pushed"]

RETRIES = 3
APP_ID, APP_SECRET = "100000000", "naOC0ocQE3shWLAfffVLB1rhYPG7"


@dataclass(frozen=True)
class Pushed:
    """How one push went: requests made, and the last answer (None: there was none)."""

    attempts: int
    status: int | None
    answer: Any


class FakeQq(FakeApi):
    """One bot as QQ's servers have it; use as an async context manager.

    With `callback_url` events are posted there, without they go into the gateway's sessions.
    """

    def __init__(
        self, *, now: Callable[[], datetime], app_id: str = APP_ID, app_secret: str = APP_SECRET
    ) -> None:
        super().__init__(app_id, app_secret, now)
        self.callback_url = ""
        self.gateway = FakeGateway(self.knows_token)
        self._seqs, self._ids = count(1), count(1)
        app = web.Application(client_max_size=LARGEST_REQUEST)
        self.add_routes(app)
        self.downloads = Downloads()
        self.downloads.add_routes(app)
        self.gateway.add_routes(app)
        self._server = TestServer(app)

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        self.downloads.base = self.api_base
        self.gateway.url = self.api_base.replace("http://", "ws://") + "/websocket/"
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.close()
        for session in self.gateway.live:
            assert session.socket is not None
            await session.socket.close()
        await self._server.close()

    @property
    def api_base(self) -> str:
        return str(self._server.make_url("")).rstrip("/")

    # --- what users do

    def next_id(self) -> str:
        """What the next message can be known by."""
        return f"ROBOT1.0_in{next(self._ids)}!"

    async def says(self, openid: str, text: str, *, known: str = "", **more: Any) -> Pushed:
        """A private message; it gives an hour and five answers."""
        known = known or self.next_id()
        self.chats[openid].there = True
        if known not in self.chats[openid].rights:
            self.allow(openid, known)
        data = private(openid, text, known, self.now(), **more)
        return await self.happens("C2C_MESSAGE_CREATE", data, f"C2C_MESSAGE_CREATE:{known}")

    async def sends_file(self, openid: str, name: str, data: bytes, *, known: str = "", **how: Any) -> Pushed:
        """A private message with a file and no words; `how` it is downloaded: see Downloads."""
        url = self.downloads.keep(name, data, **how)
        attached = {"content_type": "file", "filename": name, "size": len(data), "url": url}
        return await self.says(openid, "", known=known, attachments=[attached])

    async def says_in_group(self, group: str, member: str, text: str, *, known: str = "") -> Pushed:
        """An @ in a group; it gives five minutes."""
        known = known or f"ROBOT1.0_group{next(self._ids)}!"
        self.chats[group].there = True
        self.allow(group, known)
        data = in_group(group, member, text, known, self.now())
        return await self.happens("GROUP_AT_MESSAGE_CREATE", data, f"GROUP_AT_MESSAGE_CREATE:{known}")

    async def does(self, openid: str, event: str, known: str = "") -> Pushed:
        """FRIEND_ADD, FRIEND_DEL, C2C_MSG_REJECT, C2C_MSG_RECEIVE."""
        known = known or f"{event}:{next(self._ids)}"
        self.chats[openid].there = event != "FRIEND_DEL"
        self.allow(openid, known, event)
        return await self.happens(event, {"openid": openid, "timestamp": int(self.now())}, known)

    # --- how QQ delivers it

    async def happens(self, event: str, data: dict[str, Any], known: str) -> Pushed:
        payload = dispatch(event, data, known, next(self._seqs))
        if not self.callback_url:
            await self.gateway.dispatch(payload)
            return Pushed(1, None, None)
        return await self.deliver(payload)

    async def deliver(self, payload: Any) -> Pushed:
        """Post it, again as long as it is not acknowledged."""
        body = as_bytes(payload)
        attempts, status, answer = 0, None, None
        while attempts < 1 + RETRIES:
            attempts += 1
            status, answer = await self.post(body)
            if status == 200 and answer != {"op": 12, "d": 1}:  # an empty 200 will do, CHANNELS §3.2
                break
        return Pushed(attempts, status, answer)

    async def post(self, body: bytes, headers: dict[str, str] | None = None) -> tuple[int | None, Any]:
        """One request, signed unless `headers` say otherwise."""
        if headers is None:
            headers = signed_headers(self.app_secret, self.app_id, str(int(self.now())), body)
        try:
            async with self._http.post(self.callback_url, data=BytesIO(body), headers=headers) as answer:
                text = await answer.text()
                return answer.status, _json(text)
        except aiohttp.ClientError:
            return None, None

    async def validate_url(self, *, signed: bool = False, token: str = "Arq0D5A61EgUu4OxUvOp") -> bool:
        """Whether the answer to op 13 is right."""
        stamp = str(int(self.now()))
        body = as_bytes({"d": {"plain_token": token, "event_ts": stamp}, "op": 13})
        plain = {"Content-Type": "application/json", "X-Bot-Appid": self.app_id}
        status, answer = await self.post(body, None if signed else plain)
        right = key_of(self.app_secret).sign((stamp + token).encode()).hex()
        return status == 200 and answer == {"plain_token": token, "signature": right}


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
