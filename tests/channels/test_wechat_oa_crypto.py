"""The published vectors, and everything that must not pass for one (CHANNELS §1.1, §1.3)."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import BadCallback
from bot.channels.wechat_oa.crypto import MessageCipher, check_fresh, check_signature, sign
from tests.channels.wechat_oa_shop import AES_KEY, APP_ID, NOW, TOKEN
from tests.fakes.wechat_wire import Aes

CORP_ID = "ww5823bf96d3bd56c7"
RANDOM = b"0123456789abcdef"

OA_PLAIN = (
    "<xml><ToUserName><![CDATA[gh_97417a04a28d]]></ToUserName>"
    "<FromUserName><![CDATA[o9AgO5Kd5ggOC-bXrbNODIiE3bGY]]></FromUserName>"
    "<CreateTime>1714112445</CreateTime><MsgType><![CDATA[text]]></MsgType>"
    "<Content><![CDATA[在吗，还有货吗？]]></Content><MsgId>24536483920173451</MsgId></xml>"
)
OA_ENCRYPT = (
    "Q3stYC6hdFzMh9T8HCvyDA5UtdOnBG9SGtMaVkeMuOI7m0AeNcxmFuL557lpKA0XH7+QatBcrFQFzfMGF8iql5RCHCAqkReQR08SdHo2"
    "4hNX5pethBsSrAvqcis4NvSdFOzGt9s8eBpiMx95DWzXabqQ0iY7ZEWy3u0GkvX0p7bge/U98NbAPyHjB8uiKYcl/EutALjwew18SI6o"
    "2GDH0wIF5HLCTGCVs79VTyp3gma7y5Id2yEGUPfSqlaZPttUL6Q8FrgcatMG6MNmixX8vs5JsqrG/djGG65ZWGZvJOUshSx9BQl04MEY"
    "MhB/QAGPwodhaGCnZBLe3mmF5+mTaMzRzq2CR7WFgSeCKP/WZ81UYpqtLwlu3M3ryuhwaWvmQ2YRlsB7swaK8n3kiUoKzirIhnNM4Nsl"
    "4o9AjOet1njT2/VfglYwv2oECGv0slwWrUEz5f5NSRXjf4JbXDAxMQ=="
)
KF_PLAIN = (
    "<xml><ToUserName><![CDATA[ww5823bf96d3bd56c7]]></ToUserName><CreateTime>1714112500</CreateTime>"
    "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[kf_msg_or_event]]></Event>"
    "<Token><![CDATA[ENC123]]></Token><OpenKfId><![CDATA[wkAJ2GCAAASSm4_FhToWMFea0xAFfd3Q]]></OpenKfId></xml>"
)
KF_ENCRYPT = (
    "Q3stYC6hdFzMh9T8HCvyDOijj+4zIgvMT9VuUUUXZ83ZvYF+whN37rOJaRWo8JY0mpcBFM9Omr3+9w/0KQA4Xr4bIdoC61MlkPNE1MoO"
    "G58qRu2F+PYOFrL3/gemPxmFt7yDRRgGCA7cssargw4MwpTBEDPymMddc0ybp3lmDh3t5KsGltpFcPE3HgMIvWaJqzy2FSNpCtgvjbO6"
    "p33QmzpM4HWjncu5UvW0yEIiIwPKeSkQ365cQ9VYklIFeB0Vl6aXzCgdmizFxVSlvHXRPKceMB3bjXakG5IzZfVXfkDul6craibm8yoK"
    "fIeG1mtlO6i7Y9Bw3FWlKIrU+SC0V2YtiqA+yJOTjUzCoF55ndtbN3+9RwQuWoYuRvcJXo9dhSEjNLw/zpS+J4E+9swJDYLdMzgUgMSx"
    "5y378SHF0tI="
)
ECHO = "Q3stYC6hdFzMh9T8HCvyDOjpXLNauJhx2jaflIofLlVaKVX1/qrJ3xc5AixWnLZkYulZrDUGEjGogpuUqSSr5A=="
FOREIGN_ECHO = "4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q=="
FOREIGN_KEY = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"


@pytest.mark.parametrize(
    ("parts", "signature"),
    [
        ((TOKEN, "1714036504", "1514711492"), "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        ((TOKEN, "1714037059", "486452656"), "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
        ((TOKEN, "1714112445", "415670741"), "6c5c811b55cc85e0e1b54100749188c20beb3f5d"),
        ((TOKEN, "1714112445", "415670741", OA_ENCRYPT), "647ae3ffef421e47edac5e98d3be51e8b21b82d1"),
        ((TOKEN, "1714112500", "n0nce", KF_ENCRYPT), "b6d412dc97315f651a918a60c7035e03a950cc74"),
        ((TOKEN, "1714112400", "ech0", ECHO), "d24df8b472dd428c64537e43bed3c9e2d9291bda"),
        (("123456", "1411443780", "437374425", FOREIGN_ECHO), "dd6b9c95b495b3f7e2901bfbc76c664930ffdb96"),
    ],
)
def test_signature_vectors(parts: tuple[str, ...], signature: str) -> None:
    assert sign(*parts) == signature
    check_signature(signature, *parts)
    with pytest.raises(BadCallback) as bad:
        check_signature(signature[:-1] + ("0" if signature[-1] != "0" else "1"), *parts)
    assert bad.value.status == 403


@pytest.mark.parametrize(
    ("key", "receiver", "encrypted", "plain"),
    [
        (AES_KEY, APP_ID, OA_ENCRYPT, OA_PLAIN),
        (AES_KEY, CORP_ID, KF_ENCRYPT, KF_PLAIN),
        (AES_KEY, CORP_ID, ECHO, "5927782489442352469"),
        (FOREIGN_KEY, "wx49f0ab532d5d035a", FOREIGN_ECHO, "5927782489442352469"),
    ],
)
def test_decryption_vectors(key: str, receiver: str, encrypted: str, plain: str) -> None:
    assert MessageCipher(key, receiver).decrypt(encrypted).decode() == plain


@pytest.mark.parametrize(
    ("receiver", "plain", "encrypted"), [(APP_ID, OA_PLAIN, OA_ENCRYPT), (CORP_ID, KF_PLAIN, KF_ENCRYPT)]
)
def test_encryption_vectors(receiver: str, plain: str, encrypted: str) -> None:
    assert MessageCipher(AES_KEY, receiver, random=lambda: RANDOM).encrypt(plain) == encrypted


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_agrees_with_an_independent_implementation(text: str) -> None:
    ours, theirs = MessageCipher(AES_KEY, APP_ID), Aes(AES_KEY, APP_ID)
    assert theirs.open(ours.encrypt(text)) == text
    assert ours.decrypt(theirs.seal(text)).decode() == text


def test_every_message_is_encrypted_differently() -> None:
    cipher = MessageCipher(AES_KEY, APP_ID)
    assert len({cipher.encrypt("在吗") for _ in range(20)}) == 20


def _sealed(plain: bytes) -> str:
    return Aes(AES_KEY, APP_ID).seal_raw(plain)


HEAD = RANDOM + (5).to_bytes(4, "big")
RIGHT = HEAD + b"hello" + APP_ID.encode()
PADDED = RIGHT + bytes([21]) * 21


def test_the_hand_made_block_is_right() -> None:
    assert len(RIGHT) == 43 and MessageCipher(AES_KEY, APP_ID).decrypt(_sealed(PADDED)) == b"hello"


@pytest.mark.parametrize(
    "encrypted",
    [
        "",
        "====",
        "not base64!",
        "在吗",
        OA_ENCRYPT[:-4],
        OA_ENCRYPT[:-2],
        base64.b64encode(b"x" * 15).decode(),
        _sealed(b""),
        _sealed(bytes(32)),  # padding 0
        _sealed(RIGHT + bytes([20]) * 20 + b"\x21"),  # padding 33
        _sealed(RIGHT + b"\x00" + bytes([21]) * 20),  # not all padding bytes alike
        _sealed(bytes([16]) * 16),  # nothing left
        _sealed(RANDOM + b"\x00\x00" + bytes([14]) * 14),  # cut inside the length
        _sealed(RANDOM + b"\xff\xff\xff\xff" + PADDED[20:]),  # length beyond the end
        _sealed(RANDOM + b"\x00\x00\x00\x00" + PADDED[20:]),  # receiver begins too early
        Aes(AES_KEY, CORP_ID).seal("hello"),
        Aes(AES_KEY, "").seal("hello"),
        Aes(AES_KEY, APP_ID + "x").seal("hello"),
        Aes(FOREIGN_KEY, APP_ID).seal("hello", RANDOM),
    ],
    ids=str.__len__,  # sealed with chance: no two processes would name them alike
)
def test_what_is_no_message_for_us_is_malformed(encrypted: str) -> None:
    with pytest.raises(BadCallback) as bad:
        MessageCipher(AES_KEY, APP_ID).decrypt(encrypted)
    assert bad.value.status == 400


@given(st.integers(0, len(base64.b64decode(OA_ENCRYPT)) - 1), st.integers(1, 255))
def test_a_flipped_byte_never_raises_anything_else(place: int, flip: int) -> None:
    raw = bytearray(base64.b64decode(OA_ENCRYPT))
    raw[place] ^= flip
    try:
        opened = MessageCipher(AES_KEY, APP_ID).decrypt(base64.b64encode(raw).decode())
    except BadCallback as bad:
        assert bad.status == 400
    else:
        assert opened != OA_PLAIN.encode() or place < 16  # only the random bytes are not in the message


@given(st.text(max_size=100))
def test_any_text_is_decrypted_or_malformed(encrypted: str) -> None:
    with pytest.raises(BadCallback):
        MessageCipher(AES_KEY, APP_ID).decrypt(encrypted)


@pytest.mark.parametrize("key", ["", "short", "!" * 43, "在" * 43])
def test_a_key_that_is_none(key: str) -> None:
    with pytest.raises(ValueError, match="EncodingAESKey"):
        MessageCipher(key, APP_ID)


@pytest.mark.parametrize(
    ("given_signature", "parts"),
    [
        (None, ("1", "2")),
        ("", ("1", "2")),
        ("在", ("1", "2")),
        ("\udc80", ("1", "2")),
        (sign(TOKEN, "1", "2").upper(), ("1", "2")),
        (sign(TOKEN, "2"), (None, "2")),
        (sign(TOKEN, "1"), ("1", "")),
        (sign(TOKEN, "1", "2"), ("1", "\udc80")),
    ],
)
def test_signatures_that_are_none(given_signature: str | None, parts: tuple[str | None, ...]) -> None:
    with pytest.raises(BadCallback) as bad:
        check_signature(given_signature, TOKEN, *parts)
    assert bad.value.status == 403


@pytest.mark.parametrize("seconds", [-300, -1, 0, 299, 300])
def test_fresh(seconds: int) -> None:
    check_fresh(str(int((NOW + timedelta(seconds=seconds)).timestamp())), NOW)


@pytest.mark.parametrize("seconds", [-301, 301, 86400])
def test_stale(seconds: int) -> None:
    with pytest.raises(BadCallback) as bad:
        check_fresh(str(int((NOW + timedelta(seconds=seconds)).timestamp())), NOW)
    assert bad.value.status == 403


@pytest.mark.parametrize("timestamp", [None, "", "now", "-5", "1e9", "１７１４１１２４４５", "9" * 5000])
def test_no_timestamp(timestamp: str | None) -> None:
    with pytest.raises(BadCallback) as bad:
        check_fresh(timestamp, NOW)
    assert bad.value.status == 403
