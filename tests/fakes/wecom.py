"""A strict WeCom as a real server: its API, and its wake-ups with WeCom's retries (CHANNELS §2.1)."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from itertools import count
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp.test_utils import TestServer

from tests.fakes.wechat_wire import Aes, push_xml, signature
from tests.fakes.wecom_api import CODE_FOR, ENDED, NEW, PERSON, WAITING, Code, FakeKfApi, Person

RETRIES = 3
CORP_ID = "ww5823bf96d3bd56c7"
OPEN_KFID = "wkAJ2GCAAASSm4_FhToWMFea0xAFfd3Q"
TOKEN = "AAAAA"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


class FakeWecom(FakeKfApi):
    """One corp with one customer-service account; use as an async context manager.

    `phones[external_id]` is everything that was sent there, `pictures[external_id]` the pictures among it.
    `callback_url` may be set later.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        corp_id: str = CORP_ID,
        secret: str = "kf-secret",
        open_kfid: str = OPEN_KFID,
        token: str = TOKEN,
        encoding_aes_key: str = AES_KEY,
        callback_url: str = "",
        answer_within: float = 5.0,
    ) -> None:
        super().__init__(corp_id, secret, open_kfid, now)
        self.token, self.callback_url = token, callback_url
        self.aes = Aes(encoding_aes_key, corp_id)
        self.statuses: list[int | None] = []
        self._timeout = aiohttp.ClientTimeout(total=answer_within)
        self._msgids = count(4622416642169452483)
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

    # --- what people do

    def person(self, external_id: str, **known: Any) -> Person:
        """This WeChat user is there (without an event, for a start)."""
        return self.people.setdefault(external_id, Person(**known))

    async def say(self, external_id: str, text: str, *, menu_id: str = "", **more: Any) -> int:
        """A text, or a tap on a menu; the number of attempts that the wake-up took."""
        content = {"content": text} | ({"menu_id": menu_id} if menu_id else {})
        return await self.send_in(external_id, "text", content, **more)

    async def send_in(self, external_id: str, msgtype: str, content: Any, **more: Any) -> int:
        """Any kind of message; opens the user's 48 hours, and a session where the last one has ended."""
        self.put(external_id, msgtype, content, **more)
        return await self.wake()

    def put(self, external_id: str, msgtype: str, content: Any, **more: Any) -> dict[str, Any]:
        """The same, without the wake-up."""
        person = self.person(external_id)
        person.right.open(self.now())
        if person.state == ENDED:
            person.state = NEW
        return self.entry(external_id, msgtype, content, origin=3, **more)

    async def send_file(self, external_id: str, name: str, data: bytes, **how: Any) -> int:
        """A file; see SentFile for how WeCom may hand it out."""
        self.put_file(external_id, name, data, **how)
        return await self.wake()

    def put_file(self, external_id: str, name: str, data: bytes, **how: Any) -> dict[str, Any]:
        """The same, without the wake-up."""
        return self.put(external_id, "file", {"media_id": self.files.keep(name, data, **how)})

    def entry(self, external_id: str, msgtype: str, content: Any, **more: Any) -> dict[str, Any]:
        """One more entry of the log."""
        entry = {
            "msgid": f"from_msgid_{next(self._msgids)}",
            "open_kfid": self.open_kfid,
            "external_userid": external_id,
            "send_time": int(self.now()),
            "msgtype": msgtype,
            msgtype: content,
            **more,
        }
        self.log.append(entry)
        return entry

    def event(self, external_id: str, event_type: str, **fields: Any) -> dict[str, Any]:
        """One more event; the ids stand inside."""
        who = {"open_kfid": self.open_kfid, "external_userid": external_id}
        entry = {
            "msgid": f"event_msgid_{next(self._msgids)}",
            "send_time": int(self.now()),
            "origin": 4,
            "msgtype": "event",
            "event": {"event_type": event_type, **who, **fields},
        }
        self.log.append(entry)
        return entry

    async def enter(self, external_id: str, scene: str = "", scene_param: str = "") -> str:
        """Somebody opens the chat; the welcome code, if the rules give one."""
        person, code = self.person(external_id), ""
        lately = max(person.welcomed, person.right.opened)
        if lately < self.now() - 48 * 3600:
            code = f"CODE_{next(self._msgids)}"
            self.codes[code] = Code(external_id, self.now() + CODE_FOR)
        fields = {"scene": scene, "scene_param": scene_param} | ({"welcome_code": code} if code else {})
        self.event(external_id, "enter_session", **fields)
        await self.wake()
        return code

    async def take(self, external_id: str, servicer: str, change_type: int = 1) -> int:
        """A person takes the conversation."""
        person = self.person(external_id)
        old, person.state, person.servicer = person.servicer, PERSON, servicer
        change = {"change_type": change_type, "old_servicer_userid": old, "new_servicer_userid": servicer}
        self.event(external_id, "session_status_change", **change, msg_code="MSG_CODE")
        return await self.wake()

    async def end(self, external_id: str) -> int:
        """The person ends it."""
        person = self.person(external_id)
        old, person.state, person.servicer = person.servicer, ENDED, ""
        change = {"change_type": 3, "old_servicer_userid": old, "new_servicer_userid": ""}
        self.event(external_id, "session_status_change", **change, msg_code="MSG_CODE")
        return await self.wake()

    def queue(self, external_id: str) -> None:
        """The user waits for a person."""
        self.person(external_id).state = WAITING

    async def servicer_says(self, external_id: str, servicer: str, text: str) -> int:
        """A person answers in WeCom's own app."""
        self.phones[external_id].append(text)
        self.entry(external_id, "text", {"content": text}, origin=5, servicer_userid=servicer)
        return await self.wake()

    async def fail(self, msgid: str, fail_type: int) -> int:
        """A message that was taken has not arrived."""
        whom = self.taken[msgid]
        self.event(whom, "msg_send_fail", fail_msgid=msgid, fail_type=fail_type)
        return await self.wake()

    # --- how WeCom wakes the bot

    def request(self, fields: dict[str, object] | str) -> tuple[dict[str, str], bytes]:
        """Query and body of a callback, freshly signed and encrypted."""
        plain = fields if isinstance(fields, str) else push_xml(fields)
        sealed = self.aes.seal(plain)
        body = push_xml({"ToUserName": self.corp_id, "AgentID": "", "Encrypt": sealed}).encode()
        return self.signed(sealed), body

    def signed(self, sealed: str) -> dict[str, str]:
        timestamp, nonce = str(int(self.now())), str(secrets.randbelow(10**9) + 1)
        return {
            "msg_signature": signature(self.token, timestamp, nonce, sealed),
            "timestamp": timestamp,
            "nonce": nonce,
        }

    def wake_up(self, open_kfid: str = "") -> dict[str, object]:
        """The fields of a wake-up, with a token of its own."""
        token = "ENC" + secrets.token_urlsafe(24)
        self.wake_tokens[token] = self.now()
        return {
            "ToUserName": self.corp_id,
            "CreateTime": int(self.now()),
            "MsgType": "event",
            "Event": "kf_msg_or_event",
            "Token": token,
            "OpenKfId": open_kfid or self.open_kfid,
        }

    async def wake(self, open_kfid: str = "") -> int:
        """Tell the bot that there is something, up to three times more if it does not answer 200."""
        fields = self.wake_up(open_kfid)
        for attempt in range(1, 2 + RETRIES):
            status, body = await self.post(*self.request(fields))
            self.statuses.append(status)
            if status == 200:
                assert body in (b"", b"success"), body
                return attempt
        return 1 + RETRIES

    async def post(self, query: dict[str, str], body: bytes) -> tuple[int | None, bytes]:
        headers = {"Content-Type": "text/xml"}
        try:
            async with self._http.post(
                self.callback_url, params=query, data=BytesIO(body), headers=headers, timeout=self._timeout
            ) as response:
                return response.status, await response.read()
        except (TimeoutError, aiohttp.ClientError):
            return None, b""

    async def verify_url(self, echo: str = "5927782489442352469", **tampered: str) -> tuple[int, bytes]:
        """The GET of the configuration page."""
        sealed = self.aes.seal(echo)
        params = {**self.signed(sealed), "echostr": sealed, **tampered}
        async with self._http.get(self.callback_url, params=params) as response:
            return response.status, await response.read()

    async def all_stored(self, within: float = 30.0) -> None:
        """Wait until the bot has asked from behind everything that is in the log: so it has stored that."""
        async with asyncio.timeout(within), self.stored:
            await self.stored.wait_for(lambda: self.stored_up_to >= len(self.log))
