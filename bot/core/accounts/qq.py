"""Accounts on QQ: the official bot, and a personal number through NapCat or LLOneBot."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr, StringConstraints, ValidationInfo, field_validator

from bot.core.accounts.kinds import AccountId, HttpBase, Span, filled
from bot.core.model import StrictModel

Qq = Annotated[int, Field(ge=1, le=99_999_999_999)]
"""A QQ number."""


def _friend_rule(value: Any) -> Any:
    """`all`, `none`, or the words of which a request must contain one."""
    if isinstance(value, str) and value in ("all", "none"):
        return ("",) if value == "all" else ()
    if isinstance(value, list) and value and all(isinstance(word, str) and word.strip() for word in value):
        return tuple(word.strip() for word in value)
    if isinstance(value, tuple):
        return value
    raise ValueError("写 all（都通过）、none（都不通过），或列出验证消息里要有的词，例 [买, 咨询, 面霜]")


class QqBotAccount(StrictModel):
    """An official QQ bot, API v2 (CHANNELS §3).

    mode: how messages come in. proactive: whether to try what answers nothing; the platform mostly refuses.
    pictures: whether to try pictures; it is not confirmed that private chats take them.
    """

    id: AccountId
    channel: Literal["qq_bot"]
    app_id: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")]
    app_secret: Annotated[SecretStr, filled("不能为空；在 QQ 开放平台「开发 → 开发设置」里的 AppSecret")]
    mode: Literal["webhook", "websocket"] = "webhook"
    proactive: bool = False
    pictures: bool = False
    api_base: HttpBase = "https://api.sgroup.qq.com"
    auth_base: HttpBase = "https://bots.qq.com"


class OnebotAccount(StrictModel):
    """A personal QQ account through NapCat or LLOneBot (CHANNELS §4).

    friends: a request whose comment contains one of these words is accepted. ignore: who is never read and
    never answered (family, friends). gap and jitter: between two messages, whoever they go to. daily_limit:
    messages a day of the shop; daily_pushes: of these, what greets or sells. daily_friends: new friends.
    """

    id: AccountId
    channel: Literal["onebot11"]
    self_id: Qq
    access_token: Annotated[
        SecretStr, filled("不能为空；自己定一串长的字母数字，NapCat 网络配置的 Token 里填一样的")
    ]
    mode: Literal["reverse_ws", "forward_ws"] = "reverse_ws"
    url: Annotated[str, Field(validate_default=True)] = ""
    friends: Annotated[tuple[str, ...], BeforeValidator(_friend_rule)] = ("",)
    ignore: tuple[Qq, ...] = ()
    gap: Span = timedelta(seconds=2)
    jitter: Span = timedelta(seconds=1)
    daily_limit: int = Field(default=500, ge=1)
    daily_pushes: int = Field(default=30, ge=0)
    daily_friends: int = Field(default=20, ge=0)

    @field_validator("url")
    @classmethod
    def _websocket(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("mode") != "forward_ws":
            return value
        if not re.fullmatch(r"wss?://[^\s/?#@]+([/?]\S*)?", value):
            raise ValueError("mode: forward_ws 时要写 NapCat 的地址，例 ws://127.0.0.1:3001")
        return value

    @field_validator("gap", "jitter")
    @classmethod
    def _slow_but_not_dead(cls, value: timedelta, info: ValidationInfo) -> timedelta:
        longest = timedelta(seconds=60 if info.field_name == "gap" else 10)
        if value > longest:
            raise ValueError(f"最多 {longest.seconds}s，再长买家等不及")
        return value
