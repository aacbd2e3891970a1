"""Calls of one account with its token: a refused token is renewed once, and not too many at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import aiohttp

from bot.channels.base import Fetched, TokenStore
from bot.channels.temporary_media import UPLOAD
from bot.channels.wecom_kf.api import TIMEOUT, post, upload
from bot.channels.wecom_kf.errors import TOKEN_CODES
from bot.channels.wecom_kf.files import GET, download
from bot.channels.wecom_kf.token import AccessToken
from bot.core.accounts import WecomKfAccount
from bot.core.clock import Clock

MOST_AT_ONCE = 4
"""WeCom refuses about the sixth concurrent call of an interface (45033, CHANNELS §2.2)."""

FILES_AT_ONCE = 2
"""Beside those, for a file can take minutes, and is held in memory."""

_Answer = TypeVar("_Answer")


class Caller:
    """The API of one account."""

    def __init__(
        self,
        account: WecomKfAccount,
        http: aiohttp.ClientSession,
        tokens: TokenStore,
        clock: Clock,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        self._base = account.api_base
        self._http = http
        self._timeout = timeout
        self._token = AccessToken(account, http, tokens, clock, timeout)
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        self._room_for_files = asyncio.Semaphore(FILES_AT_ONCE)

    async def call(self, path: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """WeCom's answer; with a renewed token the second and last time, if the first was refused.

        Raises TokenFailed, NotReached or NoAnswer.
        """
        url = self._base + path
        async with self._room:
            return await self._answer(lambda token: post(self._http, url, payload, token, self._timeout))

    async def upload(self, picture: bytes) -> dict[str, Any]:
        """What WeCom answers to a PNG as temporary media; otherwise as `call`."""
        url = self._base + UPLOAD
        async with self._room:
            return await self._answer(lambda token: upload(self._http, url, picture, token, self._timeout))

    async def download(self, media_id: str) -> Fetched | dict[str, Any]:
        """A file, or WeCom's refusal; raises TooLarge too, otherwise as `call`."""
        url = self._base + GET
        async with self._room_for_files:
            return await self._answer(lambda token: download(self._http, url, media_id, token, self._timeout))

    async def _answer(self, ask: Callable[[str], Awaitable[_Answer]]) -> _Answer:
        grant = await self._token.get()
        answer = await ask(grant.token)
        if isinstance(answer, dict) and answer["errcode"] in TOKEN_CODES:
            grant = await self._token.renew(grant)
            answer = await ask(grant.token)
        return answer
