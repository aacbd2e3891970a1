"""Files that friends send: what NapCat says of them → their bytes (CHANNELS §4).

What an implementation answers differs by version and setting, and is not confirmed against a real one:
`get_file` fetches the file to NapCat's own disk and names that path, which is of no use to another machine;
with "启用本地文件到 URL" it adds the bytes as base64. `get_private_file_url` names a link at Tencent's.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from ipaddress import ip_address
from typing import Any

import aiohttp
from yarl import URL

from bot.channels.base import MOST_FETCHED, Fetched, NotFetched
from bot.channels.fetching import FOREIGN, NO_FILE, TIMEOUT, TOO_LARGE, download, file_name, is_tencents, link
from bot.channels.onebot11.link import NoAnswer, NotSent
from bot.channels.onebot11.wire import LARGEST_FRAME, Frame, whole, words
from bot.core.accounts import OnebotAccount

Call = Callable[[str, dict[str, object]], Awaitable[Frame]]

MOST_IN_FRAME = (LARGEST_FRAME - 16 * 1024) * 3 // 4
"""Bytes whose base64 a frame can carry; an answer that is longer would end the connection."""

NO_LINK = "QQ 现在没连上，文件取不到，连上以后再试一次"
NO_WORD = "取文件时 NapCat 没有回音，请过一会儿再试"
NOT_GIVEN = "NapCat 没有给出这个文件，可能过期了，请重新发一次"


class Files:
    """Fetches by one account's connection (`call`), and from Tencent's servers or the implementation's."""

    def __init__(
        self,
        account: OnebotAccount,
        http: aiohttp.ClientSession,
        call: Call,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        self._http = http
        self._call = call
        self._timeout = timeout
        self._own = _where(account.url) if account.mode == "forward_ws" else None

    async def fetch(self, payload: Mapping[str, Any]) -> Fetched:
        """The first file among the segments of a message, or of an offline_file notice; NotFetched."""
        said = _file_of(payload)
        size = next((n for key in ("file_size", "size") if (n := whole(said.get(key))) is not None), 0)
        if size > MOST_FETCHED:
            raise NotFetched(TOO_LARGE)
        name = file_name(words(said.get("name")) or words(said.get("file")))
        return Fetched(name, await self._data(said, size))

    async def _data(self, said: Frame, size: int) -> bytes:
        silent = foreign = False
        async for given in self._offers(said, size):
            if given is None:
                silent = True
                continue
            if data := _carried(given):
                return data
            told = words(given.get("url"))
            if (address := self._address(told)) is not None:
                return await download(self._http, address, self._timeout)
            foreign = foreign or told.startswith(("http://", "https://"))
        if foreign:
            raise NotFetched(FOREIGN)
        raise NotFetched(NO_WORD, again=True) if silent else NotFetched(NOT_GIVEN)

    async def _offers(self, said: Frame, size: int) -> AsyncIterator[Frame | None]:
        """What may lead to the file, the surest first; None where an answer failed to come."""
        if file_id := words(said.get("file_id")):
            if 0 < size <= MOST_IN_FRAME:
                yield await self._asked("get_file", file_id)
            yield await self._asked("get_private_file_url", file_id)
        yield {"url": said.get("url")}  # as old as the message, while links end; a notice has nothing else

    async def _asked(self, action: str, file_id: str) -> Frame | None:
        try:
            answer = await self._call(action, {"file_id": file_id})
        except NotSent:
            raise NotFetched(NO_LINK, again=True) from None
        except NoAnswer:
            return None
        data = answer.get("data")
        return data if isinstance(data, dict) and answer.get("status") == "ok" else {}

    def _address(self, told: str) -> URL | None:
        """The address, if it may be asked: nothing may send us to machines beside ours."""
        url = link(told)
        if url is None or url.scheme not in ("http", "https"):
            return None
        own = (url.host, url.port) == self._own
        return url if own or is_tencents(url) or _is_public(url.host or "") else None


def _where(websocket: str) -> tuple[str | None, int | None] | None:
    """Host and port of the implementation itself; what is no address is nobody's."""
    try:
        url = URL(websocket)
        return url.host, url.port
    except ValueError:
        return None


def _file_of(payload: Mapping[str, Any]) -> Frame:
    segments = payload.get("segments")
    for segment in segments if isinstance(segments, list) else ():
        if isinstance(segment, dict) and segment.get("type") == "file":
            data = segment.get("data")
            return data if isinstance(data, dict) else {}
    raise NotFetched(NO_FILE)


def _carried(given: Frame) -> bytes:
    """The bytes that came along; empty if none did."""
    told = given.get("base64")
    if not isinstance(told, str):
        return b""
    try:
        return b64decode(told.removeprefix("base64://"), validate=True)
    except ValueError:
        return b""


def _is_public(host: str) -> bool:
    """Whether it is an IP address of the internet; links to files name such ones now and then."""
    try:
        return ip_address(host).is_global
    except ValueError:
        return False
