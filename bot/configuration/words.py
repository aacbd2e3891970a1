"""What pydantic found → Chinese lines, each at its place in the file."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.core.settings import Inconsistent, Place

_MESSAGES = {
    "missing": "缺少这一项，请补上",
    "extra_forbidden": "不认识这个键；检查拼写，不需要就删掉",
    "string_type": '要写文字；数字请加引号，例如 "10001"',
    "literal_error": "只能写 {expected}",
    "enum": "只能写 {expected}",
    "union_tag_invalid": "没有这一种；可以写 {expected_tags}",
    "union_tag_not_found": "缺少这一项，请补上",
    "string_too_short": "至少 {min_length} 个字",
    "string_too_long": "最多 {max_length} 个字",
    "string_pattern_mismatch": "写法不对，要符合 {pattern}",
    "too_short": "至少要有 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "greater_than": "要大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than": "要小于 {lt}",
    "less_than_equal": "不能大于 {le}",
    "multiple_of": "要是 {multiple_of} 的倍数",
    "finite_number": "要写普通的数字",
    "none_required": "这里要留空",
    "value_error": "{error}",
    "assertion_error": "{error}",
}

_FAMILIES = {
    ("int_",): "要写整数，例如 5",
    ("float_", "decimal_"): "要写数字，例如 129 或 129.50",
    ("bool_",): "要写 true 或 false",
    ("list_", "tuple_", "set_", "frozen_set_"): "要写成列表：每项一行，前面加“- ”；没有就写 []",
    ("dict_", "model_", "mapping_", "dataclass_"): "要写成下一级：换行缩进后写“键: 值”；没有就删掉这一行",
    ("datetime_",): '时间要写成 "2026-11-21 10:30"',
    ("date_",): "日期要写成 2026-11-21",
    ("time_delta_",): "时长要写成 5s、30m、36h 或 2d",
    ("time_",): '时刻要写成 "10:30"',
}

_PATTERNS = {r"^[A-Za-z0-9_-]{1,40}$": "只能用英文字母、数字、- 和 _，1 到 40 个"}


def explained(
    invalid: ValidationError, data: dict[str, Any], hidden: Callable[[str], str]
) -> dict[Place, list[str]]:
    """Place → reasons; several where a value fits none of a union's types.

    hidden: takes secrets out of the words of our own validators, which may quote a value.
    """
    reasons: dict[Place, list[str]] = {}
    for error in invalid.errors(include_url=False):
        cause = error.get("ctx", {}).get("error")
        if isinstance(cause, Inconsistent):
            for place, why in cause.faults:
                reasons.setdefault(place, []).append(hidden(why))
            continue
        place = _in_file(error["loc"], data, missing=error["type"] == "missing")
        if error["type"].startswith("union_tag_"):
            place = (*place, str(error["ctx"]["discriminator"]).strip("'"))
        reasons.setdefault(place, []).append(hidden(_message(error)) if cause else _message(error))
    return reasons


def _in_file(loc: Place, data: Any, *, missing: bool) -> Place:
    """`loc` without the steps that are pydantic's own: the tags of unions and `[key]`."""
    place: list[str | int] = []
    entered = True
    for n, step in enumerate(loc):
        tag = entered and isinstance(data, dict) and data.get("channel") == step
        if not tag and isinstance(data, dict) and step in data:
            data, entered = data[str(step)], True
        elif not tag and isinstance(data, list) and isinstance(step, int) and step < len(data):
            data, entered = data[step], True
        elif not tag and missing and n == len(loc) - 1:
            pass
        else:
            entered = False
            continue
        place.append(step)
    return tuple(place)


def _message(error: ErrorDetails) -> str:
    kind, ctx = error["type"], error.get("ctx", {})
    nothing = "后面没有写内容；" if kind.endswith("_type") and error["input"] is None else ""
    if kind == "string_pattern_mismatch" and ctx["pattern"] in _PATTERNS:
        return _PATTERNS[ctx["pattern"]]
    if kind in ("string_too_short", "too_short") and ctx["min_length"] == 1:
        return "不能是空的"
    if kind in _MESSAGES:
        return nothing + _MESSAGES[kind].format_map({name: _listed(value) for name, value in ctx.items()})
    family = next((words for starts, words in _FAMILIES.items() if kind.startswith(starts)), None)
    return nothing + (family or error["msg"])


def _listed(value: object) -> str:
    """pydantic's `'a', 'b' or 'c'` → `a、b、c`; anything else as it is."""
    if isinstance(value, str) and value.startswith("'"):
        return re.sub(r",? or |, ", "、", value).replace("'", "")
    return str(value)
