"""What config.yaml says of a personal QQ (CONTRACT §3), and what it is told when that is wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from bot.core.accounts import Account, OnebotAccount

CONTRACT = {
    "id": "qq-self",
    "channel": "onebot11",
    "self_id": 10001,
    "access_token": "t0ken",
    "mode": "reverse_ws",
    "url": "ws://127.0.0.1:3001",
}


def read(**changed: Any) -> OnebotAccount:
    account = TypeAdapter(Account).validate_python(CONTRACT | changed)
    assert isinstance(account, OnebotAccount)
    return account


def test_the_contracts_account() -> None:
    account = read()
    assert account.self_id == 10001 and "t0ken" not in repr(account)
    assert read(self_id="10001") == account
    forward = read(mode="forward_ws")
    assert forward.url == "ws://127.0.0.1:3001"


def test_what_may_be_left_out() -> None:
    account = OnebotAccount.model_validate({k: v for k, v in CONTRACT.items() if k not in ("mode", "url")})
    assert (account.mode, account.url, account.friends, account.ignore) == ("reverse_ws", "", ("",), ())


def test_rules_for_friends() -> None:
    assert read(friends="none").friends == ()
    assert read(friends="all").friends == ("",)
    assert read(friends=["买", " 咨询 "]).friends == ("买", "咨询")


@pytest.mark.parametrize(
    ("changed", "place", "says"),
    [
        ({"access_token": ""}, "access_token", "不能为空"),
        ({"self_id": "小林"}, "self_id", ""),
        ({"self_id": 0}, "self_id", ""),
        ({"mode": "http"}, "mode", ""),
        ({"mode": "forward_ws", "url": ""}, "url", "ws://127.0.0.1:3001"),
        ({"mode": "forward_ws", "url": "http://127.0.0.1:3001"}, "url", "ws://127.0.0.1:3001"),
        ({"mode": "forward_ws", "url": "ws://"}, "url", "ws://127.0.0.1:3001"),
        ({"mode": "forward_ws", "url": "ws://user:pass@host"}, "url", "ws://127.0.0.1:3001"),
        ({"friends": "some"}, "friends", "all"),
        ({"friends": []}, "friends", "none"),
        ({"friends": [""]}, "friends", "all"),
        ({"friends": True}, "friends", "all"),
        ({"gap": "5m"}, "gap", "最多 60s"),
        ({"jitter": "1m"}, "jitter", "最多 10s"),
        ({"gap": "soon"}, "gap", "时长看不懂"),
        ({"daily_limit": 0}, "daily_limit", ""),
        ({"ignore": ["妈"]}, "ignore", ""),
        ({"tokens": 1}, "tokens", ""),
    ],
)
def test_faults(changed: dict[str, Any], place: str, says: str) -> None:
    with pytest.raises(ValidationError) as invalid:
        read(**changed)
    [error, *_] = invalid.value.errors()
    assert place in error["loc"] and says in error["msg"]


def test_a_forward_account_without_an_address() -> None:
    with pytest.raises(ValidationError) as invalid:
        TypeAdapter(Account).validate_python(
            {k: v for k, v in CONTRACT.items() if k != "url"} | {"mode": "forward_ws"}
        )
    assert "url" in invalid.value.errors()[0]["loc"]


def test_its_pace_is_slow_by_itself() -> None:
    account = read()
    assert account.gap >= timedelta(seconds=1) and account.jitter > timedelta()
    assert account.daily_pushes < account.daily_limit
