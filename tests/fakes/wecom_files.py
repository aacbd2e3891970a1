"""Files that people send to a WeCom account: kept for three days, handed out by their media id (CHANNELS §2.4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from aiohttp import web

from tests.fakes.faults import Refusal, dropped

MEDIA_GET = "/cgi-bin/media/get"
MEGABYTE = 1024 * 1024
LARGEST = 20 * MEGABYTE
FEWEST = 5
KEPT_FOR = 3 * 24 * 3600.0
_CHUNK = 64 * 1024
_END = 100 * MEGABYTE


@dataclass
class SentFile:
    """One file; `disposition` is its header where that is not the usual one.

    endless: more comes than was sent, in chunks, so that no header says how much; `given` counts its bytes.
    broken: the connection ends before the last byte. gzipped: as a proxy may do it, asked for or not.
    """

    name: str
    data: bytes
    at: float
    disposition: str = ""
    endless: bool = False
    broken: bool = False
    gzipped: bool = False
    given: int = 0

    async def handed_to(self, request: web.Request) -> web.StreamResponse:
        """What WeCom answers with."""
        said = self.disposition or f'attachment; filename="{self.name}"'
        headers = {"Content-Disposition": said, "Content-Type": "application/octet-stream"}
        if not self.endless and not self.broken:
            whole = web.Response(body=self.data, headers=headers)
            if self.gzipped:
                whole.enable_compression(web.ContentCoding.gzip)
            return whole
        response = web.StreamResponse(headers=headers)
        if self.broken:
            response.content_length = len(self.data)
        await response.prepare(request)
        return await self._broken_off(request, response) if self.broken else await self._on_and_on(response)

    async def _broken_off(self, request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
        await response.write(self.data[:-1])
        dropped(request)
        return response

    async def _on_and_on(self, response: web.StreamResponse) -> web.StreamResponse:
        try:
            while self.given < _END:
                await response.write(bytes(_CHUNK))
                self.given += _CHUNK
        except ConnectionError:
            pass  # whoever asked has heard enough
        return response


class Files:
    """What people have sent to one account; `now` in unix seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._kept: dict[str, SentFile] = {}
        self._numbers = count(1)

    def keep(self, name: str, data: bytes, **how: Any) -> str:
        """The media id of a file that a phone was able to send."""
        assert FEWEST < len(data) <= LARGEST, len(data)
        media_id = f"FILE_{next(self._numbers)}-+/=" + "x" * 50
        self._kept[media_id] = SentFile(name, data, self._now(), **how)
        return media_id

    def of(self, media_id: str) -> SentFile:
        """What was kept under it."""
        return self._kept[media_id]

    def asked_for(self, request: web.Request) -> SentFile:
        """The file of a request whose token is good."""
        media_id = request.query.get("media_id", "")
        if not media_id:
            raise Refusal(41006, "media_id missing")
        file = self._kept.get(media_id)
        if (
            file is None
            or self._now() - file.at > KEPT_FOR
            or set(request.query) != {"access_token", "media_id"}
        ):
            raise Refusal(40007, "invalid media_id")
        return file
