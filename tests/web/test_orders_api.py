"""POST /api/orders (CONTRACT §4): signed, idempotent, in any order, and never a 500."""

from __future__ import annotations

import asyncio
import copy
import hashlib
import hmac
import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import text

from bot.app import build
from bot.configuration import load
from bot.web import keys
from bot.web.orders import signature
from tests.shop import DATABASE, copy_config

SECRET = "s3cret-of-the-order-api"
ITEMS = [{"product": "玫瑰面霜", "sku": "MS-50", "quantity": 2, "price": "129.00"}]
LISI = {"name": "李四", "phone": "138-1234-5678", "address": "杭州市西湖区文三路 1 号"}
LISI_HERE = LISI | {"account": "sandbox", "external_id": "lisi"}


def body(event: str, event_id: str = "e1", **order: Any) -> dict[str, Any]:
    return {"event": f"order.{event}", "event_id": event_id, "order": {"id": "T1001"} | order}


class OrderShop:
    """The running application, a shop's system that signs, and the phones of the sandbox."""

    def __init__(self, client: TestClient[Any, Any]) -> None:
        self.client = client
        assert client.app is not None
        self.app = client.app

    def now(self) -> int:
        return int(self.app[keys.CLOCK].now().timestamp())

    async def post(
        self,
        told: dict[str, Any] | bytes,
        *,
        at: str | None = None,
        sign: str | None = None,
    ) -> tuple[int, dict[str, Any]]:
        raw = told if isinstance(told, bytes) else json.dumps(told, ensure_ascii=False).encode()
        at = at if at is not None else str(self.now())
        headers = {"X-Huitouke-Timestamp": at, "X-Huitouke-Signature": sign or signature(SECRET, at, raw)}
        async with self.client.post("/api/orders", data=raw, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)

    async def tell(self, *told: dict[str, Any]) -> None:
        for one in told:
            assert await self.post(one) == (200, {"status": "accepted"})

    async def type(self, who: str, line: str) -> str:
        answer = await self.client.post("/sandbox/messages", json={"from": who, "text": line})
        assert answer.status == 200, await answer.text()
        return "\n".join(reply["text"] for reply in (await answer.json())["replies"])

    async def advance(self, span: str = "10s") -> None:
        answer = await self.client.post("/sandbox/clock", json={"advance": span})
        assert answer.status == 200

    async def received(self, who: str) -> list[str]:
        """What has come to a phone, once all that is due has gone out."""
        await self.advance()
        shown = await (await self.client.get("/sandbox/messages", params={"with": who})).json()
        return [m["text"] for m in shown["messages"] if m["direction"] == "out"]

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        return await self.app[keys.DATABASE].read(lambda c: [tuple(r) for r in c.execute(text(query))])


Opened = Callable[..., Any]


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Opened]:
    """Opens a shop on a database; again for a second process or a restart."""
    async with AsyncExitStack() as stack:

        async def open_(url: str, secret: str = SECRET) -> OrderShop:
            changes = {
                DATABASE: url,
                "secret: ${HUITOUKE_API_SECRET:-}": f"secret: '{secret}'",
            }
            settings = load(copy_config(tmp_path, **changes), {})
            client = TestClient(TestServer(build(settings)))
            return OrderShop(await stack.enter_async_context(client))

        yield open_


@pytest.fixture
async def quick(opened: Opened, sqlite_url: str) -> OrderShop:
    """For what is no matter of the database."""
    shop: OrderShop = await opened(sqlite_url)
    return shop


@pytest.fixture
async def shop(opened: Opened, database_url: str) -> OrderShop:
    """On a database of each kind."""
    shop: OrderShop = await opened(database_url)
    return shop


# --- who may speak ------------------------------------------------------------------------------


def test_the_signature_is_the_contracts() -> None:
    raw = '{"event":"order.paid","备注":"一"}'.encode()
    expected = hmac.new(b"key", b"1763690400." + raw, hashlib.sha256).hexdigest()
    assert signature("key", "1763690400", raw) == f"sha256={expected}"


async def test_without_a_secret_there_is_no_such_route(opened: Opened, sqlite_url: str) -> None:
    quiet = await opened(sqlite_url, secret="")
    assert (await quiet.client.post("/api/orders", data=b"{}")).status == 404


