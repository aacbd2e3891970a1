"""What `huitouke check` remarks although nothing is wrong."""

from __future__ import annotations

from bot.command_line.remarks import only_in_one_process, remarks
from bot.core.accounts import IlinkAccount, OnebotAccount
from bot.core.server_settings import StorageSettings
from bot.core.settings import Settings

REVERSE = OnebotAccount.model_validate(
    {"id": "qq", "channel": "onebot11", "self_id": 10001, "access_token": "x"}
)
FORWARD = OnebotAccount.model_validate(
    REVERSE.model_dump() | {"id": "qq2", "mode": "forward_ws", "url": "ws://127.0.0.1:3001"}
)
PHONE = IlinkAccount(id="phone", channel="ilink")


def test_a_remote_control_that_nobody_has(settings: Settings) -> None:
    shop = settings.model_copy(update={"accounts": (*settings.accounts, PHONE)})
    assert [line for line in remarks(shop) if "account: phone, id: me" in line]
    assert not [line for line in remarks(settings) if "没有人能" in line]


def test_a_reverse_websocket_wants_one_process(settings: Settings) -> None:
    """The worker has no door, the web process no sender; only on PostgreSQL can there be two."""
    sqlite = settings.model_copy(update={"accounts": (FORWARD, REVERSE)})
    shared = sqlite.model_copy(update={"storage": StorageSettings(url="postgresql://localhost/shop")})
    assert [line.split(":")[0] for line in only_in_one_process(sqlite)] == ["accounts[1].mode"]
    assert not list(remarks(sqlite))
    assert ["forward_ws" in line for line in remarks(shared)] == [True]
