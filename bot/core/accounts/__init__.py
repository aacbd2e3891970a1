"""The accounts that can be configured, one model per channel (CONTRACT §3)."""

from typing import Annotated

from pydantic import Field

from bot.core.accounts.kinds import AccountId, NonEmpty
from bot.core.accounts.qq import OnebotAccount, QqBotAccount
from bot.core.accounts.sandbox import SandboxAccount
from bot.core.accounts.wechat import SCANNER, IlinkAccount, TemplateFact, WechatOaAccount, WecomKfAccount

__all__ = [
    "SCANNER",
    "Account",
    "AccountId",
    "IlinkAccount",
    "NonEmpty",
    "OnebotAccount",
    "QqBotAccount",
    "SandboxAccount",
    "TemplateFact",
    "WechatOaAccount",
    "WecomKfAccount",
]

Account = Annotated[
    SandboxAccount | WechatOaAccount | WecomKfAccount | QqBotAccount | OnebotAccount | IlinkAccount,
    Field(discriminator="channel"),
]