STRANGERS: list[tuple[str | None, str | None]] = [
    ("", None),
    ("soon", None),
    ("１７６３６９０４００", None),
    ("-5", None),
    ("9" * 40, None),
    (None, "sha256="),
    (None, "sha256=" + "0" * 64),
    (None, "0" * 64),
    (None, "sha256=ÿ"),
    (None, "md5=abc"),
]


async def test_who_does_not_know_the_secret_is_refused(quick: OrderShop) -> None:
    for at, sign in STRANGERS:
        status, told = await quick.post(body("paid"), at=at, sign=sign)
        assert (status, bool(told["error"])) == (401, True), (at, sign)
    assert await quick.rows("SELECT * FROM shop_order") == []


async def test_a_body_that_was_changed_on_the_way_is_refused(quick: OrderShop) -> None:
    at = str(quick.now())
    signed = signature(SECRET, at, json.dumps(body("paid")).encode())
    assert (await quick.post(body("cancelled"), at=at, sign=signed))[0] == 401


async def test_the_time_is_the_bots_clock(quick: OrderShop) -> None:
    for late, status in ((-310, 401), (310, 401), (-290, 200), (290, 200)):
        told = body("paid", f"e{late}")
        assert (await quick.post(told, at=str(quick.now() + late)))[0] == status
    await quick.advance("1d")
    assert (await quick.post(body("paid", "real"), at=str(quick.now() - 86_400)))[0] == 401
    assert (await quick.post(body("paid", "moved")))[0] == 200


# --- what is said -------------------------------------------------------------------------------


BAD: list[tuple[dict[str, Any] | bytes, str]] = [
    (b"", "body"),
    (b"hello", "body"),
    (b"\xff\xfe", "body"),
    (b"[" * 100_000, "body"),
    (b"[]", "body"),
    (b"null", "body"),
    ({}, "event"),
    ({"event": "order.lost", "event_id": "1", "order": {"id": "1"}}, "event"),
    ({"event": "order.paid", "order": {"id": "1"}}, "event_id"),
    ({"event": "order.paid", "event_id": "", "order": {"id": "1"}}, "event_id"),
    ({"event": "order.paid", "event_id": "x" * 201, "order": {"id": "1"}}, "event_id"),
    ({"event": "order.paid", "event_id": "1"}, "order"),
    ({"event": "order.paid", "event_id": "1", "order": "T1"}, "order"),
    ({"event": "order.paid", "event_id": "1", "order": {}}, "order.id"),
    (body("paid", id="T 1"), "order.id"),
    (body("paid", id="a\0b"), "order.id"),
    (body("paid", id=True), "order.id"),
    (body("paid", customer=[]), "order.customer"),
    (body("paid", customer={"name": "\ud800"}), "order.customer.name"),
    (body("paid", customer={"name": {"a": 1}}), "order.customer.name"),
    (body("paid", customer={"account": "nowhere", "external_id": "a"}), "order.customer.account"),
    (body("paid", items={}), "order.items"),
    (body("paid", items=[*ITEMS, {"quantity": 1}]), "order.items[1].product"),
    (body("paid", items=[ITEMS[0] | {"price": "abc"}]), "order.items[0].price"),
    (body("paid", items=[ITEMS[0] | {"price": 129.0}]), "order.items[0].price"),
    (body("paid", items=[ITEMS[0] | {"price": "-1.00"}]), "order.items[0].price"),
    (body("paid", items=[ITEMS[0] | {"price": "1.001"}]), "order.items[0].price"),
    (body("paid", items=[ITEMS[0] | {"price": "NaN"}]), "order.items[0].price"),
    (body("paid", items=[ITEMS[0] | {"price": "1e9"}]), "order.items[0].price"),
    (body("paid", items=[ITEMS[0] | {"quantity": 0}]), "order.items[0].quantity"),
    (body("paid", items=[ITEMS[0] | {"quantity": "many"}]), "order.items[0].quantity"),
    (body("paid", items=[ITEMS[0] | {"quantity": 10**30}]), "order.items[0].quantity"),
    (body("paid", items=ITEMS * 501), "order.items"),
    (body("paid", total="99999999999.00"), "order.total"),
    (body("paid", paid_at="yesterday"), "order.paid_at"),
    (body("paid", paid_at=1763690400), "order.paid_at"),
    (body("paid", paid_at="0001-01-01T00:00:00+14:00"), "order.paid_at"),
    (body("paid", paid_at="2999-01-01T00:00:00+08:00"), "order.paid_at"),
    (body("shipped", courier="顺丰", tracking_no="12"), "order.tracking_no"),
    (
        body("shipped", parcels=[{"tracking_no": "12345678"}, {"tracking_no": "1"}]),
        "order.parcels[1].tracking_no",
    ),
]


