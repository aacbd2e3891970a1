"""Nickname and avatar of buyers who are not known by name yet (CHANNELS §2.4 customer/batchget)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.channels.clean import clean, text_at
from bot.channels.shared_token import TokenFailed
from bot.channels.wecom_kf.api import NoAnswer, NotReached
from bot.channels.wecom_kf.caller import Caller
from bot.core.clock import Clock
from bot.core.events import BuyerEvent, Happening
from storage import pulling
from storage.db import Database

_log = structlog.get_logger(__name__)

BATCHGET = "/cgi-bin/kf/customer/batchget"
MOST_AT_ONCE = 100
AGAIN = timedelta(days=1)
"""Whom WeCom has no name for is asked about this often."""

MOST_REMEMBERED = 10_000
_LONGEST_NAME = 64
_SEX = {1: "男", 2: "女"}


class Names:
    """Asks WeCom who somebody is, before their first words are read, so that the seller sees a name."""

    def __init__(self, account: str, caller: Caller, database: Database, clock: Clock) -> None:
        self._account = account
        self._caller = caller
        self._database = database
        self._clock = clock
        self._asked: dict[str, datetime] = {}

    async def learn(self, external_ids: Collection[str]) -> list[BuyerEvent]:
        """What there is to learn about these; nothing if WeCom cannot be asked: no message waits for it."""
        now = self._clock.now()
        unasked = [id_ for id_ in set(external_ids) if self._asked.get(id_, now - AGAIN) + AGAIN <= now]
        if not unasked:
            return []
        unknown = sorted(await self._database.read(lambda c: pulling.nameless(c, self._account, unasked)))
        told: list[BuyerEvent] = []
        for start in range(0, len(unknown), MOST_AT_ONCE):
            told += await self._told(unknown[start : start + MOST_AT_ONCE], now)
        return told

    async def _told(self, external_ids: Sequence[str], now: datetime) -> list[BuyerEvent]:
        asked = {"external_userid_list": list(external_ids), "need_enter_session_context": 0}
        try:
            answer = await self._caller.call(BATCHGET, asked)
        except (TokenFailed, NotReached, NoAnswer) as fault:
            _log.info("wecom_kf.names_not_told", account=self._account, error=type(fault).__name__)
            return []
        if answer["errcode"]:
            _log.info("wecom_kf.names_not_told", account=self._account, code=answer["errcode"])
            return []
        self._remember(external_ids, now)
        listed = answer.get("customer_list")
        people = [clean(one) for one in listed] if isinstance(listed, list) else []
        return [self._event(one, now) for one in people if text_at(one, "external_userid") in external_ids]

    def _remember(self, external_ids: Sequence[str], now: datetime) -> None:
        if len(self._asked) > MOST_REMEMBERED:
            self._asked.clear()
        self._asked |= dict.fromkeys(external_ids, now)

    def _event(self, one: dict[str, Any], now: datetime) -> BuyerEvent:
        external_id = text_at(one, "external_userid")
        gender = one.get("gender")
        detail = {
            "nickname": " ".join(text_at(one, "nickname").split())[:_LONGEST_NAME],
            "avatar": text_at(one, "avatar"),
            "gender": _SEX.get(gender, "") if isinstance(gender, int) else "",
            "union_id": text_at(one, "unionid"),
        }
        # the same profile again is the same event
        digest = hashlib.sha256(json.dumps([external_id, detail], sort_keys=True).encode()).hexdigest()
        return BuyerEvent(
            self._account, external_id, f"profile:{digest[:40]}", now, Happening.PROFILE, detail
        )
