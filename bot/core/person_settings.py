"""What config.yaml says of knowing people: which traits make a profile whole, what to ask next, referrals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from pydantic import Field, ValidationInfo, field_validator

from bot.core.accounts import NonEmpty
from bot.core.model import StrictModel
from bot.core.service_settings import Duration, fillable

HARD = ("姓名", "电话", "地址", "生日", "性别", "年龄段", "尺码", "买过什么")
"""The hard profile (PRACTICES 31), as far as a shop needs it; what was spent the orders say."""

_SOFT: Mapping[str, tuple[str, ...]] = {
    "工作": ("工作",),
    "家庭": ("家庭",),
    "性格": ("性格",),
    "购买习惯": ("购买习惯", "想买"),
    "喜好": ("喜好", "肤质", "忌讳"),
    "爱好": ("爱好",),
    "生活习惯": ("生活习惯",),
    "服务偏好": ("服务偏好",),
    "促销态度": ("促销态度",),
    "价值观": ("在意", "价格"),
}
_QUESTIONS = {
    "姓名": "怎么称呼您呀？我记一下，下次好认得您，不给别人看。",
    "电话": "方便留个手机号吗？寄东西快递好找您，只有我看得到。",
    "地址": "您一般收在哪里？我先记着，下次您就不用再打一遍，不外传。",
    "生日": "您生日是哪天？到时候给您道声好，年份不用说，不告诉别人。",
    "家庭": "您是自己用，还是跟家里人一起用？",
    "喜好": "您平时偏爱哪一种，清爽的还是润一点的？",
    "生活习惯": "您平时睡得早吗？晚睡的话我告诉您一个省事的用法。",
    "工作": "您白天是坐办公室多，还是在外面跑得多？",
    "爱好": "周末一般怎么过呀？常出去的话，防晒我多说两句。",
    "服务偏好": "东西到了给您打电话，还是放驿站就行？",
}
_OFFICIAL = re.compile(
    "公司(?:需要|要求|规定)|系统(?:需要|要求)|我司|必须|务必|登记|填写|填表|表格|问卷|身份证|收入多少"
)
_PRIVATE = re.compile("不外传|不给别人|不告诉别人|只有我|保密|不会给")


class ProfileSettings(StrictModel):
    """Completeness: `hard` weighs 20 %, `soft` 80 % (PRACTICES 31-33).

    soft: the ten groups, each with the groups of tags (`tags[].group`) that fill it. questions: a sentence in
    the owner's voice for what is asked next, in this order (PRACTICES 34, 35). stale: after this long a trait
    is worth another look.
    """

    hard: tuple[NonEmpty, ...] = HARD
    soft: Mapping[NonEmpty, tuple[NonEmpty, ...]] = Field(default_factory=lambda: dict(_SOFT))
    questions: Mapping[NonEmpty, NonEmpty] = Field(default_factory=lambda: dict(_QUESTIONS))
    stale: Duration = timedelta(days=365)

    @field_validator("hard")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := [name for name in value if name not in HARD]:
            raise ValueError(f"没有“{unknown[0]}”这一项，只有：{'、'.join(HARD)}")
        return value

    @field_validator("questions")
    @classmethod
    def _kind(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        """Never in the company's name; who asks for a phone says what becomes of it (PRACTICES 35)."""
        for about, text in value.items():
            if found := _OFFICIAL.search(text):
                raise ValueError(f"{about}：别写“{found[0]}”，像填表；用店主自己的话问")
            if about in HARD[:4] and not _PRIVATE.search(text):
                raise ValueError(f"{about}：问这个要顺口答应保密，例如“不外传”")
        return value


class ReferralSettings(StrictModel):
    """Thanks to both, and the call to the newcomer (PRACTICES 98, 99)."""

    call_after: Duration = timedelta(days=3)
    thanks_newcomer: NonEmpty = "谢谢您来，也替我谢谢{other}。有什么想问的直接说，不买也没关系。"
    thanks_referrer: NonEmpty = "{other}说是您介绍来的，谢谢您惦记小店，我会好好招待。"
    call: NonEmpty = (
        "您好，我是{shop}的店主。{other}介绍您来，我就是打个招呼，谢谢您。以后有什么要问的，随时找我就行。"
    )

    _WEEK: ClassVar[timedelta] = timedelta(days=7)

    @field_validator("call_after")
    @classmethod
    def _within_the_week(cls, value: timedelta) -> timedelta:
        if not timedelta() < value < cls._WEEK:
            raise ValueError("介绍来的新客要在 7 天内打电话，写 1d 到 6d")
        return value

    @field_validator("thanks_newcomer", "thanks_referrer", "call")
    @classmethod
    def _fillable(cls, value: str, info: ValidationInfo) -> str:
        return fillable(value, {"shop", "other"})
