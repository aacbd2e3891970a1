"""One call of iLink: bounded in time and size, and whether it may have been taken (CHANNELS §5)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5, sock_connect=5)
LARGEST_ANSWER = 4 * 1024 * 1024
"""Bytes: texts of one seller are far below; more is not read."""

_SERVER_ERRORS = 500
_CHUNK = 64 * 1024


class NotReached(Exception):
    """iLink has not seen the request: nothing was connected."""


class NoAnswer(Exception):
    """The request may have been taken, but what came back is not an answer of iLink's."""


class TimedOut(NoAnswer):
    """Nothing came back in time: for a long poll, that there is nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What iLink said. code: 0 where it has no complaint, which it does not always say."""

    fields: Mapping[str, Any]
    code: int = 0


async def get(
    http: aiohttp.ClientSession,
    url: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    timeout: aiohttp.ClientTimeout = TIMEOUT,
) -> Answer:
    """GET; otherwise as `post`."""
    return await _call(http, "GET", url, headers, timeout, query=query)


async def post(
    http: aiohttp.ClientSession,
    url: str,
    payload: Mapping[str, Any],
    headers: Mapping[str, str],
    timeout: aiohttp.ClientTimeout = TIMEOUT,
) -> Answer:
    """POST `payload` as JSON and return the object that answers.

    Raises NotReached, or NoAnswer (TimedOut); neither carries the URL or the token.
    """
    body = json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace")
    return await _call(http, "POST", url, headers, timeout, body=body)


async def _call(
    http: aiohttp.ClientSession,
    method: str,
    url: str,
    headers: Mapping[str, str],
    timeout: aiohttp.ClientTimeout,
    *,
    query: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> Answer:
    try:
        async with http.request(
            method, url, params=query, data=body, headers=headers, timeout=timeout, allow_redirects=False
        ) as response:
            return _answer(response.status, await _read(response))
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as fault:
        raise NotReached(type(fault).__name__) from None
    except TimeoutError as late:
        raise TimedOut(type(late).__name__) from None
    except (aiohttp.ClientError, OSError) as fault:
        raise NoAnswer(type(fault).__name__) from None


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise NoAnswer("too large")
    return bytes(body)


def _answer(status: int, body: bytes) -> Answer:
    if status >= _SERVER_ERRORS:
        raise NoAnswer(f"HTTP {status}")
    try:
        # NaN and Infinity are no JSON: a database may refuse what contains them
        fields = json.loads(body, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        raise NoAnswer(f"HTTP {status}, not JSON") from None
    if not isinstance(fields, dict):
        raise NoAnswer(f"HTTP {status}, not an object")
    codes = [fields.get(name, 0) for name in ("errcode", "ret")]
    if not all(isinstance(code, int) and not isinstance(code, bool) for code in codes):
        raise NoAnswer(f"HTTP {status}, a code that is none")
    refused = status if status >= 300 else 0
    return Answer(fields, codes[0] or codes[1] or refused)
