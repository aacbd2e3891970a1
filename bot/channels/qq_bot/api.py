"""One call to QQ's API, and whether it may have been taken when no answer came (CHANNELS §3.1, §3.5)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

TIMEOUT = aiohttp.ClientTimeout(total=12, connect=5, sock_connect=5)

LONGEST_ANSWER = 256 * 1024
_SERVER_ERRORS = 500
_CHUNK = 16 * 1024


class NotReached(Exception):
    """QQ has not seen the request: nothing was connected."""


class NoAnswer(Exception):
    """The request may have been taken, but what came back is not an answer of QQ's."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What QQ said: `code` is 0 where it has no complaint."""

    status: int
    fields: Mapping[str, Any]
    trace: str = ""

    @property
    def code(self) -> int:
        """The error code; QQ writes it twice, now and then once."""
        for name in ("err_code", "code"):
            value = self.fields.get(name)
            if isinstance(value, int) and value:
                return value
        return 0


async def call(
    http: aiohttp.ClientSession,
    method: str,
    url: str,
    payload: Mapping[str, Any] | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    timeout: aiohttp.ClientTimeout = TIMEOUT,
) -> Answer:
    """Send `payload` as JSON and return the JSON object that answers, whatever its status.

    Raises NotReached or NoAnswer; a server error without a code of QQ's is none of its answers.
    """
    body = None if payload is None else json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace")
    sent = {"Content-Type": "application/json"} | dict(headers or {})
    try:
        async with http.request(
            method, url, data=body, headers=sent, timeout=timeout, allow_redirects=False
        ) as response:
            trace = response.headers.get("X-Tps-trace-ID", "")[:100]
            return _answer(response.status, await _bounded(response), trace)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as fault:
        raise NotReached(type(fault).__name__) from None
    except (aiohttp.ClientError, TimeoutError, OSError) as fault:
        raise NoAnswer(type(fault).__name__) from None


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    read = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        read += chunk
        if len(read) > LONGEST_ANSWER:
            raise NoAnswer("an answer without end")
    return bytes(read)


def _answer(status: int, body: bytes, trace: str) -> Answer:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        raise NoAnswer(f"HTTP {status}, not JSON") from None
    if not isinstance(fields, dict):
        raise NoAnswer(f"HTTP {status}, not an object")
    answer = Answer(status, fields, trace)
    if status >= _SERVER_ERRORS and not answer.code:
        raise NoAnswer(f"HTTP {status}")
    return answer
