"""接管: the seller talks, the bot keeps silent."""

from __future__ import annotations

from datetime import datetime

from bot.core.customer import Customer
from bot.core.effects import Effect, Reply, SetFields
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Word, argument
from handlers.commands.phrases import short
from handlers.wording import typed


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
            f"{before}{short(one.called)} 归你，{silence(desk, one, until)}。\n"
            f"说话发：回 {typed(one)} 文字；聊完发：交还 {typed(one)}"
        ),
    ]


def silence(desk: Desk, one: Customer, until: datetime) -> str:
    """How long the bot keeps silent there; a red line has no end of its own (PRACTICES 21)."""
    if one.red_line_at is not None:
        return "碰了红线，交还之前机器人都不插话"
    return f"到 {desk.clock(until)} 机器人不插话"


COMMAND = Command(
    name="接管",
    does="你来聊，机器人先不插话",
    example="接管 小丽",
    arguments=TakeOverArguments,
    run=run,
    aliases=("takeover",),
)
