"""How a line about a complaint is read: 投诉 3 道歉, 投诉３道歉, 投诉 小丽 方案 换货 明天. Pure."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import StringConstraints

from handlers.commands.framework import LONGEST_TEXT, Arguments, Misused, Word, argument, level

MOST_DIGITS = 9
_SEPARATORS = " \t\n:：,，、;；"
_ENDS = re.compile(r"[\s。.!！~～,，:：]+$")


class Say(StrEnum):
    """What a seller can say of a complaint, by its first name."""

    DONE = "完成"
    APOLOGY = "道歉"
    CAUSE = "原因"
    EXPLAIN = "解释"
    PLAN = "方案"
    GIVE = "补偿"
    SATISFIED = "满意"
    UNSATISFIED = "不满意"
    FOLLOW_UP = "回访"
    REWRITE = "改"
    END = "结束"
    REMEDY_DONE = "办好"
    POSTPONE = "改期"
    SENT_BACK = "寄回"
    MISREAD = "不是投诉"


_ALSO = {
    Say.DONE: ("完成了", "好", "好了", "发", "发送", "done", "ok", "send"),
    Say.APOLOGY: ("致歉", "apologise", "apologize", "sorry"),
    Say.CAUSE: ("cause", "reason"),
    Say.EXPLAIN: ("说明", "explain"),
    Say.PLAN: ("处理", "办法", "remedy"),
    Say.GIVE: ("赔偿", "compensate"),
    Say.SATISFIED: ("满意了", "他满意", "她满意", "satisfied"),
    Say.UNSATISFIED: ("不满", "没满意", "还不满意", "他不满意", "她不满意", "unsatisfied"),
    Say.FOLLOW_UP: ("回访了", "followup"),
    Say.REWRITE: ("改成", "change"),
    Say.END: ("关闭", "结案", "关掉", "end", "close"),
    Say.REMEDY_DONE: ("办好了", "办完", "办完了", "已办"),
    Say.POSTPONE: ("延期", "推迟", "postpone"),
    Say.SENT_BACK: ("退回单号", "寄回单号", "退货单号", "退回"),
    Say.MISREAD: ("不算投诉", "误判"),
}
BY_WORD = {word: say for say in Say for word in (say.value, *_ALSO[say])}
_LONGEST_FIRST = sorted((w for w in BY_WORD if not w.isascii()), key=len, reverse=True)
_FACTS = (Say.CAUSE, Say.PLAN, Say.GIVE, Say.END, Say.POSTPONE, Say.SENT_BACK, Say.FOLLOW_UP)
"""Words that may be glued to what follows; what follows others goes to the buyer as it stands."""
CHOICE = "完成 道歉 原因 解释 方案 补偿 满意 不满意 回访 改 结束 不是投诉 办好 改期 寄回"


class Said(NamedTuple):
    """A step word, if there is one, and what was typed behind it."""

    word: Say | None
    text: str


def word_at(rest: str, example: str) -> Said:
    """The step word that `rest` begins with, also glued; Misused if it is glued to words for the buyer."""
    first, *behind = rest.split(maxsplit=1) or [""]
    if say := BY_WORD.get(_plain(first)):
        return Said(say, behind[0].strip() if behind else "")
    for word in _LONGEST_FIRST:
        if not rest.startswith(word):
            continue
        text = rest[len(word) :]
        if BY_WORD[word] in _FACTS or text[0] in _SEPARATORS:
            return Said(BY_WORD[word], text.strip(_SEPARATORS))
        if len(word) > 1:
            raise Misused(f"{word} 后面空一格，再写给他的话：{example} {word} {text[:20]}")
    return Said(None, rest)


def word_alone(rest: str) -> Said:
    """The same behind a name, where only a word of its own counts: 投诉 小丽 补偿没到账 is a complaint."""
    first, *behind = rest.split(maxsplit=1) or [""]
    say = BY_WORD.get(_plain(first))
    return Said(say, (behind[0].strip() if behind else "") if say else rest)


def _plain(word: str) -> str:
    return _ENDS.sub("", level(word)).lower()


class ComplaintArguments(Arguments):
    """投诉 [号或名] [词或内容]."""

    what: Word = argument("号或名", optional=True)
    more: Annotated[str, StringConstraints(max_length=LONGEST_TEXT)] = argument(
        "词 文字", optional=True, rest=True
    )

    @classmethod
    def spread(cls, line: str) -> dict[str, str]:
        """A number may be glued to the word behind it; a name that begins with digits is a name."""
        first, *behind = line.split(maxsplit=1) or [""]
        rest = behind[0] if behind else ""
        match = re.match(rf"(\d{{1,{MOST_DIGITS}}})[号件]?", first)
        if match is None:
            return {name: value for name, value in (("what", first), ("more", rest)) if value}
        glued = first[match.end() :].lstrip(_SEPARATORS)
        if glued and not any(glued.lower().startswith(word) for word in BY_WORD):
            return {"what": first} | ({"more": rest} if rest else {})
        more = line[match.end() :].lstrip(_SEPARATORS)
        return {"what": level(match[1])} | ({"more": more} if more else {})
