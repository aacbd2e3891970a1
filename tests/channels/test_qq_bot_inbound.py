"""What payloads mean (CHANNELS §3.4)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import BadCallback
from bot.channels.qq_bot.inbound import events_of
from bot.channels.qq_bot.payload import fields_of
from bot.core.events import BuyerEvent, BuyerMessage, Happening, Inbound, MessageKind, RoomMessage
from tests.channels.qq_bot_shop import GROUP, NOW, OPENID
from tests.fakes.qq_wire import as_bytes, dispatch, in_group, private


def read(event: str, data: dict[str, Any], known: str = "E:1") -> list[Inbound]:
    return events_of(fields_of(as_bytes(dispatch(event, data, known, 1))), "qq")


def message(text: str = "在吗", **more: Any) -> BuyerMessage:
    (one,) = read("C2C_MESSAGE_CREATE", private(OPENID, text, "ROBOT1.0_a!", NOW.timestamp(), **more))
    assert isinstance(one, BuyerMessage)
    return one


def test_the_published_private_message() -> None:
    payload = (
        b'{"id":"C2C_MESSAGE_CREATE:abc","op":0,"s":5,"t":"C2C_MESSAGE_CREATE","d":{"author":'
        b'{"user_openid":"E4F4AEA33253A2797FB897C50B81D7ED"},"content":"123","id":'
        b'"ROBOT1.0_.b6nx.CVryAO0nR58RXuU6SC.m0bD..","timestamp":"2023-11-06T13:37:18+08:00","attachments":'
        b'[{"content_type":"image/jpeg","filename":"x.jpg","height":"1080","width":"1920","size":"79100",'
        b'"url":"https://multimedia.nt.qq.com.cn/.."}]}}'
    )
    (one,) = events_of(fields_of(payload), "qq")
    assert isinstance(one, BuyerMessage)
    assert (one.external_id, one.message_id) == (OPENID, "ROBOT1.0_.b6nx.CVryAO0nR58RXuU6SC.m0bD..")
    assert one.at == datetime(2023, 11, 6, 5, 37, 18, tzinfo=UTC)
    assert (one.kind, one.text) == (MessageKind.IMAGE, "123")
    assert one.payload["attachments"][0]["size"] == "79100"


def test_a_text_is_kept_as_it_was_sent() -> None:
    one = message("  面霜 \n多少钱😀 ")
    assert (one.kind, one.text) == (MessageKind.TEXT, "  面霜 \n多少钱😀 ")
    assert one.payload["union_id"] == f"qq:union-{OPENID}"


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("image/png", MessageKind.IMAGE),
        ("voice", MessageKind.VOICE),
        ("video/mp4", MessageKind.VIDEO),
        ("file", MessageKind.FILE),
        ("application/pdf", MessageKind.FILE),
        (None, MessageKind.FILE),
        (7, MessageKind.FILE),
    ],
)
def test_attachments(content_type: Any, kind: MessageKind) -> None:
    attachment = {"content_type": content_type, "url": "//multimedia.nt.qq.com.cn/x", "size": 3}
    one = message("", attachments=[attachment])
    assert one.kind is kind
    assert one.payload["attachments"][0]["url"] == "https://multimedia.nt.qq.com.cn/x"


def test_nothing_in_it_is_unknown() -> None:
    assert message("").kind is MessageKind.UNKNOWN
    assert message("", attachments="?").kind is MessageKind.UNKNOWN


def test_a_quote_is_not_what_somebody_said() -> None:
    one = message("这个还有吗", message_type=103, msg_elements=[{"content": "停 全部"}])
    assert one.text == "这个还有吗" and one.payload["message_type"] == 103


def test_a_name_is_told_once_for_all_messages() -> None:
    author = {"username": " 安安 "}
    told = [
        read("C2C_MESSAGE_CREATE", private(OPENID, "在吗", known, NOW.timestamp(), author=author))
        for known in ("ROBOT1.0_1", "ROBOT1.0_2")
    ]
    (first, said), (second, _) = told
    assert isinstance(first, BuyerEvent) and isinstance(said, BuyerMessage)
    assert (first.happening, first.detail) == (Happening.PROFILE, {"nickname": "安安"})
    assert first.message_id == second.message_id


def test_a_group_is_a_room() -> None:
    (one,) = read(
        "GROUP_AT_MESSAGE_CREATE", in_group(GROUP, OPENID, "面霜多少钱", "ROBOT1.0_g", NOW.timestamp())
    )
    assert isinstance(one, RoomMessage)
    assert (one.external_id, one.text) == (f"group:{GROUP}/{OPENID}", "面霜多少钱")


@pytest.mark.parametrize(
    ("event", "happening"),
    [
        ("FRIEND_ADD", Happening.SUBSCRIBE),
        ("FRIEND_DEL", Happening.UNSUBSCRIBE),
        ("C2C_MSG_REJECT", Happening.REFUSED_PUSHES),
        ("C2C_MSG_RECEIVE", Happening.ALLOWED_PUSHES),
    ],
)
@pytest.mark.parametrize("stamp", [1699240365, "1699240365", "2023-11-06T11:12:45+08:00"])
def test_friends(event: str, happening: Happening, stamp: Any) -> None:
    (one,) = read(event, {"openid": OPENID, "timestamp": stamp}, f"{event}:1")
    assert isinstance(one, BuyerEvent)
    assert (one.happening, one.external_id, one.message_id) == (happening, OPENID, f"{event}:1")
    assert one.at == datetime.fromtimestamp(1699240365, UTC)


def test_an_audits_end() -> None:
    data = {"audit_id": "A1", "user_openid": OPENID, "timestamp": 1699240365}
    (one,) = read("MESSAGE_AUDIT_REJECT", data)
    assert isinstance(one, BuyerEvent)
    assert one.detail == {"platform_id": "A1", "ok": False, "reason": "QQ 审核没有通过"}
    assert read("MESSAGE_AUDIT_PASS", {"audit_id": "A1", "timestamp": 1699240365}) == []


@pytest.mark.parametrize(
    "event", ["GROUP_ADD_ROBOT", "GROUP_MESSAGE_CREATE", "INTERACTION_CREATE", "NEWS", ""]
)
def test_the_rest_is_of_no_use(event: str) -> None:
    assert read(event, {"whatever": 1}) == []


@pytest.mark.parametrize(
    "change",
    [
        {"id": "带空格的 id"},
        {"id": "x" * 201},
        {"id": ""},
        {"id": 7},
        {"author": {"user_openid": "../../etc"}},
        {"author": {"user_openid": "a" * 81}},
        {"author": []},
        {"content": ["在吗"]},
        {"timestamp": "yesterday"},
        {"timestamp": "2023-11-06T13:37:18"},
        {"timestamp": None},
        {"timestamp": 10**18},
        {"timestamp": -1},
    ],
)
def test_what_qq_does_not_send(change: dict[str, Any]) -> None:
    data = private(OPENID, "在吗", "ROBOT1.0_1", NOW.timestamp()) | change
    with pytest.raises(BadCallback):
        read("C2C_MESSAGE_CREATE", data)


def test_characters_that_cannot_be_stored_become_visible() -> None:
    payload = as_bytes(dispatch("C2C_MESSAGE_CREATE", private(OPENID, "X", "R1", NOW.timestamp()), "e", 1))
    (one,) = events_of(fields_of(payload.replace(b'"X"', b'"a\\u0000b\\ud800c"')), "qq")
    assert isinstance(one, BuyerMessage) and one.text == "a\ufffdb\ufffdc"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
NAMES = st.sampled_from(["author", "user_openid", "content", "id", "timestamp", "attachments", "openid"])


@given(
    st.sampled_from(["C2C_MESSAGE_CREATE", "GROUP_AT_MESSAGE_CREATE", "FRIEND_ADD", "MESSAGE_AUDIT_PASS"]),
    st.dictionaries(NAMES, JSON, max_size=7),
)
def test_no_payload_raises_anything_else(event: str, data: dict[str, Any]) -> None:
    try:
        read(event, data)
    except BadCallback as bad:
        assert bad.status == 400
