"""A shop with an Official Account in front of a fake WeChat that lives in the bot's time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests.fakes.wechat import FakeWechat
from tests.shop import copy_config
from tests.when import AHEAD

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
TEMPLATE = "TEMPLATE_SHIPPING"
KEYWORDS = frozenset({"character_string1", "thing2", "thing3", "character_string4", "time5"})


class TimelyWechat(FakeWechat):
    """WeChat in the bot's time (CONTRACT §7.5): `ahead` is how far the sandbox clock was moved."""

    def __init__(self, key: str = "", *, verified: bool = True) -> None:
        self.ahead = AHEAD
        super().__init__(
            now=lambda: datetime.now(UTC) + self.ahead,
            encoding_aes_key=key,
            templates={TEMPLATE: KEYWORDS},
            verified=verified,
        )


def with_account(
    folder: Path,
    wechat: FakeWechat,
    key: str = "",
    *,
    verified: bool = True,
    template: bool = True,
    **more: str,
) -> Path:
    """The shipped configuration with this account before its sandbox; `more` is replaced too."""
    account = (
        f"accounts:\n  - id: oa\n    channel: wechat_oa\n    original_id: {wechat.original_id}\n"
        f"    app_id: {wechat.app_id}\n    app_secret: app-secret\n    token: {wechat.token}\n"
        f"    encoding_aes_key: '{key}'\n    api_base: {wechat.api_base}\n    verified: {str(verified).lower()}\n"
    )
    if template:
        account += f"    templates: {{shipping: {TEMPLATE}}}\n"
    return copy_config(folder, **{"\naccounts:\n": "\n" + account}, **more)
