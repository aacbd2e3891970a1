"""The accounts that can be configured, one model per channel (CONTRACT §3)."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints, field_validator

from bot.core.model import StrictModel

AccountId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
NonEmpty = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


TemplateFact = Literal["order", "goods", "courier", "tracking_no", "time"]


SHIPPING_KEYWORDS: dict[str, TemplateFact] = {
    "character_string1": "order",
    "thing2": "goods",
    "thing3": "courier",
    "character_string4": "tracking_no",
    "time5": "time",
}
"""The keywords of a shipping template as the public library has it; a shop's own may differ."""


class SandboxAccount(StrictModel):
    """The channel without a platform."""

    id: AccountId
    channel: Literal["sandbox"]


class WechatOaAccount(StrictModel):
    """A WeChat Official Account (CHANNELS §1)."""

    id: AccountId
    channel: Literal["wechat_oa"]
    original_id: NonEmpty
    app_id: NonEmpty
    app_secret: SecretStr
    token: SecretStr
    encoding_aes_key: SecretStr = SecretStr("")
    kind: Literal["service", "subscription"] = "service"
    verified: bool = True
    templates: dict[Literal["shipping"], NonEmpty] = Field(default_factory=dict)
    template_fields: dict[str, TemplateFact] = Field(default_factory=lambda: dict(SHIPPING_KEYWORDS))
    api_base: str = "https://api.weixin.qq.com"

    @field_validator("app_secret", "token")
    @classmethod
    def _not_empty(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value():
            raise ValueError("不能为空；在公众平台「设置与开发 → 基本配置」里")
        return value

    @field_validator("encoding_aes_key")
    @classmethod
    def _43_characters(cls, value: SecretStr) -> SecretStr:
        key = value.get_secret_value()
        if key and not re.fullmatch(r"[A-Za-z0-9+/]{43}", key):
            raise ValueError("EncodingAESKey 必须是 43 个字母和数字，从公众平台原样复制")
        return value

    @field_validator("api_base")
    @classmethod
    def _http(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("必须以 http:// 或 https:// 开头")
        return value.rstrip("/")


Account = Annotated[SandboxAccount | WechatOaAccount, Field(discriminator="channel")]
