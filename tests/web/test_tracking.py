"""快递100: asked to watch each parcel that goes out, and believed when it signs what it pushes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from hashlib import md5
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.app import build
from bot.configuration import load
from bot.core.events import ParcelState
from bot.tracking.kuaidi100 import CODES, sign, state_of
from bot.tracking.watcher import CALLBACK, MOST_TRIES, Watcher
from bot.web import keys
from tests.fakes.kuaidi100 import FORM, KNOWN, FakeKuaidi100, pushed
from tests.shop import DATABASE, copy_config
from tests.web.test_orders_api import ITEMS, LISI_HERE, SECRET, OrderShop, body

SALT = "salt-of-the-shop"
NUMBER = "SF1234567890123"
SHIPPED = body("shipped", courier="顺丰", tracking_no=NUMBER, items=ITEMS, customer=LISI_HERE)


class TrackedShop(OrderShop):
    """The shop, and 快递100 beside it."""

    kuaidi: FakeKuaidi100
    watcher: Watcher

    async def push(self, form: bytes) -> tuple[int, dict[str, Any]]:
        async with self.client.post(CALLBACK, data=form, headers=FORM) as answer:
            return answer.status, await answer.json(content_type=None)

    async def told(self, *states: tuple[str, str, str]) -> None:
        """Pushes of (state, time, words)."""
        for state, at, words in states:
            assert await self.push(pushed(NUMBER, SALT, state, ((at, words),))) == (
                200,
                {"result": True, "returnCode": "200", "message": "成功"},
            )

    def in_minutes(self, minutes: int) -> str:
        """A time of the bot's near future as 快递100 writes it, in Beijing."""
        at = self.app[keys.CLOCK].now() + timedelta(hours=8, minutes=minutes)
        return f"{at:%Y-%m-%d %H:%M:%S}"

    async def alerts(self) -> list[str]:
        return [t for t in await self.received("seller") if "记下了" not in t]


@asynccontextmanager
async def opened(folder: Path, url: str) -> AsyncIterator[TrackedShop]:
    async with AsyncExitStack() as stack:
        kuaidi = await stack.enter_async_context(FakeKuaidi100())
        block = (
            f"tracking:\n  kuaidi100: {{key: {kuaidi.key}, salt: {SALT}, "
            f"callback_base: 'https://shop.example/', api_base: '{kuaidi.url}'}}\n"
        )
        changes = {
            DATABASE: url,
            "secret: ${HUITOUKE_API_SECRET:-}": f"secret: '{SECRET}'",
            "\nsandbox:\n": f"\n{block}\nsandbox:\n",
        }
        settings = load(copy_config(folder, **changes), {})
        app = build(settings, role="all")
        client = await stack.enter_async_context(TestClient(TestServer(app)))
        here = TrackedShop(client)
        here.kuaidi, here.watcher = kuaidi, app[keys.WATCHER]
        await here.watcher.stop()  # from here on the test asks
        yield here


@pytest.fixture
async def shop(tmp_path: Path, sqlite_url: str) -> AsyncIterator[TrackedShop]:
    async with opened(tmp_path, sqlite_url) as here:
        yield here


@pytest.fixture
async def anywhere(tmp_path: Path, database_url: str) -> AsyncIterator[TrackedShop]:
    """On a database of each kind."""
    async with opened(tmp_path, database_url) as here:
        yield here


def test_every_courier_has_its_code() -> None:
    assert set(CODES.values()) <= KNOWN
    assert sign('{"status":"polling"}', "盐") == md5('{"status":"polling"}盐'.encode()).hexdigest().upper()


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("0", ParcelState.UNDER_WAY),
        ("1", ParcelState.COLLECTED),
        ("2", ParcelState.TROUBLE),
        ("3", ParcelState.SIGNED),
        ("4", ParcelState.BACK),
        ("5", ParcelState.DELIVERING),
        ("6", ParcelState.GOING_BACK),
        ("7", ParcelState.UNDER_WAY),
        ("14", ParcelState.REFUSED),
        ("304", ParcelState.SIGNED),
        ("501", ParcelState.DELIVERING),
        ("103", ParcelState.COLLECTED),
        ("1002", ParcelState.UNDER_WAY),
        ("99", None),
        ("", None),
    ],
)
def test_their_states_are_ours(code: str, state: ParcelState | None) -> None:
    assert state_of(code) is state


