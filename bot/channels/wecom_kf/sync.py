"""One page of kf/sync_msg: asked for with cursor and token, and checked (CHANNELS §2.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.channels.shared_token import TokenFailed
from bot.channels.wecom_kf.api import NoAnswer, NotReached
from bot.channels.wecom_kf.caller import Caller
from bot.channels.wecom_kf.errors import INVALID_PARAMETER, TABLE, UNREACHED, outcome_of
from bot.core.delivery import Outcome, Verdict
from storage.pulling import Position

SYNC = "/cgi-bin/kf/sync_msg"
LIMIT = 200
"""Messages a page; WeCom gives up to 1,000, but each page is durable by itself."""

TOKEN_FOR = timedelta(minutes=9, seconds=30)
"""WeCom takes a wake-up's token for ten minutes."""

_LONGEST_CURSOR = 512


@dataclass(frozen=True, slots=True)
class Page:
    """Entries as they came, where the next page begins, and whether there is one.

    token: with which it was given; empty if WeCom did not take the one there was.
    """

    entries: list[Any]
    cursor: str
    has_more: bool
    token: str = ""


class NotFetched(Exception):
    """WeCom gave no page; `outcome` says why, and how long to wait."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.code or outcome.reason)
        self.outcome = outcome


async def fetch(caller: Caller, open_kfid: str, position: Position, now: datetime) -> Page:
    """The page that begins at `position`; raises NotFetched.

    A token or cursor that WeCom does not take is left out, in this order: without a cursor the last three
    days come again, of which everything that is stored is recognised.
    """
    refused = Outcome(Verdict.RETRY, UNREACHED)
    for cursor, token in _ways(position, now):
        asked = {"cursor": cursor, "token": token, "limit": LIMIT, "voice_format": 0, "open_kfid": open_kfid}
        answer = await _answer(caller, {name: value for name, value in asked.items() if value != ""})
        if answer["errcode"] == 0:
            return _page(answer, cursor, token)
        refused = outcome_of(answer)
        if answer["errcode"] in TABLE and answer["errcode"] != INVALID_PARAMETER:
            break
    raise NotFetched(refused)


def _ways(position: Position, now: datetime) -> Iterator[tuple[str, str]]:
    fresh = position.token_at is not None and now - position.token_at < TOKEN_FOR
    if fresh and position.token:
        yield position.cursor, position.token
    yield position.cursor, ""
    if position.cursor:
        yield "", ""


async def _answer(caller: Caller, payload: dict[str, Any]) -> dict[str, Any]:
    try:
        return await caller.call(SYNC, payload)
    except TokenFailed as failed:
        raise NotFetched(failed.outcome) from None
    except (NotReached, NoAnswer):
        raise NotFetched(Outcome(Verdict.RETRY, UNREACHED)) from None


def _page(answer: dict[str, Any], before: str, token: str) -> Page:
    entries, cursor = answer.get("msg_list"), answer.get("next_cursor")
    known = isinstance(cursor, str) and 0 < len(cursor) <= _LONGEST_CURSOR
    return Page(
        entries if isinstance(entries, list) else [],
        str(cursor) if known else before,
        answer.get("has_more") == 1,
        token,
    )
