"""The values of a body that the shop posts: strict in what they take, plain in what they refuse."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, ValidationInfo

from bot.core.money import CENT

MOST_MONEY = Decimal(9_999_999)
AHEAD = timedelta(days=1)
"""A moment that lies further ahead of the bot's clock is a mistake."""

_MONEY = re.compile(r"\d{1,12}(?:\.\d{1,8})?", re.ASCII)


def _text(value: Any) -> Any:
    """A number stands for its digits, null for nothing; what no database keeps is refused."""
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**30 else value
    if not isinstance(value, str):
        raise ValueError("要写成文字")
    if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
        raise ValueError("里面有存不了的字符")
    return " ".join(value.split())


def _key(value: Any) -> Any:
    text = _text(value)
    if not text or " " in text:
        raise ValueError("不能有空格" if text else "不能空着")
    return text


def _money(value: Any) -> Any:
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not _MONEY.fullmatch(value):
        raise ValueError('金额要写成文字，例如 "129.00"')
    amount = Decimal(value)
    if amount != amount.quantize(CENT):
        raise ValueError("金额最多到分")
    if amount > MOST_MONEY:
        raise ValueError(f"金额太大，最多 {MOST_MONEY}")
    return amount.quantize(CENT)


def _here(info: ValidationInfo) -> tuple[ZoneInfo, datetime]:
    context: dict[str, Any] = info.context or {}
    return context["zone"], context["now"]


def _moment(value: Any, info: ValidationInfo) -> Any:
    """With its zone, or in the shop's time."""
    if value is None or value == "":
        return None
    zone, now = _here(info)
    try:
        moment = datetime.fromisoformat(value)
        moment = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment
        sensible = datetime(2000, 1, 1, tzinfo=zone) <= moment <= now + AHEAD
    except (ValueError, TypeError, OverflowError):
        raise ValueError('时间看不懂，要写成 "2026-11-21T10:30:00+08:00"') from None
    if not sensible:
        raise ValueError("不是这几年的时间" if moment < now else "这个时间还没有到")
    return moment


Text = Annotated[str, BeforeValidator(_text), Field(max_length=200)]
Key = Annotated[str, BeforeValidator(_key), Field(max_length=100)]
Address = Annotated[str, BeforeValidator(_text), Field(max_length=1000)]
Money = Annotated[Decimal | None, BeforeValidator(_money)]
Moment = Annotated[datetime | None, BeforeValidator(_moment)]
