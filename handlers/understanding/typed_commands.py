"""A buyer's line that reads as a seller's command line: 停 全部, /客户 小丽, 投诉 1 完成. Pure."""

from __future__ import annotations

import re
from typing import Final

from handlers.understanding import words
from handlers.understanding.normal import normalise

_CHINESE = (
    "帮助 菜单 今日 今天 预览 客户 找 查找 标签 备注 订单 发货 签收 未下单 咨询 回访名单 回访 积分 等级 会员 "
    "阶段 老客 大客户 报表 投诉 改 待回 等回 回 接管 交还 答应 做到 改期 没答应 群发 停 恢复 放假 开工 "
    "撤 撤回 撤销 为什么 为啥 标错 改错 读错 是 资料 生日 合并 拆分 介绍 介绍码 介绍榜 导入 导出"
)
_ENGLISH = (
    "help today preview customer find tag tags note order ship sign consultations winback points tiers stage "
    "top report complaint complaints change waiting reply takeover handback promises kept postpone "
    "notpromised broadcast stop resume holiday back undo why mislabel means profile birthday "
    "merge split refer code leaders import export"
)
NAMES: Final = frozenset(f"{_CHINESE} {_ENGLISH}".split())
"""The commands' names and aliases, one word each. `handlers.commands` stands above this room and may not be
imported here; a test holds the two lists together."""

_COMPLAIN = "投诉"
# 投诉 你们 and 投诉 三次了 are a buyer's own; a case's number, alone or with a step, is not.
_CASE = re.compile(
    r"\d{1,4}(?: (?:完成|道歉|原因|解释|方案|补偿|满意|不满意|回访)(?![\u4e00-\u9fff])(?P<words>.*))?"
)
_FREE = frozenset(("群发", "备注", "broadcast", "note"))  # their last argument is a text of any words
# 发货 慢死了 and 签收 了没拿到 only begin like one; a command is followed by names, numbers and dates
_SENTENCE = re.compile(r"[了没还]|[怎这那]么|不[到给回发理行好对能会见动退换]|[慢错少]|死")
_GLUED = sorted((name for name in NAMES if not name.isascii()), key=len, reverse=True)
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def typed_with(line: str) -> str | None:
    """What stands behind the command that `line` begins with; None if it does not read as a command line.

    It does with a name and something behind it, or with a slash before the name. Kind words before it do not
    count. A name alone is the buyer's own word (投诉, stop, 签收), so is one that begins a sentence, and
    投诉 with anything but a number.
    """
    level = words.KIND_BEFORE.sub("", normalise(line))
    bare = level.removeprefix("/").lstrip()
    name = _name(bare, slashed=level.startswith("/"))
    rest = _EDGES.sub("", bare[len(name) :])
    if not name or not (rest or level.startswith("/")):
        return None
    if name != _COMPLAIN or not rest:
        return None if name not in _FREE and _SENTENCE.search(rest) else rest
    case = _CASE.fullmatch(rest)
    return (case["words"] or "").strip() if case else None


def _name(bare: str, *, slashed: bool) -> str:
    """The name that the line begins with; behind a slash 客户小丽 has one too."""
    first = re.split("[ :]", bare, maxsplit=1)[0]
    if first in NAMES:
        return first
    return next((name for name in _GLUED if slashed and bare.startswith(name)), "")
