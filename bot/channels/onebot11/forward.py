"""Keeping a connection to the implementation's own WebSocket server (CHANNELS §4.1, forward)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import structlog

from bot.channels.onebot11.link import OPTIONS
from bot.channels.onebot11.reverse import GOODBYE
from bot.core.accounts import OnebotAccount

log = structlog.get_logger(__name__)

CONNECT_WITHIN = 10.0
STEADY = 30.0
"""Seconds; a connection that ends sooner counts as failed, or a server that hangs up would be stormed."""
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0


def pause_after(failures: int, chance: float) -> float:
    """Seconds until the next attempt: doubling up to a minute, half of it by chance (0 to 1)."""
    longest = min(FIRST_PAUSE * 2.0 ** min(failures, 10), LONGEST_PAUSE)
    return longest * (0.5 + chance / 2)


async def keep_connected(
    account: OnebotAccount,
    http: aiohttp.ClientSession,
    talk: Callable[[aiohttp.ClientWebSocketResponse], Awaitable[None]],
    chance: Callable[[], float],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Connect, `talk` until the connection ends, and connect again; for ever."""
    failures = 0
    while True:
        began = asyncio.get_running_loop().time()
        try:
            await talk(await _connected(account, http))
        except Exception as fault:  # whatever it was, the next attempt must be made
            log.info("onebot11.not_connected", account=account.id, error=type(fault).__name__)
        lasted = asyncio.get_running_loop().time() - began
        failures = 0 if lasted >= STEADY else failures + 1
        await sleep(pause_after(failures, chance()))


async def _connected(account: OnebotAccount, http: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
    headers = {"Authorization": f"Bearer {account.access_token.get_secret_value()}"}
    async with asyncio.timeout(CONNECT_WITHIN):
        socket: aiohttp.ClientWebSocketResponse = await http.ws_connect(
            account.url,
            headers=headers,
            compress=0,
            timeout=aiohttp.ClientWSTimeout(ws_close=GOODBYE),
            **OPTIONS,
        )
        return socket
