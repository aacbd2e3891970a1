"""Entries of kf/sync_msg as events: kinds, origins, sessions, stale ones, and whatever else may come (§2.2)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.clean import clean
from bot.channels.wecom_kf.errors import FAILED
from bot.channels.wecom_kf.inbound import KINDS, Reading, read
from bot.core.events import BuyerEvent, BuyerMessage, Happening, MessageKind
from tests.channels.wecom_kf_bench import ANN, NOW
from tests.fakes.wecom import OPEN_KFID

READING = Reading("kf", OPEN_KFID, NOW - timedelta(hours=1), {"zhangsan": "老板"})
SENT = int(NOW.timestamp()) - 3


def entry(msgtype: str = "text", content: Any = None, **more: Any) -> dict[str, Any]:
    return {
        "msgid": "from_msgid_4622416642169452483",
        "open_kfid": OPEN_KFID,
        "external_userid": ANN,
        "send_time": SENT,
        "origin": 3,
        "msgtype": msgtype,
        msgtype: {"content": "hello world"} if content is None else content,
    } | more


def event(event_type: str, **fields: Any) -> dict[str, Any]:
    inside = {"event_type": event_type, "open_kfid": OPEN_KFID, "external_userid": ANN, **fields}
    return {"msgid": "e1", "send_time": SENT, "origin": 4, "msgtype": "event", "event": inside}


def one(given: Any) -> BuyerMessage | BuyerEvent:
    (found,) = read(given, READING, NOW)
    return found


# --- messages


def test_a_text() -> None:
    message = one(entry(content={"content": " 面霜多少钱\n😀 "}))
    assert isinstance(message, BuyerMessage)
    assert (message.account, message.external_id, message.text) == ("kf", ANN, " 面霜多少钱\n😀 ")
    assert (message.message_id, message.at.timestamp()) == ("from_msgid_4622416642169452483", SENT)
    assert (message.kind, message.payload) == (MessageKind.TEXT, {})


def test_a_tap_on_a_menu_is_read_like_its_words() -> None:
    message = one(entry(content={"content": "不满意", "menu_id": "102"}))
    assert isinstance(message, BuyerMessage)
    assert (message.text, message.payload) == ("不满意", {"menu_id": "102"})


@pytest.mark.parametrize("msgtype", sorted(set(KINDS) - {"text"}))
def test_media_keep_what_they_are_fetched_by(msgtype: str) -> None:
    content = {"media_id": "MEDIA", "title": "t", "latitude": 23.1}
    message = one(entry(msgtype, content))
    assert isinstance(message, BuyerMessage)
    assert (message.kind, message.text, message.payload) == (KINDS[msgtype], "", content)


@pytest.mark.parametrize(
    "msgtype", ["business_card", "miniprogram", "channels_shop_order", "merged_msg", "meeting", "next_year"]
)
def test_whatever_else_is_kept(msgtype: str) -> None:
    message = one(entry(msgtype, {"any": ["thing"]}))
    assert isinstance(message, BuyerMessage)
    assert message.kind is MessageKind.UNKNOWN
    assert message.payload == {"msgtype": msgtype, "any": ["thing"]}


def test_the_seller_in_wecoms_own_app() -> None:
    spoke = one(entry(origin=5, servicer_userid="zhangsan", content={"content": "给您少五块"}))
    assert isinstance(spoke, BuyerEvent) and spoke.happening is Happening.SELLER_SPOKE
    assert (spoke.detail["text"], spoke.detail["seller"]) == ("给您少五块", "老板")
    picture = one(entry("image", {"media_id": "M"}, origin=5, servicer_userid="lisi"))
    assert isinstance(picture, BuyerEvent) and picture.detail["text"] == picture.detail["seller"] == ""
    assert picture.detail["image"] == {"media_id": "M"}


def test_an_origin_that_nobody_knows_is_no_buyers_message() -> None:
    kept = one(entry(origin=9))
    assert isinstance(kept, BuyerEvent) and kept.happening is Happening.OTHER


def test_what_was_said_long_before_the_account_was_known_is_only_kept() -> None:
    early = int((NOW - timedelta(hours=2)).timestamp())
    for spoken in (entry(send_time=early), entry(send_time=early, origin=5)):
        kept = one(spoken)
        assert isinstance(kept, BuyerEvent) and kept.happening is Happening.OTHER
        assert kept.detail["text"] == {"content": "hello world"}


# --- events


def test_who_brings_a_code_may_be_greeted() -> None:
    entered = one(event("enter_session", scene="douyin", scene_param="a=1", welcome_code="CODE"))
    assert isinstance(entered, BuyerEvent) and entered.happening is Happening.SUBSCRIBE
    assert (entered.detail["scene"], entered.detail["welcome_code"]) == ("douyin?a=1", "CODE")


@pytest.mark.parametrize("more", [{}, {"welcome_code": ""}, {"welcome_code": "CODE", "late": True}])
def test_who_brings_none_or_an_old_one_just_came_in(more: dict[str, Any]) -> None:
    given = event("enter_session", scene="douyin", **more)
    given["send_time"] -= 20 if more.get("late") else 0
    entered = one(given)
    assert isinstance(entered, BuyerEvent) and entered.happening is Happening.ENTERED
    assert entered.detail["scene"] == "douyin"


@pytest.mark.parametrize("fail_type", [*sorted(FAILED), 0, 99, None, "6"])
def test_a_message_that_did_not_arrive(fail_type: object) -> None:
    told = read(event("msg_send_fail", fail_msgid="s-1", fail_type=fail_type), READING, NOW)
    failed = told[0]
    assert isinstance(failed, BuyerEvent) and failed.happening is Happening.DELIVERY
    assert (failed.detail["platform_id"], failed.detail["ok"]) == ("s-1", False)
    assert failed.detail["reason"]
    refuses = [e for e in told if isinstance(e, BuyerEvent) and e.happening is Happening.UNSUBSCRIBE]
    assert bool(refuses) == (fail_type == 10)
    assert len({e.message_id for e in told}) == len(told)


@pytest.mark.parametrize(
    ("change", "happening"),
    [
        ({"change_type": 1, "new_servicer_userid": "zhangsan"}, Happening.TAKEN_OVER),
        (
            {"change_type": 2, "old_servicer_userid": "lisi", "new_servicer_userid": "zhangsan"},
            Happening.TAKEN_OVER,
        ),
        ({"change_type": 4, "new_servicer_userid": "zhangsan"}, Happening.TAKEN_OVER),
        ({"change_type": 3, "old_servicer_userid": "zhangsan"}, Happening.HANDED_BACK),
        ({"change_type": 3, "old_servicer_userid": ""}, Happening.OTHER),
        ({}, Happening.OTHER),
    ],
)
def test_who_has_the_conversation(change: dict[str, Any], happening: Happening) -> None:
    changed = one(event("session_status_change", **change))
    assert isinstance(changed, BuyerEvent) and changed.happening is happening
    if happening is Happening.TAKEN_OVER:
        assert changed.detail["seller"] == "老板"


@pytest.mark.parametrize("event_type", ["user_recall_msg", "servicer_recall_msg", "of_next_year", ""])
def test_other_events_are_kept(event_type: str) -> None:
    kept = one(event(event_type, recall_msgid="m"))
    assert isinstance(kept, BuyerEvent) and kept.happening is Happening.OTHER


def test_an_event_of_no_buyer_is_passed_over() -> None:
    status = event("servicer_status_change", servicer_userid="zhangsan", status=1)
    del status["event"]["external_userid"]
    assert read(status, READING, NOW) == []


# --- whatever may come

BROKEN: list[Any] = [
    None,
    [],
    "text",
    {},
    entry(msgid=""),
    entry(msgid="x" * 129),
    entry(msgid=7),
    entry(external_userid=None),
    entry(external_userid="a b"),
    entry(send_time="1615478585"),
    entry(send_time=10**30),
    entry(send_time=-1),
    entry(send_time=True),
    entry(open_kfid="wk_other"),
    {**event("enter_session"), "event": "none"},
    {**event("enter_session"), "event": None},
]


@pytest.mark.parametrize("given", BROKEN, ids=range(len(BROKEN)))
def test_what_cannot_be_read_is_passed_over(given: Any) -> None:
    assert read(given, READING, NOW) == []


def test_what_no_database_takes_is_left_out() -> None:
    deep: Any = "x"
    for _ in range(500):
        deep = {"a": [deep]}
    found = one(entry("link", {"title": "a\x00b\ud800c", "deep": deep, "huge": 10**400, "nan": 1.5}))
    assert isinstance(found, BuyerMessage)
    assert found.payload["title"] == "abc" and found.payload["huge"] is None
    assert len(json.dumps(found.payload)) < 1000


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(
    [
        "msgid",
        "origin",
        "msgtype",
        "text",
        "event",
        "external_userid",
        "send_time",
        "open_kfid",
        "servicer_userid",
    ]
)


@given(changed=st.dictionaries(fields, json_values, max_size=3), which=st.sampled_from(["text", "event"]))
def test_reading_never_fails(changed: dict[str, Any], which: str) -> None:
    given = (entry() if which == "text" else event("msg_send_fail")) | changed
    for found in read(given, READING, NOW):
        assert 0 < len(found.message_id) <= 200 and 0 < len(found.external_id) <= 128
        assert found.account == "kf"


@given(value=json_values)
def test_cleaning_leaves_json(value: Any) -> None:
    kept = json.dumps(clean(value), allow_nan=False)
    kept.encode()
    assert "\\u0000" not in kept
