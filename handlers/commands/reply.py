"""回: the seller's own words, passed on; the bot keeps silent there for a while."""

from __future__ import annotations

from bot.core.delivery import Kind
from bot.core.effects import Effect, Push, Reply, SetFields
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Text, Word, argument
from handlers.commands.phrases import going, short, typed


class ReplyArguments(Arguments):
    """回 名 文字."""

    who: Word = argument("名")
    text: Text = argument("文字", rest=True)


def run(desk: Desk, args: ReplyArguments) -> list[Effect]:
    """Pass the words on as they are."""
    one = desk.customer(args.who)
    until = max(desk.now + desk.settings.conversation.take_over, one.taken_over_until or desk.now)
    silent = f"到 {desk.clock(until)} 机器人不插话，早点交还发：交还 {typed(one)}"
    return [
        Push(one.id, args.text, Kind.RELAY, hold=desk.settings.sending.undo, origin=desk.seller),
        SetFields(one.id, {"taken_over_by": desk.seller, "taken_over_until": until}),
        Reply(f"{going(desk, one, Kind.RELAY, f'“{short(args.text)}”')}\n{silent}"),
    ]


COMMAND = Command(
    name="回",
    does="把你的话转给买家，机器人先不插话",
    example="回 小丽 今晚就发，放心",
    arguments=ReplyArguments,
    run=run,
    aliases=("reply",),
)
