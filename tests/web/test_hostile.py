"""What is not the platform's gets its 4xx and leaves nothing behind (CONTRACT §4)."""

from __future__ import annotations

import json

import pytest

from tests.fakes.wechat_wire import signature
from tests.web.conftest import Opened, OpenShop
from tests.wechat_shop import AES_KEY
from tests.when import BEGINS

ANN = "openid-of-ann"
ORDINARY = (
    "<xml><ToUserName><![CDATA[gh_97417a04a28d]]></ToUserName><FromUserName><![CDATA[ann]]></FromUserName>"
    "<CreateTime>{now}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content>{content}</Content>"
    "<MsgId>1</MsgId></xml>"
)
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "哈哈哈哈"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    + ORDINARY.format(now=1, content="&b;")
)


def signed(shop: OpenShop, at: float | None = None) -> dict[str, str]:
    stamp = str(int(at if at is not None else shop.wechat.now()))
    return {"timestamp": stamp, "nonce": "n0nce", "signature": signature(shop.wechat.token, stamp, "n0nce")}


async def nothing_stored(shop: OpenShop) -> bool:
    counts = await shop.rows(
        "SELECT (SELECT count(*) FROM message), (SELECT count(*) FROM customer), (SELECT count(*) FROM outbox)"
    )
    return counts == [(0, 0, 0)]


def ordinary(content: str = "在吗") -> str:
    return ORDINARY.format(now=int(BEGINS.timestamp()), content=content)


BODIES: list[tuple[str, bytes, int]] = [
    ("empty", b"", 400),
    ("not xml", b"hello", 400),
    ("cut off", ordinary().encode()[:-9], 400),
    ("json", b'{"a": 1}', 400),
    ("entity bomb", BOMB.encode(), 400),
    ("external entity", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml>&e;</xml>', 400),
    ("nul", ordinary("a\0b").encode(), 400),
    ("gbk", ordinary("面霜").encode("gbk"), 400),
    ("declared gbk", ('<?xml version="1.0" encoding="gbk"?>' + ordinary("面霜")).encode("gbk"), 400),
    ("utf-16", ordinary().encode("utf-16"), 400),
    ("lone surrogate", ordinary("x").encode().replace(b"x</Content>", b"\xed\xa0\x80</Content>"), 400),
    ("surrogate reference", ordinary("&#xD800;").encode(), 400),
    ("somebody else's account", ordinary().replace("gh_97417a04a28d", "gh_other").encode(), 400),
    ("too large", ordinary("多" * 400_000).encode(), 413),
    ("ten thousand levels", b"<xml>" + b"<a>" * 10_000 + b"</a>" * 10_000 + b"</xml>", 400),
]


@pytest.mark.parametrize(("body", "status"), [b[1:] for b in BODIES], ids=[b[0] for b in BODIES])
async def test_hostile_bodies(opened: Opened, body: bytes, status: int) -> None:
    shop = await opened()
    assert (await shop.post(body, signed(shop))).status == status
    assert await nothing_stored(shop)
    assert (await shop.wechat.post_text(ANN, "面霜多少钱")).shown


async def test_signatures(opened: Opened) -> None:
    shop = await opened()
    body, good = ordinary().encode(), signed(shop)
    last = good["signature"][-1]
    for query in (
        {},
        {k: v for k, v in good.items() if k != "signature"},
        good | {"signature": good["signature"][:-1] + ("0" if last != "0" else "1")},
        good | {"nonce": "other"},
        good | {"timestamp": "9" * 400},
        good | {"signature": "签名"},
        signed(shop, shop.wechat.now() - 320),
        signed(shop, shop.wechat.now() + 320),
    ):
        assert (await shop.post(body, query)).status == 403, query
        echo = await shop.client.get("/callback/oa", params=query | {"echostr": "1"})
        assert echo.status == 403
    assert await nothing_stored(shop)


async def test_replayed_later_it_is_refused(opened: Opened) -> None:
    shop = await opened()
    query, body = signed(shop), ordinary().encode()
    assert (await shop.post(body, query)).status == 200
    await shop.advance("6m")
    assert (await shop.post(body, query)).status == 403
    assert await shop.rows("SELECT count(*) FROM message WHERE account = 'oa'") == [(1,)]


async def test_plaintext_to_an_encrypted_account_is_refused(opened: Opened) -> None:
    shop = await opened(AES_KEY)
    assert (await shop.post(ordinary().encode(), signed(shop))).status == 403
    assert await nothing_stored(shop)


@pytest.mark.parametrize("damage", ["flip", "cut", "signature", "not base64"])
async def test_tampered_ciphertext(opened: Opened, damage: str) -> None:
    shop = await opened(AES_KEY)
    query, body = shop.wechat.request(ordinary(), ANN)
    start = body.index(b"<Encrypt><![CDATA[") + len(b"<Encrypt><![CDATA[")
    if damage == "flip":
        body = (
            body[: start + 40]
            + (b"A" if body[start + 40 : start + 41] != b"A" else b"B")
            + body[start + 41 :]
        )
    elif damage == "cut":
        body = body[: start + 30] + b"]]></Encrypt></xml>"
    elif damage == "not base64":
        body = body[:start] + "密文".encode() + b"]]></Encrypt></xml>"
    else:
        query["msg_signature"] = "0" * 40
    assert (await shop.post(body, query)).status in (400, 403)
    assert await nothing_stored(shop)


async def test_unknown_places(opened: Opened) -> None:
    shop = await opened()
    assert (await shop.client.post("/callback/none", data=b"x")).status == 404
    assert (await shop.client.get("/callback/sandbox")).status == 404
    assert (await shop.client.put("/callback/oa")).status == 405


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"from": "a"}',
        b'{"from": "a", "text": ""}',
        b'{"from": "", "text": "x"}',
        b'{"from": "a", "text": "\\ud800"}',
        b'{"from": "a", "text": "a\\u0000b"}',
        b'{"from": "a", "text": 5}',
        b'{"from": "a", "text": "x", "more": 1}',
        b'{"from": "a", "text": "x", "id": ""}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
async def test_hostile_typing_in_the_sandbox(opened: Opened, body: bytes) -> None:
    shop = await opened()
    answer = await shop.client.post("/sandbox/messages", data=body)
    assert answer.status == 400
    assert json.loads(await answer.text())["error"]
    assert await nothing_stored(shop)


@pytest.mark.parametrize("advance", ["-1h", "1w", "", "1e9d", "99999999d", "一小时"])
async def test_a_clock_that_cannot_be_moved_so(opened: Opened, advance: str) -> None:
    shop = await opened()
    before = (await (await shop.client.get("/sandbox/clock")).json())["now"]
    assert (await shop.client.post("/sandbox/clock", json={"advance": advance})).status == 400
    after = (await (await shop.client.get("/sandbox/clock")).json())["now"]
    assert after[:16] == before[:16]


async def test_another_sites_page_cannot_type(opened: Opened) -> None:
    shop = await opened()
    body = {"from": "seller", "text": "停 全部"}
    for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
        assert (await shop.client.post("/sandbox/messages", json=body, headers=headers)).status == 403
    assert await nothing_stored(shop)


async def test_health_and_figures(opened: Opened) -> None:
    shop = await opened()
    await shop.wechat.post_text(ANN, "我家住在幸福路88号，电话13800138000，面霜多少钱")
    assert (await (await shop.client.get("/healthz")).json())["status"] == "ok"
    figures = await (await shop.client.get("/metrics")).text()
    assert 'huitouke_inbound_total{account="oa",repeat="no"} 1.0' in figures
    assert "幸福路" not in figures and ANN not in figures
