"""What the seller's own WeChat says, and what is sent there: the pure parts."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.channels.ilink import capability_of, terminal, wire
from bot.channels.ilink.api import Answer
from bot.channels.ilink.errors import outcome_of
from bot.channels.ilink.inbound import LONGEST_TEXT, read
from bot.core.delivery import Verdict, Window
from bot.core.events import MessageKind
from tests.channels.ilink_shop import NOW, an_account

ENTRY: dict[str, Any] = {
    "message_id": 7300000000000000001,
    "from_user_id": "y@im.wechat",
    "create_time_ms": 1759999999000,
    "group_id": "",
    "message_type": 1,
    "item_list": [{"type": 1, "text_item": {"text": "今日"}}],
    "context_token": "AARz",
}


def test_a_text() -> None:
    said = read(ENTRY, NOW)
    assert said is not None
    assert (said.sender, said.text, said.kind) == ("y@im.wechat", "今日", MessageKind.TEXT)
    assert (said.message_id, said.context) == ("7300000000000000001", "AARz")
    assert said.at == NOW - timedelta(seconds=1)


@pytest.mark.parametrize("given_id", [2**64 - 1, str(2**64 - 1)])
def test_ids_keep_all_their_64_bits(given_id: object) -> None:
    said = read(ENTRY | {"message_id": given_id}, NOW)
    assert said is not None and said.message_id == "18446744073709551615"


@pytest.mark.parametrize("given_id", [None, 0, -1, True, 2**64, 1.5, "", "0", "two words", [1]])
def test_without_an_id_the_repetition_has_the_same_name(given_id: object) -> None:
    first, again = (read(ENTRY | {"message_id": given_id}, NOW) for _ in range(2))
    other = read(ENTRY | {"message_id": given_id, "create_time_ms": 1}, NOW)
    assert first and again and other
    assert first.message_id == again.message_id != other.message_id
    assert len(first.message_id) <= 200


def test_a_voice_is_read_as_what_wechat_has_understood() -> None:
    said = read(ENTRY | {"item_list": [{"type": 3, "voice_item": {"text": "今日", "encode_type": 6}}]}, NOW)
    assert said is not None and (said.kind, said.text) == (MessageKind.VOICE, "今日")


@pytest.mark.parametrize(("number", "kind"), [(2, "image"), (4, "file"), (5, "video"), (99, "unknown")])
def test_other_kinds(number: int, kind: str) -> None:
    said = read(ENTRY | {"item_list": [{"type": number, "image_item": {"text": "x"}}]}, NOW)
    assert said is not None and (said.kind, said.text) == (kind, "")


@pytest.mark.parametrize(
    "changed",
    [
        {"message_type": 2},
        {"group_id": "g@chatroom"},
        {"from_user_id": ""},
        {"from_user_id": "two words"},
        {"from_user_id": 7},
    ],
)
def test_what_is_not_a_person_talking_to_the_bot(changed: dict[str, Any]) -> None:
    assert read(ENTRY | changed, NOW) is None


@pytest.mark.parametrize("moment", [None, -1, 0, "1", 10**30, 4_200_000_000_000, True])
def test_a_time_that_is_none(moment: object) -> None:
    said = read(ENTRY | {"create_time_ms": moment}, NOW)
    assert said is not None and said.at <= NOW


def test_a_text_without_end_is_cut() -> None:
    items = [{"type": 1, "text_item": {"text": "长" * 5000}}] * 100
    said = read(ENTRY | {"item_list": items, "context_token": "x" * 10_000}, NOW)
    assert said is not None and (len(said.text), said.context) == (LONGEST_TEXT, "")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*ENTRY, "type"]), inner, max_size=6)
    ),
    max_leaves=20,
)


@given(_JSON, st.dictionaries(st.sampled_from(list(ENTRY)), _JSON))
def test_anything_is_read_or_left(entry: object, changed: dict[str, Any]) -> None:
    read(entry, NOW)
    said = read(ENTRY | changed, NOW)
    assert said is None or (0 < len(said.message_id) <= 200 and "\x00" not in said.text + said.context)


# --- what goes out


def test_headers() -> None:
    sent = wire.headers(an_account(route_tag="r1"), "secret")
    assert sent["iLink-App-ClientVersion"] == "132105"
    assert sent["Authorization"] == "Bearer secret" and sent["SKRouteTag"] == "r1"
    assert 0 <= int(base64.b64decode(sent["X-WECHAT-UIN"])) < 2**32
    assert "Authorization" not in wire.headers(an_account())
    assert wire.headers(an_account())["X-WECHAT-UIN"] != sent["X-WECHAT-UIN"]


@pytest.mark.parametrize(
    ("told", "base"),
    [
        ("sz.weixin.qq.com", "https://sz.weixin.qq.com"),
        ("https://ilinkai.weixin.qq.com/", "https://ilinkai.weixin.qq.com"),
        ("ilink.wechat.com:8443", "https://ilink.wechat.com:8443"),
        ("weixin.qq.com.evil.example", ""),
        ("evilweixin.qq.com", ""),
        ("user@weixin.qq.com", ""),
        ("weixin.qq.com/evil", ""),
        ("evil.example#.weixin.qq.com", ""),
        ("http://sz.weixin.qq.com", ""),
        ("javascript://weixin.qq.com", ""),
        ("", ""),
        (None, ""),
        (["weixin.qq.com"], ""),
    ],
)
def test_where_a_login_may_send_us(told: object, base: str) -> None:
    assert wire.onward(an_account(), told) == base


@pytest.mark.parametrize(
    ("fields", "code", "verdict"),
    [
        ({"ret": 0, "message_id": 5}, 0, Verdict.SENT),
        ({}, 0, Verdict.SENT),
        ({"ret": -14}, -14, Verdict.WINDOW_CLOSED),
        ({"ret": -2, "errmsg": "prepare failed"}, -2, Verdict.WINDOW_CLOSED),
        ({"ret": -99}, -99, Verdict.RETRY),
    ],
)
def test_what_answers_mean(fields: dict[str, Any], code: int, verdict: Verdict) -> None:
    assert outcome_of(Answer(fields, code), an_account()).verdict is verdict


def test_limits_are_data() -> None:
    assert capability_of(an_account()).message_window == Window(10, timedelta(hours=24))
    changed = capability_of(an_account(most=5, lasts="15h", repeatable=True))
    assert (changed.message_window, changed.idempotent) == (Window(5, timedelta(hours=15)), True)
    assert not changed.proactive and changed.touch_window is None


# --- configuration


@pytest.mark.parametrize(
    "wrong",
    [
        {"bot_token": "two words"},
        {"api_base": "ilinkai.weixin.qq.com"},
        {"most": 0},
        {"lasts": "8d"},
        {"version": "2.4"},
        {"bot_agent": "回头客"},
        {"route_tag": "a\nb"},
        {"qr": True},
    ],
)
def test_what_is_no_account(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as fault:
        an_account(**wrong)
    assert next(iter(wrong)) in str(fault.value)


def test_the_token_is_shown_nowhere() -> None:
    account = an_account(bot_token="bot1:secret")
    assert "secret" not in repr(account) and "secret" not in account.model_dump_json()


def test_a_code_is_drawn() -> None:
    drawn = terminal.drawn("https://liteapp.weixin.qq.com/q/7GiQu1")
    lines = drawn.splitlines()
    assert len(lines) > 12 and len({len(line) for line in lines}) == 1
    assert drawn != terminal.drawn("https://liteapp.weixin.qq.com/q/7GiQu2")
