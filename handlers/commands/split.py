"""拆分: the last merge of a person is undone."""

from __future__ import annotations

from bot.core.effects import Effect, Reply, SplitCustomers
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Refused, Word, argument
from handlers.commands.phrases import numbered, short
from storage.queries import persons


class SplitArguments(Arguments):
    """拆分 名."""

    who: Word = argument("名", rest=True)


def run(desk: Desk, args: SplitArguments) -> list[Effect]:
    """Everything goes back where it came from; what came since stays with the elder."""
    one = desk.customer(args.who)
    last = persons.last_merge(desk.connection, one.id)
    if last is None:
        raise Refused(f"{short(one.called)} 没有合并过，没有可以拆的。")
    if not last.whole:
        raise Refused(f"{short(one.called)} 的资料按要求删过，合并以前的样子没有了，拆不开。")
    told = (
        f"拆开了：{desk.when(last.at)} 合进来的 {numbered(short(last.gone), last.gone_id)} 又是自己一个人，"
        f"他原来的账号、订单、标签、聊天、投诉都还给他。\n"
        f"合并以后才有的记在 #{last.kept_id} 名下，只有从他账号来的聊天和投诉归他。"
        "我不会再自己把这两位合到一起。"
    )
    return [SplitCustomers(one.id, desk.seller), Reply(told)]


COMMAND = Command(
    name="拆分",
    does="合并弄错了，把上一次合并拆开",
    example="拆分 小丽",
    arguments=SplitArguments,
    run=run,
    aliases=("split",),
)
