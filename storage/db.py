"""Connections: one writing thread, transactions that really begin, the same on both databases."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

T = TypeVar("T")
BUSY_SECONDS = 15
ASKED_EVERY = 0.002
BREATH = 0.005
"""Seconds for which whoever writes without end lets others in between."""
CHECKPOINT_PAGES = 8000
"""32 MB of WAL: with the default of 1,000 pages every tenth batch waits for a checkpoint."""


def _driver_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _sqlite_settings(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # the driver would begin late, and lose updates (DESIGN §7.1)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_SECONDS * 1000}",
        f"wal_autocheckpoint={CHECKPOINT_PAGES}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection) -> None:
    """Ask for SQLite's lock every few milliseconds.

    SQLite itself asks ever more seldom, down to ten times a second, so that somebody who writes one
    transaction after the other (an import) would starve all others.
    """
    until = time.monotonic() + BUSY_SECONDS
    connection.exec_driver_sql("PRAGMA busy_timeout=0")
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError as busy:
            if getattr(busy.orig, "sqlite_errorcode", 0) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(ASKED_EVERY)
        else:
            break


def open_engine(url: str, *, writer: bool) -> Engine:
    """An engine with DESIGN §7.1's settings; a writer takes SQLite's lock when it begins."""
    parsed = make_url(_driver_url(url))
    if parsed.get_backend_name() != "sqlite":
        level = "READ COMMITTED" if writer else "REPEATABLE READ"  # a reader sees one moment, as on SQLite
        return create_engine(parsed, pool_pre_ping=True, pool_size=2 if writer else 5, isolation_level=level)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
    event.listen(engine, "connect", _sqlite_settings)
    event.listen(engine, "begin", _begin_writing if writer else _begin_reading)
    return engine


def let_others_write() -> None:
    """To be called between two of many transactions by which one thread might keep all others waiting."""
    time.sleep(BREATH)


class Database:
    """Runs work on connections: writes one at a time in one thread, reads beside them.

    Work is a plain function of a connection; what it raises leaves nothing behind.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._writer = open_engine(url, writer=True)
        self._reader = open_engine(url, writer=False)
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="storage-write")
        self._reading = ThreadPoolExecutor(2, thread_name_prefix="storage-read")

    @property
    def shared(self) -> bool:
        """Whether other processes may work on the same database."""
        return self._writer.dialect.name != "sqlite"

    @property
    def folder(self) -> str | None:
        """Where the database's file is; None for one that is not a file."""
        file = make_url(self.url).database if not self.shared else None
        return str(Path(file).parent) if file and file != ":memory:" else None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A writing transaction in the calling thread (command line, start-up)."""
        with self._writer.begin() as connection:
            yield connection

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one writing transaction; it is durable when this returns."""
        return await self._run(self._writing, self._writer, work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on a consistent snapshot."""
        return await self._run(self._reading, self._reader, work)

    async def _run(self, pool: ThreadPoolExecutor, engine: Engine, work: Callable[[Connection], T]) -> T:
        def run() -> T:
            with engine.begin() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(pool, run)

    def close(self) -> None:
        """Finish what runs and let go of the connections."""
        self._writing.shutdown()
        self._reading.shutdown()
        self._writer.dispose()
        self._reader.dispose()
