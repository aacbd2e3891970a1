"""Files that people send: a harmless name, and bytes from a link at Tencent's, never too many."""

from __future__ import annotations

import re
import unicodedata

import aiohttp
from yarl import URL

from bot.channels.base import MOST_FETCHED, NotFetched

TIMEOUT = aiohttp.ClientTimeout(total=60, connect=5, sock_connect=5, sock_read=15)

TOO_LARGE = f"文件太大，这里最多收 {MOST_FETCHED // 2**20} MB"
FOREIGN = "文件的下载地址不是腾讯的，为安全没有下载"
GONE = "文件下载不到了，可能过期了，请重新发一次"
BROKE_OFF = "下载文件时断了，请过一会儿再试"
NO_FILE = "这条消息里没有文件"
NAMELESS = "文件"
LONGEST_NAME = 100
"""Characters, with the ending."""

_TENCENT = re.compile(r"[a-z0-9.-]+\.(?:qq\.com|qq\.com\.cn|qpic\.cn)")
_FOLDER = re.compile(r"[/\\]")
_UNFIT = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_LONGEST_ENDING = 10
_LONGEST_URL = 4000
_CHUNK = 64 * 1024
_BUSY = 429


def file_name(told: str) -> str:
    """The last path component; `NAMELESS` if nothing is left of it.

    Without control characters, line breaks and marks that turn the direction of writing; at most
    LONGEST_NAME characters, of which the ending is kept.
    """
    last = _FOLDER.split(told)[-1]
    fit = "".join(c for c in last if unicodedata.category(c) not in _UNFIT).strip()
    stem, dot, ending = fit.rpartition(".")
    if len(fit) > LONGEST_NAME and stem and len(ending) <= _LONGEST_ENDING:
        return stem[: LONGEST_NAME - len(dot + ending)] + dot + ending
    return fit[:LONGEST_NAME] if fit.strip(". ") else NAMELESS


def link(told: str) -> URL | None:
    """The address as it is written, for a link may be signed; None for what is none, or names a user."""
    if len(told) > _LONGEST_URL or not told.isprintable() or " " in told:
        return None
    try:
        url = URL(told, encoded=told.isascii())
        known = bool(url.host) and (url.port or 0) >= 0
    except ValueError:
        return None
    return url if known and url.user is None else None


def is_tencents(url: URL) -> bool:
    """Whether its host has a name of Tencent's file servers."""
    return _TENCENT.fullmatch((url.host or "").lower()) is not None


async def download(http: aiohttp.ClientSession, url: URL, timeout: aiohttp.ClientTimeout = TIMEOUT) -> bytes:
    """What is there; NotFetched for a redirect, an error, and more than `MOST_FETCHED` bytes."""
    headers = {"Accept-Encoding": "identity"}  # a small answer must not unfold into a huge one
    try:
        async with http.get(url, headers=headers, timeout=timeout, allow_redirects=False) as response:
            return await _bounded(response)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        raise NotFetched(BROKE_OFF, again=True) from None


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    if 300 <= response.status < 400 or "Content-Encoding" in response.headers:
        raise NotFetched(FOREIGN)
    if response.status != 200:
        passing = response.status >= 500 or response.status == _BUSY
        raise NotFetched(BROKE_OFF, again=True) if passing else NotFetched(GONE)
    if (response.content_length or 0) > MOST_FETCHED:
        raise NotFetched(TOO_LARGE)
    read = bytearray()
    while chunk := await response.content.read(min(_CHUNK, MOST_FETCHED + 1 - len(read))):
        read += chunk
        if len(read) > MOST_FETCHED:  # one byte more, to know that there is more
            raise NotFetched(TOO_LARGE)
    return bytes(read)
