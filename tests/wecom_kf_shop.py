"""A shop with a 微信客服 account in front of a fake WeCom that lives in the bot's time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.fakes.wecom import AES_KEY, FakeWecom
from tests.shop import copy_config
from tests.when import AHEAD


class TimelyWecom(FakeWecom):
    """WeCom in the bot's time (CONTRACT §7.5): `ahead` is how far the sandbox clock was moved."""

    def __init__(self, **more: Any) -> None:
        self.ahead = AHEAD
        super().__init__(now=lambda: datetime.now(UTC) + self.ahead, **more)


def with_kf_account(
    folder: Path, wecom: FakeWecom, replaced: Mapping[str, str] | None = None, **more: str
) -> Path:
    """The shipped configuration with this account before its sandbox; `more` are further keys as YAML."""
    lines = {
        "channel": "wecom_kf",
        "corp_id": wecom.corp_id,
        "secret": wecom.secret,
        "token": wecom.token,
        "encoding_aes_key": AES_KEY,
        "open_kfid": wecom.open_kfid,
        "api_base": wecom.api_base,
        **more,
    }
    account = "accounts:\n  - id: kf\n" + "".join(f"    {key}: {value}\n" for key, value in lines.items())
    return copy_config(folder, **{"\naccounts:\n": "\n" + account}, **(replaced or {}))
