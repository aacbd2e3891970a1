"""The sender: outbox → permission → pace → channel → settle (DESIGN §4.3–4.4)."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import structlog
from sqlalchemy import Connection

from bot.core.clock import Clock
from bot.core.decision import Judgement
from bot.core.delivery import Capability, Outcome, Outgoing, Planned, Verdict
from bot.core.ledger import Limits
from bot.core.settings import SendingSettings
from scheduler.permission import Send, permission
from scheduler.settlement import after_crash, by_outcome, by_permission
from storage.db import Database
from storage.holidays import limits_now
from storage.queues import HORIZON, Claimed, apply_judgement, claim_outbox, heard_since, left_sending
from storage.writers import Surroundings

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 100
"""Calls that may be under way on one account before nothing more is claimed for it."""


class Sending(Protocol):
    """What the sender needs of a channel."""

    capability: Capability

    async def send(self, message: Outgoing) -> Outcome:
        """Try once."""
        ...


class Sender:
    """Hands outbox rows to their channels, one at a time per correspondent."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Sending],
        clock: Clock,
        sending: SendingSettings,
        around: Surroundings,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._channels = channels
        self._clock = clock
        self._sending = sending
        self._around = around
        self._chance = chance
        self._flying: dict[asyncio.Task[None], str] = {}
        self.landed: Callable[[], None] = lambda: None

    async def run_due(self) -> int:
        """Judge what is due and set off what may go; return how many rows moved on.

        A slow platform holds up nobody else's.
        """
        under_way = Counter(self._flying.values())
        accounts = [name for name in self._channels if under_way[name] < MOST_AT_ONCE]
        if not accounts:
            return 0
        claimed, judged = await self._database.write(lambda c: self._claim(c, accounts))
        for row in claimed:
            task = asyncio.create_task(self._deliver(row))
            self._flying[task] = row.planned.contact.account
            task.add_done_callback(self._land)
        return judged

    def _land(self, task: asyncio.Task[None]) -> None:
        del self._flying[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error(
                "not_settled", error=type(error).__name__
            )  # the row stays `sending`; its lease brings it back
        self.landed()

    async def settled(self, account: str | None = None, timeout: float | None = None) -> None:
        """Wait until what is under way (of one account) is settled, at most `timeout` seconds."""
        under_way = [task for task, name in self._flying.items() if account in (None, name)]
        if under_way:
            await asyncio.wait(under_way, timeout=timeout)

    async def recover(self, *, started: bool) -> None:
        """Take up rows left in `sending`: a dead process's at the start, later those whose lease ran out."""
        await self._database.write(lambda c: self._take_up(c, started=started))

    def _claim(self, connection: Connection, accounts: Sequence[str]) -> tuple[list[Claimed], int]:
        now, judge = self._clock.now(), partial(self._judge, limits_now(connection, self._around.limits))
        return claim_outbox(connection, accounts, now, MOST_AT_ONCE, judge, self._around)

    def _judge(self, limits: Limits, planned: Planned, next_free: datetime | None) -> Judgement | None:
        now = self._clock.now()
        capability = self._channels[planned.contact.account].capability
        verdict = permission(planned, capability, now, limits)
        pace = capability.pace
        start_at = max(now, next_free or now) if pace.per_account else now
        if isinstance(verdict, Send) and start_at > now + HORIZON:
            return None
        jitter = timedelta(seconds=pace.jitter * self._chance())
        judged = by_permission(
            planned,
            verdict,
            now,
            start_at,
            timedelta(seconds=pace.per_person) + jitter if pace.per_person else jitter,
        )
        if judged.start_at is None or not pace.per_account:
            return judged
        free_again = start_at + timedelta(seconds=pace.per_account)
        return replace(judged, account={"next_send_at": free_again})

    async def _deliver(self, claimed: Claimed) -> None:
        wait = (claimed.start_at - self._clock.now()).total_seconds()
        if wait > 0:
            await asyncio.sleep(wait)
        planned = claimed.planned
        message = planned.message
        try:
            outcome = await self._channels[planned.contact.account].send(message)
        except Exception as error:
            log.error("channel_broke", account=planned.contact.account, error=type(error).__name__)
            log.debug("channel_broke_because", exc_info=error)
            outcome = Outcome(Verdict.UNKNOWN, "发送时出了内部错误")
        tell = log.debug if outcome.verdict is Verdict.SENT else log.info
        tell(
            "tried", row=message.id, account=message.account, verdict=outcome.verdict.value, code=outcome.code
        )
        await self._database.write(lambda c: self._settle(c, planned, outcome))

    def _settle(self, connection: Connection, planned: Planned, outcome: Outcome) -> None:
        now = self._clock.now()
        capability = self._channels[planned.contact.account].capability
        heard = heard_since(connection, planned)
        verdict = by_outcome(planned, outcome, now, self._sending, capability, heard_since=heard)
        apply_judgement(connection, planned, verdict, now, self._around)

    def _take_up(self, connection: Connection, *, started: bool) -> None:
        now = self._clock.now()
        everything = started and not self._database.shared
        lost: Sequence[Planned] = left_sending(connection, list(self._channels), now)
        if everything:
            lost = [*lost, *left_sending(connection, list(self._channels), None)]
        for planned in {p.message.id: p for p in lost}.values():
            capability = self._channels[planned.contact.account].capability
            apply_judgement(connection, planned, after_crash(planned, capability, now), now, self._around)
