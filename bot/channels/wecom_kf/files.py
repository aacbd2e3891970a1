"""Files that buyers and sellers send: fetched by their media id while WeCom keeps them (CHANNELS §2.4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import aiohttp
from aiohttp.hdrs import ACCEPT_ENCODING, CONTENT_DISPOSITION

from bot.channels.base import MOST_FETCHED, Fetched
from bot.channels.clean import text_at
from bot.channels.wecom_kf.api import CHUNK, answer_of, faults_told_apart, whole
from bot.channels.wecom_kf.disposition import name_of
from bot.channels.wecom_kf.errors import UNREACHED

GET = "/cgi-bin/media/get"
LONGEST = 120.0
"""Seconds in which a file must be there: 20 MB on a line of 1.5 Mbit/s."""

NOT_CONNECTED = f"{UNREACHED}，文件没取到，请过一会儿再试"

_OK = 200
_MEDIA_ID = re.compile(r"[!-~]{1,1024}")


class TooLarge(Exception):
    """The file goes on beyond what is read."""


def media_id_in(payload: Mapping[str, Any]) -> str:
    """The media id of a message of kind FILE; empty if it has none that can be asked for."""
    media_id = text_at(payload, "media_id")
    return media_id if _MEDIA_ID.fullmatch(media_id) else ""


async def download(
    http: aiohttp.ClientSession, url: str, media_id: str, token: str, timeout: aiohttp.ClientTimeout
) -> Fetched | dict[str, Any]:
    """GET a file, or the JSON object with an `errcode`, an int, by which WeCom refuses it.

    Only a file has a Content-Disposition, and a file may itself be such JSON. Raises NotReached, NoAnswer,
    or TooLarge when it has more than `MOST_FETCHED` bytes, whatever its headers say.
    """
    query = {"access_token": token, "media_id": media_id}
    # what is counted is then what was sent
    headers = {ACCEPT_ENCODING: "identity"}
    with faults_told_apart():
        async with http.get(
            url, params=query, headers=headers, timeout=_patient(timeout), allow_redirects=False
        ) as response:
            disposition = response.headers.get(CONTENT_DISPOSITION)
            if response.status != _OK or disposition is None:
                return answer_of(response.status, await whole(response))
            return Fetched(name_of(disposition), await _file(response))


def _patient(timeout: aiohttp.ClientTimeout) -> aiohttp.ClientTimeout:
    """A file may take longer than another call, but is never silent for longer than one may take."""
    return aiohttp.ClientTimeout(
        total=LONGEST, connect=timeout.connect, sock_connect=timeout.sock_connect, sock_read=timeout.total
    )


async def _file(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK):
        if len(body) + len(chunk) > MOST_FETCHED:
            response.close()  # the rest is not even received
            raise TooLarge
        body += chunk
    return bytes(body)
