"""Logging in: a code is shown, somebody scans it, the platform hands out a token (CHANNELS §5.2)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import aiohttp
import structlog

from bot.channels.ilink import wire
from bot.channels.ilink.api import Answer, NoAnswer, NotReached, TimedOut, get, post
from bot.channels.ilink.pauses import Pauses
from bot.channels.ilink.store import Session
from bot.channels.ilink.terminal import Screen
from bot.core.accounts import IlinkAccount

_log = structlog.get_logger(__name__)

CODES = 4
"""The first, and three more for those that nobody has scanned in time."""
POLL = aiohttp.ClientTimeout(total=40, connect=5, sock_connect=5)
"""The platform answers after 35 s at the latest."""

_TOKEN = re.compile(r"[!-~]{1,4096}")
_USER = re.compile(r"[!-~]{1,128}")
_CODE = re.compile(r"[!-~]{1,1000}")

Keep = Callable[[], Awaitable[None]]
"""We are still the ones who log in; raises once another process is."""


class Code(NamedTuple):
    """What is asked about, and what is drawn."""

    name: str
    content: str


class NotLoggedIn(Exception):
    """Nobody has scanned any of the codes."""


class Login:
    """Shows codes until one is confirmed."""

    def __init__(
        self, account: IlinkAccount, http: aiohttp.ClientSession, screen: Screen, pauses: Pauses
    ) -> None:
        self._account = account
        self._http = http
        self._screen = screen
        self._pauses = pauses

    async def run(self, keep: Keep, known: Session | None) -> Session:
        """The new login; `known` again if the platform says that it still holds.

        Raises NotLoggedIn, NotReached or NoAnswer if there is not even a code to show, or what `keep` raises.
        """
        words = f"用手机微信扫这个码，微信遥控（{self._account.id}）就接上了；谁扫的，谁就能在微信里发命令。"
        for number in range(CODES):
            code = await self._code()
            self._screen.show(code.content, words if number == 0 else "刚才的码失效了，扫这个：")
            status = await self._watched(code, keep)
            if status.get("status") == "binded_redirect":
                if known is not None:
                    return known
                self._screen.say("微信说已经接在别处了。先在手机微信里把那个机器人断开，再扫。")
            elif status:
                return self._session(status)
        self._screen.say("码没有人扫。过一阵会再出一个；等不及就重启机器人。")
        raise NotLoggedIn

    async def _code(self) -> Code:
        url = self._account.api_base + wire.QRCODE
        asked = {"local_token_list": []} | wire.base_info(self._account)
        answer = await post(self._http, url, asked, wire.headers(self._account))
        name, content = answer.fields.get("qrcode"), answer.fields.get("qrcode_img_content")
        if answer.code or not (_is_code(name) and _is_code(content)):
            raise NoAnswer(f"no code, {answer.code}")
        return Code(str(name), str(content))

    async def _watched(self, code: Code, keep: Keep) -> dict[str, Any]:
        """The last status of a code that has led somewhere; empty for one that has not."""
        loop = asyncio.get_running_loop()
        ends, base, verify, scanned = loop.time() + self._pauses.code, self._account.api_base, "", False
        while loop.time() < ends:
            await keep()
            began = loop.time()
            status = await self._status(base, code.name, verify)
            match status.get("status"):
                case "confirmed" | "binded_redirect":
                    return status
                case "expired" | "verify_code_blocked":
                    return {}
                case "scaned" if not scanned:
                    scanned = True
                    self._screen.say("扫到了，在手机上点一下确认。")
                case "scaned_but_redirect":
                    base = wire.onward(self._account, status.get("redirect_host"))
                    if not base:
                        _log.warning("ilink.sent_elsewhere", account=self._account.id)
                        return {}
                case "need_verifycode":
                    self._screen.say("手机上显示几个数字，在这里输入，按回车：")
                    verify = await self._screen.typed()
                    if not verify:
                        return {}
            if loop.time() - began < self._pauses.login:
                await asyncio.sleep(self._pauses.login)
        return {}

    async def _status(self, base: str, code: str, verify: str) -> dict[str, Any]:
        query = {"qrcode": code} | ({"verify_code": verify} if verify else {})
        headers = wire.headers(self._account)
        try:
            answer: Answer = await get(self._http, base + wire.QRCODE_STATUS, query, headers, POLL)
        except TimedOut:
            return {}
        except (NotReached, NoAnswer) as fault:  # it passes, or the code does
            _log.info("ilink.login_waits", account=self._account.id, error=str(fault))
            return {}
        return dict(answer.fields)

    def _session(self, status: dict[str, Any]) -> Session:
        token, user_id = status.get("bot_token"), status.get("ilink_user_id")
        if not (isinstance(token, str) and _TOKEN.fullmatch(token)):
            raise NoAnswer("confirmed without a token")
        known = isinstance(user_id, str) and _USER.fullmatch(user_id)
        base = wire.onward(self._account, status.get("baseurl"))
        self._screen.say(f"登录好了。扫码的微信是 {user_id if known else '？'}。")
        return Session(token, base, str(user_id) if known else "")


def _is_code(told: object) -> bool:
    return isinstance(told, str) and _CODE.fullmatch(told) is not None
