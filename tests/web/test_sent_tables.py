"""A table that the seller sends: read at once, taken in when he says so; whatever it is, nothing breaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.channels.base import Fetched, NotFetched
from bot.core.effects import KeepTable
from bot.core.settings import Settings
from bot.sent_tables import MOST_TRIES, TableTaker
from bot.web import keys
from storage.db import Database
from storage.sent_tables import LEASE, claim
from tests.bench import Bench
from tests.fakes.platform import Platform
from tests.open_shop import OpenShop
from tests.sheets.books import book
from tests.shop import copy_config

TABLE = "姓名,电话,备注\n王姐,13812345678,老客\n李四,13812345679,\n,,没有名字\n".encode("utf-8-sig")
STAFF = "sellers:\n  - name: 小二\n    role: staff\n    identities:\n      - {account: sandbox, id: helper}\n"


class Desk(OpenShop):
    """A shop whose tables are read when a test says so."""

    async def open(self) -> None:
        await super().open()
        assert self.client.app is not None
        self.taker = self.client.app[keys.TABLES]
        await self.taker.stop()

    async def give(self, data: bytes, name: str = "老客.csv", who: str = "seller", **more: str) -> str:
        """Send a file; the texts of the answer."""
        answer = await self.client.post(
            "/sandbox/files", params={"from": who, "name": name} | more, data=data
        )
        assert answer.status == 200, await answer.text()
        return "\n".join(reply["text"] for reply in (await answer.json())["replies"])

    async def read(self) -> str:
        """What the seller is told once all is done that there is to do; only the last."""
        while await self.taker.take():
            pass
        await self.advance("1s")
        return (await self.received("seller"))[-1]

    async def people(self) -> int:
        [(count,)] = await self.rows("SELECT count(*) FROM customer")
        return int(count)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    shop = await Desk.opened(copy_config(tmp_path))
    yield shop
    await shop.close()


async def test_it_is_read_first_and_taken_in_by_one_line(desk: Desk) -> None:
    assert "先试读" in await desk.give(TABLE)
    assert "还在试读" in await desk.seller("导入 1")
    told = await desk.read()
    for part in ("老客.csv", "没有写入", "新增 2", "没导入 1", "第 4 行", "导入 1"):
        assert part in told
    assert await desk.people() == 0
    assert "老客.csv 还没导" in await desk.seller("导入")
    assert "开始导入 老客.csv" in await desk.seller("导入 1")
    assert "正在导" in await desk.seller("导入 1")
    assert "导好了" in await desk.read() and await desk.people() == 2
    assert "已经导进来了" in await desk.seller("导入 #1")
    assert await desk.rows("SELECT data FROM sent_table") == [(None,)]
    assert "王姐" in await desk.seller("找 王姐")


async def test_what_nobody_wants_is_forgotten(desk: Desk) -> None:
    await desk.give(TABLE)
    await desk.read()
    await desk.advance("8d")
    assert not await desk.taker.take()
    assert "没有等着导入的 1" in await desk.seller("导入 1")


async def test_a_workbook_too(desk: Desk, tmp_path: Path) -> None:
    rows = [["收货人", "手机"], ["王姐", "13812345678"]]
    await desk.give(book(tmp_path / "a.xlsx", rows).read_bytes(), "客户.xlsx")
    assert "新增 1" in await desk.read()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 200, "客户.xlsx"),
        (b"PK\x03\x04" + b"\0" * 99, "客户.xlsx"),
        ("今天天气不错\n".encode(), "日记.txt"),
        (b"\0" * 5000, "x.csv"),
    ],
)
async def test_what_is_no_table_is_told_once_and_changes_nothing(desk: Desk, data: bytes, name: str) -> None:
    await desk.give(data, name)
    told = await desk.read()
    assert told.startswith(name) and "没读成" not in told and told.count(name) == 1
    assert await desk.people() == 0 and not await desk.taker.take()
    assert "没有等着导入的 1" in await desk.seller("导入 1")


async def test_the_same_message_again_is_the_same_file(desk: Desk) -> None:
    for _ in range(2):
        await desk.give(TABLE, id="f1")
    assert await desk.rows("SELECT count(*) FROM sent_table") == [(1,)]


async def test_only_owners_and_no_buyer(tmp_path: Path) -> None:
    shop = await Desk.opened(copy_config(tmp_path, **{"sellers:\n": STAFF}))
    assert "只有店主" in await shop.give(TABLE, who="helper")
    await shop.give(TABLE, who="alice")
    assert await shop.rows("SELECT count(*) FROM sent_table") == [(0,)]
    await shop.close()


async def test_a_program_that_died_goes_on(desk: Desk) -> None:
    await desk.give(TABLE)
    await desk.read()
    await desk.seller("导入 1")
    await desk.kill()
    await desk.open()
    await desk.taker.start()  # what was under way when it was stopped is free again
    async with asyncio.timeout(20):
        while not any("导好了" in text for text in await desk.received("seller")):
            await desk.advance("1s")
    assert await desk.people() == 2


class Passing:
    """A channel that fails so often before it hands the file out."""

    def __init__(self, fails: int, *, again: bool = True) -> None:
        self.fails, self.again = fails, again

    async def fetch(self, payload: dict[str, Any]) -> Fetched:
        self.fails -= 1
        if self.fails >= 0:
            raise NotFetched("平台没有答复", again=self.again)
        return Fetched("老客.csv", TABLE)


@pytest.mark.parametrize(
    ("channel", "told"),
    [
        (lambda: Passing(MOST_TRIES - 1), "新增 2"),
        (lambda: Passing(MOST_TRIES), "刚才的文件：平台没有答复"),
        (lambda: Passing(1, again=False), "刚才的文件：平台没有答复"),
        (object, "收不了文件"),
    ],
)
async def test_what_cannot_be_fetched(
    database: Database, settings: Settings, channel: Any, told: str
) -> None:
    bench = Bench(database, {"sandbox": Platform()})
    bench.write(KeepTable("oa", {}))
    mine = settings.model_copy(update={"storage": settings.storage.model_copy(update={"url": database.url})})
    taker = TableTaker(mine, database, {"oa": channel()}, bench.clock, bench.around)
    while await taker.take():
        pass
    (alert,) = bench.alerts()
    assert told in alert


async def test_what_a_dead_process_had_comes_back_after_its_lease(
    database: Database, settings: Settings
) -> None:
    bench = Bench(database, {"sandbox": Platform()})
    bench.write(KeepTable("oa", {}))
    with database.transaction() as connection:
        first = claim(connection, ["oa"], bench.clock.now())
        assert first is not None and claim(connection, ["oa"], bench.clock.now()) is None
    bench.hand.moment += LEASE
    with database.transaction() as connection:
        again = claim(connection, ["oa"], bench.clock.now())
        assert again is not None and (again.id, again.tries) == (first.id, 2)
        assert claim(connection, ["other"], bench.clock.now()) is None