async def test_a_bad_body_is_answered_with_its_place(quick: OrderShop) -> None:
    for told, place in BAD:
        raw = told if isinstance(told, bytes) else json.dumps(told).encode()
        status, answer = await quick.post(raw)
        assert (status, answer["error"].split(": ")[0]) == (422, place), answer
        assert any("一" <= c <= "鿿" for c in answer["error"]), answer
    assert await quick.rows("SELECT event_id FROM shop_event") == []
    assert await quick.rows("SELECT id FROM customer") == []


async def test_a_body_that_is_too_large(quick: OrderShop) -> None:
    raw = json.dumps(body("paid", note="多" * 600_000)).encode()
    at = str(quick.now())
    headers = {"X-Huitouke-Timestamp": at, "X-Huitouke-Signature": signature(SECRET, at, raw)}
    assert (await quick.client.post("/api/orders", data=BytesIO(raw), headers=headers)).status == 413


async def test_what_is_not_known_or_left_empty_does_no_harm(quick: OrderShop) -> None:
    odd = body(
        "paid",
        id=20261121,
        customer=LISI | {"account": "", "external_id": None, "vip": True},
        items=[{"product": "面膜", "price": "59.0000", "weight": 3}],
        total=None,
        paid_at="",
        courier="",
        tracking_no="自提",
        remark={"deep": [1, 2]},
    )
    await quick.tell(odd | {"version": 3})
    assert await quick.rows("SELECT number, status, total FROM shop_order") == [("20261121", "paid", 5900)]
    assert await quick.rows("SELECT * FROM parcel") == []


# --- once ---------------------------------------------------------------------------------------


async def test_the_same_event_again_is_a_duplicate_whatever_it_says(
    opened: Opened, shop: OrderShop, database_url: str
) -> None:
    await shop.tell(body("paid", total="258.00", items=ITEMS, customer=LISI_HERE))
    duplicate = (200, {"status": "duplicate"})
    assert await shop.post(body("paid", total="258.00", items=ITEMS, customer=LISI_HERE)) == duplicate
    assert await shop.post(body("cancelled")) == duplicate
    restarted = await opened(database_url)
    assert await restarted.post(body("refunded", id="T2")) == duplicate
    assert await restarted.rows("SELECT number, status FROM shop_order") == [("T1001", "paid")]


async def test_twenty_at_once_have_one_effect(opened: Opened, shop: OrderShop, database_url: str) -> None:
    shops = [shop, await opened(database_url)] if database_url.startswith("postgresql") else [shop]
    told = body("refunded", refund="10.00", total="258.00", items=ITEMS, customer=LISI)
    posts = [one.post(told) for one, _ in zip(itertools.cycle(shops), range(20), strict=False)]
    answers = [answer for status, answer in await asyncio.gather(*posts) if status == 200]
    assert sorted(a["status"] for a in answers) == ["accepted"] + ["duplicate"] * 19
    assert await shop.rows("SELECT refunded FROM shop_order") == [(1000,)]
    assert await shop.rows("SELECT name FROM customer") == [("李四",)]


async def test_twenty_events_of_one_new_order_at_once(
    opened: Opened, shop: OrderShop, database_url: str
) -> None:
    shops = [shop, await opened(database_url)] if database_url.startswith("postgresql") else [shop]
    told = [
        body("shipped", f"e{n}", customer=LISI_HERE, courier="顺丰", tracking_no=f"SF123456789012{n % 4}")
        for n in range(20)
    ]
    posts = [one.post(event) for one, event in zip(itertools.cycle(shops), told, strict=False)]
    assert {status for status, _ in await asyncio.gather(*posts)} == {200}
    assert len(await shop.rows("SELECT id FROM customer WHERE name = '李四'")) == 1
    assert len(await shop.rows("SELECT id FROM shop_order")) == 1
    assert len([t for t in await shop.received("lisi") if "寄出" in t]) == 4


# --- whose it is --------------------------------------------------------------------------------


async def test_the_account_names_a_buyer_who_never_wrote(shop: OrderShop) -> None:
    """CONTRACT §7.4."""
    await shop.tell(body("paid", items=ITEMS, total="258.00", customer=LISI_HERE))
    card = await shop.type("seller", "客户 李四")
    for part in ("李四", "13812345678", "杭州市西湖区", "T1001 玫瑰面霜×2 258元 待发货", "新客"):
        assert part in card
    await shop.type("seller", "回 李四 今天就发")
    assert await shop.received("lisi") == ["今天就发"]


