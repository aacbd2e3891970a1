"""Files that users send to a QQ bot: attachments with a link at Tencent's (CHANNELS §3.4).

That private chats deliver files so, and how long the links last, is not confirmed against the real QQ.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import aiohttp
from yarl import URL

from bot.channels.base import MOST_FETCHED, Fetched, NotFetched
from bot.channels.fetching import (
    FOREIGN,
    GONE,
    NO_FILE,
    TIMEOUT,
    TOO_LARGE,
    download,
    file_name,
    is_tencents,
    link,
)
from bot.channels.qq_bot.inbound import kind_of
from bot.core.events import MessageKind

_SIZE = re.compile(r"[0-9]{1,15}")


async def fetched(
    http: aiohttp.ClientSession,
    api_base: str,
    payload: Mapping[str, Any],
    timeout: aiohttp.ClientTimeout = TIMEOUT,
) -> Fetched:
    """The first file among a message's attachments; NotFetched. Besides Tencent's, `api_base` may be asked.

    No token goes along: the link says who may have the file.
    """
    said = _file_of(payload)
    if _size(said.get("size")) > MOST_FETCHED:
        raise NotFetched(TOO_LARGE)
    told, name = said.get("url"), said.get("filename")
    address = _address(told, URL(api_base)) if isinstance(told, str) and told else None
    if address is None:
        raise NotFetched(FOREIGN if told else GONE)
    data = await download(http, address, timeout)
    return Fetched(file_name(name if isinstance(name, str) else ""), data)


def _file_of(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    attachments = payload.get("attachments")
    for attachment in attachments if isinstance(attachments, list) else ():
        if isinstance(attachment, dict) and kind_of(attachment) is MessageKind.FILE:
            return attachment
    raise NotFetched(NO_FILE)


def _size(told: object) -> int:
    """Bytes, which QQ writes as a number or as its digits; 0 if it does not say."""
    return int(str(told)) if _SIZE.fullmatch(str(told)) else 0


def _address(told: str, api_base: URL) -> URL | None:
    """The address, if it may be asked: https at Tencent's, or where the API is."""
    url = link(told)
    if url is None:
        return None
    ours = (url.scheme, url.host, url.port) == (api_base.scheme, api_base.host, api_base.port)
    return url if ours or (url.scheme == "https" and is_tencents(url)) else None
