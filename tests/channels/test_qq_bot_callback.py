"""The webhook: who may post, what is signed for whom, what is stored before it is acknowledged (CHANNELS §3.2)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import BadCallback, HookAnswer
from bot.channels.qq_bot import Callback
from bot.channels.qq_bot.signing import Signer
from bot.core.events import BuyerMessage
from tests.channels.qq_bot_shop import NOW, OPENID, Inbox, an_account, standing_clock
from tests.fakes.qq import APP_ID, APP_SECRET
from tests.fakes.qq_wire import as_bytes, dispatch, private, signed_headers

CALLBACK = Callback(an_account(), standing_clock())
STAMP = str(int(NOW.timestamp()))


def an_event(text: str = "面霜多少钱", known: str = "ROBOT1.0_1") -> bytes:
    data = private(OPENID, text, known, NOW.timestamp())
    return as_bytes(dispatch("C2C_MESSAGE_CREATE", data, f"C2C_MESSAGE_CREATE:{known}", 1))


def signed(body: bytes, stamp: str = STAMP, secret: str = APP_SECRET) -> dict[str, str]:
    return signed_headers(secret, APP_ID, stamp, body)


async def post(body: bytes, headers: dict[str, str] | None = None, inbox: Inbox | None = None) -> HookAnswer:
    headers = signed(body) if headers is None else headers
    return await CALLBACK.posted(headers, body, (inbox or Inbox()).submit)


async def refused(body: bytes, headers: dict[str, str] | None = None) -> int:
    inbox = Inbox()
    with pytest.raises(BadCallback) as bad:
        await post(body, headers, inbox)
    assert not inbox.events
    return bad.value.status


# --- the published vectors


def test_the_official_validation_sample() -> None:
    then = standing_clock(NOW.fromtimestamp(1725442341, NOW.tzinfo)).now()
    signature = Signer("DG5g3B4j9X2KOErG").validation("Arq0D5A61EgUu4OxUvOp", "1725442341", then)
    assert signature == (
        "87befc99c42c651b3aac0278e71ada338433ae26fcb24307bdc5ad38c1adc2d0"
        "1bcfcadc0842edac85e85205028a1132afe09280305f13aa6909ffc2d652c706"
    )


def test_the_official_public_key() -> None:
    public = Signer("naOC0ocQE3shWLAfffVLB1rhYPG7").public_key
    assert public.hex() == "d7c362fe78aef81ff23287b493628b5db02a3c4fe30b215e4d19609b5d76673a"


def test_botgos_signed_body() -> None:
    body = (
        '{"id":"ROBOT1.0_veoihSEXDc8Q.g-6eLpNIa11bH8MisOjn-m-LKxCPntMk6exUXgcWCGpVO7L2QKTNZzjZzFFDSbiOFcqAPWyVA!!",'
        '"content":"哦一下","timestamp":"2024-10-15T16:33:15+08:00","author":{"id":"675860273","user_openid":"675860273"}}'
    )
    signature = (
        "e949b5b94ef4103df903fb031d1d16e358db3db83e79e117edd404c8508be3ce"
        "8a76d7bad1bed353194c126a1a5915b4ad8b5288c1191cc53a12acffccd82004"
    )
    then = NOW.fromtimestamp(1728981195, NOW.tzinfo)
    Signer("123456abcdef").check(signature, "1728981195", body.encode(), then)
    with pytest.raises(BadCallback):
        Signer("123456abcdef").check(signature, "1728981195", body.encode() + b" ", then)


# --- events


async def test_an_event_is_stored_and_acknowledged() -> None:
    inbox = Inbox()
    answer = await post(an_event(), inbox=inbox)
    assert (answer.status, json.loads(answer.body)) == (200, {"op": 12, "d": 0})
    (message,) = inbox.events
    assert isinstance(message, BuyerMessage) and message.text == "面霜多少钱"


async def test_what_is_not_stored_is_not_acknowledged() -> None:
    inbox = Inbox()
    inbox.broken = 1
    answer = await post(an_event(), inbox=inbox)
    assert (answer.status, json.loads(answer.body)) == (503, {"op": 12, "d": 1})


async def test_events_of_no_use_are_acknowledged() -> None:
    inbox = Inbox()
    body = as_bytes(dispatch("GROUP_ADD_ROBOT", {"group_openid": "G", "timestamp": 1733384468}, "x", 1))
    assert json.loads((await post(body, inbox=inbox)).body) == {"op": 12, "d": 0}
    assert not inbox.events


async def test_a_heartbeat_over_http() -> None:
    assert json.loads((await post(as_bytes({"op": 1, "d": 7}))).body) == {"op": 11, "d": 7}


async def test_signatures() -> None:
    body, good = an_event(), signed(an_event())
    flipped = good["X-Signature-Ed25519"]
    high = bytes.fromhex(flipped)[:63] + bytes([bytes.fromhex(flipped)[63] | 224])
    for wrong in (
        {},
        {"X-Signature-Timestamp": STAMP},
        {k: v for k, v in good.items() if k != "X-Signature-Timestamp"},
        {k: v for k, v in good.items() if k != "X-Signature-Ed25519"},
        good | {"X-Signature-Ed25519": flipped[:-2] + ("00" if flipped[-2:] != "00" else "01")},
        good | {"X-Signature-Ed25519": flipped[:-2]},
        good | {"X-Signature-Ed25519": "签" * 128},
        good | {"X-Signature-Ed25519": high.hex()},
        good | {"X-Signature-Timestamp": str(int(STAMP) + 1)},
        good | {"X-Signature-Timestamp": "9" * 400},
        good | {"X-Bot-Appid": "100000001"},
        signed(body, str(int(STAMP) - 301)),
        signed(body, str(int(STAMP) + 301)),
        signed(body, secret="another"),
        signed(body, "-" + STAMP[1:]),
    ):
        assert await refused(body, wrong) == 403
    reserialised = json.dumps(json.loads(body)).encode()
    assert await refused(reserialised, good) == 403


BODIES: list[tuple[str, bytes]] = [
    ("empty", b""),
    ("not json", b"<xml/>"),
    ("a list", b"[]"),
    ("a number", b"1"),
    ("not a number", b'{"op": NaN}'),
    ("gbk", '{"op":0,"t":"面"}'.encode("gbk")),
    ("cut off", an_event()[:-3]),
    ("ten thousand levels", b'{"op":' + b"[" * 10_000 + b"]" * 10_000 + b"}"),
    ("thirteen levels", b'{"op":0,"d":' + b"[" * 13 + b"]" * 13 + b"}"),
    ("a number of a million digits", b'{"op":' + b"9" * 1_000_000 + b"}"),
    ("op 2", b'{"op":2}'),
    ("no op", b"{}"),
    ("d is a list", b'{"op":0,"t":"C2C_MESSAGE_CREATE","d":[]}'),
    ("t is a number", b'{"op":0,"t":1,"d":{}}'),
    ("no author", b'{"op":0,"t":"C2C_MESSAGE_CREATE","d":{"id":"a","content":"b","timestamp":"1733384468"}}'),
    ("tomorrow's", an_event().replace(b"2024-12-05", b"2024-12-07")),
    ("the year 9999", an_event().replace(b"2024-12-05", b"9999-12-05")),
]


@pytest.mark.parametrize("body", [b for _, b in BODIES], ids=[name for name, _ in BODIES])
async def test_hostile_bodies(body: bytes) -> None:
    assert await refused(body) == 400
    assert await refused(body, {}) in (400, 403)


# --- op 13


def a_validation(token: str = "Arq0D5A61EgUu4OxUvOp", stamp: str = STAMP) -> bytes:
    return as_bytes({"d": {"plain_token": token, "event_ts": stamp}, "op": 13})


@pytest.mark.parametrize("headers", [{}, {"X-Bot-Appid": APP_ID}, signed(a_validation())])
async def test_a_validation_with_and_without_a_signature(headers: dict[str, str]) -> None:
    told: dict[str, Any] = json.loads((await post(a_validation(), headers)).body)
    assert told["plain_token"] == "Arq0D5A61EgUu4OxUvOp"
    assert told["signature"] == Signer(APP_SECRET).validation("Arq0D5A61EgUu4OxUvOp", STAMP, NOW)


async def test_a_validation_with_a_wrong_signature_is_refused() -> None:
    assert await refused(a_validation(), signed(a_validation(), secret="x")) == 403


async def test_the_signing_oracle_is_closed() -> None:
    forged = an_event("把货款打到这里").decode()
    assert await refused(a_validation(forged), {}) == 403
    assert await refused(a_validation("{}"), {}) == 403
    # nor by letting the timestamp carry the beginning of the body
    assert await refused(a_validation("abc", STAMP + "{"), {}) == 403
    assert await refused(a_validation("abc", str(int(STAMP) + 400)), {}) == 403


@given(st.text(min_size=1, max_size=200))
def test_nothing_that_could_be_an_event_is_ever_signed(token: str) -> None:
    try:
        signature = Signer(APP_SECRET).validation(token, STAMP, NOW)
    except BadCallback:
        return
    assert not {"{", '"', "[", ":"} & set(token) and len(signature) == 128


async def test_long_bodies_are_not_read_without_a_signature() -> None:
    assert await refused(b'{"op":13,"d":{},"x":"' + b"a" * 2000 + b'"}', {}) == 403
