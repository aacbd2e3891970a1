"""回: the seller's own words, passed on; what they promise is noted, and the bot keeps silent a while."""

from __future__ import annotations

from bot.core.delivery import Kind
from bot.core.effects import Effect, Push, Reply, SetFields
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Text, Word, argument
from handlers.commands.phrases import going, short
from handlers.commands.take_over import silence
from handlers.complaint.taken_up import taken_up
from handlers.promise_keeping import noted, spoken
from handlers.wording import typed


class ReplyArguments(Arguments):
    """回 名 文字."""

    who: Word = argument("名")
    text: Text = argument("文字", rest=True)


def run(desk: Desk, args: ReplyArguments) -> list[Effect]:
    """Pass the words on as they are.

    Confirmed they are the bot's own draft, which promises nothing that is not on record.
    """
    one = desk.customer(args.who)
    until = max(desk.now + desk.settings.conversation.take_over, one.taken_over_until or desk.now)
    when = "处理好了" if one.red_line_at else "早点交还"
    silent = f"{silence(desk, one, until)}，{when}发：交还 {typed(one)}"
    promises = [] if desk.confirmed else spoken(one, args.text, desk.seller, desk.settings, desk.now)
    told = [going(desk, one, Kind.RELAY, f"“{short(args.text)}”")]
    told += [silent, noted(one, promises, desk.settings, desk.now)]
    return [
        Push(one.id, args.text, Kind.RELAY, hold=desk.settings.sending.undo, origin=desk.seller),
        SetFields(one.id, {"taken_over_by": desk.seller, "taken_over_until": until}),
        *taken_up(one, desk.seller, desk.settings, desk.now),
        *promises,
        Reply("\n".join(filter(None, told))),
    ]


COMMAND = Command(
    name="回",
    does="把你的话转给买家，机器人先不插话",
    example="回 小丽 今晚就发，放心",
    arguments=ReplyArguments,
    run=run,
    aliases=("reply",),
)
