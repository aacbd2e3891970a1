"""The callback: vectors, signatures, hostile bodies, and what it wakes (CHANNELS §1.3, §2.1, §8)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.channels.base import BadCallback
from bot.channels.wecom_kf import Callback
from bot.core.clock import Clock
from storage.db import Database
from tests.channels.wecom_kf_bench import NOW, Bench, OpenKf, a_bench, an_account, an_open_shop
from tests.fakes.wechat_wire import Aes
from tests.fakes.wecom import AES_KEY

ECHO = {
    "timestamp": "1714112400",
    "nonce": "ech0",
    "echostr": "Q3stYC6hdFzMh9T8HCvyDOjpXLNauJhx2jaflIofLlVaKVX1/qrJ3xc5AixWnLZkYulZrDUGEjGogpuUqSSr5A==",
    "msg_signature": "d24df8b472dd428c64537e43bed3c9e2d9291bda",
}
OTHER_ECHO = {
    "timestamp": "1411443780",
    "nonce": "437374425",
    "echostr": "4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q==",
    "msg_signature": "dd6b9c95b495b3f7e2901bfbc76c664930ffdb96",
}
ECHOED = "5927782489442352469"
PLAIN_EVENT = (
    "<xml><ToUserName><![CDATA[ww5823bf96d3bd56c7]]></ToUserName><CreateTime>1714112500</CreateTime>"
    "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[kf_msg_or_event]]></Event>"
    "<Token><![CDATA[ENC123]]></Token><OpenKfId><![CDATA[wkAJ2GCAAASSm4_FhToWMFea0xAFfd3Q]]></OpenKfId></xml>"
)
EVENT = (
    "Q3stYC6hdFzMh9T8HCvyDOijj+4zIgvMT9VuUUUXZ83ZvYF+whN37rOJaRWo8JY0mpcBFM9Omr3+9w/0KQA4Xr4bIdoC61MlkPNE1MoO"
    "G58qRu2F+PYOFrL3/gemPxmFt7yDRRgGCA7cssargw4MwpTBEDPymMddc0ybp3lmDh3t5KsGltpFcPE3HgMIvWaJqzy2FSNpCtgvjbO6"
    "p33QmzpM4HWjncu5UvW0yEIiIwPKeSkQ365cQ9VYklIFeB0Vl6aXzCgdmizFxVSlvHXRPKceMB3bjXakG5IzZfVXfkDul6craibm8yoK"
    "fIeG1mtlO6i7Y9Bw3FWlKIrU+SC0V2YtiqA+yJOTjUzCoF55ndtbN3+9RwQuWoYuRvcJXo9dhSEjNLw/zpS+J4E+9swJDYLdMzgUgMSx"
    "5y378SHF0tI="
)
EVENT_QUERY = {
    "timestamp": "1714112500",
    "nonce": "n0nce",
    "msg_signature": "b6d412dc97315f651a918a60c7035e03a950cc74",
}
BODY = f"<xml><ToUserName><![CDATA[ww]]></ToUserName><AgentID></AgentID><Encrypt><![CDATA[{EVENT}]]></Encrypt></xml>".encode()


def at(seconds: int) -> Clock:
    return Clock(source=lambda: datetime.fromtimestamp(seconds, UTC))


@pytest.fixture
async def bench(sqlite_url: str) -> AsyncIterator[Bench]:
    database = Database(sqlite_url)
    async with a_bench(database) as bench:
        yield bench
    database.close()


# --- vectors


def test_the_echo_vectors() -> None:
    callback = Callback(an_account(), at(1714112400), {})
    assert callback.verify_url(ECHO) == ECHOED
    # a + that came unescaped in the URL has become a space
    assert callback.verify_url(ECHO | {"echostr": ECHO["echostr"].replace("+", " ")}) == ECHOED
    other = an_account(
        token="123456",
        encoding_aes_key="kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR",
        corp_id="wx49f0ab532d5d035a",
    )
    assert Callback(other, at(1411443780), {}).verify_url(OTHER_ECHO) == ECHOED


def test_the_fake_seals_as_the_vector_says() -> None:
    assert Aes(AES_KEY, "ww5823bf96d3bd56c7").seal(PLAIN_EVENT, b"0123456789abcdef") == EVENT


async def test_the_event_vector_wakes_its_account(bench: Bench) -> None:
    kf = bench.channel()
    await Callback(an_account(), at(1714112500), {"kf": kf}).rung(EVENT_QUERY, BODY)
    rows = await bench.database.read(lambda c: c.exec_driver_sql("SELECT asked, done, token FROM pull").all())
    assert [tuple(r) for r in rows] == [(1, 0, "ENC123")]


# --- what is refused


@pytest.mark.parametrize(
    "tampered",
    [
        {"msg_signature": "0" * 40},
        {"msg_signature": ""},
        {"timestamp": "1714112401"},
        {"nonce": "other"},
        {"nonce": ""},
        {"echostr": ""},
        {"echostr": "A" + ECHO["echostr"][1:]},
        {"timestamp": "soon"},
        {"msg_signature": "ünïcode"},
    ],
)
def test_a_get_that_is_not_wecoms(tampered: dict[str, str]) -> None:
    with pytest.raises(BadCallback) as bad:
        Callback(an_account(), at(1714112400), {}).verify_url(ECHO | tampered)
    assert bad.value.status == 403


def test_an_old_echo_is_refused() -> None:
    with pytest.raises(BadCallback) as bad:
        Callback(an_account(), at(1714112400 + 301), {}).verify_url(ECHO)
    assert bad.value.status == 403


async def test_a_post_that_is_not_wecoms(bench: Bench) -> None:
    kf = bench.channel()
    callback = Callback(an_account(), bench.clock, {"kf": kf})
    wecom = bench.wecom
    query, body = wecom.request(wecom.wake_up())
    other_corp = Aes(AES_KEY, "ww_other").seal("<xml></xml>")
    plain = b"<xml><Event>kf_msg_or_event</Event></xml>"
    flipped = wecom.aes.seal("<xml></xml>")
    flipped = ("B" if flipped[30] == "A" else "A").join((flipped[:30], flipped[31:]))
    sealed = b"<xml><Encrypt><![CDATA[%s]]></Encrypt></xml>"
    doctype = '<!DOCTYPE x [<!ENTITY a "b">]><xml><Event>&a;</Event></xml>'
    cases = [
        (query | {"msg_signature": "0" * 40}, body, 403),
        ({}, body, 403),
        (query | {"timestamp": str(int(NOW.timestamp()) - 301)}, body, 403),
        (query, body.replace(b"Encrypt", b"Encrypted"), 400),
        (query, plain, 400),
        (query, b"", 400),
        (query, b"\xff\xfe", 400),
        (query, doctype.encode(), 400),
        (wecom.signed(other_corp), sealed % other_corp.encode(), 400),
        (wecom.signed(flipped), sealed % flipped.encode(), 400),
        (wecom.signed("AAAA"), sealed % b"AAAA", 400),
        (*wecom.request(doctype), 400),
        (*wecom.request("no xml"), 400),
        (*wecom.request({"MsgType": "event", "Event": "kf_msg_or_event", "Token": "x" * 600}), 400),
    ]
    for given, posted, status in cases:
        with pytest.raises(BadCallback) as bad:
            await callback.rung(given, posted)
        assert bad.value.status == status, posted
    assert not await bench.database.read(lambda c: c.exec_driver_sql("SELECT * FROM pull").all())


async def test_what_is_for_nobody_here_wakes_nobody(bench: Bench) -> None:
    callback = Callback(an_account(), bench.clock, {"kf": bench.channel()})
    await callback.rung(*bench.wecom.request(bench.wecom.wake_up("wk_other")))
    await callback.rung(*bench.wecom.request({"MsgType": "event", "Event": "change_external_contact"}))
    assert not await bench.database.read(lambda c: c.exec_driver_sql("SELECT * FROM pull").all())


async def test_one_url_wakes_every_account_of_the_corp(bench: Bench) -> None:
    second = bench.channel(id="kf2", open_kfid="wk_second")
    channels = {"kf": bench.channel(), "sandbox": object(), "kf2": second}
    await Callback(an_account(), bench.clock, channels).rung(
        *bench.wecom.request(bench.wecom.wake_up("wk_second"))
    )
    rows = await bench.database.read(lambda c: c.exec_driver_sql("SELECT account FROM pull").all())
    assert [tuple(r) for r in rows] == [("kf2",)]


async def test_a_wake_up_without_its_account_is_for_this_one(bench: Bench) -> None:
    fields = bench.wecom.wake_up()
    del fields["OpenKfId"]
    await Callback(an_account(), bench.clock, {"kf": bench.channel()}).rung(*bench.wecom.request(fields))
    assert await bench.database.read(lambda c: c.exec_driver_sql("SELECT asked FROM pull").scalar()) == 1


# --- through the real web layer


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[OpenKf]:
    async with an_open_shop(tmp_path) as shop:
        yield shop


async def test_the_url_check_is_answered_within_a_second(shop: OpenKf) -> None:
    began = time.perf_counter()
    assert await shop.wecom.verify_url(ECHOED) == (200, ECHOED.encode())
    assert time.perf_counter() - began < 1
    assert (await shop.wecom.verify_url(ECHOED, msg_signature="0" * 40))[0] == 403


async def test_hostile_requests_leave_nothing_and_disturb_nobody(shop: OpenKf) -> None:
    wecom = shop.wecom
    await wecom.all_stored()
    query, body = wecom.request(wecom.wake_up())
    statuses = [
        (await wecom.post(query, b"<xml>" + b"a" * (2 * 1024 * 1024) + b"</xml>"))[0],
        (await wecom.post({}, body))[0],
        (await wecom.post(query, b"[" * 100_000))[0],
        (await wecom.post(query | {"msg_signature": "x"}, body))[0],
        (await wecom.post(query, b"<xml>" + b"<a>" * 50_000))[0],
    ]
    assert statuses == [413, 403, 400, 403, 400]
    assert await shop.rows("SELECT asked FROM pull") == [(0,)]
    assert await shop.seller("帮助")
    assert await shop.said("wm_ann", "面霜多少钱")


async def test_a_flood_of_wake_ups_is_a_few_marks_and_few_calls(shop: OpenKf) -> None:

    wecom = shop.wecom
    wecom.put("wm_ann", "text", {"content": "面霜多少钱"})
    request = wecom.request(wecom.wake_up())
    answers = await asyncio.gather(*(wecom.post(*request) for _ in range(300)))
    assert {status for status, _ in answers} == {200}
    await shop.settled()
    assert len([t for t in wecom.phones["wm_ann"] if "129" in t]) == 1
    assert wecom.most_at_once["/cgi-bin/kf/sync_msg"] == 1
    assert wecom.called("/cgi-bin/kf/sync_msg") < 100
    assert await shop.rows("SELECT count(*) FROM pull WHERE asked < 300") == [(1,)]
