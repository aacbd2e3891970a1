"""The block `tracking`: who tells where parcels are."""

from __future__ import annotations

from pydantic import SecretStr, field_validator

from bot.core.model import StrictModel


class Kuaidi100Settings(StrictModel):
    """快递100's push service: `key` is the shop's there, `salt` signs what comes from there.

    callback_base: the shop's own address as the internet sees it, without a path.
    """

    key: SecretStr
    salt: SecretStr
    callback_base: str
    api_base: str = "https://poll.kuaidi100.com"

    @field_validator("key", "salt")
    @classmethod
    def _not_empty(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value():
            raise ValueError("不能为空；key 在快递100 的「我的信息」里，salt 自己定一串")
        return value

    @field_validator("callback_base", "api_base")
    @classmethod
    def _http(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("必须以 http:// 或 https:// 开头")
        return value.rstrip("/")


class TrackingSettings(StrictModel):
    """The services that watch parcels; without any, 签收 is typed by hand."""

    kuaidi100: Kuaidi100Settings | None = None
