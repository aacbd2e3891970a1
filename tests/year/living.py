"""Lives through a year: the real application, told what happens over HTTP, its clock moved in between."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

from bot.app import build
from bot.configuration import load
from bot.web.orders import SIGNATURE, TIMESTAMP, signature
from tests.shop import DATABASE, copy_config
from tests.year.scenario import ZONE, Fact, Year

SECRET = "the-order-api-of-the-year"
_JOURNAL = """
CREATE TABLE year_journal (id INTEGER PRIMARY KEY, at REAL, customer_id INT, next_on TEXT, next_goods TEXT, win_back INT);
CREATE TRIGGER year_new AFTER INSERT ON customer_value BEGIN {write} END;
CREATE TRIGGER year_changed AFTER UPDATE ON customer_value
WHEN new.next_on IS NOT old.next_on OR new.next_goods IS NOT old.next_goods OR new.win_back IS NOT old.win_back
BEGIN {write} END;
"""
_WRITE = """INSERT INTO year_journal (at, customer_id, next_on, next_goods, win_back) VALUES (
(julianday('now') - 2440587.5) * 86400 + (SELECT CAST(value AS REAL) FROM shop_state WHERE name = 'clock_offset_seconds'),
new.customer_id, new.next_on, new.next_goods, new.win_back);"""
"""What the program foresees of a customer, as it changes: run-outs and the score of who may be won back have
an independent check of their own (tests/handlers/value); here they are facts like an order."""


def prepare(folder: Path, template: Path, year: Year, **changes: str) -> Path:
    """A configuration whose shop wakes at the year's beginning."""
    file = folder / "year.db"
    shutil.copy(template, file)
    settings = {DATABASE: f"sqlite:///{file}", "secret: ${HUITOUKE_API_SECRET:-}": f"secret: '{SECRET}'"}
    config = copy_config(folder, **settings, **changes)
    offset = (year.begins.astimezone(UTC) - datetime.now(UTC)).total_seconds()
    with closing(sqlite3.connect(file)) as database:
        database.executescript(_JOURNAL.replace("{write}", _WRITE))
        database.execute("REPLACE INTO shop_state VALUES ('clock_offset_seconds', ?)", (str(offset),))
        database.commit()
    return config


Call = Callable[[str, bytes | None, dict[str, str]], Awaitable[Any]]
"""(path, body or None for GET, headers) → the answer's JSON; raises for anything but a 2xx."""


class Life:
    """Tells the program the facts in their order. `call` may start the program again in between."""

    def __init__(self, call: Call) -> None:
        self.call = call

    async def live(self, year: Year) -> None:
        """From the first fact to the year's end."""
        for number, fact in enumerate(year.facts):
            if number == 0 or fact.at != year.facts[number - 1].at:
                await self.until(fact.at)
            await self.tell(fact, number)
        await self.until(year.ends)

    async def until(self, moment: datetime) -> None:
        """Move the clock there, whatever it has cost to get here."""
        left = (moment - await self.now()).total_seconds()
        while left >= 1:
            step = min(left, 86400 * 30)
            await self.post("/sandbox/clock", {"advance": f"{int(step)}s"})
            left = (moment - await self.now()).total_seconds()

    async def now(self) -> datetime:
        return datetime.fromisoformat((await self.call("/sandbox/clock", None, {}))["now"])

    async def tell(self, fact: Fact, number: int) -> None:
        """One fact; its number is the platform's id, so that telling it again changes nothing."""
        match fact.what:
            case "order":
                await self._order(fact, number)
            case "say":
                await self.post(
                    "/sandbox/messages", {"from": fact.who, "text": fact.text, "id": f"say{number}"}
                )
            case "command":
                told = {"from": "seller", "text": fact.text, "id": f"say{number}"}
                await self.post("/sandbox/messages", told)

    async def _order(self, fact: Fact, number: int) -> None:
        customer = {"account": "sandbox", "external_id": fact.who}
        order = {"customer": customer, **fact.order}
        body = json.dumps(
            {"event": f"order.{fact.text}", "event_id": f"e{number}", "order": order}, ensure_ascii=False
        ).encode()
        at = str(int((await self.now()).timestamp()))
        await self.call("/api/orders", body, {TIMESTAMP: at, SIGNATURE: signature(SECRET, at, body)})

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        return await self.call(path, json.dumps(body).encode(), {"Content-Type": "application/json"})


# --- what has come of it --------------------------------------------------------------------------


@dataclass(frozen=True)
class Received:
    """A message on a phone."""

    at: datetime
    who: str
    kind: str
    text: str


@dataclass(frozen=True)
class Journal:
    """What a customer's figures said from `at` on."""

    at: datetime
    next_on: str | None
    next_goods: str
    win_back: int


@dataclass(frozen=True)
class Happened:
    """What the phones show, and what the oracle has to be told of the program's numbering and foresight."""

    received: list[Received]
    tasks: list[tuple[str, str]]
    contacts: dict[str, int]
    customers: dict[str, int]
    journal: dict[str, list[Journal]]


_PHONES = """
SELECT m.at, m.phone, m.kind, m.text FROM sandbox_message m WHERE m.direction = 'out' ORDER BY m.id"""


def looked_at(file: Path) -> Happened:
    """Everything, from the database of a stopped program."""
    with closing(sqlite3.connect(file)) as database:
        ask = database.execute
        numbers = list(ask("SELECT external_id, id, customer_id FROM contact WHERE customer_id IS NOT NULL"))
        names = {customer: name for name, _, customer in numbers}
        journal: dict[str, list[Journal]] = {name: [] for name in names.values()}
        for at, who, *figures in ask(
            "SELECT at, customer_id, next_on, next_goods, win_back FROM year_journal ORDER BY id"
        ):
            journal[names[who]].append(Journal(datetime.fromtimestamp(at, ZONE), *figures))
        return Happened(
            [Received(_moment(at), who, kind, text) for at, who, kind, text in ask(_PHONES)],
            [(names[who], about) for who, about in ask("SELECT customer_id, about FROM task ORDER BY id")],
            {name: contact for name, contact, _ in numbers},
            {name: customer for name, _, customer in numbers},
            journal,
        )


def _moment(kept: str) -> datetime:
    return datetime.fromisoformat(kept).replace(tzinfo=UTC).astimezone(ZONE)


async def in_process(config: Path, then: Callable[[Life], Awaitable[None]]) -> None:
    """The real application in this process, alive while `then` is done."""
    async with TestClient(TestServer(build(load(config, {})))) as client:

        async def call(path: str, body: bytes | None, headers: dict[str, str]) -> Any:
            method = "GET" if body is None else "POST"
            async with client.request(method, path, data=body, headers=headers) as answer:
                assert answer.status == 200, (path, await answer.text())
                return await answer.json()

        await then(Life(call))
