"""A strict iLink as a real server, and the people at its phones (CHANNELS §5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from aiohttp.test_utils import TestServer

from tests.fakes.ilink_api import FakeIlinkApi, Login

ME = "o9cq80yT@im.wechat"


class FakeIlink(FakeIlinkApi):
    """Use as an async context manager.

    Codes wait until `scan` is called, or go through `states` first.
    """

    def __init__(self, *, now: Callable[[], datetime], patience: float = 20.0) -> None:
        super().__init__(now=now, patience=patience)
        self._server = TestServer(self.app())

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing = True
        self.heal()
        await self.notify()
        await self._server.close()

    @property
    def api_base(self) -> str:
        return str(self._server.make_url("")).rstrip("/")

    @property
    def login(self) -> Login:
        """The newest."""
        return list(self.logins.values())[-1]

    # --- what people do

    def log_in(self, user: str = ME) -> str:
        """A login made elsewhere; its token."""
        token = f"bot{next(self.numbers)}@im.bot:secret"
        self.logins[token] = Login(user)
        return token

    async def scan(self, user: str = ME) -> str:
        """Scan the newest code and confirm; the token that comes of it."""
        name = list(self.codes)[-1]
        self.codes[name] = self.log_in(user)
        await self.notify()
        return self.codes[name]

    async def say(self, text: str, user: str = ME, **changed: Any) -> dict[str, Any]:
        """A user writes to the newest login; ten answers within 24 hours are open now."""
        login = self.login
        number = next(self.numbers)
        phone = login.phones[user]
        phone.right.open(self.now())
        phone.context = f"AARz{number}"
        message = {
            "seq": number,
            "message_id": 2**63 + number,
            "from_user_id": user,
            "to_user_id": "x@im.bot",
            "client_id": f"c{number}",
            "create_time_ms": int(self.now() * 1000),
            "session_id": "s",
            "group_id": "",
            "message_type": 1,
            "message_state": 2,
            "item_list": [{"type": 1, "text_item": {"text": text}}],
            "context_token": phone.context,
        } | changed
        login.log.append(message)
        await self.notify()
        return message

    async def expire(self) -> None:
        """Every token becomes stale."""
        self.logins.clear()
        await self.notify()

    def shown(self, user: str = ME) -> list[str]:
        """What the phone shows of the bot's, whatever login it came by."""
        return [text for login in self.logins.values() for text in login.phones[user].shown]

    async def all_stored(self) -> None:
        """Whoever polls from a buffer has stored what came before it."""
        login = self.login
        await self.until(lambda: bool(login.buffers) and self.place(login.buffers[-1]) == len(login.log))
