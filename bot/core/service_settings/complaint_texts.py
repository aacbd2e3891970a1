"""What buyers are told in a complaint, as the block complaints.texts of config.yaml has it."""

from __future__ import annotations

from typing import ClassVar

from pydantic import ValidationInfo, field_validator

from bot.core.accounts import NonEmpty
from bot.core.model import StrictModel
from bot.core.service_settings.kinds import Variants, fillable


class ComplaintTexts(StrictModel):
    """What buyers are told in a complaint, each in several ways. {name} begins a sentence or is empty.

    received (received_bare where nothing concrete is named, how for a bare 投诉, scored for low marks, with
    about or guessed and hotline behind it), noted, asked, ask_again, thanks, unsatisfied, follow_up, closed,
    reopened, suggestion: said by the bot. talk to compensate: drafts, which the seller sends or replaces.
    """

    _ALWAYS: ClassVar[set[str]] = {"shop", "name", "problem", "goods", "hotline", "hours"}
    _FACTS: ClassVar[dict[str, set[str]]] = {
        "about": {"order"},
        "guessed": {"order"},
        "scored": {"low"},
        "analyse": {"cause"},
        "explain": {"cause"},
        "act": {"remedy", "due"},
        "final": {"remedy", "due"},
        "compensate": {"compensation"},
    }

    received: Variants = (
        "{problem}，听着就恼火，对不起。您接着说，我都记着；店主{hours}在，看到就亲自来处理。",
        "又让您碰上{problem}，实在对不起。您说，我都记下来，店主看到就来处理。",
        "这一件也记下了：{problem}。对不起，店主会一起处理。",
    )
    received_bare: Variants = (
        "让您不痛快了，对不起。哪样东西、怎么了，您慢慢说，有照片也发来；店主{hours}在，看到就亲自来处理。",
        "对不起又让您费心。是哪样东西、怎么了，您说，我都记着，店主看到就来处理。",
        "又是我们没做好，对不起。您说，店主看到就来处理。",
    )
    how: Variants = (
        "对不起，让您走到这一步。就在这里说：哪样东西、怎么了，有照片也发来，店主{hours}在，看到就亲自来处理。",
        "您的投诉一直有人管：怎么了就在这里说，我原话转给店主。",
    )
    scored: Variants = (
        "谢谢您照实打分，{low}没让您满意，对不起。差在哪里您直说，我原话转给店主，他来处理。",
        "这回{low}又没让您满意，对不起。您说说差在哪，店主亲自来看。",
    )
    about: NonEmpty = "记在{order}（{goods}）这一单上了。"
    guessed: NonEmpty = "先记在{order}（{goods}）这一单上，不是这单就告诉我。"
    hotline: NonEmpty = "急的话直接打{hotline}。"
    noted: Variants = ("收到，这条也记进去了，店主看到就接着办。", "好，这个也给店主看。")
    talk: Variants = (
        "{name}{problem}，换谁都恼火。我在看这件事了，您说的我一条条都记着。",
        "{name}我看到了，{problem}。这事我盯着，不会让您白跑一趟。",
        "{name}我来了，您说的我都看了，这事我管到底。",
    )
    apologise: Variants = (
        "{name}{problem}，是我们没做好，害您跟着费心，对不起。我正在查怎么会这样，查清就告诉您。",
        "{name}又让您遇上{problem}，真的对不起，这次我自己盯到底。",
        "{name}让您费心了，对不起，是我们没做好。我正在查，查清就告诉您。",
    )
    analyse: Variants = (
        "{name}您说的是{problem}，我查过了：{cause}。",
        "{name}{problem}这件事我又查了一遍：{cause}。",
        "{name}我查过了：{cause}。",
    )
    explain: Variants = (
        "{name}事情是这样的：{cause}。责任在我们，不在您。接下来怎么办，我这就跟您说。",
        "{name}跟您说清楚：{cause}。不该让您来担，怎么补我这就安排。",
    )
    act: Variants = (
        "{name}{problem}这件事这样处理：{remedy}，{due}办好。",
        "{name}给您这样办：{remedy}，{due}办好。",
    )
    final: Variants = (
        "{name}上回那样您不满意，我重新安排：{remedy}，{due}办好。",
        "{name}我再让一步：{remedy}，{due}办好。",
    )
    compensate: Variants = (
        "{name}让您费心了，{compensation}，一点心意。",
        "{name}另外{compensation}，算我们赔个不是。",
    )
    asked: Variants = (
        "{problem}这件事这样处理，您满意吗？回“满意”或“不满意”都行，哪里不妥直说。",
        "这样处理，您看满意吗？还有不妥您直说。",
        "这样安排您看行吗？不行也直说，我们再想办法。",
        "现在这样您满意吗？",
    )
    ask_again: Variants = (
        "{problem}的事，还等您一句话：这样处理行不行？不行我们再想办法。",
        "上次那件事您看行不行？哪里不对您直说。",
        "就差您一句话了：这样行，还是不行？",
    )
    thanks: Variants = (
        "谢谢您肯说，也谢谢您给我们机会补上。有事随时找我。",
        "谢谢您，这回让您久等了。有事随时找我。",
        "那就好，让您费心了。",
    )
    unsatisfied: Variants = (
        "没办到您心里，对不起。您的话我原样转给店主，他重新来办。",
        "还是没办好，对不起。店主接着想办法。",
        "您说的店主都会看到，他再来跟您说。",
    )
    follow_up: Variants = (
        "前几天{problem}那件事，处理完都好了吗？有一点不对就告诉我。",
        "上次那件事后来都好了吗？还有哪里不对，您直说。",
        "来问一声，那件事现在都妥了吗？",
    )
    closed: Variants = ("那就好，放心了。谢谢您还愿意信我们。", "好，那就踏实了。谢谢您。")
    reopened: Variants = (
        "还是没弄好，对不起。您说说现在是什么情况，店主重新来处理。",
        "又出岔子了，对不起。现在怎么样您说，店主从头来办。",
    )
    suggestion: Variants = ("谢谢您提这个，我原话转给店主了。", "这条也记下了，谢谢您替我们想着。")

    @field_validator("*")
    @classmethod
    def _fillable(cls, value: tuple[str, ...] | str, info: ValidationInfo) -> tuple[str, ...] | str:
        known = cls._ALWAYS | cls._FACTS.get(info.field_name or "", set())
        if info.field_name == "suggestion":  # belongs to no complaint
            known = {"shop"}
        for text in [value] if isinstance(value, str) else value:
            fillable(text, known)
        return value
