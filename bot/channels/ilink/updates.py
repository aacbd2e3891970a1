"""One long poll of getupdates (CHANNELS §5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.channels.clean import fit
from bot.channels.ilink import wire
from bot.channels.ilink.api import TimedOut, post
from bot.channels.ilink.store import Session
from bot.core.accounts import IlinkAccount

USUAL_WAIT, LONGEST_WAIT = 35.0, 45.0
"""Seconds that the platform keeps us waiting; less than the lease under which one process fetches."""
_SLACK = 5.0
_LONGEST_BUFFER = 256 * 1024


@dataclass(frozen=True, slots=True)
class Page:
    """Entries as they came. buffer: from where to go on, empty if it has not moved. wait: for the next."""

    entries: list[Any]
    buffer: str = ""
    code: int = 0
    wait: float = USUAL_WAIT


async def fetch(
    account: IlinkAccount, http: aiohttp.ClientSession, session: Session, buffer: str, wait: float
) -> Page:
    """What has come since `buffer`; an empty page if nothing has in time. Raises NotReached, NoAnswer."""
    asked = {"get_updates_buf": buffer} | wire.base_info(account)
    url = (session.base or account.api_base) + wire.UPDATES
    limit = aiohttp.ClientTimeout(total=wait + _SLACK, connect=5, sock_connect=5)
    try:
        answer = await post(http, url, asked, wire.headers(account, session.token), limit)
    except TimedOut:
        return Page([])
    entries, moved = answer.fields.get("msgs"), answer.fields.get("get_updates_buf")
    known = isinstance(moved, str) and len(moved) <= _LONGEST_BUFFER and fit(moved) == moved
    return Page(
        entries if isinstance(entries, list) else [],
        str(moved) if known else "",
        answer.code,
        _wait(answer.fields.get("longpolling_timeout_ms")),
    )


def _wait(told: object) -> float:
    if not isinstance(told, int) or isinstance(told, bool) or told <= 0:
        return USUAL_WAIT
    return min(told / 1000, LONGEST_WAIT)
