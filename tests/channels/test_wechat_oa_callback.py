"""The callback URL: who may post, what is read, what is answered; alone and against the fake platform."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import BadCallback
from bot.channels.wechat_oa import Callback
from bot.channels.wechat_oa.reply import fit, text_reply
from bot.core.events import BuyerEvent, BuyerMessage, Happening
from tests.channels.wechat_oa_shop import (
    AES_KEY,
    NOW,
    OPENID,
    ORIGINAL_ID,
    TOKEN,
    Event,
    a_shop,
    advance,
    an_account,
    standing_clock,
)
from tests.fakes.wechat import UNAVAILABLE, FakeWechat
from tests.fakes.wechat_wire import Aes, push_xml, read_reply, signature

CLOCK = standing_clock()
PLAIN = Callback(an_account(), CLOCK)
SECURE = Callback(an_account(encoding_aes_key=AES_KEY), CLOCK)


def platform(key: str = "", **changed: str) -> FakeWechat:
    return FakeWechat(now=CLOCK.now, encoding_aes_key=key, **changed)  # type: ignore[arg-type]


def a_push(wechat: FakeWechat, content: str = "在吗", **fields: object) -> tuple[dict[str, str], bytes]:
    envelope = wechat.envelope(OPENID, MsgType="text", Content=content, MsgId=1, **fields)
    return wechat.request(push_xml(envelope), OPENID)


def refused(callback: Callback, query: dict[str, str], body: bytes) -> int:
    with pytest.raises(BadCallback) as bad:
        callback.read(query, body)
    return bad.value.status


# --- the GET


def test_the_published_example() -> None:
    then = standing_clock(NOW.fromtimestamp(1714036504, NOW.tzinfo))
    query = {
        "signature": "f464b24fc39322e44b38aa78f5edd27bd1441696",
        "timestamp": "1714036504",
        "nonce": "1514711492",
        "echostr": "4375120948345356249",
    }
    for callback in (Callback(an_account(), then), Callback(an_account(encoding_aes_key=AES_KEY), then)):
        assert callback.verify_url(query) == "4375120948345356249"


def a_check(**changed: str) -> dict[str, str]:
    query = {"timestamp": "1714112445", "nonce": "n", "echostr": " <e>&1 ", **changed}
    return {"signature": signature(TOKEN, query["timestamp"], query["nonce"]), **query, **changed}


def test_echostr_is_returned_verbatim() -> None:
    assert PLAIN.verify_url(a_check()) == " <e>&1 "


@pytest.mark.parametrize(
    "query",
    [
        {},
        a_check(signature="0" * 40),
        a_check(signature=""),
        a_check(timestamp="1714112000"),
        a_check(timestamp=""),
        {k: v for k, v in a_check().items() if k != "echostr"},
        {k: v for k, v in a_check().items() if k != "nonce"},
    ],
)
def test_urls_not_checked_by_wechat(query: dict[str, str]) -> None:
    with pytest.raises(BadCallback) as bad:
        PLAIN.verify_url(query)
    assert bad.value.status == 403


# --- the POST, plaintext


def test_plaintext() -> None:
    message = PLAIN.read(*a_push(platform()))
    assert isinstance(message, BuyerMessage) and message.text == "在吗"


@pytest.mark.parametrize("name", ["signature", "timestamp", "nonce"])
def test_a_missing_or_changed_parameter(name: str) -> None:
    query, body = a_push(platform())
    assert refused(PLAIN, {k: v for k, v in query.items() if k != name}, body) == 403
    assert refused(PLAIN, {**query, name: query[name] + "0"}, body) == 403


def test_wrong_signature_comes_before_everything_else() -> None:
    assert refused(PLAIN, {}, b"<!DOCTYPE") == 403
    assert refused(SECURE, {"encrypt_type": "aes"}, b"<!DOCTYPE") == 403


@pytest.mark.parametrize("key", ["", AES_KEY])
def test_replayed_after_five_minutes(key: str) -> None:
    clock = standing_clock()
    callback = Callback(an_account(encoding_aes_key=key), clock)
    query, body = a_push(platform(key))
    advance(clock, timedelta(minutes=5))
    assert callback.read(query, body).external_id == OPENID
    advance(clock, timedelta(seconds=1))
    assert refused(callback, query, body) == 403


def test_a_message_from_the_future() -> None:
    wechat = platform()
    envelope = wechat.envelope(OPENID, MsgType="text", Content="x", MsgId=1)
    assert refused(PLAIN, *wechat.request(push_xml({**envelope, "CreateTime": 4102444799}))) == 400


def test_encrypted_without_a_key_configured() -> None:
    assert refused(PLAIN, *a_push(platform(AES_KEY))) == 400


# --- the POST, encrypted


def test_encrypted_and_its_reply() -> None:
    query, body = a_push(platform(AES_KEY))
    message = SECURE.read(query, body)
    assert isinstance(message, BuyerMessage) and message.text == "在吗"
    reply, content_type = SECURE.answer(query, OPENID, "在的")
    assert content_type == "application/xml"
    assert read_reply(reply, OPENID, ORIGINAL_ID, platform(AES_KEY).aes, TOKEN) == "在的"


def test_compatible_mode_ignores_the_plaintext() -> None:
    wechat = platform(AES_KEY, mode="compat")
    query, body = a_push(wechat)
    lie = body.replace("在吗".encode(), "假话".encode())
    assert lie != body
    message = SECURE.read(query, lie)
    assert isinstance(message, BuyerMessage) and message.text == "在吗"


def test_downgrade_is_refused() -> None:
    query, body = a_push(platform())
    assert refused(SECURE, query, body) == 403
    assert refused(SECURE, {**query, "encrypt_type": "raw"}, body) == 403


def test_wrong_signatures_of_encrypted_posts() -> None:
    query, body = a_push(platform(AES_KEY))
    assert refused(SECURE, {**query, "msg_signature": "0" * 40}, body) == 403
    assert refused(SECURE, {**query, "msg_signature": query["signature"]}, body) == 403
    assert refused(SECURE, {**query, "signature": "0" * 40}, body) == 403
    assert refused(SECURE, {k: v for k, v in query.items() if k != "msg_signature"}, body) == 403
    assert SECURE.read({k: v for k, v in query.items() if k != "signature"}, body).external_id == OPENID


def _encrypted(encrypt: str) -> tuple[dict[str, str], bytes]:
    wechat = platform(AES_KEY)
    query, _ = wechat.request("<xml></xml>")
    return wechat.sign_encrypted(query, encrypt), push_xml({"Encrypt": encrypt}).encode()


@pytest.mark.parametrize(
    "encrypt",
    [
        Aes(AES_KEY, "wx_another_app").seal("<xml></xml>"),
        Aes(AES_KEY, an_account().app_id).seal("hello"),
        Aes(AES_KEY, an_account().app_id).seal(b"\xff\xfe"),
        Aes(AES_KEY, an_account().app_id).seal("<xml></xml>")[:-5],
        "x",
        "在",
    ],
    ids=["another app", "no xml", "no utf-8", "cut", "x", "no base64"],
)
def test_rightly_signed_but_malformed(encrypt: str) -> None:
    assert refused(SECURE, *_encrypted(encrypt)) == 400


def test_a_flipped_byte_is_a_wrong_signature() -> None:
    query, body = a_push(platform(AES_KEY))
    place = body.index(b"<Encrypt><![CDATA[") + 40
    flipped = body[:place] + (b"A" if body[place : place + 1] != b"A" else b"B") + body[place + 1 :]
    assert refused(SECURE, query, flipped) == 403


@pytest.mark.parametrize(
    "body", [b"", b"<xml><Encrypt></Encrypt></xml>", b"<xml><ToUserName>g</ToUserName></xml>"]
)
def test_an_encrypted_post_without_encrypt(body: bytes) -> None:
    query, _ = a_push(platform(AES_KEY))
    assert refused(SECURE, query, body) == 400


@given(
    st.dictionaries(st.sampled_from(["signature", "timestamp", "nonce", "encrypt_type"]), st.text()),
    st.binary(),
)
def test_any_request_is_refused(query: dict[str, str], body: bytes) -> None:
    assert refused(PLAIN, query, body) in (400, 403)
    assert refused(SECURE, query, body) in (400, 403)


# --- the answer


@pytest.mark.parametrize("text", [None, "", "  \n", "\x00\x01"])
def test_nothing_to_say_is_success(text: str | None) -> None:
    query, _ = a_push(platform(AES_KEY))
    assert SECURE.answer(query, OPENID, text) == (b"success", "text/plain")
    assert PLAIN.answer({}, OPENID, text) == (b"success", "text/plain")


@given(st.text(min_size=1, max_size=200))
def test_no_text_breaks_out_of_the_reply(text: str) -> None:
    shown = read_reply(PLAIN.answer({}, OPENID, text)[0], OPENID, ORIGINAL_ID, None, TOKEN)
    said = fit(text).replace("\r\n", "\n").replace("\r", "\n")  # as every XML parser reads them
    assert shown == (said if said.strip() else None)


@pytest.mark.parametrize(
    "text", ["]]>", "a]]>]]>b", "]]></Content><MsgType>news</MsgType>", "]]", ">", "]]]>"]
)
def test_cdata_ends_are_safe(text: str) -> None:
    for callback, aes in ((PLAIN, None), (SECURE, Aes(AES_KEY, an_account().app_id))):
        query, _ = a_push(platform(AES_KEY if aes else ""))
        reply, _ = callback.answer(query, OPENID, text)
        assert read_reply(reply, OPENID, ORIGINAL_ID, aes, TOKEN) == text


def test_an_openid_cannot_break_out_either() -> None:
    assert "]]><evil>" not in text_reply("]]><evil>", ORIGINAL_ID, "x", 1)


# --- with the platform


@pytest.fixture(params=["plain", "secure", "compat"])
async def wechat(request: pytest.FixtureRequest) -> AsyncIterator[FakeWechat]:
    clock = standing_clock()
    key = "" if request.param == "plain" else AES_KEY
    async with FakeWechat(now=clock.now, encoding_aes_key=key, mode=request.param) as wechat:
        yield wechat


def shop_of(wechat: FakeWechat, answer: Callable[[Event], str | None]):  # type: ignore[no-untyped-def]
    key = AES_KEY if wechat.aes else ""
    return a_shop(wechat, CLOCK, answer, encoding_aes_key=key)


def echo(event: Event) -> str | None:
    return f"您说：{event.text}" if isinstance(event, BuyerMessage) else None


async def test_url_check(wechat: FakeWechat) -> None:
    async with shop_of(wechat, echo):
        assert await wechat.verify_url()
        assert not await wechat.verify_url(signature="0" * 40)


async def test_one_reply_reaches_the_phone(wechat: FakeWechat) -> None:
    async with shop_of(wechat, echo) as shop:
        await wechat.post_text(OPENID, "在吗 😀 a]]>b")
        await wechat.post_text("o_other", "x")
    assert wechat.phones == {OPENID: ["您说：在吗 😀 a]]>b"], "o_other": ["您说：x"]}
    assert shop.refused == []


async def test_a_broken_connection_is_asked_again_and_answered_alike(wechat: FakeWechat) -> None:
    async with shop_of(wechat, echo) as shop:
        shop.drops = 3
        exchange = await wechat.post_text(OPENID, "在吗")
    assert (exchange.attempts, len(shop.events)) == (4, 1)
    assert wechat.phones[OPENID] == ["您说：在吗"]


async def test_an_event_is_known_again(wechat: FakeWechat) -> None:
    async with shop_of(wechat, lambda _: "欢迎") as shop:
        shop.drops = 1
        await wechat.subscribe(OPENID, "shelf7")
    (event,) = shop.events
    assert isinstance(event, BuyerEvent)
    assert (event.happening, event.detail["scene"]) == (Happening.SUBSCRIBE, "shelf7")
    assert wechat.phones[OPENID] == ["欢迎"]


async def test_every_kind_of_event(wechat: FakeWechat) -> None:
    async with shop_of(wechat, echo) as shop:
        await wechat.click(OPENID, "ORDERS")
        await wechat.scan(OPENID, "42")
        await wechat.unsubscribe(OPENID)
        await wechat.post_event(OPENID, "user_authorization_revoke", OpenID=OPENID, RevokeInfo="301")
    happened = [event.happening for event in shop.events if isinstance(event, BuyerEvent)]
    assert happened == [Happening.CLICK, Happening.SCAN, Happening.UNSUBSCRIBE, Happening.PRIVACY_REVOKED]
    assert shop.refused == [] and wechat.phones == {}


async def test_the_fake_shows_what_wechat_would(wechat: FakeWechat) -> None:
    async with shop_of(wechat, lambda _: "好" * 700):
        assert (await wechat.post_text(OPENID, "在吗")).shown == UNAVAILABLE
    async with shop_of(wechat, echo) as shop:
        shop.drops = 4
        exchange = await wechat.post_text(OPENID, "在吗")
    assert (exchange.attempts, exchange.shown) == (4, UNAVAILABLE)


async def test_two_thousand_bytes_are_shown(wechat: FakeWechat) -> None:
    async with shop_of(wechat, lambda _: "好" * 666):
        assert (await wechat.post_text(OPENID, "在吗")).shown == "好" * 666
