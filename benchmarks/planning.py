"""Care in shops of three sizes: a tick with nothing due, a day planned and sent, a festival planned.

As many people have something due in each of them, so that the figures show whether size alone costs anything.
"""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Final

import aiohttp
from sqlalchemy import func, insert, select
from sqlmodel import col

from bot.care import DAWN, FESTIVALS_AHEAD, STATE, daily
from bot.configuration import load
from bot.core.accounts import SandboxAccount
from bot.core.care_rules import When
from bot.core.customer import OrderStatus
from bot.core.settings import SandboxSettings, Settings
from bot.logs import configure_logs
from bot.shop import Shop
from scheduler.calendar.days import days_after, local_date, moment_of, months_before
from scheduler.calendar.festivals import festival_named
from scheduler.clockwork import Clockwork
from storage.db import Database
from storage.migrate import migrate
from storage.rows import CareRow, ContactRow, CustomerRow, OrderItemRow, OrderRow, OutboxRow, ValueRow
from storage.state import write_state

SIZES: Final = (1_000, 10_000, 100_000)
DUE: Final = 300
"""People with something due on the day: a third each born then, running out, and long not seen."""
TICKS: Final = 200
AT_ONCE: Final = 5_000
ACCOUNT: Final = "sandbox"

Figures = dict[str, dict[str, Any]]


def measure(config: Path, sizes: tuple[int, ...] = SIZES) -> Figures:
    """The shop of `config` with so many customers, each size in a new SQLite file."""
    configure_logs("ERROR")
    return {name: figure for size in sizes for name, figure in _in_a_file(load(config, {}), size).items()}


def _in_a_file(settings: Settings, size: int) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/shop.db"
        migrate(url)
        bare = _bare(Path(folder) / "bare.db", size)
        return measure_in(url, settings, size, bare)


def measure_in(url: str, settings: Settings, size: int, bare: float | None = None) -> Figures:
    """In this empty database; bare: seconds in which a bare SQLite takes the festival's rows."""
    print(f"planning for {size:,} customers", file=sys.stderr)
    account = SandboxAccount(id=ACCOUNT, channel="sandbox")
    changed = {"accounts": (account,), "sellers": (), "sandbox": SandboxSettings(enabled=False)}
    return asyncio.run(_measured(url, settings.model_copy(update=changed), size, bare))


async def _measured(url: str, settings: Settings, size: int, bare: float | None) -> Figures:
    database = Database(url)
    try:
        async with aiohttp.ClientSession() as http:
            day = _OneDay(Shop(settings, database, http), size)
            figures = await day.idle() | await day.ordinary() | day.festival(bare)
            await day.end()
            return figures
    finally:
        database.close()


class _OneDay:
    """The shop, and the day on which people have something due."""

    def __init__(self, shop: Shop, size: int) -> None:
        self._shop, self._size = shop, size
        self._database, self._settings = shop.database, shop.settings
        self._zone = shop.settings.shop.zone
        self._day = days_after(local_date(shop.clock.now(), self._zone), 3)
        work = partial(daily, shop.settings, shop.around)
        self._clockwork = Clockwork(
            shop.database, shop.engine, shop.sender, shop.clock, [ACCOUNT], {"care": work}
        )
        self._work = work
        self._move_to(days_after(self._day, -1))
        with self._database.transaction() as connection:
            for start in range(0, size, AT_ONCE):
                for row, rows in _people(range(start, min(start + AT_ONCE, size)), self._day, self._zone):
                    connection.execute(insert(row), rows)
            if connection.dialect.name != "sqlite":
                connection.exec_driver_sql("ANALYZE")

    async def idle(self) -> Figures:
        """What the bell of every second costs while nothing is due."""
        with self._database.transaction() as connection:
            self._planned_until(connection, days_after(self._day, -2))
        taken = []
        shop = self._shop
        quiet = Clockwork(shop.database, shop.engine, shop.sender, shop.clock, [ACCOUNT])
        worked = time.process_time()
        for _ in range(TICKS):
            began = time.perf_counter()
            await quiet.run_due()
            taken.append((time.perf_counter() - began) * 1000)
        cpu = round((time.process_time() - worked) * 1000 / TICKS, 2)
        tick = {"value": round(statistics.median(taken), 2), "unit": "ms", "cpu": cpu}
        return {f"care_tick_{self._size}": tick}

    async def ordinary(self) -> Figures:
        """Plan what `DUE` people have coming, then live through the day: ring, decide, send."""
        planned = self._plan()
        began = time.perf_counter()
        await self._clockwork.advance(timedelta(days=2))
        released = time.perf_counter() - began
        with self._database.transaction() as connection:
            sent = connection.scalar(select(func.count()).where(col(OutboxRow.status) == "sent"))
        return {
            f"care_day_planned_{self._size}": {"value": round(planned, 3), "unit": "s", "due": DUE},
            f"care_day_released_{self._size}": {"value": round(released, 2), "unit": "s", "sent": sent},
        }

    def festival(self, bare: float | None) -> Figures:
        """The first pass that plans a festival for everybody; of a shop without such a rule, nothing."""
        found = self._next_festival()
        if found is None:
            return {}
        self._move_to(found)
        with self._database.transaction() as connection:
            self._planned_until(connection, days_after(found, -1))
            before = connection.scalar(select(func.count()).select_from(CareRow)) or 0
        worked = time.process_time()
        taken = self._plan()
        cpu = round(time.process_time() - worked, 2)
        with self._database.transaction() as connection:
            rows = (connection.scalar(select(func.count()).select_from(CareRow)) or 0) - before
        figure: dict[str, Any] = {"value": round(taken, 2), "unit": "s", "planned": rows, "cpu": cpu}
        if bare is not None:
            figure |= {"ratio_to_bare": round(bare / taken, 3), "bare": round(bare, 3)}
        return {f"care_festival_{self._size}": figure}

    async def end(self) -> None:
        """Let go of what runs."""
        await self._shop.engine.drain()

    def _plan(self) -> float:
        """Seconds of the daily pass, all its pieces."""
        began = time.perf_counter()
        now = self._shop.clock.now()
        while self._piece(now) <= now:
            pass
        return time.perf_counter() - began

    def _piece(self, now: datetime) -> datetime:
        with self._database.transaction() as connection:
            return self._work(connection, now)

    def _planned_until(self, connection: Any, day: date) -> None:
        write_state(connection, STATE, f'{{"done": "{day}"}}')

    def _move_to(self, day: date) -> None:
        self._shop.clock.move_to(moment_of(day, DAWN, self._zone) + timedelta(minutes=1))

    def _next_festival(self) -> date | None:
        """On which day the next festival that nobody has been planned for is planned."""
        rules = [r for r in self._settings.care.rules if r.enabled and r.when is When.FESTIVAL]
        ahead = FESTIVALS_AHEAD + 1
        soonest = days_after(local_date(self._shop.clock.now(), self._zone), ahead + 1)
        days = (
            days_after(on, rule.days - ahead)
            for rule in rules
            for name in rule.festivals
            for year in (soonest.year, soonest.year + 1)
            if (on := festival_named(name).on(year)) >= soonest
        )
        return min(days, default=None)


