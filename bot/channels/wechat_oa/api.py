"""One POST to WeChat's API, and whether it may have been taken when no answer came (CHANNELS §1.6-1.8)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from bot.channels.temporary_media import UPLOADED_AS, form_of

TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5, sock_connect=5)

_SERVER_ERRORS = 500


class NotReached(Exception):
    """WeChat has not seen the request: nothing was connected."""


class NoAnswer(Exception):
    """The request may have been taken, but what came back is not an answer of WeChat's."""


async def call(
    http: aiohttp.ClientSession,
    url: str,
    payload: Mapping[str, Any],
    *,
    token: str | None = None,
    timeout: aiohttp.ClientTimeout = TIMEOUT,
) -> dict[str, Any]:
    """POST `payload` as JSON and return the JSON object that answers; `errcode` in it is an int.

    Raises NotReached or NoAnswer; neither carries the URL, which holds the access token.
    """
    # Not aiohttp's json=: WeChat shows \uXXXX to the buyer as it is (CHANNELS §1.7).
    body = json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace")
    headers = {"Content-Type": "application/json; charset=utf-8"}
    query = {"access_token": token} if token is not None else {}
    return await _post(http, url, query, body, headers, timeout)


async def upload(
    http: aiohttp.ClientSession, url: str, picture: bytes, token: str, timeout: aiohttp.ClientTimeout
) -> dict[str, Any]:
    """POST a PNG as temporary media; otherwise as `call`, but an answer without refusal has no `errcode`."""
    query = {"access_token": token, **UPLOADED_AS}
    return await _post(http, url, query, form_of(picture), {}, timeout)


async def _post(
    http: aiohttp.ClientSession,
    url: str,
    query: Mapping[str, str],
    body: bytes | aiohttp.FormData,
    headers: Mapping[str, str],
    timeout: aiohttp.ClientTimeout,
) -> dict[str, Any]:
    try:
        async with http.post(
            url, data=body, params=query, headers=headers, timeout=timeout, allow_redirects=False
        ) as response:
            return _answer(response.status, await response.read())
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as fault:
        raise NotReached(type(fault).__name__) from None
    except (aiohttp.ClientError, TimeoutError, OSError) as fault:
        raise NoAnswer(type(fault).__name__) from None


def _answer(status: int, body: bytes) -> dict[str, Any]:
    if status >= _SERVER_ERRORS:
        raise NoAnswer(f"HTTP {status}")
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise NoAnswer(f"HTTP {status}, not JSON") from None
    if not isinstance(answer, dict) or not isinstance(answer.get("errcode", 0), int):
        raise NoAnswer(f"HTTP {status}, not an answer object")
    return answer
