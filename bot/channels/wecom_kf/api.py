"""One call of WeCom's API: bounded in time and size, and whether it may have been taken (CHANNELS §2)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import aiohttp

from bot.channels.temporary_media import UPLOADED_AS, form_of

TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5, sock_connect=5)
LARGEST_ANSWER = 16 * 1024 * 1024
"""Bytes: a page of messages is far below; more is not read."""

CHUNK = 64 * 1024
"""Bytes read at once."""

_SERVER_ERRORS = 500


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
    with faults_told_apart():
        async with http.request(
            method, url, params=query, data=body, headers=headers, timeout=timeout, allow_redirects=False
        ) as response:
            return answer_of(response.status, await whole(response))


@contextmanager
def faults_told_apart() -> Iterator[None]:
    """What goes wrong with a request inside it raises NotReached or NoAnswer instead."""
    try:
        yield
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as fault:
        raise NotReached(type(fault).__name__) from None
    except (aiohttp.ClientError, TimeoutError, OSError) as fault:
        raise NoAnswer(type(fault).__name__) from None


async def whole(response: aiohttp.ClientResponse) -> bytes:
    """The body of an answer; raises NoAnswer beyond LARGEST_ANSWER."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise NoAnswer("too large")
    return bytes(body)


def answer_of(status: int, body: bytes) -> dict[str, Any]:
    """The JSON object with an `errcode`, an int, that `body` is; raises NoAnswer."""
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
