"""Exclamation marks, emoji and 呢哦~: one is friendly, a row of them is an advertisement (VOICE)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from handlers.content.kinds import Fault, Rule, TextKind

_ROW: Final = re.compile("[!！?？]*[!！][!！?？]+|[!！?？]+[!！]")
_PARTICLE: Final = re.compile("[呢哦噢哟喔]?[~～〜]+|[呢哦噢哟喔](?=[，。！？,.!?\\s]|$)")
_BASE: Final = (
    "[\U0001f300-\U0001f5ff\U0001f600-\U0001f64f\U0001f680-\U0001f6ff\U0001f780-\U0001f7ff\U0001f900-\U0001faff"
    "\u2600-\u27bf\u2b50\u2b55\u2b1b\u2b1c\u231a\u231b\u23e9-\u23f3\u3030\u303d\u3297\u3299\U0001f004\U0001f0cf]"
)
_MORE: Final = "[\ufe0f\u20e3\U0001f3fb-\U0001f3ff]*"
_EMOJI: Final = re.compile(
    f"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_BASE}{_MORE}(?:\u200d{_BASE}{_MORE})*"
    "|\\[(?:[\u4e00-\u9fff]{1,3}|OK|Emm|Doge)\\]"
)
"""A family or a flag counts as one; so does WeChat's [玫瑰]."""


def rows(text: str) -> Iterator[Fault]:
    """Two exclamation marks or more beside each other."""
    for match in _ROW.finditer(text):
        yield Fault(*match.span(), match[0], "一排感叹号像喊话，留一个就够", Rule.SHOUTING)


def emoji(text: str, kind: TextKind) -> Iterator[Fault]:
    """Each one more than the kind may have: one, in a complaint none."""
    most = 0 if kind is TextKind.COMPLAINT else 1
    why = "表情最多一个" if most else "投诉里不放表情"
    for match in list(_EMOJI.finditer(text))[most:]:
        yield Fault(*match.span(), match[0], why, Rule.EMOJI)


def particles(text: str) -> Iterator[Fault]:
    """Each 呢, 哦 or ~ at the end of a clause after the first."""
    for match in list(_PARTICLE.finditer(text))[1:]:
        yield Fault(*match.span(), match[0], "呢、哦、~ 一条里最多一个", Rule.PARTICLES)