async def test_a_buyer_who_wrote_before_gets_the_order_and_keeps_what_the_seller_wrote(
    quick: OrderShop,
) -> None:
    await quick.type("lisi", "面霜多少钱")
    await quick.tell(body("created", items=ITEMS, customer=LISI_HERE | {"name": "李小四"}))
    await quick.tell(body("paid", "e2", customer=LISI_HERE))
    assert await quick.rows("SELECT name, phone FROM customer") == [("李小四", "13812345678")]
    assert await quick.rows("SELECT state, order_number FROM consultation") == [("ordered", "T1001")]


async def test_who_is_only_known_by_phone_can_be_found_and_is_told_by_the_seller(quick: OrderShop) -> None:
    await quick.tell(
        body("paid", items=ITEMS, customer=LISI),
        body("paid", "e2", id="T1002", items=ITEMS, customer={"phone": "+86 13812345678"}),
        body("shipped", "e3", courier="顺丰速运", tracking_no="SF1234567890123", customer=LISI),
    )
    assert len(await quick.rows("SELECT id FROM customer")) == 1
    card = await quick.type("seller", "客户 李四")
    assert "T1002" in card
    assert "没有他的聊天账号" in card
    assert "李四" in await quick.type("seller", "找 面霜")
    assert "李四" in await quick.type("seller", "客户 5678")
    told = "\n".join(await quick.received("seller"))
    assert "没有聊天账号" in told
    assert "SF1234567890123" in told
    shipped = await quick.type("seller", "发货 T1002 YT1234567890123")
    assert "没有地方发" in shipped
    assert "没有地方发" in await quick.type("seller", "回 李四 你好")


async def test_what_the_seller_must_tell_and_ask_waits_in_the_morning_list(quick: OrderShop) -> None:
    for n in range(5):
        who = {"name": "李四", "phone": f"1381234560{n}", "address": "文三路1号"}
        number = f"SF123456789012{n}"
        await quick.tell(
            body("shipped", f"e{n}", id=f"T{n}", items=ITEMS, customer=who, courier="SF", tracking_no=number)
        )
    told = "\n".join(await quick.received("seller"))  # the first goes at once; what waits meanwhile is joined
    assert "没有聊天账号" in told and "SF1234567890120" in told and "今日" in told
    listed = await quick.type("seller", "今日")
    assert listed.count("发货通知 李四") == 3 and "还有 2 个包裹" in listed
    assert "打 13812345600" in listed and "合并 #1 #2" in listed
    assert "办好了" in await quick.type("seller", "1 好")
    assert "还有 1 个包裹" in await quick.type("seller", "今日")


async def test_who_was_known_by_phone_is_the_buyer_that_a_later_event_names(shop: OrderShop) -> None:
    await shop.type("lisi", "面霜多少钱")
    await shop.tell(
        body("paid", items=ITEMS, customer=LISI),
        body("paid", "e2", id="T1002", customer=LISI),
        body("shipped", "e3", customer=LISI_HERE, tracking_no="SF1234567890123"),
    )
    assert len(await shop.rows("SELECT id FROM customer WHERE merged_into IS NULL")) == 1
    assert len(await shop.rows("SELECT id FROM shop_order")) == 2
    assert any("SF1234567890123" in t for t in await shop.received("lisi"))
    assert "T1001" in await shop.type("seller", "客户 李四")


async def test_an_order_without_anybody_waits_for_its_buyer(quick: OrderShop) -> None:
    await quick.tell(body("signed"), body("paid", "e2", customer=LISI_HERE, items=ITEMS))
    assert await quick.rows("SELECT name FROM customer") == [("李四",)]
    assert await quick.rows("SELECT status FROM shop_order") == [("signed",)]


async def test_masked_names_and_phones_say_nothing(quick: OrderShop) -> None:
    masked = {"name": "李**", "phone": "138****5678", "account": "sandbox", "external_id": "lisi"}
    await quick.tell(body("paid", customer=masked))
    assert await quick.rows("SELECT name, phone FROM customer") == [("", "")]


async def test_the_seller_is_no_buyer(quick: OrderShop) -> None:
    await quick.tell(body("paid", customer=LISI | {"account": "sandbox", "external_id": "seller"}))
    assert await quick.rows("SELECT customer_id FROM contact WHERE external_id = 'seller'") == [(None,)]
    assert "李四" in await quick.type("seller", "客户 李四")


