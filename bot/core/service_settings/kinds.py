"""What settings are made of: spans of time, yuan, and sentences with names in braces."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from string import Formatter
from typing import Annotated

from pydantic import BeforeValidator, Field

from bot.core.accounts import NonEmpty
from bot.core.durations import parse_duration
from bot.core.money import parse_money

Duration = Annotated[timedelta, BeforeValidator(lambda v: parse_duration(v) if isinstance(v, str) else v)]
Money = Annotated[Decimal, BeforeValidator(lambda v: v if isinstance(v, Decimal) else parse_money(str(v)))]
Rings = Annotated[tuple[Duration, ...], Field(min_length=1, max_length=12)]
Variants = Annotated[tuple[NonEmpty, ...], Field(min_length=1)]
"""Ways to say the same; who has read one is told the next."""


def fillable(value: str, known: set[str]) -> str:
    """`value` if everything in braces is one of `known`; else ValueError with what can stand there."""
    try:
        used = {name for _, name, _, _ in Formatter().parse(value) if name is not None}
    except ValueError as broken:
        raise ValueError("大括号不成对；要写大括号本身就写两个：{{ }}") from broken
    if unknown := used - known:
        can = "、".join(f"{{{name}}}" for name in sorted(known))
        raise ValueError(f"不认识 {{{sorted(unknown)[0]}}}；这里能用：{can}")
    return value
