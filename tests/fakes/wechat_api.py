"""The API half of the fake WeChat: tokens, media, custom/send, template/send, strict (CHANNELS §1.6-1.11)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from aiohttp import web

from tests.fakes.faults import FOREVER, Fault, Faulty, Refusal, dropped, json_or_none
from tests.fakes.media import LARGEST_REQUEST, MEGABYTE, UPLOAD, Media
from tests.fakes.pictures import SHOWN
from tests.fakes.wechat_body import check_data, content_of, strict_object

__all__ = ["FOREVER", "FakeApi", "Fault"]

STABLE_TOKEN = "/cgi-bin/stable_token"
CUSTOM_SEND = "/cgi-bin/message/custom/send"
TEMPLATE_SEND = "/cgi-bin/message/template/send"

MESSAGE_RIGHT = (5, 48 * 3600.0)
TOUCH_RIGHT = (3, 60.0)
LASTS = 7200
RENEWED_BEFORE = 300
FORCE_EVERY = 30
DEDUPLICATED_FOR = 600


@dataclass
class Right:
    """What a user's deed allows: so many messages, for so long."""

    count: int
    lasts: float
    opened: float = float("-inf")
    left: int = 0

    def open(self, now: float) -> None:
        self.opened, self.left = now, self.count

    def is_open(self, now: float) -> bool:
        return 0 <= now - self.opened <= self.lasts


@dataclass
class User:
    following: bool = True
    message: Right = field(default_factory=lambda: Right(*MESSAGE_RIGHT))
    touch: Right = field(default_factory=lambda: Right(*TOUCH_RIGHT))


