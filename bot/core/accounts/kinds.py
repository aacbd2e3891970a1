"""The kinds of values that accounts are written with."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import (
    AfterValidator,
    BeforeValidator,
    SecretStr,
    StringConstraints,
)

from bot.core.durations import parse_duration

AccountId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
NonEmpty = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Span = Annotated[timedelta, BeforeValidator(lambda v: parse_duration(v) if isinstance(v, str) else v)]
"""`5s`, `30m`, `36h`, `2d`."""


def _http(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("必须以 http:// 或 https:// 开头")
    return value.rstrip("/")


HttpBase = Annotated[str, AfterValidator(_http)]
"""Where an API is, without a slash at the end."""


def filled(why: str) -> AfterValidator:
    """A secret that may not be empty; `why` says where to find it."""

    def check(value: SecretStr) -> SecretStr:
        if not value.get_secret_value():
            raise ValueError(why)
        return value

    return AfterValidator(check)
