"""接管: the seller talks, the bot keeps silent."""

from __future__ import annotations

from bot.core.effects import Effect, Reply, SetFields
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Word, argument
from handlers.commands.phrases import short, typed


class TakeOverArguments(Arguments):
    """接管 名."""

    who: Word = argument("名", rest=True)


def run(desk: Desk, args: TakeOverArguments) -> list[Effect]:
    """Silence the bot towards one customer, from now on for the configured time."""
    one = desk.customer(args.who)
    until = desk.now + desk.settings.conversation.take_over
    other = one.taken_over_by if one.taken_over(desk.now) and one.taken_over_by != desk.seller else ""
    before = f"原来是 {other} 接着，现在换你。" if other else ""
    return [
        SetFields(one.id, {"taken_over_by": desk.seller, "taken_over_until": until}),
        Reply(
            f"{before}{short(one.called)} 归你，到 {desk.clock(until)} 机器人不插话。\n"
            f"说话发：回 {typed(one)} 文字；聊完发：交还 {typed(one)}"
        ),
    ]


COMMAND = Command(
    name="接管",
    does="你来聊，机器人先不插话",
    example="接管 小丽",
    arguments=TakeOverArguments,
    run=run,
    aliases=("takeover",),
)
