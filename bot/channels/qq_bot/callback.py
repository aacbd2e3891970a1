"""The webhook of one QQ bot: check who posts, store what it says, acknowledge (CHANNELS §3.2)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog

from bot.channels.base import BadCallback, HookAnswer, Submit
from bot.channels.qq_bot.inbound import events_of
from bot.channels.qq_bot.payload import Fields, fields_of, part, text
from bot.channels.qq_bot.signing import Signer
from bot.core.accounts import QqBotAccount
from bot.core.clock import Clock
from bot.core.events import Inbound

_log = structlog.get_logger(__name__)

DEADLINE = 2.5
"""Seconds within which QQ is answered (CHANNELS §8: three); what is not stored then, it must send again."""

DISPATCH, HEARTBEAT, HEARTBEAT_ACK, ACK, VALIDATE = 0, 1, 11, 12, 13

_LONGEST_VALIDATION = 1024  # bytes; nothing longer is looked at without a signature
_FARTHEST_AHEAD = timedelta(days=1)


class Callback:
    """The Hook of one account; any number of requests at once."""

    def __init__(self, account: QqBotAccount, clock: Clock) -> None:
        self._account = account
        self._clock = clock
        self._signer = Signer(account.app_secret.get_secret_value())
        self._storing: set[asyncio.Task[Any]] = set()

    async def posted(self, headers: Mapping[str, str], body: bytes, submit: Submit) -> HookAnswer:
        """Store what the POST says happened and acknowledge it; 503 if it could not be stored in time.

        BadCallback 403: not signed by QQ, stale, for another bot, or a validation that is none.
        BadCallback 400: signed, but nothing that QQ sends.
        """
        signed = self._checked(headers, body)
        payload = fields_of(body)
        op = payload.get("op")
        if op == VALIDATE:
            return self._validated(part(payload, "d"))
        if not signed:
            raise BadCallback(403, "not signed")
        if op == HEARTBEAT:
            return _json({"op": HEARTBEAT_ACK, "d": payload.get("d")})
        if op != DISPATCH:
            raise BadCallback(400, "an op that no webhook carries")
        return await self._dispatched(payload, submit)

    def _checked(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the body is signed; only a validation may come without (CHANNELS §3.2)."""
        if headers.get("X-Bot-Appid", self._account.app_id) != self._account.app_id:
            raise BadCallback(403, "X-Bot-Appid is another bot")
        signature, timestamp = headers.get("X-Signature-Ed25519"), headers.get("X-Signature-Timestamp")
        if signature is None and timestamp is None:
            if len(body) > _LONGEST_VALIDATION:
                raise BadCallback(403, "not signed")
            return False
        self._signer.check(signature or "", timestamp or "", body, self._clock.now())
        return True

    def _validated(self, asked: Fields) -> HookAnswer:
        plain, stamp = text(asked, "plain_token"), text(asked, "event_ts")
        signature = self._signer.validation(plain, stamp, self._clock.now())
        _log.info("qq_bot.url_validated", account=self._account.id)
        return _json({"plain_token": plain, "signature": signature})

    async def _dispatched(self, payload: Fields, submit: Submit) -> HookAnswer:
        events = events_of(payload, self._account.id)
        latest = self._clock.now() + _FARTHEST_AHEAD
        if any(event.at > latest for event in events):
            raise BadCallback(400, "timestamp is in the future")
        if await self._stored(events, submit):
            return _json({"op": ACK, "d": 0})
        return _json({"op": ACK, "d": 1}, status=503)

    async def _stored(self, events: list[Inbound], submit: Submit) -> bool:
        """Whether everything is, in time; what takes longer goes on, for QQ may not ask again."""
        tasks = [asyncio.create_task(_stored(submit, event)) for event in events]
        if not tasks:
            return True
        self._storing.update(tasks)
        for task in tasks:
            task.add_done_callback(self._storing.discard)
        done, late = await asyncio.wait(tasks, timeout=DEADLINE)
        errors = [error for task in done if (error := task.result()) is not None]
        if not errors and not late:
            return True
        why = type(errors[0]).__name__ if errors else "late"
        _log.error("qq_bot.not_stored", account=self._account.id, error=why)
        return False


async def _stored(submit: Submit, event: Inbound) -> Exception | None:
    try:
        await submit(event)
    except Exception as error:  # whatever it was, QQ must not believe that we have it
        return error
    return None


def _json(answer: dict[str, Any], status: int = 200) -> HookAnswer:
    return HookAnswer(json.dumps(answer).encode(), "application/json", status)
