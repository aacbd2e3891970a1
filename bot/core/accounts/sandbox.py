"""The account without a platform."""

from __future__ import annotations

from typing import Literal

from bot.core.accounts.kinds import AccountId
from bot.core.model import StrictModel


class SandboxAccount(StrictModel):
    """The channel without a platform."""

    id: AccountId
    channel: Literal["sandbox"]
