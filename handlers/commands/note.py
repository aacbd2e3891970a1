"""备注: a line about a customer, dated; the earlier ones stay."""

from __future__ import annotations

from bot.core.effects import Effect, Reply, SetFields
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Text, Word, argument
from handlers.commands.phrases import latest_lines, short

MOST_LINES = 10


class NoteArguments(Arguments):
    """备注 名 文字."""

    who: Word = argument("名")
    text: Text = argument("文字", rest=True)


def run(desk: Desk, args: NoteArguments) -> list[Effect]:
    """Append to the note, and show all of it."""
    one = desk.customer(args.who)
    today = desk.now.astimezone(desk.settings.shop.zone)
    note = f"{one.note}\n{today:%Y-%m-%d} {args.text}".strip()
    told = f"{short(one.called)} 的备注记下了，现在是：\n{latest_lines(note, MOST_LINES)}"
    return [SetFields(one.id, {"note": note}), Reply(told)]


COMMAND = Command(
    name="备注",
    does="给一个人记一笔，原来的都留着",
    example="备注 小丽 怕痒，别推酒精类",
    arguments=NoteArguments,
    run=run,
    aliases=("note",),
)
