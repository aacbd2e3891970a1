"""交还: the bot answers again."""

from __future__ import annotations

from bot.core.effects import Effect, Reply, SetFields
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Word, argument
from handlers.commands.phrases import short, typed


class HandBackArguments(Arguments):
    """交还 名."""

    who: Word = argument("名", rest=True)


def run(desk: Desk, args: HandBackArguments) -> list[Effect]:
    """End a take-over, whoever began it."""
    one = desk.customer(args.who)
    if not one.taken_over(desk.now):
        return [Reply(f"{short(one.called)} 本来就是机器人在回。要自己聊发：接管 {typed(one)}")]
    return [
        SetFields(one.id, {"taken_over_by": "", "taken_over_until": None}),
        Reply(f"{short(one.called)} 交还了，再来消息由机器人回。"),
    ]


COMMAND = Command(
    name="交还",
    does="聊完了，让机器人接着回",
    example="交还 小丽",
    arguments=HandBackArguments,
    run=run,
    aliases=("handback",),
)
