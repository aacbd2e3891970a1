"""Event frames as what happened (CHANNELS §4.3): the vectors, both implementations' ways, hostile values."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.onebot11.inbound import FriendRequest, OwnWords, Pulse, heard
from bot.channels.onebot11.wire import frame_of, whole
from bot.core.events import BuyerEvent, BuyerMessage, Happening, MessageKind
from tests.channels.onebot11_bench import ALICE, BOB, NOW, SELF, an_account
from tests.channels.test_onebot11_message import json_values
from tests.fakes import onebot_wire as wire

AT = NOW.timestamp()
THEN = datetime.fromtimestamp(1515204254, UTC)


def told(event: Any, **account: Any) -> Any:
    return heard(event, an_account(**account), NOW)


def message(*segments: wire.Segment, **more: Any) -> dict[str, Any]:
    return wire.private_message(SELF, ALICE, 12, AT, list(segments) or [wire.text("在吗")]) | more


def vector(line: str) -> Any:
    """A line of CHANNELS §4.3, for our account."""
    return json.loads(line.replace("1234567890", "0")) | {"self_id": SELF}


def test_the_message_of_the_specification() -> None:
    event = told(
        vector(
            '{"time":1515204254,"self_id":10001000,"post_type":"message","message_type":"private",'
            '"sub_type":"friend","message_id":12,"user_id":12345678,"message":[{"type":"text","data":'
            '{"text":"你好～"}}],"raw_message":"你好～","font":456,"sender":{"user_id":12345678,'
            '"nickname":"小不点","sex":"male","age":18}}'
        )
    )
    payload = {"nickname": "小不点", "sub_type": "friend"}
    assert event == BuyerMessage("qq", "12345678", "12", THEN, MessageKind.TEXT, "你好～", payload)


def test_the_other_events_of_the_specification() -> None:
    beat = '{"time":1515204254,"post_type":"meta_event","meta_event_type":"heartbeat","status":{"online":true,"good":true},"interval":30000}'
    assert told(vector(beat)) == Pulse(True, 30.0)
    hello = '{"time":1515204254,"post_type":"meta_event","meta_event_type":"lifecycle","sub_type":"connect"}'
    assert told(vector(hello)) == Pulse()
    request = '{"time":1515204254,"post_type":"request","request_type":"friend","user_id":12345678,"comment":"我想买东西","flag":"1700000000"}'
    assert told(vector(request)) == FriendRequest("12345678", "我想买东西", "1700000000", THEN)
    added = told(
        vector('{"time":1515204254,"post_type":"notice","notice_type":"friend_add","user_id":12345678}')
    )
    assert added == BuyerEvent("qq", "12345678", "friend_add:12345678:1515204254", THEN, Happening.SUBSCRIBE)
    recall = '{"time":1515204254,"post_type":"notice","notice_type":"friend_recall","user_id":12345678,"message_id":12}'
    recalled = told(vector(recall))
    assert (recalled.happening, recalled.detail) == (
        Happening.OTHER,
        {"event": "friend_recall", "message_id": "12"},
    )


@pytest.mark.parametrize("message_id", [12, "12", -2147483612, "7343325365841851164"])
def test_ids_of_every_make(message_id: int | str) -> None:
    event = told(message(message_id=message_id, user_id=str(ALICE), self_id=str(SELF)))
    assert (event.external_id, event.message_id) == (str(ALICE), str(message_id))


@pytest.mark.parametrize("message_id", [None, "", "   ", [], {}, True])
def test_a_message_without_an_id_keeps_its_name(message_id: Any) -> None:
    names = {told(message(message_id=message_id)).message_id for _ in range(3)}
    assert len(names) == 1 and names.pop().startswith("sha256:")
    other = told(message(wire.text("面霜"), message_id=message_id)).message_id
    assert other != told(message(message_id=message_id)).message_id


@pytest.mark.parametrize(
    ("time", "at"),
    [
        (1515204254, THEN),
        ("1515204254", THEN),
        (1515204254123, THEN),
        (None, NOW),
        (0, NOW),
        (-5, NOW),
        (10**30, NOW),
        ("soon", NOW),
        (NOW.timestamp() + 10 * 86400, NOW + timedelta(days=1)),
    ],
)
def test_times_of_every_make(time: Any, at: datetime) -> None:
    assert told(message(time=int(time) if isinstance(time, float) else time)).at == at


def test_a_temporary_session_remembers_its_group() -> None:
    event = told(message(sub_type="group", group_id=700, temp_source=0))
    assert event.payload["group_id"] == 700
    by_sender = told(message(sub_type="group", sender={"nickname": "临时会话", "group_id": "701"}))
    assert by_sender.payload["group_id"] == 701
    assert "group_id" not in told(message(sub_type="group", group_id=284840486)).payload  # NapCat's "unknown"
    assert "group_id" not in told(message(sub_type="friend", group_id=700)).payload


def test_images_and_files_are_kept() -> None:
    event = told(message(wire.image("碎了.jpg"), wire.text("你看")))
    assert (event.kind, event.text) == (MessageKind.IMAGE, "你看")
    [image] = event.payload["segments"]
    assert image["data"]["file"] == "碎了.jpg" and image["data"]["url"].startswith("https://")
    notice = wire.notice(SELF, ALICE, AT, "offline_file", file={"name": "订单.xlsx", "size": 5, "url": "u"})
    file = told(notice)
    assert (file.kind, file.payload["segments"][0]["data"]["name"]) == (MessageKind.FILE, "订单.xlsx")


def test_our_own_words() -> None:
    event = wire.own_message(SELF, ALICE, 99, AT, [wire.text("亲，明天发货")])
    assert told(event) == OwnWords(str(ALICE), "99", NOW, "亲，明天发货")
    older = event | {"post_type": "message"}  # LLOneBot of some versions
    assert told(older) == told(event)


@pytest.mark.parametrize(
    ("segments", "size"),
    [
        ([wire.image()], 79100),
        ([wire.image(file_size=79100)], 79100),
        ([wire.image(file_size=None)], 0),
        ([wire.image(file_size={"a": 1})], 0),
        ([wire.image(), wire.image()], None),
        ([wire.image(), wire.text("看")], None),
        ([wire.image(sub_type=1)], None),
        ([{"type": "file", "data": {"file": "a.pdf", "file_size": "5"}}], None),
        ([wire.text("看")], None),
    ],
)
@pytest.mark.parametrize("as_posted", [dict, wire.as_string])
def test_a_picture_of_our_own(segments: list[Any], size: int | None, as_posted: Callable[..., Any]) -> None:
    event = as_posted(wire.own_message(SELF, ALICE, 99, AT, segments))
    assert told(event).picture == size


@pytest.mark.parametrize(
    "changed",
    [{"target_id": None}, {"target_id": SELF}, {"target_id": 0}, {"message_type": "group", "group_id": 5}],
)
def test_own_words_to_nobody(changed: dict[str, Any]) -> None:
    assert told(wire.own_message(SELF, ALICE, 99, AT, [wire.text("x")]) | changed) is None


@pytest.mark.parametrize(
    "event",
    [
        wire.group_message(SELF, ALICE, 5, AT, [wire.text("面霜多少钱")]),
        wire.group_message(
            SELF, ALICE, 5, AT, [{"type": "at", "data": {"qq": str(SELF)}}, wire.text("我的订单呢")]
        ),
        wire.notice(SELF, ALICE, AT, "notify", sub_type="poke", target_id=SELF),
        wire.notice(SELF, ALICE, AT, "notify", sub_type="input_status"),
        wire.notice(SELF, ALICE, AT, "group_recall", group_id=5, operator_id=ALICE, message_id=1),
        wire.notice(SELF, SELF, AT, "friend_recall", message_id=1),
        wire.friend_request(SELF, ALICE, AT, "买", "f") | {"request_type": "group", "sub_type": "invite"},
        message(user_id=10000),
        message(user_id=2854196310),
        message(user_id=0),
        message(user_id=None),
        message(user_id="abc"),
        {"self_id": SELF},
        {"self_id": SELF, "post_type": []},
    ],
)
def test_of_no_use(event: dict[str, Any]) -> None:
    assert told(event) is None


def test_family_is_not_read() -> None:
    assert told(message(), ignore=[ALICE]) is None
    assert told(wire.own_message(SELF, ALICE, 9, AT, [wire.text("妈，晚上回来")]), ignore=[ALICE]) is None
    assert told(message(user_id=BOB), ignore=[ALICE]) is not None


def test_thrown_out() -> None:
    kicked = wire.notice(SELF, SELF, AT, "bot_offline", tag="下线通知", message="你的账号当前登录已失效")
    assert told(kicked) == Pulse(online=False, why="你的账号当前登录已失效")
    assert told(wire.heartbeat(SELF, AT, 5000, online=False)) == Pulse(False, 5.0)
    strange = wire.heartbeat(SELF, AT, 5000) | {"status": None, "interval": "x"}
    assert told(strange) == Pulse()


@pytest.mark.parametrize(
    "frame",
    ["", "[]", "1", '"x"', "null", "{", "[" * 200_000, '{"a":' * 50_000, '{"a": NaN}', '{"a": Infinity}'],
)
def test_no_frame(frame: str) -> None:
    assert frame_of(frame) is None


def test_numbers_that_are_too_long() -> None:
    assert frame_of('{"user_id": ' + "9" * 5000 + "}") is None
    assert whole(10**30) is None and whole("9" * 30) is None and whole(1.0) is None and whole(True) is None


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "post_type",
                "message_type",
                "user_id",
                "target_id",
                "message",
                "sender",
                "time",
                "message_id",
                "notice_type",
                "request_type",
                "flag",
                "comment",
                "file",
                "status",
                "interval",
                "sub_type",
            ]
        ),
        json_values
        | st.sampled_from(["message", "message_sent", "notice", "request", "meta_event"])
        | st.sampled_from(["private", "friend_add", "friend_recall", "offline_file", "friend", "heartbeat"])
        | st.sampled_from([SELF, ALICE]),
    )
)
def test_nothing_breaks_the_reading(event: dict[str, Any]) -> None:
    result = told(event | {"self_id": SELF})
    if isinstance(result, BuyerMessage | BuyerEvent):
        assert 0 < len(result.message_id) <= 200 and result.external_id.isdecimal()
        kept = result.payload if isinstance(result, BuyerMessage) else result.detail
        json.dumps(dict(kept), allow_nan=False, ensure_ascii=False).encode()
