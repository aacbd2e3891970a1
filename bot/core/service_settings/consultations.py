"""The block consultations of config.yaml: who asked and did not buy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import ClassVar, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from bot.core.accounts import NonEmpty
from bot.core.model import StrictModel
from bot.core.service_settings.kinds import Duration, Money, Variants, fillable


class ConsultationTexts(StrictModel):
    """What a buyer who asked and did not buy is told, once: it gives something, and asks for nothing.

    follow_up: to most; warm: to those with buying power or frequency; unnamed: where no product was named.
    Who has read one way is told the next; when all have been told, the seller finds words.
    facts: what answers an objection, by its name. usual: told where no fact does, the first that is known.
    """

    _ALWAYS: ClassVar[set[str]] = {"shop", "name", "product", "fact"}
    _FACTS: ClassVar[set[str]] = {"product", "unit", "price", "days", "per_day", "about", "usage"}

    follow_up: Variants = (
        "{name}您问过的{product}，{fact}不急，慢慢想，有拿不准的随时问我。",
        "{name}想起您看过{product}。{fact}还想知道什么，直接发我就行。",
        "{name}{product}的事我还记着。{fact}什么时候想起来都可以问，不急。",
    )
    warm: Variants = (
        "{name}您上次问的{product}，我一直记着。{fact}有拿不准的直接发我，慢慢来。",
        "{name}您照顾过小店，{product}跟您多说一句：{fact}不急，有空再看。",
        "{name}谢谢您买过我们家的东西。{product}您问过，{fact}想细问随时找我。",
    )
    unnamed: Variants = (
        "{name}您上次来问的，要是还有没说清的，直接发我就行，不急。",
        "{name}上次没说完的，想起来随时发我，我都在。",
        "{name}您问过我们家，还想了解哪样，发个名字我就告诉您。",
    )
    facts: Mapping[str, str] = Field(
        default_factory=lambda: {
            "嫌贵": "一{unit}大约用{days}天，合一天约{per_day}。",
            "怕不合适": "{about}",
            "要比较": "{about}",
            "没货": "现在有货了。",
            "再想想": "",
            "怕过敏": "",
        }
    )
    usual: tuple[NonEmpty, ...] = ("一{unit}大约用{days}天。", "{about}", "{usage}")

    @field_validator("follow_up", "warm", "unnamed")
    @classmethod
    def _fillable(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        unnamed = info.field_name == "unnamed"
        for text in value:
            fillable(text, {"shop", "name"} if unnamed else cls._ALWAYS)
        return value

    @field_validator("facts", "usual")
    @classmethod
    def _known(cls, value: Mapping[str, str] | tuple[str, ...]) -> Mapping[str, str] | tuple[str, ...]:
        for text in value.values() if isinstance(value, Mapping) else value:
            fillable(text, cls._FACTS)
        return value


_OBJECTIONS: Mapping[str, tuple[str, ...]] = {
    "嫌贵": (
        "太贵",
        "有点贵",
        "贵了",
        "好贵",
        "挺贵",
        "真贵",
        "这么贵",
        "那么贵",
        "偏贵",
        "不便宜",
        "便宜点",
        "便宜一点",
        "便宜些",
        "不能便宜",
        "能少",
        "不能少",
        "优惠",
        "打折",
        "砍价",
        "最低价",
        "预算",
    ),
    "怕过敏": ("过敏", "刺激", "敏感肌", "敏感皮", "孕妇", "怀孕", "孕期", "备孕", "哺乳", "副作用"),
    "怕不合适": (
        "适合我",
        "适不适合",
        "合适吗",
        "不合适",
        "怕没用",
        "没效果",
        "有用吗",
        "有效果吗",
        "我能用吗",
        "尺码",
    ),
    "要比较": (
        "别家",
        "别的店",
        "对比",
        "比较一下",
        "比一比",
        "哪个好",
        "哪款好",
        "看看别的",
        "货比三家",
    ),
    "再想想": (
        "再看看",
        "想想",
        "想一想",
        "考虑",
        "商量",
        "下次再",
        "以后再",
        "过几天",
        "过段时间",
        "等等再",
        "等发工资",
        "回头再",
        "再说吧",
    ),
    "嫌慢": ("来不及", "太慢", "等不了", "等不及", "赶不上", "太久了"),
    "没货": ("没货", "缺货", "断货", "补货", "到货了吗", "卖完了"),
}


class ConsultationSettings(StrictModel):
    """Who asked and did not buy (PRACTICES 106): one follow-up.

    after: so long after the last question; sooner: for those with buying power or frequency (row 45), which
    is `big_order` yuan in one order or `often` orders. given_up: so long after it. objections: what speaks
    against buying, by the words that say it; where several are said, the last counts as the reason.
    """

    after: Duration = timedelta(hours=20)
    sooner: Duration = timedelta(hours=4)
    big_order: Money = Decimal(500)
    often: int = Field(default=2, ge=1)
    given_up: Duration = timedelta(days=7)
    objections: Mapping[str, tuple[NonEmpty, ...]] = Field(default_factory=lambda: dict(_OBJECTIONS))
    texts: ConsultationTexts = ConsultationTexts()

    @field_validator("after", "sooner", "given_up")
    @classmethod
    def _passing(cls, value: timedelta) -> timedelta:
        if value <= timedelta():
            raise ValueError("要大于 0")
        return value

    @field_validator("objections")
    @classmethod
    def _one_word_each(cls, value: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        """They are kept with spaces between them, and are listed in half a line."""
        for name in value:
            if not name or len(name) > 10 or any(c.isspace() for c in name):
                raise ValueError(f"理由的名字要短，中间不能有空格：{name[:20]}（例：嫌贵）")
        return value

    @model_validator(mode="after")
    def _facts_answer_something(self) -> Self:
        unknown = set(self.texts.facts) - set(self.objections)
        if "facts" in self.texts.model_fields_set and unknown:
            raise ValueError(f"texts.facts 里的“{sorted(unknown)[0]}”不在 objections 里")
        return self
