"""The platform half of the fake iLink: login by code, long polls with a buffer, sending within limits (§5)."""

from __future__ import annotations

import asyncio
import base64
import json
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from aiohttp import web

from tests.fakes.faults import Fault, Faulty, Refusal, dropped, json_or_none
from tests.fakes.wechat_api import Right

QRCODE = "/ilink/bot/get_bot_qrcode"
STATUS = "/ilink/bot/get_qrcode_status"
UPDATES = "/ilink/bot/getupdates"
SEND = "/ilink/bot/sendmessage"
STARTED, STOPPED = "/ilink/bot/msg/notifystart", "/ilink/bot/msg/notifystop"

VERIFY_CODE = "4711"
LONGEST_TEXT = 4000
CLIENT_VERSION = "132105"  # 2.4.9


@dataclass
class Phone:
    """A WeChat user who may talk to the bot."""

    right: Right = field(default_factory=lambda: Right(10, 24 * 3600.0))
    context: str = ""
    shown: list[str] = field(default_factory=list)


@dataclass
class Login:
    """One bot_token: what came in under it, and who scanned."""

    user: str
    log: list[dict[str, Any]] = field(default_factory=list)
    buffers: list[str] = field(default_factory=list)  # as they came with the polls
    phones: defaultdict[str, Phone] = field(default_factory=lambda: defaultdict(Phone))