async def test_each_parcel_that_goes_out_is_watched_once(anywhere: TrackedShop) -> None:
    await anywhere.tell(SHIPPED)
    await anywhere.type("seller", "订单 李四 面膜 59")
    number = (await anywhere.rows("SELECT number FROM shop_order WHERE number <> 'T1001'"))[0][0]
    await anywhere.type("seller", f"发货 {number} 圆通 YT1234567890123")
    assert await anywhere.watcher.ask() == 2
    assert await anywhere.watcher.ask() == 0
    watched = anywhere.kuaidi.watched[NUMBER]
    assert (watched.company, watched.phone, watched.salt) == ("shunfeng", "13812345678", SALT)
    assert watched.callback == "https://shop.example/api/tracking/kuaidi100"
    assert anywhere.kuaidi.watched["YT1234567890123"].company == "yuantong"


async def test_what_cannot_be_asked_now_is_asked_again(anywhere: TrackedShop) -> None:
    await anywhere.tell(SHIPPED)
    anywhere.kuaidi.faults = [(502, "500"), (200, "500")]
    assert await anywhere.watcher.ask() == 1
    assert await anywhere.watcher.ask() == 0
    await anywhere.advance("61s")
    assert await anywhere.watcher.ask() == 1
    await anywhere.advance("61s")
    assert await anywhere.watcher.ask() == 0
    await anywhere.advance("61s")
    assert await anywhere.watcher.ask() == 1
    assert NUMBER in anywhere.kuaidi.watched
    assert await anywhere.rows("SELECT watch FROM parcel") == [("watched",)]
    assert not await anywhere.alerts()


async def test_what_is_refused_is_told_once(shop: TrackedShop) -> None:
    await shop.tell(SHIPPED)
    shop.kuaidi.faults = [(200, "700")]
    await shop.watcher.ask()
    await shop.advance("1d")
    assert await shop.watcher.ask() == 0
    (told,) = await shop.alerts()
    for part in ("订阅数据有误", "李四", NUMBER, "签收 T1001"):
        assert part in told


async def test_who_never_answers_is_told_once(shop: TrackedShop) -> None:
    await shop.tell(SHIPPED)
    shop.kuaidi.faults = [(500, "500")] * MOST_TRIES
    for _ in range(MOST_TRIES):
        assert await shop.watcher.ask() == 1
        await shop.advance("9h")
    assert await shop.watcher.ask() == 0
    assert len(await shop.alerts()) == 1


async def test_a_wrong_key_is_the_shops_matter_and_not_the_parcels(shop: TrackedShop) -> None:
    shop.kuaidi.key = "another"
    await shop.tell(
        SHIPPED, body("shipped", "e2", id="T2", tracking_no="YT1234567890123", customer=LISI_HERE)
    )
    assert await shop.watcher.ask() == 2
    (told,) = await shop.alerts()
    assert "tracking.kuaidi100.key" in told
    shop.kuaidi.key = "Kd100Key0001"
    await shop.advance("2m")
    assert await shop.watcher.ask() == 2
    assert len(shop.kuaidi.watched) == 2


async def test_a_parcel_is_followed_until_it_is_signed(anywhere: TrackedShop) -> None:
    await anywhere.tell(SHIPPED)
    soon = [anywhere.in_minutes(n) for n in (-30, -20, -10)]
    await anywhere.told(
        ("1", soon[0], "已揽收"), ("5", soon[1], "派件中"), ("3", soon[2], "已签收，签收人：本人")
    )
    await anywhere.told(("5", soon[1], "派件中"))
    assert await anywhere.rows("SELECT state, words FROM parcel") == [("签收", "已签收，签收人：本人")]
    assert await anywhere.rows("SELECT status FROM shop_order") == [("signed",)]
    assert "签收" in await anywhere.type("seller", "客户 李四")
    assert "就签收了" in await anywhere.type("seller", "签收 T1001")
    assert not [t for t in await anywhere.alerts() if "签收 T" in t]


