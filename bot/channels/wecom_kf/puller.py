"""Keeps up with one account: wake-up → mark → fetch → store → cursor, one at a time (CHANNELS §2.2)."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from bot.batching import Batcher
from bot.channels.base import Submit, Tell
from bot.channels.wecom_kf.caller import Caller
from bot.channels.wecom_kf.errors import TOO_OFTEN
from bot.channels.wecom_kf.happenings import CODE
from bot.channels.wecom_kf.inbound import Reading, read
from bot.channels.wecom_kf.names import Names
from bot.channels.wecom_kf.sync import NotFetched, Page, fetch
from bot.core.accounts import WecomKfAccount
from bot.core.clock import Clock
from bot.core.delivery import Outcome, Verdict
from bot.core.events import BuyerEvent, BuyerMessage, Happening
from storage import pulling
from storage.db import Database
from storage.pulling import Position

_log = structlog.get_logger(__name__)

LOOK, LOOK_ALONE = 1.0, 20.0
"""Seconds between looks at what other processes have been told, if there can be any."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
AT_ONCE = 100
"""Events that wait for the database together."""

Arrived = BuyerMessage | BuyerEvent


class Stuck(Exception):
    """WeCom says that there is more, but not from where."""


class Puller:
    """Fetches for one account, also after a crash and beside other processes: all it knows is rows.

    landed: waits until the message of that id is no longer being sent. tell: tells the sellers.
    """

    def __init__(
        self,
        account: WecomKfAccount,
        caller: Caller,
        database: Database,
        clock: Clock,
        landed: Callable[[str], Awaitable[None]],
        tell: Tell,
    ) -> None:
        self._account = account
        self._caller = caller
        self._database = database
        self._clock = clock
        self._landed = landed
        self._tell = tell
        self._names = Names(account.id, caller, database, clock)
        self._holder = uuid.uuid4().hex
        self._bell = asyncio.Event()
        self._marks: Batcher[str, None] = Batcher(self._mark, 1000)
        self._task: asyncio.Task[None] | None = None
        self._submit: Submit | None = None
        self._told_to_wait = 0.0

    async def start(self, submit: Submit) -> None:
        """Fetch at once what was said while nobody listened, and go on."""
        self._submit = submit
        await self._database.write(self._take_up)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Leave off; a page that is half stored is fetched again."""
        if self._task is None:
            return
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self._task = None
        await self._database.write(lambda c: pulling.free(c, self._account.id, self._holder))

    async def wake(self, token: str) -> None:
        """Mark durably that there is something; wake-ups that come together are one mark."""
        await self._marks.submit(token)
        self._bell.set()

    async def _mark(self, tokens: Sequence[str]) -> Sequence[None]:
        now = self._clock.now()
        await self._database.write(lambda c: pulling.ask(c, self._account.id, tokens[-1], now))
        return [None] * len(tokens)

    def _take_up(self, connection: Connection) -> None:
        pulling.ensure(connection, self._account.id, self._clock.now())
        if not self._database.shared:
            pulling.free(connection, self._account.id)

    # --- when to fetch --------------------------------------------------------------------------

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        look = LOOK if self._database.shared else LOOK_ALONE
        poll_at, pause = loop.time(), 0.0
        while True:
            self._bell.clear()
            unasked = loop.time() >= poll_at
            done = await self._round(unasked=unasked)
            if done and unasked:
                poll_at = loop.time() + self._account.poll.total_seconds()
            pause = 0.0 if done else min(max(2 * pause, FIRST_PAUSE, self._told_to_wait), LONGEST_PAUSE)
            # what failed is not tried again before a pause, whoever rings
            await asyncio.sleep(pause)
            with suppress(TimeoutError):
                async with asyncio.timeout(look if done else 0):
                    await self._bell.wait()

    async def _round(self, *, unasked: bool) -> bool:
        """Fetch until there is no more; whether that has succeeded."""
        self._told_to_wait = 0.0
        try:
            if unasked or await self._database.read(lambda c: pulling.has_more(c, self._account.id)):
                await self.pull(unasked=unasked)
            return True
        except NotFetched as failed:
            wait = failed.outcome.retry_after or timedelta()
            self._told_to_wait = wait.total_seconds()
            await self._report(failed.outcome)
        except Exception as error:
            _log.error("wecom_kf.not_fetched", account=self._account.id, error=type(error).__name__)
            _log.debug("wecom_kf.not_fetched_because", exc_info=error)
        return False

    async def _report(self, outcome: Outcome) -> None:
        """Sellers are told once a day and cause, unless it passes by itself."""
        _log.warning("wecom_kf.not_fetched", account=self._account.id, code=outcome.code)
        if outcome.verdict is Verdict.RETRY or outcome.code == TOO_OFTEN:
            return
        day = f"{self._clock.now():%Y%m%d}"
        text = f"账号 {self._account.id} 现在收不到消息：{outcome.reason}。恢复以后自动补收，三天内的不会丢。"
        await self._tell(text, f"deaf:{self._account.id}:{outcome.code}:{day}")

    # --- fetching -------------------------------------------------------------------------------

    async def pull(self, *, unasked: bool = False) -> None:
        """Fetch page after page, each stored before the cursor moves, until every wake-up is followed.

        unasked: also if nothing has been told of. Raises NotFetched, Stuck, or what storing raises.
        """
        me, now = self._account.id, self._clock.now()
        position = await self._database.write(
            lambda c: pulling.claim(c, me, self._holder, now, anyway=unasked)
        )
        while position is not None:
            page = await fetch(self._caller, self._account.open_kfid, position, self._clock.now())
            await self._store(page, position)
            if page.has_more and page.cursor == position.cursor:
                raise Stuck
            spoiled = position.token if not page.token else ""
            position = await self._advanced(page, position)
            if position is not None and position.token == spoiled:
                position = replace(position, token="")
            if position is not None and not page.has_more and not position.more:
                await self._database.write(lambda c: pulling.free(c, me, self._holder))
                return

    async def _advanced(self, page: Page, position: Position) -> Position | None:
        seen, now = None if page.has_more else position.asked, self._clock.now()
        return await self._database.write(
            lambda c: pulling.advance(c, self._account.id, self._holder, page.cursor, now, seen=seen)
        )

    async def _store(self, page: Page, position: Position) -> None:
        """Hand everything on in its order; when this returns, it is durable."""
        now = self._clock.now()
        since = position.since - self._account.stale
        reading = Reading(self._account.id, self._account.open_kfid, since, self._account.servicers)
        arrived = [event for entry in page.entries for event in read(entry, reading, now)]
        await self._keep_codes(arrived)
        people = {event.external_id for event in arrived}
        everything = [*await self._names.learn(people), *arrived]
        for start in range(0, len(everything), AT_ONCE):
            await self._submitted(everything[start : start + AT_ONCE])

    async def _submitted(self, events: Sequence[Arrived]) -> None:
        assert self._submit is not None  # nothing is fetched before start
        for event in events:
            if isinstance(event, BuyerEvent) and event.happening is Happening.DELIVERY:
                await self._landed(str(event.detail["platform_id"]))
        # all at once, for the engine keeps their order and writes them together
        handled = await asyncio.gather(*(self._submit(e) for e in events), return_exceptions=True)
        for failed in handled:
            if isinstance(failed, BaseException):
                raise failed

    async def _keep_codes(self, arrived: Sequence[Arrived]) -> None:
        """Before the greeting is decided, so that it can be sent the moment it is."""
        for event in arrived:
            if isinstance(event, BuyerEvent) and event.happening is Happening.SUBSCRIBE:
                await self._keep_code(event)

    async def _keep_code(self, event: BuyerEvent) -> None:
        code, whom = str(event.detail[CODE]), event.external_id
        until = datetime.fromisoformat(str(event.detail["until"]))
        await self._database.write(lambda c: pulling.keep_code(c, self._account.id, whom, code, until))
