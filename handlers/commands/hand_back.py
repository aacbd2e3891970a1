"""交还: the bot answers again."""

from __future__ import annotations

from bot.core.effects import BuyerAnswered, Effect, Reply, SetFields
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Word, argument
from handlers.commands.phrases import short
from handlers.wording import typed


class HandBackArguments(Arguments):
    """交还 名."""

    who: Word = argument("名", rest=True)


def run(desk: Desk, args: HandBackArguments) -> list[Effect]:
    """End a take-over, whoever began it, and a red line; who hands back has said what there was to say."""
    one = desk.customer(args.who)
    answered = [BuyerAnswered(one.id, desk.seller)] if one.question else []
    closed = "他问的那句算你回过了。" if answered else ""
    if not one.taken_over(desk.now):
        told = f"{short(one.called)} 本来就是机器人在回。{closed}要自己聊发：接管 {typed(one)}"
        return [*answered, Reply(told)]
    red_line = "红线解除，" if one.red_line_at is not None else ""
    nobody = {"taken_over_by": "", "taken_over_until": None, "red_line_at": None}
    told = f"{short(one.called)} 交还了，{red_line}再来消息由机器人回。{closed}"
    return [SetFields(one.id, nobody), *answered, Reply(told)]


COMMAND = Command(
    name="交还",
    does="聊完了，让机器人接着回",
    example="交还 小丽",
    arguments=HandBackArguments,
    run=run,
    aliases=("handback",),
)
