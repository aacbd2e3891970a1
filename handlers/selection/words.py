"""The words of a condition, as sellers type them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from bot.core.selection import (
    Figure,
    Sign,
    Trait,
)
from handlers.value.kinds import Kind
from handlers.value.lifecycle import Stage
from handlers.value.rfm import GROUPS

EXAMPLE = "标签=敏感肌 且 90天未购 且 消费>500"
KNOWN = (
    "标签、等级、阶段、分组、类型、城市、买过、没买过、订单数、消费、客单价、积分、挽回、90天未购、"
    "30天内买过、未联系、生日"
)
A_CENTURY = 36525


_FIGURES = {
    Figure.ORDERS: ("订单数", "订单", "单数", "单量", "购买次数", "次数"),
    Figure.SPENT: ("累计消费", "消费", "累计", "花费", "总额", "金额"),
    Figure.AVERAGE: ("客单价", "客单", "平均"),
    Figure.POINTS: ("积分",),
    Figure.WIN_BACK: ("挽回分", "挽回"),
}
_TRAITS = {
    Trait.TAG: ("标签",),
    Trait.TIER: ("等级", "会员等级"),
    Trait.STAGE: ("阶段",),
    Trait.SEGMENT: ("分组", "分群"),
    Trait.KIND: ("类型", "类别"),
    Trait.PLACE: ("城市", "地址", "地区", "省份"),
    Trait.BOUGHT: ("买过", "购买过", "买了"),
}
NOT_BOUGHT, QUIET, BOUGHT, BIRTHDAY = "未购", "未联系", "没买过", "生日"
DAYS = {
    NOT_BOUGHT: ("未购买", "未购", "未买", "没购买", "没买", "未下单", "没下单", "没来"),
    QUIET: ("未联系", "没联系", "没聊"),
}
NAMES: dict[str, Figure | Trait | str] = {
    **{name: figure for figure, names in _FIGURES.items() for name in names},
    **{name: trait for trait, names in _TRAITS.items() for name in names},
    **{name: what for what, names in DAYS.items() for name in names},
    **dict.fromkeys(("没买过", "未买过", "没购买过"), BOUGHT),
    BIRTHDAY: BIRTHDAY,
}
_SIGNS = {
    Sign.AT_LEAST: (">=", "≥", "大于等于", "不少于", "不低于", "至少"),
    Sign.AT_MOST: ("<=", "≤", "小于等于", "不超过", "至多"),
    Sign.UNEQUAL: ("!=", "<>", "≠", "不等于"),
    Sign.MORE: (">", "大于", "超过", "高于", "多于"),
    Sign.LESS: ("<", "小于", "不到", "低于", "少于"),
    Sign.EQUAL: ("==", "=", ":", "等于"),
}
SIGN = {word: sign for sign, words in _SIGNS.items() for word in words}
UNITS = {"天": 1, "日": 1, "周": 7, "星期": 7, "月": 30, "个月": 30, "年": 365}
_SEGMENTS = {name: name for name in GROUPS} | {name.removesuffix("客户"): name for name in GROUPS}
CHOICES: dict[Trait, dict[str, str]] = {
    Trait.STAGE: {stage.value: stage.value for stage in Stage},
    Trait.SEGMENT: _SEGMENTS,
    Trait.KIND: {kind.value: kind.value for kind in Kind},
}


def any_of(words: Collection[str]) -> str:
    """An expression for any of them, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_BETWEEN = r"\s(),、;|&"
_SPAN = rf"(\d{{1,5}})\s*({any_of(UNITS)})"
FIELD = re.compile(rf"({any_of(NAMES)})\s*({any_of(SIGN)})\s*")
UNKNOWN = re.compile(rf"([^{_BETWEEN}<>=!≥≤≠:]{{1,12}})\s*(?:[<>=!]=?|≥|≤|≠)")
AGO = re.compile(
    rf"(?:超过|满)?\s*{_SPAN}(?:以上)?(?:都|还)?({any_of([w for d in DAYS.values() for w in d])})"
)
WITHIN = re.compile(
    rf"(?:(?:最近|近)\s*{_SPAN}(?:之内|以内|内)?|{_SPAN}(?:之内|以内|内))(?:买过|购买过|购买|下过单|下单)"
)
BEGINS = (FIELD, AGO, WITHIN)
AND, OR = ("并且", "而且", "且"), ("或者", "或是", "或")
AND_ALONE, OR_ALONE = ("和", "及", "and"), ("or",)
AND_MARKS, OR_MARKS = ",、;&", "|"
NOT = ("不是", "非", "!")
QUOTES = {'"': '"', "“": "”", "「": "」", "'": "'", "‘": "’", "『": "』"}
_ALONE = re.compile(rf"(?:^|[\s()])(?:{any_of((*AND, *OR, '非'))})(?=[\s()]|$)")
THOUSANDS = re.compile(r"¥?\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?(?![\d.])(?:元|块)?")
MONTH = re.compile(r"(\d{1,2})\s*月?份?")


def is_selection(text: str) -> bool:
    """Whether this is a condition at all; else it is plain words, to be found as they stand."""
    plain = level(text)
    if _ALONE.search(plain) or UNKNOWN.search(plain):
        return True
    return any(pattern.search(plain) for pattern in BEGINS)


def level(text: str) -> str:
    """Full width to half, character by character, so that places stay."""
    half = (unicodedata.normalize("NFKC", c) for c in text)
    return "".join(h if len(h) == 1 else c for h, c in zip(half, text, strict=True))


EXAMPLES = {
    Figure.ORDERS: "3",
    Figure.SPENT: "500",
    Figure.AVERAGE: "200",
    Figure.POINTS: "100",
    Figure.WIN_BACK: "40",
}
