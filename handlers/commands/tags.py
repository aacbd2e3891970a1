"""标签: the seller's own words about a customer."""

from __future__ import annotations

import re
import unicodedata

from bot.core.customer import TagSource
from bot.core.effects import AddTag, Effect, RemoveTag, Reply
from handlers.commands.customer import tags_line
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Misused, Word, argument
from handlers.commands.phrases import short

LONGEST = 20
_SIGNS = str.maketrans("−–—﹢﹣", "---+-")
_GLUED = re.compile(r"(?<=.)(?=\+.|-[^\x00-\x7f])")  # +干皮-油皮; but VIP-1 is one word


class TagsArguments(Arguments):
    """标签 名 [+词 -词]."""

    who: Word = argument("名")
    changes: str = argument("+词 -词", optional=True, rest=True)


def run(desk: Desk, args: TagsArguments) -> list[Effect]:
    """Add and take away tags; without any, show them."""
    added, removed = _changes(args.changes)
    one = desk.customer(args.who)
    if not added and not removed:
        return [Reply(f"{short(one.called)} 的标签：{tags_line(one)}")]
    has = {tag.name for tag in one.tags}
    absent = [name for name in removed if name not in has]
    gone = [name for name in removed if name in has]
    parts = [("加了", added), ("去掉", gone), ("本来就没有", absent)]
    done = "；".join(f"{what} {'、'.join(names)}" for what, names in parts if names)
    left = "、".join(dict.fromkeys([*(t.name for t in one.tags if t.name not in gone), *added])) or "无"
    return [
        *(AddTag(one.id, name, TagSource.SELLER) for name in added),
        *(RemoveTag(one.id, name) for name in gone),
        Reply(f"{short(one.called)} 的标签{done}。\n现在是：{left}"),
    ]


def _changes(typed: str) -> tuple[list[str], list[str]]:
    """(to add, to take away)."""
    plain = unicodedata.normalize("NFKC", typed).translate(_SIGNS)
    words = [word for part in re.sub(r"([+-])\s+", r"\1", plain).split() for word in _GLUED.split(part)]
    for word in words:
        if len(word) < 2 or word[0] not in "+-":
            raise Misused(f"“{short(word)}”前面写 + 是加，写 - 是去掉。")
        if len(word) > LONGEST + 1:
            raise Misused(f"“{short(word)}”太长，标签最多 {LONGEST} 个字。")
    added, removed = ([w[1:] for w in dict.fromkeys(words) if w[0] == sign] for sign in "+-")
    if both := set(added) & set(removed):
        raise Misused(f"“{both.pop()}”又加又去，要哪样？")
    return added, removed


COMMAND = Command(
    name="标签",
    does="看、加、去掉标签",
    example="标签 小丽 +敏感肌 -油皮",
    arguments=TagsArguments,
    run=run,
    aliases=("tag", "tags"),
)