async def test_trouble_is_told_once(shop: TrackedShop) -> None:
    await shop.tell(SHIPPED)
    for minutes in (-20, -10):
        await shop.told(("2", shop.in_minutes(minutes), "收件人电话无人接听"))
    (told,) = await shop.alerts()
    for part in ("李四", "T1001", NUMBER, "收件人电话无人接听", "回 李四"):
        assert part in told


async def test_a_service_that_gives_up_is_told_once(shop: TrackedShop) -> None:
    await shop.tell(SHIPPED)
    for _ in range(2):
        form = pushed(NUMBER, SALT, lines=(), status="abort", message="3天查询无记录")
        assert (await shop.push(form))[0] == 200
    (told,) = await shop.alerts()
    assert "3天查询无记录" in told
    corrected = pushed(NUMBER, SALT, lines=(), status="abort", message="3天查询无记录", comNew="ems")
    assert (await shop.push(corrected))[0] == 200
    assert len(await shop.alerts()) == 1


async def test_one_parcel_of_two_orders_signs_both(shop: TrackedShop) -> None:
    again = body("shipped", "e2", id="T1002", courier="顺丰", tracking_no=NUMBER, customer=LISI_HERE)
    await shop.tell(SHIPPED, again)
    await shop.told(("3", shop.in_minutes(-1), "已签收"))
    assert await shop.rows("SELECT status FROM shop_order") == [("signed",)] * 2


async def test_a_refunded_order_stays_refunded(shop: TrackedShop) -> None:
    await shop.tell(SHIPPED, body("refunded", "e2"))
    await shop.told(("3", shop.in_minutes(-1), "已签收"))
    assert await shop.rows("SELECT status, signed_at IS NULL FROM shop_order") == [("refunded", False)]


async def test_a_parcel_that_nobody_knows_is_taken_and_changes_nothing(shop: TrackedShop) -> None:
    await shop.told(("3", shop.in_minutes(-1), "已签收"))
    assert await shop.rows("SELECT id FROM parcel") == []


GOOD = pushed(NUMBER, SALT, "3")
FORGED = [
    ("another salt", pushed(NUMBER, "other", "3"), 403),
    ("no sign", b"param=%7B%7D", 403),
    ("nothing", b"", 403),
    ("no param", b"sign=ABC", 400),
    ("changed", GOOD.replace(b"1234567890123", b"1234567890124"), 403),
    ("odd sign", b"param=%7B%7D&sign=%FF%00", 403),
]
STRANGE = (
    '{"status": 5, "lastResult": {"nu": "' + NUMBER + '", "state": 3, "data": ['
    '{"ftime": "someday", "context": "\\u0000x\\ud800"}, {"ftime": "0001-01-01 00:00:00"}]}}'
)


async def test_what_is_not_theirs_is_refused(shop: TrackedShop) -> None:
    await shop.tell(SHIPPED)
    for name, form, status in FORGED:
        assert (await shop.push(form))[0] == status, name
    for param in ("", "{", "[]", "null", '{"lastResult": 1}', '{"lastResult": {"nu": {}}}', "[" * 9000):
        form = signed(param)
        assert (await shop.push(form))[0] == 400, param[:20]
    assert (await shop.push(signed(STRANGE)))[0] == 200
    assert await shop.rows("SELECT state, words FROM parcel") == [("签收", "x")]
    async with shop.client.post(CALLBACK, data=BytesIO(b"x" * 1_100_000), headers=FORM) as answer:
        assert answer.status == 413
    assert await shop.rows("SELECT status FROM shop_order WHERE status = 'paid'") == []


def signed(param: str) -> bytes:
    """A form with any `param`; the sign in small letters is the same sign."""
    return urlencode({"param": param, "sign": sign(param, SALT).lower()}).encode()


async def test_without_the_block_there_is_no_such_route(tmp_path: Path, sqlite_url: str) -> None:
    settings = load(copy_config(tmp_path, **{DATABASE: sqlite_url}), {})
    async with TestClient(TestServer(build(settings))) as client:
        assert (await client.post(CALLBACK, data=GOOD, headers=FORM)).status == 404
