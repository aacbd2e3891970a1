"""Accounts on WeChat: Official Account, WeCom customer service, the seller's own through iLink."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints, field_validator

from bot.core.accounts.kinds import AccountId, HttpBase, NonEmpty, Span, filled
from bot.core.model import StrictModel

TemplateFact = Literal["order", "goods", "courier", "tracking_no", "time"]


SHIPPING_KEYWORDS: dict[str, TemplateFact] = {
    "character_string1": "order",
    "thing2": "goods",
    "thing3": "courier",
    "character_string4": "tracking_no",
    "time5": "time",
}
"""The keywords of a shipping template as the public library has it; a shop's own may differ."""


_OaSecret = Annotated[SecretStr, filled("不能为空；在公众平台「设置与开发 → 基本配置」里")]


class WechatOaAccount(StrictModel):
    """A WeChat Official Account (CHANNELS §1)."""

    id: AccountId
    channel: Literal["wechat_oa"]
    original_id: NonEmpty
    app_id: NonEmpty
    app_secret: _OaSecret
    token: _OaSecret
    encoding_aes_key: SecretStr = SecretStr("")
    kind: Literal["service", "subscription"] = "service"
    verified: bool = True
    templates: dict[Literal["shipping"], NonEmpty] = Field(default_factory=dict)
    template_fields: dict[str, TemplateFact] = Field(default_factory=lambda: dict(SHIPPING_KEYWORDS))
    api_base: HttpBase = "https://api.weixin.qq.com"

    @field_validator("encoding_aes_key")
    @classmethod
    def _43_characters(cls, value: SecretStr) -> SecretStr:
        key = value.get_secret_value()
        if key and not re.fullmatch(r"[A-Za-z0-9+/]{43}", key):
            raise ValueError("EncodingAESKey 必须是 43 个字母和数字，从公众平台原样复制")
        return value


_KfSecret = Annotated[SecretStr, filled("不能为空；在企业微信管理后台里，见 docs/channels.md")]


class WecomKfAccount(StrictModel):
    """A customer-service account of WeCom, 微信客服 (CHANNELS §2).

    servicers: who answers in WeCom's own app, by their userid there → what the seller is called here. stale:
    what was said this long before the account was first connected is not answered. poll: how often messages
    are looked for without having been told of any. repeatable: the platform recognises a message id again.
    The last three are not confirmed (CHANNELS §9).
    """

    id: AccountId
    channel: Literal["wecom_kf"]
    corp_id: NonEmpty
    secret: _KfSecret
    token: _KfSecret
    encoding_aes_key: SecretStr
    open_kfid: NonEmpty
    servicers: dict[NonEmpty, NonEmpty] = Field(default_factory=dict)
    stale: Span = timedelta(minutes=10)
    poll: Span = timedelta(minutes=10)
    repeatable: bool = True
    api_base: HttpBase = "https://qyapi.weixin.qq.com"

    @field_validator("encoding_aes_key")
    @classmethod
    def _43_characters(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[A-Za-z0-9+/]{43}", value.get_secret_value()):
            raise ValueError("EncodingAESKey 必须是 43 个字母和数字，从企业微信后台原样复制")
        return value

    @field_validator("poll")
    @classmethod
    def _not_too_often(cls, value: timedelta) -> timedelta:
        if value < timedelta(minutes=1):
            raise ValueError("至少 1m，查得太勤企业微信会限制")
        return value


SCANNER = "me"
"""As a seller's id on an `ilink` account: whoever logged it in by scanning the code."""


class IlinkAccount(StrictModel):
    """A seller's own WeChat through Tencent's iLink bot (CHANNELS §5): commands and alerts only.

    bot_token: of a login made elsewhere; without, a QR code is shown. hosts: the domains, beside the one of
    api_base, that a login may send us on to. most and lasts: messages after each of the seller's, and for
    how long. repeatable: the platform recognises a client_id again. The last four are not confirmed
    (CHANNELS §9). version and bot_agent: what we say that we are. route_tag: SKRouteTag, where there is one.
    """

    id: AccountId
    channel: Literal["ilink"]
    bot_token: SecretStr = SecretStr("")
    api_base: HttpBase = "https://ilinkai.weixin.qq.com"
    hosts: tuple[NonEmpty, ...] = ("weixin.qq.com", "wechat.com")
    most: int = Field(default=10, ge=1, le=100)
    lasts: Span = timedelta(hours=24)
    repeatable: bool = False
    version: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}\.[0-9]{1,2}\.[0-9]{1,2}$")] = "2.4.9"
    bot_agent: Annotated[str, StringConstraints(pattern=r"^[ -~]{1,256}$")] = "huitouke/0.1"
    route_tag: Annotated[str, StringConstraints(pattern=r"^[!-~]{0,200}$")] = ""

    @field_validator("bot_token")
    @classmethod
    def _no_spaces(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[!-~]*", value.get_secret_value()):
            raise ValueError("里面有空格、换行或中文；从登录的地方原样复制，或者不写这一项，启动时扫码")
        return value

    @field_validator("lasts")
    @classmethod
    def _some_time(cls, value: timedelta) -> timedelta:
        if not timedelta(minutes=1) <= value <= timedelta(days=7):
            raise ValueError("要在 1m 和 7d 之间，微信说是 24h")
        return value
