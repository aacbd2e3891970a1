"""The API half of the fake QQ: token, uploads and messages, strict (CHANNELS §3.1, §3.5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any

from aiohttp import web

from tests.fakes.faults import FOREVER, Fault, Faulty, Refusal, dropped, json_or_none
from tests.fakes.pictures import SHOWN
from tests.fakes.qq_files import Files

__all__ = ["FOREVER", "FakeApi"]

TOKEN = "/app/getAppAccessToken"
USERS, GROUPS = "/v2/users", "/v2/groups"
FILES = "/files"

LASTS, RENEWED_BEFORE = 7200, 60
PRIVATE_LASTS, GROUP_LASTS = 3600.0, 300.0
MOST_REPLIES = 5
LONGEST_TEXT = 4000
WITH_EVENT = {USERS: ("FRIEND_ADD", "C2C_MSG_RECEIVE"), GROUPS: ("GROUP_ADD_ROBOT", "GROUP_MSG_RECEIVE")}


@dataclass
class Right:
    """What one inbound message or event allows in its chat."""

    at: float
    event: str = ""
    replies: int = 0
    seqs: set[int] = field(default_factory=set)


@dataclass
class Chat:
    """A user or a group: whether the bot is there, and what it may answer."""

    there: bool = True
    rights: dict[str, Right] = field(default_factory=dict)


class FakeApi(Faulty):
    """State and handlers; `now` tells the platform's time.

    `phones` is what each chat shows, `pictures` what its pictures are; an upload by itself shows nothing.
    """

    def __init__(self, app_id: str, app_secret: str, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.app_id, self.app_secret = app_id, app_secret
        self.may_push = False
        self.domains: set[str] = set()
        self.chats: defaultdict[str, Chat] = defaultdict(lambda: Chat(there=False))
        self.phones: defaultdict[str, list[str]] = defaultdict(list)
        self.pictures: defaultdict[str, list[bytes]] = defaultdict(list)
        self.files = Files(self.now)
        self.used_tokens: list[str] = []
        self.token_calls = 0
        self.lasts = LASTS
        self._now = now
        self._tokens: dict[str, float] = {}
        self._current = ""
        self._numbers = count(1)

    def add_routes(self, app: web.Application) -> None:
        app.router.add_post(TOKEN, self._give_token)
        app.router.add_get("/users/@me", self._me)
        for under in (USERS, GROUPS):
            app.router.add_post(under + "/{openid}/messages", partial(self._message, under))
            app.router.add_post(under + "/{openid}/files", partial(self._file, under))

    def now(self) -> float:
        return self._now().timestamp()

    def sends(self) -> list[dict[str, Any]]:
        """The bodies of all requests to send."""
        return [body for path, body in self.calls if path not in (TOKEN, FILES)]

    def uploads(self) -> list[dict[str, Any]]:
        """The bodies of all requests to upload."""
        return [body for path, body in self.calls if path == FILES]

    def revoke_tokens(self) -> None:
        """Nothing given out so far is worth anything."""
        self._tokens.clear()
        self._current = ""

    def allow(self, chat: str, known: str, event: str = "") -> None:
        """An inbound message or event gives its right to answer."""
        self.chats[chat].rights[known] = Right(self.now(), event)

    # --- how calls go wrong

    async def _answered(self, request: web.Request, under: str, handler: Callable[[Any], Any]) -> Any:
        body = json_or_none(await request.read())
        self.calls.append((request.path if under == TOKEN else under, body))
        fault = self.next_fault(under)
        if fault.drop == "before":
            return dropped(request)
        status, result = self._result(handler, body, fault)
        if fault.hold is not None:
            await fault.hold.wait()
        if fault.drop == "after":
            return dropped(request)
        if fault.status is not None and fault.code is None:
            return web.Response(status=fault.status, body=fault.body)
        return web.json_response(result, status=status, headers={"X-Tps-trace-ID": "trace-2"})

    def _result(self, handler: Callable[[Any], Any], body: Any, fault: Fault) -> tuple[int, Any]:
        try:
            if fault.code is not None:
                raise Refusal(fault.code, "injected", fault.status or 400)
            if fault.status is not None:
                return fault.status, None
            return 200, handler(body)
        except Refusal as no:
            told = {"message": no.message, "code": no.code, "err_code": no.code, "trace_id": "trace-2"}
            return no.status, told

    # --- token

    async def _give_token(self, request: web.Request) -> web.StreamResponse:
        self.token_calls += 1
        answer: web.StreamResponse = await self._answered(request, TOKEN, self._token)
        return answer

    def _token(self, asked: Any) -> dict[str, str]:
        if not isinstance(asked, dict) or set(asked) != {"appId", "clientSecret"}:
            raise Refusal(100007, "invalid request", 200)
        if (asked["appId"], asked["clientSecret"]) != (self.app_id, self.app_secret):
            raise Refusal(100016, "invalid appid or secret", 200)
        left = self._tokens.get(self._current, 0.0) - self.now()
        if left <= RENEWED_BEFORE:  # the old one stays good to its end
            self._current = f"TOKEN-{next(self._numbers)}-" + "x" * 80
            self._tokens[self._current] = self.now() + self.lasts
            left = self.lasts
        return {"access_token": self._current, "expires_in": str(int(left))}

    def knows_token(self, header: str) -> bool:
        token = header.removeprefix("QQBot ")
        return header.startswith("QQBot ") and self._tokens.get(token, 0.0) > self.now()

    def _check_headers(self, request: web.Request) -> None:
        header = request.headers.get("Authorization", "")
        self.used_tokens.append(header)
        if not header:
            raise Refusal(11241, "token missing", 401)
        if not self.knows_token(header):
            raise Refusal(11244, "token not exist or expire", 401)
        if request.content_type != "application/json":
            raise Refusal(50001, "content type")

    async def _me(self, request: web.Request) -> web.Response:
        if not self.knows_token(request.headers.get("Authorization", "")):
            return web.json_response({"code": 11244, "message": "token"}, status=401)
        return web.json_response({"id": "615", "username": "小林", "bot": True})

    # --- uploads and messages

    async def _file(self, under: str, request: web.Request) -> web.StreamResponse:
        answer: web.StreamResponse = await self._answered(
            request, FILES, partial(self._upload, request, under)
        )
        return answer

    def _upload(self, request: web.Request, under: str, asked: Any) -> dict[str, Any]:
        self._check_headers(request)
        return self.files.take(under, asked)

    async def _message(self, under: str, request: web.Request) -> web.StreamResponse:
        answer: web.StreamResponse = await self._answered(request, under, partial(self._send, request, under))
        return answer

    def _send(self, request: web.Request, under: str, message: Any) -> dict[str, str]:
        self._check_headers(request)
        chat_id = request.match_info["openid"]
        chat = self.chats[chat_id]
        if not isinstance(message, dict) or message.get("msg_type") not in (0, 7):
            raise Refusal(50006, "msg_type")
        picture = self.files.named(under, message.get("media")) if message["msg_type"] == 7 else None
        if picture is None:
            self._check_text(message.get("content"))
        if not chat.there:
            raise Refusal(40054004 if under == USERS else 40054003, "not friend")
        self._use_right(chat, under, message)
        self._show(chat_id, message, picture)
        known = f"ROBOT1.0_out{next(self._numbers)}"
        return {"id": known, "timestamp": self._now().isoformat()}

    def _show(self, chat_id: str, message: dict[str, Any], picture: bytes | None) -> None:
        if picture is not None:
            self.pictures[chat_id].append(picture)
        self.phones[chat_id].append(message["content"] if picture is None else SHOWN)
        self.changes.happened()

    def _check_text(self, content: Any) -> None:
        if not isinstance(content, str) or not content.strip():
            raise Refusal(50006, "empty message")
        if len(content) > LONGEST_TEXT:
            raise Refusal(40054007, "too long")
        links = [word for word in content.split() if "://" in word or "www." in word]
        if any(not any(domain in link for domain in self.domains) for link in links):
            raise Refusal(40054010, "url not allowed")

    def _use_right(self, chat: Chat, under: str, message: dict[str, Any]) -> None:
        if (known := message.get("msg_id")) is not None:
            self._use_message(chat, under, str(known), message.get("msg_seq", 1))
        elif (event := message.get("event_id")) is not None:
            self._use_event(chat, under, str(event), message)
        elif not self.may_push:
            raise Refusal(40034102, "no permission to push")

    def _use_message(self, chat: Chat, under: str, known: str, seq: Any) -> None:
        right = chat.rights.get(known)
        lasts = PRIVATE_LASTS if under == USERS else GROUP_LASTS
        if right is None or right.event or not 0 <= self.now() - right.at <= lasts:
            raise Refusal(40034024, "请求参数msg_id无效或越权")
        if not isinstance(seq, int) or not 0 < seq < 2**32:
            raise Refusal(50001, "msg_seq")
        if seq in right.seqs:
            raise Refusal(40054005, "消息被去重，请检查请求msgseq")
        if right.replies >= MOST_REPLIES:
            raise Refusal(22009, "msg limit exceed")
        right.seqs.add(seq)
        right.replies += 1

    def _use_event(self, chat: Chat, under: str, known: str, message: dict[str, Any]) -> None:
        right = chat.rights.get(known)
        if right is None or right.event not in WITH_EVENT[under]:
            raise Refusal(40034025, "event_id")
        if "msg_seq" in message:
            raise Refusal(40034102, "counted as a push")
        if not 0 <= self.now() - right.at <= PRIVATE_LASTS:
            raise Refusal(40034026, "event_id expired")
