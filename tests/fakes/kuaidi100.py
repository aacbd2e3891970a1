"""A strict 快递100: takes subscriptions at /poll as its document says, and pushes what happens to parcels."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlencode

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

KNOWN = frozenset(
    [
        "shunfeng",
        "yuantong",
        "zhongtong",
        "shentong",
        "yunda",
        "jtexpress",
        "jd",
        "debangkuaidi",
        "ems",
        "youzhengguonei",
        "kuayue",
        "danniao",
        "annengwuliu",
        "huitongkuaidi",
        "tiantian",
        "zhaijisong",
    ]
)
NEED_PHONE = frozenset(("shunfeng", "zhongtong"))


@dataclass
class Subscription:
    """One parcel that is watched."""

    company: str
    number: str
    callback: str
    salt: str
    phone: str


@dataclass
class FakeKuaidi100:
    """`faults`: what the next subscriptions are answered instead, as (HTTP status, returnCode)."""

    key: str = "Kd100Key0001"
    watched: dict[str, Subscription] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/poll", self._poll)
        self._server = TestServer(app)
        await self._server.start_server()
        self.url = str(self._server.make_url("")).rstrip("/")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    async def _poll(self, request: web.Request) -> web.Response:
        form = await request.post()
        param = json.loads(str(form["param"]))
        self.asked.append(param)
        if self.faults:
            status, code = self.faults.pop(0)
            return web.json_response(_told(code), status=status)
        code = self._judge(str(form.get("schema")), param)
        return web.json_response(_told(code))

    def _judge(self, schema: str, param: dict[str, Any]) -> str:
        more, number = param.get("parameters", {}), param.get("number", "")
        if param.get("key") != self.key:
            return "600"
        if param.get("company") not in KNOWN:
            return "701"
        no_phone = param["company"] in NEED_PHONE and not more.get("phone")
        url = str(more.get("callbackurl", ""))
        if schema != "json" or not 0 < len(number) <= 32 or no_phone or not url.startswith("http"):
            return "700"
        if number in self.watched:
            return "501"
        self.watched[number] = Subscription(
            param["company"], number, url, more.get("salt", ""), more.get("phone", "")
        )
        return "200"


_MESSAGES = {"200": "提交成功", "501": "重复订阅", "600": "您不是合法的订阅者", "700": "订阅数据有误"}


def _told(code: str) -> dict[str, Any]:
    return {"result": code == "200", "returnCode": code, "message": _MESSAGES.get(code, "服务器错误")}


def pushed(
    number: str,
    salt: str,
    state: str = "0",
    lines: tuple[tuple[str, str], ...] = (("2026-11-21 10:00:00", "【杭州】已发往 上海"),),
    **more: Any,
) -> bytes:
    """The form of one push: `lines` are (time, words), newest first."""
    data = [{"time": at, "ftime": at, "context": words, "location": ""} for at, words in lines]
    result = {
        "message": "ok",
        "state": state,
        "status": "200",
        "condition": "F00",
        "ischeck": "1" if state == "3" else "0",
        "com": "shunfeng",
        "nu": number,
        "data": data,
    }
    told = {
        "status": "shutdown" if state == "3" else "polling",
        "billstatus": "got",
        "message": "",
        "autoCheck": "0",
        "comOld": "",
        "comNew": "",
        "lastResult": result,
    } | more
    param = json.dumps(told, ensure_ascii=False)
    sign = hashlib.md5((param + salt).encode()).hexdigest().upper()
    return urlencode({"sign": sign, "param": param}).encode()


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def push(session: ClientSession, url: str, form: bytes) -> tuple[int, dict[str, Any]]:
    """Deliver a push; status and answer."""
    async with session.post(url, data=form, headers=FORM) as answer:
        return answer.status, await answer.json()
