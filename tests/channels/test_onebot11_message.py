"""Messages as segments and as CQ codes (CHANNELS §4.3, §8: string vs array, CQ escaping round-trip)."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.onebot11.message import MOST_SEGMENTS, from_cq, pictured, read, to_send
from bot.core.events import MessageKind
from tests.fakes import onebot_wire as wire


def segment(kind: str, **data: Any) -> dict[str, Any]:
    return {"type": kind, "data": data}


SAID = [
    ("words", [wire.text("你好～")], "你好～", MessageKind.TEXT),
    ("two pieces", [wire.text("面霜"), wire.text("多少钱")], "面霜多少钱", MessageKind.TEXT),
    ("codes in words stay words", [wire.text("[CQ:at,qq=all] & ,")], "[CQ:at,qq=all] & ,", MessageKind.TEXT),
    ("face", [segment("face", id="14", raw={"faceText": "/微笑"})], "[微笑]", MessageKind.TEXT),
    ("a face without a name", [segment("face", id="14")], "[表情]", MessageKind.TEXT),
    ("market face", [segment("mface", emoji_id="x")], "[动画表情]", MessageKind.TEXT),
    ("sticker", [wire.image(sub_type=1, summary="[动画表情]")], "[动画表情]", MessageKind.TEXT),
    ("image", [wire.image()], "", MessageKind.IMAGE),
    ("image with words", [wire.image(), wire.text("碎了")], "碎了", MessageKind.IMAGE),
    ("voice", [segment("record", file="a.amr")], "", MessageKind.VOICE),
    ("video", [segment("video", file="a.mp4")], "", MessageKind.VIDEO),
    ("file", [segment("file", file="发票.pdf", file_id="/x", file_size="1")], "", MessageKind.FILE),
    ("place", [segment("location", lat="30.2", lon="120.1")], "", MessageKind.LOCATION),
    ("card", [segment("json", data='{"app":"com.tencent.miniapp"}')], "", MessageKind.LINK),
    ("merged", [segment("forward", id="F1")], "", MessageKind.UNKNOWN),
    ("what comes next year", [segment("hologram", x=1)], "", MessageKind.UNKNOWN),
    ("quoted", [segment("reply", id="-12"), wire.text("这个")], "这个", MessageKind.TEXT),
]


@pytest.mark.parametrize(("segments", "text", "kind"), [s[1:] for s in SAID], ids=[s[0] for s in SAID])
def test_what_is_said(segments: list[Any], text: str, kind: MessageKind) -> None:
    said = read(segments)
    assert (said.text, said.kind) == (text, kind)
    assert [s["type"] for s in said.rest] == [s["type"] for s in segments if s["type"] != "text"]


@pytest.mark.parametrize(("segments", "text", "kind"), [s[1:] for s in SAID], ids=[s[0] for s in SAID])
def test_the_same_as_a_string(segments: list[Any], text: str, kind: MessageKind) -> None:
    said = read(wire.to_cq(segments))
    assert said.kind == kind
    assert said.text == (text if "微笑" not in text else "[表情]")  # a code has no room for the name


def test_a_quotation_is_kept() -> None:
    assert read([segment("reply", id=-12), wire.text("这个多少钱")]).reply_to == "-12"


def test_one_segment_alone() -> None:
    assert read(wire.text("在吗")).text == "在吗"


@pytest.mark.parametrize(
    "message",
    [
        None,
        7,
        True,
        {},
        [],
        [None, 1, "x", []],
        [{"type": "text"}],
        [{"type": "text", "data": None}],
        [{"type": "text", "data": {"text": {"a": 1}}}],
        [{"type": 5, "data": {}}],
        [{"data": {"text": "x"}}],
    ],
)
def test_nothing_is_said(message: Any) -> None:
    said = read(message)
    assert (said.text, said.kind) == ("", MessageKind.TEXT)


def test_unwritable_characters_and_lengths() -> None:
    assert read([wire.text("a\0b\ud800c")]).text == "abc"
    assert len(read([wire.text("多" * 100_000)]).text) == 20_000
    many = read([segment("image", file="x" * 100_000)] * 5_000)
    assert len(many.rest) == 20 and len(many.rest[0]["data"]["file"]) == 4000


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("&#91;CQ:at,qq=1&#93;", "[CQ:at,qq=1]"),
        ("&amp;#91;", "&#91;"),
        ("[CQ:face]", "[表情]"),
        ("[CQ:face,id=14]在吗", "[表情]在吗"),
        ("[CQ:face,id=14", "[CQ:face,id=14"),
        ("[CQ:,id=1]x", "[CQ:,id=1]x"),
        ("[CQ:image,file=a,url=https://x/?a=1&amp;b=2&#44;3]看", "看"),
    ],
)
def test_codes(text: str, words: str) -> None:
    assert read(text).text == words


def test_parameters_are_unescaped() -> None:
    [image] = from_cq("[CQ:image,file=a&#91;1&#93;.jpg,url=https://x/?a=1&amp;b=2&#44;3]")
    assert image == {"type": "image", "data": {"file": "a[1].jpg", "url": "https://x/?a=1&b=2,3"}}


def test_a_million_brackets_are_read_at_once() -> None:
    assert read("[CQ:a" * 200_000).text.startswith("[CQ:a")
    assert read("[CQ:face,id=1]" * 50_000).text == "[表情]" * MOST_SEGMENTS


@given(
    st.lists(
        st.one_of(
            st.text(),
            st.text(alphabet="[]&,;#91CQ:=at "),
        ),
        max_size=4,
    ),
    st.text(alphabet="[]&,=x#;"),
)
def test_escaping_round_trip(words: list[str], parameter: str) -> None:
    segments = [segment("at", qq=parameter), *(wire.text(w) for w in words if w)]
    back = from_cq(wire.to_cq(segments))
    assert back[0] == {"type": "at", "data": {"qq": parameter}}
    assert "".join(s["data"]["text"] for s in back[1:]) == "".join(words)


@given(st.text(max_size=300))
def test_what_is_sent_is_one_segment_of_text(words: str) -> None:
    assert to_send(words) == [{"type": "text", "data": {"text": words}}]


@given(st.binary(min_size=1, max_size=300))
def test_what_is_shown_is_one_segment_with_its_bytes(picture: bytes) -> None:
    [shown] = to_send("[图]", picture)
    assert shown["type"] == "image" and set(shown["data"]) == {"file"}
    scheme, _, encoded = shown["data"]["file"].partition("://")
    assert (scheme, b64decode(encoded, validate=True)) == ("base64", picture)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "data", "text", "file", "raw", "id", "sub_type"]) | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(json_values)
def test_nothing_breaks_the_reading(message: Any) -> None:
    said = read(message)
    said.text.encode()
    assert pictured(said) is None or said.kind is MessageKind.IMAGE
