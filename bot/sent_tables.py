"""Tables that sellers send: fetched, read without writing anything, taken in when the seller says so."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import structlog
from sqlalchemy import Connection

from bot.beside import Beside
from bot.channels.base import CarryingFiles, Channel, NotFetched
from bot.core.clock import Clock
from bot.core.effects import NotifySeller
from bot.core.settings import Settings
from bot.importing import import_file, summary
from storage import sent_tables
from storage.db import Database
from storage.sent_tables import SentTable, State
from storage.sheets import SheetFault
from storage.writers import Origin, Surroundings, write_effects

log = structlog.get_logger(__name__)

MOST_TRIES: Final = 3
"""Of what may pass: a platform that does not answer, a database that is busy."""
MOST_SHOWN: Final = 10
"""Rejected rows that are told in a chat."""
_ON_DISK: Final = "huitouke-sent-table"
"""What is in a file tells what it is (`storage.sheets`); whatever its sender calls it is no path of ours."""
_READ_ERROR = "没读成，里面什么都没动。再发一次；还不行，在装机器人的电脑上用 huitouke import 试。"
_TAKEN_ERROR = "没导完。再打一次 导入 {number} 会接着导，不会重复。"


class TableTaker(Beside):
    """Beside the sender: whatever sellers have sent."""

    every = 1.0

    def __init__(
        self,
        settings: Settings,
        database: Database,
        channels: Mapping[str, Channel],
        clock: Clock,
        around: Surroundings,
    ) -> None:
        self._settings = settings
        self._database = database
        self._channels = channels
        self._clock = clock
        self._around = around

    async def start(self) -> None:
        """Take up what a process of before had, then look every second."""
        if not self._database.shared:
            await self._database.write(sent_tables.released)
        await super().start()

    async def step(self) -> bool:
        """See `take`: taken in twice it is the same."""
        return await self.take()

    async def take(self) -> bool:
        """Do what is next about one table; whether there was one."""
        accounts, now = list(self._channels), self._clock.now()

        def next_one(connection: Connection) -> SentTable | None:
            sent_tables.forget_old(connection, now)
            return sent_tables.claim(connection, accounts, now)

        table = await self._database.write(next_one)
        if table is None:
            return False
        try:
            if table.state is State.SENT:
                table = await self._fetched(table)  # from here on a fault names the file
                await self._try(table)
            else:
                await self._take_in(table)
        except (NotFetched, SheetFault) as fault:
            await self._failed(table, str(fault), again=isinstance(fault, NotFetched) and fault.again)
        except Exception as error:
            log.error("table_not_read", table=table.id, error=type(error).__name__)
            log.debug("table_not_read_because", exc_info=error)
            words = _READ_ERROR if table.state is State.SENT else _TAKEN_ERROR.format(number=table.id)
            await self._failed(table, words, again=True)
        return True

    async def _fetched(self, table: SentTable) -> SentTable:
        channel = self._channels[table.account]
        if not isinstance(channel, CarryingFiles):
            raise NotFetched("这个号收不了文件。发到微信客服或 QQ，或放到装机器人的电脑上用 huitouke import")
        name, data = await channel.fetch(table.payload)
        return replace(table, name=name, data=data)

    async def _try(self, table: SentTable) -> None:
        name, data = table.name, table.data or b""
        told = await self._imported(name, data, dry_run=True)
        text = f"{name}\n{told}\n要导进来就打：导入 {table.id}；不导就不用管。"
        await self._settle(table, text, state=State.READ, name=name, data=data)

    async def _take_in(self, table: SentTable) -> None:
        told = await self._imported(table.name, table.data or b"", dry_run=False)
        await self._settle(table, f"{table.name} 导好了。\n{told}", state=State.DONE, data=None)

    async def _imported(self, name: str, data: bytes, *, dry_run: bool) -> str:
        """What came of it, found out in a thread of its own, for which a stop does not wait."""
        loop = asyncio.get_running_loop()
        found: asyncio.Future[str] = loop.create_future()

        def settle(told: str, error: Exception | None) -> None:
            if found.done():
                return
            if error is None:
                found.set_result(told)
            else:
                found.set_exception(error)

        def work() -> None:
            told, error = "", None
            try:
                told = self._read(name, data, dry_run)
            except Exception as fault:
                error = fault
            with suppress(RuntimeError):  # the loop has gone
                loop.call_soon_threadsafe(settle, told, error)

        threading.Thread(target=work, name="sent-table", daemon=True).start()
        return await found

    def _read(self, name: str, data: bytes, dry_run: bool) -> str:
        with tempfile.TemporaryDirectory(prefix="huitouke-") as folder:
            path = Path(folder) / _ON_DISK
            path.write_bytes(data)
            open_database = partial(Database, self._settings.storage.url)
            try:
                result = import_file(path, self._settings, open_database, dry_run=dry_run)
            except SheetFault as fault:
                raise SheetFault(str(fault).replace(_ON_DISK, name)) from fault
        return summary(result, dry_run=dry_run, most=MOST_SHOWN)

    async def _failed(self, table: SentTable, why: str, *, again: bool) -> None:
        if again and table.tries < MOST_TRIES:
            await self._database.write(lambda c: sent_tables.settle(c, table.id, lease_until=None))
            return
        kept = State.READ if table.state is State.WANTED else State.FAILED
        name = table.name or "刚才的文件"
        told = why if why.startswith(name) else f"{name}：{why}"
        await self._settle(table, told, state=kept)

    async def _settle(self, table: SentTable, told: str, **changed: Any) -> None:
        """What has become of it, and the seller's alert, in one transaction."""

        def write(connection: Connection) -> None:
            sent_tables.settle(connection, table.id, lease_until=None, tries=0, **changed)
            notice = NotifySeller(told, owner_only=True)
            write_effects(connection, [(Origin(self._clock.now(), None, self._around), notice)])

        await self._database.write(write)
