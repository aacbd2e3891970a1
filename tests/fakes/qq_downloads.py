"""Tencent's file servers: a signed link, and whoever has it gets the file; or what a hostile one would do."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import quote

from aiohttp import web

_PIECE = bytes(64 * 1024)
MOST_POURED = 64 * 1024 * 1024
"""Bytes after which an endless answer ends all the same, so that a test fails and does not hang."""


@dataclass
class Kept:
    """One file, and how it is given out.

    endless: it never ends, whatever was said. short: it breaks off in the middle. hold: nothing before it is set.
    """

    data: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    endless: bool = False
    short: bool = False
    hold: asyncio.Event | None = None


class Downloads:
    """`base` is where they are reached; `asked` the paths that were, `poured` the bytes of endless answers."""

    def __init__(self) -> None:
        self.base = ""
        self.asked: list[str] = []
        self.poured = 0
        self._kept: dict[str, Kept] = {}
        self._numbers = count(1)

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/ftn_handler/{known}/", self._give)

    def keep(self, name: str, data: bytes, **how: Any) -> str:
        """The link to a file."""
        path = f"/ftn_handler/{next(self._numbers):08x}/?fname={quote(name, safe='')}&rkey=a%2Fb%2B%7E"
        self._kept[path] = Kept(data, **how)
        return self.base + path

    async def _give(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.raw_path)
        kept = self._kept.get(request.raw_path)  # the link is signed: another spelling is another link
        if kept is None:
            return web.Response(status=403)
        if "Authorization" in request.headers or "Cookie" in request.headers:
            return web.Response(status=400, text="a secret for somebody else")
        if kept.hold is not None:
            await kept.hold.wait()
        if kept.endless:
            return await self._pour(request)
        if kept.short:
            return await _break_off(request, kept.data)
        return web.Response(status=kept.status, headers=kept.headers, body=kept.data)

    async def _pour(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while self.poured < MOST_POURED:
                await response.write(_PIECE)
                self.poured += len(_PIECE)
        except ConnectionError:
            pass
        return response


async def _break_off(request: web.Request, data: bytes) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": str(len(data))})
    await response.prepare(request)
    await response.write(data[: len(data) // 2])
    assert request.transport is not None
    request.transport.close()
    return response
