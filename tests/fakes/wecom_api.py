"""The API half of the fake WeCom: token, sync_msg, media, send_msg, sessions, profiles, strict (CHANNELS §2)."""

from __future__ import annotations

import asyncio
import json
import re
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from aiohttp import web

from tests.fakes.faults import FOREVER, Fault, Faulty, Refusal, dropped, json_or_none
from tests.fakes.media import LARGEST_REQUEST, MEGABYTE, UPLOAD, Media
from tests.fakes.pictures import SHOWN
from tests.fakes.wechat_api import Right
from tests.fakes.wecom_files import MEDIA_GET, Files, SentFile
from tests.fakes.wecom_wire import shown

__all__ = ["FOREVER", "FakeKfApi"]

GETTOKEN = "/cgi-bin/gettoken"
SYNC = "/cgi-bin/kf/sync_msg"
SEND = "/cgi-bin/kf/send_msg"
SEND_ON_EVENT = "/cgi-bin/kf/send_msg_on_event"
STATE = "/cgi-bin/kf/service_state/get"
BATCHGET = "/cgi-bin/kf/customer/batchget"

LASTS = 7200
KEPT_FOR = 3 * 24 * 3600.0
TOKEN_FOR = 600.0
CODE_FOR = 20.0
AT_ONCE = 5
UNASKED_A_MINUTE = 10
NEW, BOT, WAITING, PERSON, ENDED = range(5)
_MSGID = re.compile(r"[0-9a-zA-Z_-]{1,32}")


@dataclass
class Person:
    """A WeChat user at this customer-service account."""

    nickname: str = ""
    avatar: str = ""
    gender: int = 0
    unionid: str = ""
    state: int = NEW
    servicer: str = ""
    right: Right = field(default_factory=lambda: Right(5, 48 * 3600.0))
    welcomed: float = float("-inf")


@dataclass
class Code:
    """What one message may go by."""

    whom: str
    until: float


