"""What is wrong with a JSON body, in Chinese."""

from __future__ import annotations

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.core.settings import dotted

_FAULTS = {
    "missing": "缺少这一项",
    "extra_forbidden": "不认识这一项",
    "string_too_short": "不能是空的",
    "string_too_long": "最多 {max_length} 个字",
    "too_long": "最多 {max_length} 项",
    "literal_error": "只能是 {expected}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "value_error": "{error}",
}
_FAMILIES = {"int_": "要写整数", "list_": "要写成列表", "model_": "要写成对象", "string_": "要写成文字"}


def first_fault(wrong: ValidationError) -> str:
    """The first thing that is wrong, at its place: `order.id: 缺少这一项`."""
    error = wrong.errors(include_url=False, include_input=False)[0]
    return f"{dotted(error['loc']) or 'body'}: {_why(error)}"


def _why(error: ErrorDetails) -> str:
    if known := _FAULTS.get(error["type"]):
        return known.format(**error.get("ctx", {})).replace(" or ", " 或 ")
    return next((why for kind, why in _FAMILIES.items() if error["type"].startswith(kind)), "写法不对")
