"""The real process, killed with -9 at random moments under load (CONTRACT §7.1–7.3)."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import threading
import urllib.error
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.open_shop import database_file
from tests.shop import RunningShop, copy_config, start
from tests.wechat_shop import TimelyWechat, with_account
from tests.when import migrated

QUESTIONS = ("面霜多少钱", "包邮吗", "在吗", "我皮肤比较干用哪个", "谢谢", "精华敏感肌能用吗", "转人工")
GONE = (urllib.error.URLError, HTTPException, OSError)


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 - pytest shows it when the test fails
    return random.Random(seed)


class Crowd:
    """Buyers who type at the sandbox; an id without its 200 is sent again, as platforms do."""

    def __init__(self, config: Path, buyers: int) -> None:
        self.config = config
        self.shop: RunningShop = start(config)
        self.acknowledged: dict[str, str] = {}
        self.enough = threading.Event()
        self.up = threading.Event()
        self.up.set()
        self.threads = [threading.Thread(target=self._type, args=(f"buyer{n}",)) for n in range(buyers)]

    def _type(self, who: str) -> None:
        number = 0
        while not self.enough.is_set():
            number += 1
            self._until_acknowledged(who, f"{who}-{number}", QUESTIONS[number % len(QUESTIONS)])

    def _until_acknowledged(self, who: str, message_id: str, text: str) -> None:
        while True:
            self.up.wait()
            try:
                self.shop.call("/sandbox/messages", {"from": who, "text": text, "id": message_id})
            except GONE:
                continue
            self.acknowledged[message_id] = text
            return

    def kill_and_restart(self) -> None:
        self.up.clear()
        self.shop.kill()
        self.shop = start(self.config)
        self.up.set()


def stored(config: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(config.parent / "data" / "huitouke.db") as database:
        rows = database.execute(query).fetchall()
    database.close()
    return rows


def test_acknowledged_messages_are_stored_once_and_answered_once(
    tmp_path: Path, chance: random.Random
) -> None:
    crowd = Crowd(copy_config(tmp_path), buyers=6)
    for thread in crowd.threads:
        thread.start()
    try:
        for _ in range(5):
            threading.Event().wait(
                chance.uniform(0.3, 1.2)
            )  # how long it lives is the test's dice, not its patience
            crowd.kill_and_restart()
    finally:
        crowd.enough.set()
        for thread in crowd.threads:
            thread.join()
    crowd.shop.advance("1h")
    seen = {who: crowd.shop.received(who) for who in (f"buyer{n}" for n in range(6))}
    assert crowd.shop.stop() == 0
    kept = Counter((str(i), str(t)) for i, t in stored(crowd.config, "SELECT message_id, text FROM message"))
    assert set(kept) == set(crowd.acknowledged.items()) and max(kept.values()) == 1
    assert not stored(
        crowd.config, "SELECT 1 FROM outbox WHERE status IN ('held', 'planned', 'sending', 'unknown')"
    )
    for who, texts in seen.items():
        sent = stored(
            crowd.config,
            "SELECT o.text FROM outbox o JOIN contact c ON c.id = o.contact_id "
            f"WHERE c.external_id = '{who}' AND o.status = 'sent'",
        )
        assert Counter(texts) == Counter(t for (t,) in sent)


class Parcels:
    """A seller who ships to followers of an Official Account, and a process that dies meanwhile."""

    def __init__(self, config: Path, wechat: TimelyWechat) -> None:
        self.config, self.wechat = config, wechat
        self.shop = start(config)

    async def meet(self, openid: str) -> None:
        self.wechat.callback_url = f"{self.shop.url}/callback/oa"
        exchange = await self.wechat.post_text(openid, "面霜多少钱")
        assert exchange.status == 200

    async def type(self, text: str, message_id: str) -> None:
        """The seller's line, again until it is acknowledged."""
        while True:
            try:
                body = {"from": "seller", "text": text, "id": message_id}
                await asyncio.to_thread(self.shop.call, "/sandbox/messages", body)
            except GONE:
                await self.restart()
                continue
            return

    async def restart(self) -> None:
        await asyncio.to_thread(self.shop.kill)
        self.shop = await asyncio.to_thread(start, self.config)

    async def settle(self) -> None:
        await asyncio.to_thread(self.shop.advance, "1h")
        self.wechat.ahead += timedelta(hours=1)


@pytest.fixture
async def parcels(tmp_path: Path) -> AsyncIterator[Parcels]:
    async with TimelyWechat() as wechat:
        config = with_account(tmp_path, wechat)
        config.write_text(config.read_text("utf-8").replace("undo: 5s", "undo: 0s"), "utf-8")
        migrated(f"sqlite:///{database_file(config)}")
        parcels = Parcels(config, wechat)
        yield parcels
        parcels.shop.kill()


async def test_no_notice_twice_on_the_real_wire(parcels: Parcels, chance: random.Random) -> None:
    people = [f"openid{n}" for n in range(12)]
    for openid in people:
        await parcels.meet(openid)
    for n, openid in enumerate(people):
        await parcels.type(f"订单 {openid} 玫瑰面霜 129", f"order-{n}")
        await parcels.type(f"发货 {openid} SF12345678901{n:02}", f"ship-{n}")
        if chance.random() < 0.5:
            await asyncio.to_thread(threading.Event().wait, chance.uniform(0, 0.2))
            await parcels.restart()
        await parcels.type(f"发货 {openid} SF12345678901{n:02}", f"again-{n}")
    await parcels.settle()
    received = {
        o: sum(f"SF12345678901{n:02}" in t for t in parcels.wechat.phones[o]) for n, o in enumerate(people)
    }
    alerts = "\n".join(await asyncio.to_thread(parcels.shop.received, "seller"))
    assert await asyncio.to_thread(parcels.shop.stop) == 0
    states = dict(
        stored(
            parcels.config,
            "SELECT c.external_id, o.status FROM outbox o JOIN contact c ON c.id = o.contact_id WHERE o.kind = 'notice'",
        )
    )
    for openid in people:
        assert received[openid] <= 1
        assert states[openid] in ("sent", "unknown")
        if states[openid] == "sent":
            assert received[openid] == 1
        else:
            assert f"给 {openid} 的通知不知道送到没有" in alerts
