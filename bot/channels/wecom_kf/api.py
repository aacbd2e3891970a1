"""One call of WeCom's API: bounded in time and size, and whether it may have been taken (CHANNELS §2)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from bot.channels.temporary_media import UPLOADED_AS, form_of

TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5, sock_connect=5)
LARGEST_ANSWER = 16 * 1024 * 1024
"""Bytes: a page of messages is far below; more is not read."""

_SERVER_ERRORS = 500
_CHUNK = 64 * 1024


class NotReached(Exception):
    """WeCom has not seen the request: nothing was connected."""


class NoAnswer(Exception):
    """The request may have been taken, but what came back is not an answer of WeCom's."""


async def get(
    http: aiohttp.ClientSession, url: str, query: Mapping[str, str], timeout: aiohttp.ClientTimeout
) -> dict[str, Any]:
    """GET; otherwise as `post`."""
    return await _call(http, "GET", url, query, None, timeout)


async def post(
    http: aiohttp.ClientSession,
    url: str,
    payload: Mapping[str, Any],
    token: str,
    timeout: aiohttp.ClientTimeout,
) -> dict[str, Any]:
    """POST `payload` as JSON and return the JSON object that answers; it has an `errcode`, an int.

    Raises NotReached or NoAnswer; neither carries the URL, which holds the secret or the token.
    """
    body = json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace")
    return await _call(http, "POST", url, {"access_token": token}, body, timeout)


async def upload(
    http: aiohttp.ClientSession, url: str, picture: bytes, token: str, timeout: aiohttp.ClientTimeout
) -> dict[str, Any]:
    """POST a PNG as temporary media (CHANNELS §2.4); otherwise as `post`."""
    query = {"access_token": token, **UPLOADED_AS}
    return await _call(http, "POST", url, query, form_of(picture), timeout)


async def _call(
    http: aiohttp.ClientSession,
    method: str,
    url: str,
    query: Mapping[str, str],
    body: bytes | aiohttp.FormData | None,
    timeout: aiohttp.ClientTimeout,
) -> dict[str, Any]:
    headers = {"Content-Type": "application/json; charset=utf-8"} if isinstance(body, bytes) else {}
    try:
        async with http.request(
            method, url, params=query, data=body, headers=headers, timeout=timeout, allow_redirects=False
        ) as response:
            return _answer(response.status, await _read(response))
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as fault:
        raise NotReached(type(fault).__name__) from None
    except (aiohttp.ClientError, TimeoutError, OSError) as fault:
        raise NoAnswer(type(fault).__name__) from None


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise NoAnswer("too large")
    return bytes(body)


def _answer(status: int, body: bytes) -> dict[str, Any]:
    if status >= _SERVER_ERRORS:
        raise NoAnswer(f"HTTP {status}")
    try:
        # NaN and Infinity are no JSON: a database may refuse what contains them
        answer = json.loads(body, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        raise NoAnswer(f"HTTP {status}, not JSON") from None
    code = answer.get("errcode") if isinstance(answer, dict) else None
    if not isinstance(answer, dict) or not isinstance(code, int) or isinstance(code, bool):
        raise NoAnswer(f"HTTP {status}, not an answer object")
    return answer
