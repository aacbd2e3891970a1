"""A strict WeChat as a real server: its API, and its pushes with WeChat's retries (CHANNELS §1)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp.test_utils import TestServer

from tests.fakes.wechat_api import CUSTOM_SEND, FOREVER, STABLE_TOKEN, TEMPLATE_SEND, FakeApi, User
from tests.fakes.wechat_wire import Aes, Malformed, push_xml, read_reply, signature

__all__ = ["CUSTOM_SEND", "FOREVER", "STABLE_TOKEN", "TEMPLATE_SEND", "UNAVAILABLE", "Exchange", "FakeWechat"]

UNAVAILABLE = "该公众号暂时无法提供服务，请稍后再试"
RETRIES = 3
TOUCHES = ("subscribe", "SCAN", "CLICK", "scancode_push", "scancode_waitmsg")


@dataclass(frozen=True)
class Exchange:
    """How one push went: requests made, last status (None: no answer), last body, what the user saw."""

    attempts: int
    status: int | None
    body: bytes
    shown: str | None


class FakeWechat(FakeApi):
    """One Official Account as WeChat's servers have it; use as an async context manager.

    `phones[openid]` is everything the user saw, `pictures[openid]` the pictures among it. With an
    `encoding_aes_key` pushes are encrypted (`mode` "secure", or "compat" with the plaintext beside).
    `callback_url` may be set later.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        app_id: str = "wxba5fad812f8e6fb9",
        app_secret: str = "app-secret",
        original_id: str = "gh_97417a04a28d",
        token: str = "AAAAA",
        encoding_aes_key: str = "",
        mode: str = "secure",
        callback_url: str = "",
        verified: bool = True,
        templates: dict[str, frozenset[str]] | None = None,
        answer_within: float = 5.0,
    ) -> None:
        super().__init__(app_id, app_secret, now, verified=verified, templates=templates)
        self.original_id, self.token, self.mode = original_id, token, mode
        self.callback_url = callback_url
        self.aes = Aes(encoding_aes_key, app_id) if encoding_aes_key else None
        self._timeout = aiohttp.ClientTimeout(total=answer_within)
        self._message_ids = count(24536483920173451)
        self._server = TestServer(self.app())

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        self._http = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.close()
        await self._server.close()

    @property
    def api_base(self) -> str:
        return str(self._server.make_url("")).rstrip("/")

    # --- what users do

    def next_id(self) -> int:
        """What the next message can be known by."""
        return next(self._message_ids)

    def follow(self, openid: str) -> User:
        """`openid` follows the account (without an event, for a start)."""
        user = self.users.setdefault(openid, User())
        user.following = True
        return user

    async def post_text(self, openid: str, text: str, *, msg_id: int | str | None = None) -> Exchange:
        return await self.post_message(openid, "text", msg_id=msg_id, Content=text)

    async def post_message(
        self, openid: str, msg_type: str, *, msg_id: int | str | None = None, **fields: object
    ) -> Exchange:
        """Any kind of message; opens the user's 48 hours."""
        self.follow(openid).message.open(self.now())
        number = int(msg_id) if msg_id is not None else self.next_id()
        return await self.post_fields(openid, MsgType=msg_type, **fields, MsgId=number)

    async def post_event(self, openid: str, event: str, **fields: object) -> Exchange:
        """Any event; those that grant something open their minute."""
        user = self.users.setdefault(openid, User())
        if event in TOUCHES:
            self.follow(openid).touch.open(self.now())
        if event == "unsubscribe":
            user.following = False
        return await self.post_fields(openid, MsgType="event", Event=event, **fields)

    async def subscribe(self, openid: str, scene: str = "") -> Exchange:
        by_code = {"EventKey": f"qrscene_{scene}", "Ticket": "TICKET"} if scene else {"EventKey": ""}
        return await self.post_event(openid, "subscribe", **by_code)

    async def unsubscribe(self, openid: str) -> Exchange:
        return await self.post_event(openid, "unsubscribe", EventKey="")

    async def click(self, openid: str, key: str) -> Exchange:
        return await self.post_event(openid, "CLICK", EventKey=key)

    async def scan(self, openid: str, scene: str) -> Exchange:
        return await self.post_event(openid, "SCAN", EventKey=scene, Ticket="TICKET")

    async def finish_template(self, msgid: int, status: str = "success") -> Exchange:
        """The delivery receipt of a template message."""
        openid, _ = self.notices[msgid]
        return await self.post_event(openid, "TEMPLATESENDJOBFINISH", MsgID=msgid, Status=status)

    # --- how WeChat delivers it

    def envelope(self, openid: str, **fields: object) -> dict[str, object]:
        """All fields of a push, in WeChat's order."""
        created = int(self.now())
        return {"ToUserName": self.original_id, "FromUserName": openid, "CreateTime": created, **fields}

    async def post_fields(self, openid: str, **fields: object) -> Exchange:
        return await self.deliver(openid, push_xml(self.envelope(openid, **fields)))

    def request(
        self, xml: str | bytes, openid: str = "", *, encrypt: str | None = None
    ) -> tuple[dict[str, str], bytes]:
        """Query and body of a push of `xml`: freshly signed; encrypted, if so (or as `encrypt`)."""
        timestamp, nonce = str(int(self.now())), str(secrets.randbelow(10**9) + 1)
        query = {
            "signature": signature(self.token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "openid": openid,
        }
        plain = xml.encode() if isinstance(xml, str) else xml
        if self.aes is None:
            return query, plain
        encrypt = encrypt or self.aes.seal(plain)
        return self.sign_encrypted(query, encrypt), self._encrypted_body(plain, encrypt)

    def sign_encrypted(self, query: dict[str, str], encrypt: str) -> dict[str, str]:
        signed = signature(self.token, query["timestamp"], query["nonce"], encrypt)
        return {**query, "encrypt_type": "aes", "msg_signature": signed}

    def _encrypted_body(self, plain: bytes, encrypt: str) -> bytes:
        if self.mode == "compat":
            return plain.replace(b"</xml>", f"<Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>".encode())
        return push_xml({"ToUserName": self.original_id, "Encrypt": encrypt}).encode()

    async def deliver(self, openid: str, xml: str | bytes) -> Exchange:
        """Push `xml`, up to three times more if there is no answer, and show the user what came of it."""
        attempts, status, body = 0, None, b""
        encrypt = self.aes.seal(xml) if self.aes else None
        while attempts < 1 + RETRIES:
            attempts += 1
            status, body = await self._attempt(*self.request(xml, openid, encrypt=encrypt))
            if status is not None and status < 500:
                break
        shown = self._read(openid, status, body)
        if shown is not None and self.users.get(openid, User(following=False)).following:
            self.phones[openid].append(shown)
        return Exchange(attempts, status, body, shown)

    async def _attempt(self, query: dict[str, str], body: bytes) -> tuple[int | None, bytes]:
        headers = {"Content-Type": "text/xml"}
        try:
            async with self._http.post(
                self.callback_url, params=query, data=body, headers=headers, timeout=self._timeout
            ) as response:
                return response.status, await response.read()
        except (TimeoutError, aiohttp.ClientError):
            return None, b""

    def _read(self, openid: str, status: int | None, body: bytes) -> str | None:
        if status != 200:
            return UNAVAILABLE
        try:
            return read_reply(body, openid, self.original_id, self.aes, self.token)
        except Malformed:
            return UNAVAILABLE

    async def verify_url(self, echostr: str = "4375120948345356249", **tampered: Any) -> bool:
        """The GET of the configuration page: does the callback URL answer it rightly?"""
        query, _ = self.request("<xml></xml>")
        plain = {name: query[name] for name in ("signature", "timestamp", "nonce")}
        params = {**plain, "echostr": echostr, **tampered}
        async with self._http.get(self.callback_url, params=params) as response:
            return response.status == 200 and await response.read() == echostr.encode()
