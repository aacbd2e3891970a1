"""The sandbox's route for the seller who types to a buyer in the platform's own app."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientResponse

from tests.web.conftest import Opened, OpenShop

SAID: dict[str, Any] = {"from": "seller", "to": "alice", "text": "我是小林，今晚就发", "id": "own-1"}


async def post(shop: OpenShop, **body: Any) -> ClientResponse:
    return await shop.client.post("/sandbox/messages", json=body)


async def phone(shop: OpenShop, who: str) -> list[dict[str, Any]]:
    shown = await shop.client.get("/sandbox/messages", params={"with": who})
    return list((await shown.json())["messages"])


async def test_what_the_seller_types_there_is_on_the_buyers_phone_once(opened: Opened) -> None:
    shop = await opened()
    for _ in range(2):
        answer = await post(shop, **SAID)
        assert answer.status == 200
        assert await answer.json() == {"id": "own-1", "replies": []}
    shown = [{k: m[k] for k in ("with", "direction", "text", "kind")} for m in await phone(shop, "alice")]
    assert shown == [{"with": "alice", "direction": "out", "text": SAID["text"], "kind": "relay"}]
    assert await shop.rows("SELECT kind, text FROM message") == [("event", "seller_spoke")]
    assert await shop.rows("SELECT what, state FROM promise") == [("发货", "open")]
    assert (await shop.alerts()).count("记下了") == 1


async def test_the_bot_is_silent_there_from_then_on(opened: Opened) -> None:
    shop = await opened()
    await post(shop, **SAID)
    answer = await post(shop, **{"from": "alice", "text": "面霜多少钱"})
    assert (await answer.json())["replies"] == []
    answer = await post(shop, **{"from": "bob", "text": "面霜多少钱"})
    assert "129" in (await answer.json())["replies"][0]["text"]
    assert "接管着" in await shop.alerts()


async def test_a_report_comes_with_its_picture(opened: Opened) -> None:
    shop = await opened()
    for who, line in (("alice", "面霜多少钱"), ("seller", "订单 alice 面霜 129")):
        await post(shop, **{"from": who, "text": line})
    answer = await post(shop, **{"from": "seller", "text": "报表"})
    told, picture = (reply["text"] for reply in (await answer.json())["replies"])
    assert "卖了 129元" in told and picture == "[图]"
    *_, words, shown = await phone(shop, "seller")
    assert "picture" not in words
    found = await shop.client.get(shown["picture"])
    assert found.content_type == "image/png" and (await found.read()).startswith(b"\x89PNG")
    for other in (words["seq"], shown["seq"] + 1, "9" * 30):
        assert (await shop.client.get(f"/sandbox/messages/{other}.png")).status == 404


async def test_what_he_types_is_no_command(opened: Opened) -> None:
    shop = await opened()
    answer = await post(shop, **{"from": "seller", "to": "alice", "text": "停 全部"})
    assert (await answer.json())["replies"] == []
    assert await phone(shop, "seller") == []


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"from": "alice", "to": "bob", "text": "x"}, "to: 只有绑定的卖家能这样说话，alice 不是"),
        ({"from": "seller", "to": "seller", "text": "x"}, "to: seller 也是卖家"),
        ({"from": "seller", "to": "", "text": "x"}, "to: "),
        ({"from": "seller", "to": "a\0b", "text": "x"}, "to: "),
        ({"from": "seller", "to": 7, "text": "x"}, "to: "),
        ({"from": "seller", "to": "alice", "text": ""}, "text: "),
    ],
)
async def test_nobody_else_may_and_nothing_is_stored(opened: Opened, body: dict[str, Any], why: str) -> None:
    shop = await opened()
    answer = await post(shop, **body)
    assert answer.status == 400
    assert (await answer.json())["error"].startswith(why)
    assert await shop.rows("SELECT id FROM message") == []
    assert await shop.rows("SELECT id FROM sandbox_message") == []