class FakeKfApi(Faulty):
    """One customer-service account; `now` tells the platform's time. `log` is what sync_msg gives out."""

    def __init__(self, corp_id: str, secret: str, open_kfid: str, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.corp_id, self.secret, self.open_kfid = corp_id, secret, open_kfid
        self.people: dict[str, Person] = {}
        self.phones: defaultdict[str, list[str]] = defaultdict(list)
        self.pictures: defaultdict[str, list[bytes]] = defaultdict(list)  # what SHOWN stands for on a phone
        self.media = Media(self.now, 10 * MEGABYTE)
        self.files = Files(self.now)  # what people have sent
        self.log: list[dict[str, Any]] = []
        self.taken: dict[str, str] = {}  # msgid → external id
        self.codes: dict[str, Code] = {}
        self.wake_tokens: dict[str, float] = {}
        self.page = 1000
        self.always_more = True  # has_more=1 with the last entries, then an empty page
        self.most_at_once: defaultdict[str, int] = defaultdict(int)
        self.stored = asyncio.Condition()
        self.stored_up_to = 0
        self._now = now
        self._tokens: dict[str, float] = {}
        self._current = ""
        self._numbers = count(1)
        self._at_once: defaultdict[str, int] = defaultdict(int)
        self._unasked: deque[float] = deque()

    def app(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST_REQUEST)
        app.router.add_get(GETTOKEN, self._answered(self._gettoken))
        app.router.add_get(MEDIA_GET, self._answered(self._media_get))
        for path, handler in (
            (SYNC, self._sync),
            (UPLOAD, self._upload),
            (SEND, self._send),
            (SEND_ON_EVENT, self._send_on_event),
            (STATE, self._state),
            (BATCHGET, self._batchget),
        ):
            app.router.add_post(path, self._answered(handler))
        return app

    def now(self) -> float:
        return self._now().timestamp()

    def asked(self, path: str) -> list[Any]:
        """The bodies that came to `path`."""
        return [body for called, body in self.calls if called == path]

    def revoke_tokens(self) -> None:
        self._tokens.clear()
        self._current = ""

    # --- every call

    def _answered(self, handler: Callable[[web.Request, bytes], dict[str, Any]]) -> Any:
        async def answer(request: web.Request) -> web.StreamResponse:
            body = await request.read()
            path = request.path
            self.calls.append((path, json_or_none(body) if body else dict(request.query)))
            self._at_once[path] += 1
            self.most_at_once[path] = max(self.most_at_once[path], self._at_once[path])
            try:
                return await self._result(handler, request, body)
            finally:
                self._at_once[path] -= 1

        return answer

    async def _result(self, handler: Any, request: web.Request, body: bytes) -> web.StreamResponse:
        fault = self.next_fault(request.path)
        if fault.drop == "before":
            return dropped(request)
        result = self._handled(handler, request, body, fault)
        if fault.hold is not None:
            await fault.hold.wait()
        if fault.drop == "after":
            return dropped(request)
        if request.path == SYNC:
            await self._note_stored(request, body)
        if fault.status is not None:
            return web.Response(status=fault.status, body=fault.body)
        if isinstance(file := result.get("the file itself"), SentFile):
            return await file.handed_to(request)
        return web.Response(text=json.dumps(result), content_type="application/json")

    def _handled(self, handler: Any, request: web.Request, body: bytes, fault: Fault) -> dict[str, Any]:
        if fault.code is not None:
            return _error(fault.code, fault.message)
        if fault.status is not None:
            return {}
        try:
            if self._at_once[request.path] > AT_ONCE:
                raise Refusal(45033, "interface concurrency exceeded")
            return {"errcode": 0, "errmsg": "ok", **handler(request, body)}
        except Refusal as refusal:
            return _error(refusal.code, refusal.message)

    def _gettoken(self, request: web.Request, _: bytes) -> dict[str, Any]:
        if request.query.get("corpid") != self.corp_id:
            raise Refusal(40013, "invalid corpid")
        if request.query.get("corpsecret") != self.secret:
            raise Refusal(40001, "invalid credential")
        if self._tokens.get(self._current, 0.0) <= self.now():
            self._current = f"TOKEN{next(self._numbers)}" + "x" * 200
            self._tokens[self._current] = self.now() + LASTS
        return {
            "access_token": self._current,
            "expires_in": int(self._tokens[self._current] - self.now()) or LASTS,
        }

    def _check_token(self, request: web.Request) -> None:
        token = request.query.get("access_token", "")
        if not token:
            raise Refusal(41001, "access_token missing")
        if token not in self._tokens:
            raise Refusal(40014, "invalid access_token")
        if self._tokens[token] < self.now():
            raise Refusal(42001, "access_token expired")

    def _authorised(self, request: web.Request, body: bytes, *known: str) -> dict[str, Any]:
        self._check_token(request)
        asked = json_or_none(body)
        if not isinstance(asked, dict) or set(asked) - set(known):
            raise Refusal(40058, "invalid Request Parameter")
        if "open_kfid" in known and asked.get("open_kfid") != self.open_kfid:
            raise Refusal(95000, "invalid open_kfid")
        return asked

    # --- sync_msg

    def _sync(self, request: web.Request, body: bytes) -> dict[str, Any]:
        asked = self._authorised(request, body, "cursor", "token", "limit", "voice_format", "open_kfid")
        limit = asked.get("limit", 1000)
        if not isinstance(limit, int) or not 0 < limit <= 1000 or asked.get("voice_format", 0) not in (0, 1):
            raise Refusal(40058, "invalid Request Parameter")
        self._check_wake_token(asked.get("token"))
        start = self._start(asked.get("cursor"))
        end = min(start + min(limit, self.page), len(self.log))
        entries = self.log[start:end]
        more = end < len(self.log) or (self.always_more and bool(entries))
        return {"next_cursor": f"cursor_{end}", "has_more": int(more), "msg_list": entries}

    def _start(self, cursor: Any) -> int:
        oldest = self.now() - KEPT_FOR
        first = next((i for i, e in enumerate(self.log) if e["send_time"] >= oldest), len(self.log))
        if cursor is None:
            return first
        known = re.fullmatch(r"cursor_([0-9]{1,9})", cursor) if isinstance(cursor, str) else None
        if known is None or int(known[1]) > len(self.log):
            raise Refusal(40058, "invalid cursor")
        return max(int(known[1]), first)

    def _check_wake_token(self, token: Any) -> None:
        now = self.now()
        if token is None:
            self._unasked.append(now)
            while self._unasked[0] < now - 60:
                self._unasked.popleft()
            if len(self._unasked) > UNASKED_A_MINUTE:
                raise Refusal(45009, "api freq out of limit")
        elif self.wake_tokens.get(token, float("-inf")) < now - TOKEN_FOR:
            raise Refusal(95007, "invalid msg token")

    async def _note_stored(self, request: web.Request, body: bytes) -> None:
        """Whoever asks from a cursor has stored what was before it."""
        asked = json_or_none(body)
        cursor = str(asked.get("cursor")) if isinstance(asked, dict) else ""
        known = re.fullmatch(r"cursor_([0-9]{1,9})", cursor)
        async with self.stored:
            self.stored_up_to = max(self.stored_up_to, int(known[1]) if known else 0)
            self.stored.notify_all()

    # --- media

    def _media_get(self, request: web.Request, _: bytes) -> dict[str, Any]:
        self._check_token(request)
        return {"the file itself": self.files.asked_for(request)}

    def _upload(self, request: web.Request, body: bytes) -> dict[str, Any]:
        self._check_token(request)
        taken = self.media.take(request, body)
        return taken | {"created_at": str(taken["created_at"])}

    # --- sending

    def _send(self, request: web.Request, body: bytes) -> dict[str, Any]:
        known = ("touser", "open_kfid", "msgid", "msgtype", "text", "msgmenu", "image")
        asked = self._authorised(request, body, *known)
        whom = asked.get("touser")
        person = self.people.get(whom) if isinstance(whom, str) else None
        if person is None:
            raise Refusal(40096, "invalid external userid")
        what, msgid = self._what(asked), self._msgid(asked)
        if msgid in self.taken:
            return {"msgid": msgid}
        if person.state in (WAITING, PERSON):
            raise Refusal(95018, "send msg session status invalid")
        if person.state == ENDED:
            raise Refusal(95013, "session is ended")
        if not person.right.is_open(self.now()):
            raise Refusal(95002, "send msg time limit")
        if not person.right.left:
            raise Refusal(95001, "send msg count limit")
        person.right.left -= 1
        return self._take(whom, msgid, what)

    def _send_on_event(self, request: web.Request, body: bytes) -> dict[str, Any]:
        asked = self._authorised(request, body, "code", "msgid", "msgtype", "text", "msgmenu")
        what, msgid = shown(asked), self._msgid(asked)
        code = self.codes.pop(str(asked.get("code")), None)
        if code is None or code.until < self.now():
            raise Refusal(40058, "invalid code")
        self.people[code.whom].welcomed = self.now()
        return self._take(code.whom, msgid, what)

    def _what(self, asked: dict[str, Any]) -> str | bytes:
        """A text or menu, or a picture, as the phone shows it."""
        if asked.get("msgtype") == "image" and isinstance(asked.get("image"), dict):
            return self.media.shown(asked["image"])
        return shown(asked)

    def _msgid(self, asked: dict[str, Any]) -> str:
        msgid = asked.get("msgid", f"made_up_{next(self._numbers)}")
        if not isinstance(msgid, str) or not _MSGID.fullmatch(msgid):
            raise Refusal(40058, "invalid msgid")
        return msgid

    def _take(self, whom: str, msgid: str, what: str | bytes) -> dict[str, Any]:
        self.taken[msgid] = whom
        if isinstance(what, bytes):
            self.pictures[whom].append(what)
        self.phones[whom].append(SHOWN if isinstance(what, bytes) else what)
        return {"msgid": msgid}

    # --- sessions and profiles

    def _state(self, request: web.Request, body: bytes) -> dict[str, Any]:
        asked = self._authorised(request, body, "open_kfid", "external_userid")
        person = self.people.get(str(asked.get("external_userid")))
        if person is None:
            raise Refusal(40096, "invalid external userid")
        return {"service_state": person.state, "servicer_userid": person.servicer}

    def _batchget(self, request: web.Request, body: bytes) -> dict[str, Any]:
        asked = self._authorised(request, body, "external_userid_list", "need_enter_session_context")
        ids = asked.get("external_userid_list")
        if not isinstance(ids, list) or not 0 < len(ids) <= 100 or len(set(ids)) != len(ids):
            raise Refusal(40058, "invalid Request Parameter")
        known = [
            {
                "external_userid": id_,
                "nickname": self.people[id_].nickname,
                "avatar": self.people[id_].avatar,
                "gender": self.people[id_].gender,
                "unionid": self.people[id_].unionid,
            }
            for id_ in ids
            if id_ in self.people
        ]
        return {"customer_list": known, "invalid_external_userid": [i for i in ids if i not in self.people]}


def _error(errcode: int, errmsg: str) -> dict[str, Any]:
    hint = f"{errmsg}, hint: [1761875715499301309318952], from ip: 203.0.113.7, more info at "
    return {"errcode": errcode, "errmsg": f"{hint}https://open.work.weixin.qq.com/devtool/query?e={errcode}"}