def _people(numbers: range, day: date, zone: Any) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    """Their rows, table by table: the first `DUE` have something due on `day`, the others not for months."""
    bought = [(n, _bought(n, day)) for n in numbers]
    born = {n: day if n < DUE // 3 else days_after(day, 70 + n % 200) for n in numbers}
    yield (
        CustomerRow,
        [
            {
                "id": n + 1,
                "nickname": f"买家{n}",
                "first_seen_at": moment_of(on, DAWN, zone),
                "birthday": f"{born[n]:%m-%d}",
                "birthday_read": f"{born[n]:%m-%d}",
                "birthday_on": born[n],
            }
            for n, on in bought
        ],
    )
    yield ContactRow, [{"account": ACCOUNT, "external_id": f"b{n}", "customer_id": n + 1} for n in numbers]
    yield (
        OrderRow,
        [
            {
                "id": n + 1,
                "number": f"A{n}",
                "customer_id": n + 1,
                "status": OrderStatus.SIGNED,
                "total": Decimal(129),
                **{
                    f"{what}_at": moment_of(on, DAWN, zone)
                    for what in ("created", "paid", "shipped", "signed")
                },
            }
            for n, on in bought
        ],
    )
    goods = {"product": "玫瑰面霜", "quantity": 1, "price": Decimal(129)}
    yield OrderItemRow, [{"order_id": n + 1, **goods} for n in numbers]
    yield ValueRow, [_worth(n, on, day, zone) for n, on in bought]


def _bought(n: int, day: date) -> date:
    """The day of the last purchase."""
    return months_before(day, 3) if 2 * DUE // 3 <= n < DUE else days_after(day, -20 - n % 30)


def _worth(n: int, on: date, day: date, zone: Any) -> dict[str, Any]:
    runs_out = days_after(day, 5) if DUE // 3 <= n < 2 * DUE // 3 else days_after(day, 100 + n % 100)
    return {
        "customer_id": n + 1,
        "orders": 3,
        "days": 3,
        "spent": Decimal(387),
        "first_on": on,
        "last_on": on,
        "next_on": runs_out,
        "next_goods": "玫瑰面霜",
        "valued_at": moment_of(on, DAWN, zone),
    }


def _bare(file: Path, rows: int) -> float:
    """Seconds in which SQLite alone takes two rows for each customer, in one transaction."""
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE care (id INTEGER PRIMARY KEY, who INT, rule TEXT, what TEXT, due TEXT)")
    connection.execute("CREATE UNIQUE INDEX one ON care (who, rule, what)")
    connection.execute("CREATE TABLE timer (id INTEGER PRIMARY KEY, who INT, rule TEXT, due TEXT)")
    connection.execute("CREATE INDEX due ON timer (due)")
    put: Callable[[str, Any], Any] = connection.executemany
    began = time.perf_counter()
    due = [(n, "2027-02-06 01:30:00") for n in range(rows)]
    put("INSERT INTO care (who, rule, what, due) VALUES (?, '节日问候', '春节/2027', ?)", due)
    put("INSERT INTO timer (who, rule, due) VALUES (?, '节日问候', ?)", due)
    connection.commit()
    taken = time.perf_counter() - began
    connection.close()
    return taken