class FakeIlinkApi(Faulty):
    """State and handlers; `now` tells the platform's time. patience: seconds of a long poll."""

    def __init__(self, *, now: Callable[[], datetime], patience: float) -> None:
        super().__init__()
        self.logins: dict[str, Login] = {}
        self.codes: dict[str, str] = {}  # name → bot_token once it is confirmed
        self.states: deque[dict[str, Any]] = deque()
        self.uins: list[str] = []
        self.other_host: str | None = None  # polls of a code are answered only here, once it was said
        self.polls_at_once = self.most_polls_at_once = 0
        self._now = now
        self._patience = patience
        self.numbers = count(1)
        self._changed = asyncio.Condition()
        self.closing = False

    def now(self) -> float:
        return self._now().timestamp()

    def asked(self, path: str) -> list[Any]:
        return [body for called, body in self.calls if called == path]

    async def until(self, true: Callable[[], bool], within: float = 6.0) -> None:
        """Wait until something is so; it is looked at after every call."""
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(true)

    # --- every call

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post(QRCODE, self._answered(self._qrcode))
        app.router.add_get(STATUS, self._answered(self._status))
        app.router.add_post(UPDATES, self._answered(self._updates))
        app.router.add_post(SEND, self._answered(self._send))
        app.router.add_post(STARTED, self._answered(self._lifecycle))
        app.router.add_post(STOPPED, self._answered(self._lifecycle))
        return app

    async def notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _answered(self, handler: Any) -> Any:
        async def answer(request: web.Request) -> web.StreamResponse:
            body = json_or_none(await request.read()) if request.method == "POST" else dict(request.query)
            self.calls.append((request.path, body))
            fault = self.next_fault(request.path)
            await self.notify()
            try:
                return await self._result(handler, request, body, fault)
            finally:
                await self.notify()

        return answer

    async def _result(
        self, handler: Any, request: web.Request, body: Any, fault: Fault
    ) -> web.StreamResponse:
        if fault.drop == "before":
            return dropped(request)
        if fault.status is not None:
            return web.Response(status=fault.status, body=fault.body)
        try:
            self._check_headers(request, body)
            if fault.code is not None:
                raise Refusal(fault.code, fault.message)
            result = await handler(request, body)
        except Refusal as refusal:
            result = {"ret": refusal.code, "errmsg": refusal.message}
        if fault.hold is not None:
            await fault.hold.wait()
        if fault.drop == "after":
            return dropped(request)
        return web.Response(text=json.dumps(result), content_type="application/json")

    def _check_headers(self, request: web.Request, body: Any) -> None:
        sent = request.headers
        uin = base64.b64decode(sent["X-WECHAT-UIN"], validate=True).decode()
        if not uin.isdecimal() or int(uin) >= 2**32 or str(int(uin)) != uin:
            raise Refusal(-1, "bad X-WECHAT-UIN")
        self.uins.append(uin)
        if sent.get("iLink-App-Id") != "bot" or sent.get("iLink-App-ClientVersion") != CLIENT_VERSION:
            raise Refusal(-1, "bad iLink headers")
        if request.path in (QRCODE, STATUS):
            if "Authorization" in sent:
                raise Refusal(-1, "a token where none belongs")
            return
        info = body.get("base_info") if isinstance(body, dict) else None
        if sent.get("Content-Type") != "application/json" or not isinstance(info, dict):
            raise Refusal(-1, "not JSON, or without base_info")
        if info.get("channel_version") != "2.4.9" or not 0 < len(str(info.get("bot_agent"))) <= 256:
            raise Refusal(-1, "bad base_info")
        if sent.get("AuthorizationType") != "ilink_bot_token":
            raise Refusal(-1, "bad AuthorizationType")

    def _login_of(self, request: web.Request) -> Login:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.logins:
            raise Refusal(-14, "session timeout")
        return self.logins[token]

    # --- login

    async def _qrcode(self, request: web.Request, body: Any) -> dict[str, Any]:
        tokens = body.get("local_token_list") if isinstance(body, dict) else None
        if request.query.get("bot_type") != "3" or not isinstance(tokens, list) or len(tokens) > 10:
            raise Refusal(-1, "bad request")
        name = f"qr{next(self.numbers)}"
        self.codes[name] = ""
        return {"qrcode": name, "qrcode_img_content": f"https://liteapp.weixin.qq.com/q/{name}"}

    async def _status(self, request: web.Request, _: Any) -> dict[str, Any]:
        name = request.query.get("qrcode", "")
        if name not in self.codes:
            return {"status": "expired"}
        if self.other_host is not None and request.host != self.other_host:
            return {"status": "wait"}
        if self.states:
            state = self.states.popleft()
            if state.get("redirect_host"):
                self.other_host = state["redirect_host"]
            return state
        if request.query.get("verify_code", VERIFY_CODE) != VERIFY_CODE:
            return {"status": "need_verifycode"}
        await self._wait(lambda: bool(self.codes[name]))
        if not (token := self.codes[name]):
            return {"status": "wait"}
        login = self.logins[token]
        confirmed = {"status": "confirmed", "bot_token": token, "ilink_bot_id": "x@im.bot"}
        return confirmed | {"ilink_user_id": login.user, "baseurl": self.api_base}

    async def _wait(self, true: Callable[[], bool]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience), self._changed:
                await self._changed.wait_for(lambda: self.closing or true())

    # --- messages

    async def _updates(self, request: web.Request, body: Any) -> dict[str, Any]:
        login, asked = self._login_of(request), body.get("get_updates_buf")
        place = self.place(asked)
        if place > len(login.log):
            raise Refusal(-1, "bad get_updates_buf")
        login.buffers.append(asked)
        await self.notify()
        self.polls_at_once += 1
        self.most_polls_at_once = max(self.most_polls_at_once, self.polls_at_once)
        try:
            await self._wait(lambda: len(login.log) > place or login not in self.logins.values())
        finally:
            self.polls_at_once -= 1
        self._login_of(request)
        fresh = login.log[place:]
        # a success comes without `ret`, and a buffer that has not moved is empty
        buffer = f"buf-{len(login.log)}" if fresh else ""
        return {"msgs": fresh, "get_updates_buf": buffer, "longpolling_timeout_ms": 35000}

    def place(self, buffer: Any) -> int:
        if not isinstance(buffer, str) or not (buffer == "" or buffer.removeprefix("buf-").isdecimal()):
            raise Refusal(-1, "bad get_updates_buf")
        return int(buffer.removeprefix("buf-") or 0)

    async def _send(self, request: web.Request, body: Any) -> dict[str, Any]:
        login, message = self._login_of(request), body.get("msg")
        if not isinstance(message, dict) or set(body) != {"msg", "base_info"}:
            raise Refusal(-1, "bad request")
        items, ours = message.get("item_list"), (message.get("message_type"), message.get("message_state"))
        if ours != (2, 2) or message.get("from_user_id") != "" or not message.get("client_id"):
            raise Refusal(-1, "bad msg")
        if not isinstance(items, list) or len(items) != 1 or items[0].get("type") != 1:
            raise Refusal(-1, "one item per request")
        text = items[0]["text_item"]["text"]
        if not text or len(text) > LONGEST_TEXT:
            raise Refusal(-1, "bad text")
        user = message.get("to_user_id")
        phone = login.phones.get(user)
        if phone is None or message.get("context_token") != phone.context:
            raise Refusal(-2, "prepare failed")
        if not phone.right.is_open(self.now()) or not phone.right.left:
            raise Refusal(-2, "prepare failed")
        phone.right.left -= 1
        phone.shown.append(text)
        return {"ret": 0, "errmsg": "", "message_id": next(self.numbers)}

    async def _lifecycle(self, request: web.Request, _: Any) -> dict[str, Any]:
        self._login_of(request)
        return {"ret": 0}