# --- in any order -------------------------------------------------------------------------------

LIFE = [
    body("created", "e1", items=ITEMS, total="258.00", customer=LISI_HERE),
    body("paid", "e2", items=ITEMS, total="248.00", paid_at="2026-01-05 10:00:00", customer=LISI),
    body("shipped", "e3", courier="SF", tracking_no="sf1234567890123"),
    body("signed", "e4"),
]


def life_of(person: int) -> list[dict[str, Any]]:
    """The same life of another order, of somebody else."""
    told = copy.deepcopy(LIFE)
    for event in told:
        event["event_id"] += f"-{person}"
        event["order"]["id"] = f"T{person}"
        if customer := event["order"].get("customer"):
            customer |= {"name": f"李{person}", "phone": f"138000000{person:02}"}
        if "external_id" in event["order"].get("customer", ()):
            customer["external_id"] = f"p{person}"
    return told


async def test_events_in_any_order_end_alike(shop: OrderShop) -> None:
    ways = list(itertools.permutations(range(len(LIFE))))
    for person, way in enumerate(ways):
        life = life_of(person)
        await shop.tell(*(life[n] for n in way))
    every = len(ways)
    query = "SELECT status, total, refunded, paid_at IS NULL FROM shop_order"
    assert set(await shop.rows(query)) == {("signed", 24800, 0, False)}
    assert (
        await shop.rows("SELECT product, quantity, sku FROM order_item") == [("玫瑰面霜", 2, "MS-50")] * every
    )
    signed = await shop.rows("SELECT courier, tracking_no FROM parcel WHERE signed_at IS NOT NULL")
    assert signed == [("顺丰", "SF1234567890123")] * every
    people = sorted(await shop.rows("SELECT name, phone FROM customer"))
    assert people == sorted((f"李{n}", f"138000000{n:02}") for n in range(every))
    for person in range(every):
        (notice,) = [t for t in await shop.received(f"p{person}") if "寄出" in t]
        assert "SF1234567890123" in notice


async def test_the_command_and_the_event_tell_the_buyer_once(quick: OrderShop) -> None:
    await quick.tell(LIFE[0], LIFE[1])
    assert "记下了" in await quick.type("seller", "发货 李四 顺丰 SF1234567890123")
    await quick.tell(LIFE[2])
    assert len([t for t in await quick.received("lisi") if "寄出" in t]) == 1
    assert len(await quick.rows("SELECT id FROM parcel")) == 1


async def test_money_back_takes_value_back(shop: OrderShop) -> None:
    await shop.tell(*LIFE, body("refunded", "e5", refund="48.00"))
    assert await shop.rows("SELECT status, refunded FROM shop_order") == [("signed", 4800)]
    assert await shop.rows("SELECT orders, spent FROM customer_value") == [(1, 20000)]
    await shop.tell(body("refunded", "e6"))
    assert await shop.rows("SELECT status FROM shop_order") == [("refunded",)]
    assert await shop.rows("SELECT orders, spent FROM customer_value") == [(0, 0)]
    assert "已退款" in await shop.type("seller", "客户 李四")


async def test_several_parcels_of_one_order(quick: OrderShop) -> None:
    await quick.tell(
        LIFE[0],
        body("shipped", "a", parcels=[{"courier": "顺丰", "tracking_no": "SF1234567890123"}]),
        body("shipped", "b", courier="圆通", tracking_no="YT1234567890123，YT1234567890124"),
    )
    assert len(await quick.rows("SELECT id FROM parcel")) == 3
    assert len([t for t in await quick.received("lisi") if "寄出" in t]) == 3


async def test_an_event_that_cannot_be_handled_comes_again(shop: OrderShop) -> None:
    """Something nobody foresaw: 503, told once, nothing kept; when it is mended the event counts."""
    await shop.type("seller", "帮助")
    database = shop.app[keys.DATABASE]
    await database.write(lambda c: c.execute(text("ALTER TABLE parcel RENAME TO gone")))
    for _ in range(2):
        assert (await shop.post(LIFE[2]))[0] == 503
    assert await shop.rows("SELECT * FROM shop_event") == []
    await database.write(lambda c: c.execute(text("ALTER TABLE gone RENAME TO parcel")))
    assert len([t for t in await shop.received("seller") if "没处理好" in t]) == 1
    await shop.tell(LIFE[2])