class FakeApi(Faulty):
    """State and handlers; `now` tells the platform's time, so that windows can be travelled through."""

    def __init__(
        self,
        app_id: str,
        app_secret: str,
        now: Callable[[], datetime],
        *,
        verified: bool = True,
        templates: dict[str, frozenset[str]] | None = None,
    ) -> None:
        super().__init__()
        self.app_id, self.app_secret = app_id, app_secret
        self.verified = verified
        self.templates = templates or {}
        self.users: dict[str, User] = {}
        self.phones: defaultdict[str, list[str]] = defaultdict(list)
        self.pictures: defaultdict[str, list[bytes]] = defaultdict(list)  # what SHOWN stands for on a phone
        self.media = Media(self.now, 2 * MEGABYTE)
        self.notices: dict[int, tuple[str, dict[str, Any]]] = {}
        self.used_tokens: list[str] = []
        self._now = now
        self._tokens: dict[str, float] = {}
        self._current = ""
        self._forced = float("-inf")
        self._numbers = count(200228332)
        self._client_ids: dict[tuple[str, str], float] = {}

    def app(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST_REQUEST)
        app.router.add_post(STABLE_TOKEN, self._answered(self._stable_token))
        app.router.add_post(CUSTOM_SEND, self._answered(self._custom_send))
        app.router.add_post(UPLOAD, self._answered(self._upload))
        app.router.add_post(TEMPLATE_SEND, self._answered(self._template_send))
        return app

    def now(self) -> float:
        return self._now().timestamp()

    def revoke_tokens(self) -> None:
        """Somebody else has forced another token: those given out so far are worth nothing."""
        self._tokens.clear()
        self._current = ""

    def _answered(self, handler: Callable[[web.Request, bytes], dict[str, Any]]) -> Any:
        async def answer(request: web.Request) -> web.StreamResponse:
            body = await request.read()
            self.calls.append((request.path, json_or_none(body)))
            fault = self.next_fault(request.path)
            if fault.drop == "before":
                return dropped(request)
            result = self._result(handler, request, body, fault)
            if fault.hold is not None:
                await fault.hold.wait()
            if fault.drop == "after":
                return dropped(request)
            if fault.status is not None:
                return web.Response(status=fault.status, body=fault.body)
            text = json.dumps(result)
            return web.Response(text=text, headers={"Content-Type": "application/json; encoding=utf-8"})

        return answer

    def _result(self, handler: Any, request: web.Request, body: bytes, fault: Fault) -> dict[str, Any]:
        if fault.code is not None:
            return _error(fault.code, fault.message)
        if fault.status is not None:
            return {}
        try:
            return dict(handler(request, body))
        except Refusal as refusal:
            return _error(refusal.code, refusal.message)

    # --- stable_token

    def _stable_token(self, _: web.Request, body: bytes) -> dict[str, Any]:
        asked = json_or_none(body)
        if not isinstance(asked, dict):
            raise Refusal(47001, "data format error")
        if asked.get("grant_type") != "client_credential":
            raise Refusal(40002, "invalid grant_type")
        if asked.get("appid") != self.app_id:
            raise Refusal(40013, "invalid appid")
        if asked.get("secret") != self.app_secret:
            raise Refusal(40125, "invalid appsecret")
        if asked.get("force_refresh"):
            self._force()
        elif self._tokens.get(self._current, 0.0) - self.now() <= RENEWED_BEFORE:
            self._issue()
        return {"access_token": self._current, "expires_in": int(self._tokens[self._current] - self.now())}

    def _force(self) -> None:
        if self.now() - self._forced < FORCE_EVERY:
            raise Refusal(45011, "api minute-quota reach limit")
        self._forced = self.now()
        self._tokens.clear()
        self._issue()

    def _issue(self) -> None:
        self._current = f"TOKEN_{next(self._numbers)}_" + "x" * 120
        self._tokens[self._current] = self.now() + LASTS

    def _check_token(self, request: web.Request) -> None:
        token = request.query.get("access_token", "")
        self.used_tokens.append(token)
        if not token:
            raise Refusal(41001, "access_token missing")
        if token not in self._tokens:
            raise Refusal(40001, "invalid credential, access_token is invalid or not latest")
        if self._tokens[token] < self.now():
            raise Refusal(42001, "access_token expired")
        if not self.verified:
            raise Refusal(48001, "api unauthorized")

    # --- messages

    def _upload(self, request: web.Request, body: bytes) -> dict[str, Any]:
        self._check_token(request)
        return self.media.take(request, body)

    def _custom_send(self, request: web.Request, body: bytes) -> dict[str, Any]:
        self._check_token(request)
        message = strict_object(body)
        kind = str(message.get("msgtype"))
        if kind not in ("text", "image") or not isinstance(message.get(kind), dict):
            raise Refusal(40008, "invalid message type")
        user = self._reachable(message.get("touser"))
        pictures = [self.media.shown(message["image"])] if kind == "image" else []
        content = SHOWN if pictures else content_of(message["text"])
        self._use_right(user)
        self.phones[message["touser"]].append(content)
        self.pictures[message["touser"]] += pictures
        return {"errcode": 0, "errmsg": "ok"}

    def _reachable(self, openid: Any) -> User:
        user = self.users.get(openid) if isinstance(openid, str) else None
        if user is None:
            raise Refusal(40003, "invalid openid")
        if not user.following:
            raise Refusal(43004, "require subscribe")
        return user

    def _use_right(self, user: User) -> None:
        opened = [right for right in (user.message, user.touch) if right.is_open(self.now())]
        if not opened:
            raise Refusal(45015, "response out of time limit or subscription is canceled")
        usable = [right for right in opened if right.left]
        if not usable:
            raise Refusal(45047, "out of response count limit")
        usable[0].left -= 1

    def _template_send(self, request: web.Request, body: bytes) -> dict[str, Any]:
        self._check_token(request)
        message = strict_object(body)
        openid = message.get("touser")
        self._reachable(openid)
        keywords = self.templates.get(str(message.get("template_id")))
        if keywords is None:
            raise Refusal(40037, "invalid template_id")
        check_data(message.get("data"), keywords)
        self._check_client_id(str(openid), message.get("client_msg_id"))
        number = next(self._numbers)
        self.notices[number] = (str(openid), message)
        shown = "\n".join(f"{k}: {v['value']}" for k, v in message["data"].items())
        self.phones[str(openid)].append(shown)
        return {"errcode": 0, "errmsg": "ok", "msgid": number}

    def _check_client_id(self, openid: str, client_id: Any) -> None:
        if client_id is None:
            return
        taken = self._client_ids.get((openid, str(client_id)), float("-inf"))
        if self.now() - taken <= DEDUPLICATED_FOR:
            raise Refusal(45065, "clientmsgid exist")
        self._client_ids[(openid, str(client_id))] = self.now()


def _error(errcode: int, errmsg: str) -> dict[str, Any]:
    return {"errcode": errcode, "errmsg": f"{errmsg} rid: 5f3ded7d-22929d02-4ba1f5f6"}
